"""Why a certificate must not be issued now; worked out for many at once."""

from odoo import models
from odoo.exceptions import UserError

from .certificate import LIVE_STATES


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

    def _refuse_unready(self):
        """:raise UserError: one of them must not be issued, with the reason"""
        self._refuse(self._obstacles_of_each())

    def _refuse_unready_students(self):
        """:raise UserError: one of these students must not get any certificate"""
        self._refuse(self._student_obstacles_of_each())

    def _refuse(self, obstacles):
        for certificate, reasons in zip(self, obstacles, strict=True):
            if reasons:
                raise UserError("\n".join([certificate.student_id.name, *reasons]))

    def _obstacles(self):
        """Sentences that say why this certificate must not be issued.

        :rtype: list[str]
        """
        self.ensure_one()
        return self._obstacles_of_each()[0]

    def _obstacles_of_each(self):
        """What `_obstacles` says of each of ``self``; the database is asked once.

        :rtype: list[list[str]]
        """
        twins, repeated = self._live_ones(), self._repeated()
        students = self._student_obstacles_of_each()
        return [
            reasons
            + certificate._approval_obstacles()
            + certificate._twin_obstacles(twins)
            + certificate._repetition_obstacles(repeated)
            for certificate, reasons in zip(self, students, strict=True)
        ]

    def _student_obstacles_of_each(self):
        holds = self.env["dokstamp.hold"]._in_force(self.student_id, self.enrollment_id)
        return [
            certificate.student_id._missing()
            + certificate.student_id._problems()
            + certificate._hold_obstacles(holds)
            + certificate._account_obstacles()
            + certificate._institution_obstacles()
            for certificate in self
        ]

    def _hold_obstacles(self, holds):
        return [hold._sentence() for hold in holds if hold._stops(self)]

    def _twin_obstacles(self, twins):
        """:param dict twins: as `_live_ones` returns it"""
        if self.replaces_id.state in LIVE_STATES:
            return [
                self.env._(
                    "It replaces %s, which is not revoked yet: it goes out by itself "
                    "once that is done.",
                    self.replaces_id.display_name,
                )
            ]
        return [
            self.env._("There is a certificate already: %s.", twin.display_name)
            for twin in twins.get(self._place(), ())
            if twin != self
        ]

    def _repetition_obstacles(self, repeated):
        """:param dokstamp.certificate repeated: as `_repeated` returns it"""
        if self not in repeated:
            return []
        return [
            self.env._(
                "Another certificate of this list is for the same student and course: "
                "only one of them can be issued."
            )
        ]

    def _completion_obstacles(self):
        """A draft is a person's decision; what would be new needs a completion."""
        if self._origin:
            return []
        return self.enrollment_id._completion_obstacles()

    def _absence_obstacles(self):
        """Why a certificate would have to wait: the student is not at DokStamp yet.

        :rtype: list[str]
        """
        student = self.student_id
        if student.dokstamp_uuid:
            return []
        if student.sync_message:
            return [
                self.env._(
                    "The student is not at DokStamp yet. %s", student.sync_message
                )
            ]
        if student.sync_state == "pending":
            return [
                self.env._(
                    "The student is still on the way to DokStamp: open this list "
                    "again in a moment."
                )
            ]
        return [
            self.env._(
                "The student is not at DokStamp yet: press Send now on the student, "
                "then open this list again."
            )
        ]

    def _account_obstacles(self):
        # sudo: accounts are the managers'
        account = self.account_id.sudo()
        if not account:
            return [
                self.env._(
                    "The student belongs to no DokStamp account: choose one on the "
                    "student."
                )
            ]
        if not account.active:
            return [
                self.env._(
                    "The DokStamp account %s, which this certificate belongs to, is "
                    "archived.",
                    account.display_name,
                )
            ]
        return []

    def _institution_obstacles(self):
        course = self.course_id
        if not course or course.institution_id:
            return []
        return [
            self.env._(
                "The course %s belongs to no institution: choose one on the course.",
                course.name,
            )
        ]

    def _live_ones(self):
        """Place → what is live there, or failed after its document was sent: DokStamp
        may hold that one.

        :rtype: dict[tuple[int, int, int], dokstamp.certificate]
        """
        found = self.with_context(active_test=False).search(
            [
                ("student_id", "in", self.student_id.ids),
                ("course_id", "in", self.course_id.ids),
                ("state", "in", (*LIVE_STATES, "failed")),
            ]
        )
        live = found.filtered(lambda c: c.state in LIVE_STATES) | found._sent_ones()
        return live.grouped(lambda certificate: certificate._place())

    def _repeated(self):
        """Those of ``self`` whose place an earlier one of ``self`` has already."""
        places = self.grouped(lambda certificate: certificate._place())
        return self.browse().concat(*(together[1:] for together in places.values()))

    def _place(self):
        return self.student_id.id, self.course_id.id, self.cohort_id.id
