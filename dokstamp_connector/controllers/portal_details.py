import base64
from contextlib import suppress

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.http import request, route
from odoo.tools import mute_logger

from ..models.plain_text import INVISIBLE
from ..models.quality.confirmation import OF_STUDENT
from .evidence import Refused, taken
from .portal import CertificatePortal

PAGE = "/my/certificates/details"
MAX_WORD = 1000  # characters
MAX_NAME = 200  # likewise


class DetailsPortal(CertificatePortal):
    """A student looks at what certificates say of the own person, and says whether it
    is right.

    All of it is about the students of the user's own contact (`_own_students`);
    whatever else is asked for is not found.
    """

    @route(PAGE, type="http", auth="user", website=True, readonly=True)
    def portal_details(self, done=None, **_kwargs):
        return self._details(done=done)

    @route(
        f"{PAGE}/<int:student_id>/confirm",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_details_confirm(self, student_id, **post):
        student_sudo = self._own_student(student_id)
        if not self._saw_what_stands_there(student_sudo, post):
            return self._details(student_sudo, problem="changed")
        student_sudo._note_confirmation(request.env.user)
        return request.redirect(f"{PAGE}?done=confirmed")

    @route(
        f"{PAGE}/<int:student_id>/correction",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_details_correction(self, student_id, evidence=None, **post):
        student_sudo = self._own_student(student_id)
        if student_sudo._open_correction():  # pressed twice
            return request.redirect(f"{PAGE}?done=asked")
        try:
            if not self._saw_what_stands_there(student_sudo, post):
                raise Refused("changed")
            if student_sudo._asks_too_often():
                raise Refused("often")
            values = self._wanted(student_sudo, post) | self._evidence(evidence)
        except Refused as refused:
            return self._details(student_sudo, problem=str(refused), typed=post)
        # twice, when it is pressed twice at the same time
        with (
            suppress(UniqueViolation),
            mute_logger("odoo.sql_db"),
            request.env.cr.savepoint(),
        ):
            student_sudo._ask_for_correction(values)
        return request.redirect(f"{PAGE}?done=asked")

    @route(
        f"{PAGE}/<int:student_id>/withdraw",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_details_withdraw(self, student_id, **_post):
        self._own_student(student_id)._withdraw_correction()
        return request.redirect(f"{PAGE}?done=withdrawn")

    # === THE PAGE === #

    def _details(self, student=None, **values):
        """
        :param values: `done` or `problem`, the key of a sentence; what was `typed`
        """
        return request.render(
            "dokstamp_connector.portal_my_details_on_certificates",
            {
                **self._prepare_portal_layout_values(),
                "students": self._own_students(),
                "concerned": student,
                "page_name": "certificate_details",
                **values,
            },
        )

    def _own_student(self, student_id):
        student_sudo = self._own_students().filtered(lambda one: one.id == student_id)
        if not student_sudo:
            raise request.not_found()
        return student_sudo

    # === WHAT THE FORMS SAY === #

    def _saw_what_stands_there(self, student, post):
        """Whether the page showed what the registry says now."""
        shown = student._shown_values()
        return all(post.get(f"shown_{name}", "") == shown[name] for name in shown)

    def _wanted(self, student, post):
        """:raise Refused: what is asked for cannot be, or is what stands there"""
        typed = {name: " ".join(typed_text(post, name).split()) for name in OF_STUDENT}
        word = typed_text(post, "word")
        if not typed["name"]:
            raise Refused("no_name")
        if max(map(len, typed.values())) > MAX_NAME or len(word) > MAX_WORD:
            raise Refused("too_long")
        wanted = student.new({**typed, "date_of_birth": self._day(typed)})
        wanted.company_id = student.company_id
        if not wanted.date_of_birth or wanted._problem_of("date_of_birth"):
            raise Refused("birth")
        if all((wanted[name] or "") == (student[name] or "") for name in OF_STUDENT):
            raise Refused("nothing")
        return {**{name: wanted[name] or False for name in OF_STUDENT}, "word": word}

    def _day(self, typed):
        """:raise Refused: it is no day"""
        try:
            return fields.Date.to_date(typed["date_of_birth"] or None)
        except ValueError as error:
            raise Refused("birth") from error

    def _evidence(self, upload):
        """:raise Refused: the file is not taken"""
        file = taken(upload)
        if not file:
            return {}
        content, name, is_picture = file
        return {
            "evidence": base64.b64encode(content),
            "evidence_name": name,
            "is_picture": is_picture,
        }


def typed_text(post, name):
    """What a field of the form says, without what nobody sees; a file is no text.

    :param dict post: as whoever pretends to be a browser may fill it, too
    """
    said = post.get(name, "")
    return INVISIBLE.sub("", said).strip() if isinstance(said, str) else ""
