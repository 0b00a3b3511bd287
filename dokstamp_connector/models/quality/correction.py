"""What a student says is wrong, what proves it, and what became of it."""

import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..actions import RELOAD, show_message
from ..language import usable_language
from .confirmation import OF_STUDENT

_logger = logging.getLogger(__name__)

OPEN = "open"
MAIL = "dokstamp_connector.mail_template_correction_decided"


class DokstampCorrection(models.Model):
    """A student asks for another name or date of birth; a registrar decides.

    One that is open can be withdrawn by the student; a decided one stays as it is.
    """

    _name = "dokstamp.correction"
    _inherit = ["dokstamp.write.protection"]
    _description = "DokStamp Correction"
    _order = "id desc"
    _rec_name = "student_id"

    student_id = fields.Many2one(
        "dokstamp.student", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="student_id.company_id", store=True, precompute=True
    )
    user_id = fields.Many2one(
        "res.users", string="Asked by", readonly=True, ondelete="set null"
    )
    create_date = fields.Datetime(string="Asked on", readonly=True)
    state = fields.Selection(
        [
            (OPEN, "Open"),
            ("accepted", "Accepted"),
            ("declined", "Declined"),
            ("withdrawn", "Withdrawn"),
        ],
        default=OPEN,
        required=True,
        readonly=True,
    )
    old_name = fields.Char(string="Name then", readonly=True)
    old_social_name = fields.Char(string="Social name then", readonly=True)
    old_date_of_birth = fields.Date(string="Date of birth then", readonly=True)
    name = fields.Char(string="Name wanted", readonly=True)
    social_name = fields.Char(string="Social name wanted", readonly=True)
    date_of_birth = fields.Date(string="Date of birth wanted", readonly=True)
    name_now = fields.Char(related="student_id.name", string="Name now")
    social_name_now = fields.Char(
        related="student_id.social_name", string="Social name now"
    )
    date_of_birth_now = fields.Date(
        related="student_id.date_of_birth", string="Date of birth now"
    )
    summary = fields.Text(string="What changes", compute="_compute_summary")
    origin_note = fields.Text(compute="_compute_origin_note")
    certificate_count = fields.Integer(
        compute="_compute_certificate_count", string="Certificates given out"
    )
    word = fields.Text(string="In the student's words", readonly=True)
    evidence = fields.Binary(attachment=True, readonly=True, copy=False)
    evidence_name = fields.Char(readonly=True)
    is_picture = fields.Boolean(readonly=True)
    answer = fields.Text(help="The student reads it, in the portal and in the e-mail.")
    decided_by_id = fields.Many2one(
        "res.users", string="Decided by", readonly=True, ondelete="set null"
    )
    decided_at = fields.Datetime(string="Decided on", readonly=True)

    _one_open = models.UniqueIndex(
        "(student_id) WHERE state = 'open'", "There is an open request already."
    )

    # === COMPUTE METHODS === #

    @api.depends("student_id", "create_date")
    def _compute_display_name(self):
        for correction in self:
            day = fields.Date.to_string(correction.create_date)
            names = (correction.student_id.display_name, day)
            correction.display_name = ", ".join(filter(None, names))

    @api.depends_context("lang")
    @api.depends(
        "state",
        *OF_STUDENT,
        *(f"old_{name}" for name in OF_STUDENT),
        *(f"student_id.{name}" for name in OF_STUDENT),
    )
    def _compute_summary(self):
        for correction in self:
            changes = (
                (name, correction._before(name), correction[name])
                for name in OF_STUDENT
            )
            correction.summary = "\n".join(
                f"{correction._label_of(name)}: {was or '–'} → {wanted or '–'}"
                for name, was, wanted in changes
                if was != wanted
            )

    @api.depends_context("uid", "lang")
    @api.depends("state", "student_id")
    def _compute_origin_note(self):
        for correction in self:
            is_open = correction.state == OPEN
            sentences = correction._origin_sentences() if is_open else []
            correction.origin_note = "\n".join(sentences) or False

    @api.depends("student_id")
    def _compute_certificate_count(self):
        for correction in self:
            correction.certificate_count = len(
                correction.student_id._issued_certificates()
            )

    def _before(self, name):
        """What stood there: as long as it is open, what stands there now."""
        if self.state == OPEN:
            return self.student_id[name]
        return self[f"old_{name}"]

    def _label_of(self, name):
        return self.student_id._fields[name]._description_string(self.env)

    # === CRUD METHODS === #

    @api.model
    def _get_writable_fields(self, state=None):
        names = super()._get_writable_fields(state)
        return names | {"answer"} if state == OPEN else names

    def _writing_state(self):
        return OPEN if self.state == OPEN else "decided"

    # === ACTION METHODS === #

    def action_accept(self):
        """Change the registry as the student asks, and open the re-issue where a
        certificate is out already.

        :raise UserError: it is decided, or has to be changed elsewhere first
        """
        self._check_open()
        student = self.student_id
        wanted = self._wanted()
        # sudo: whoever sees the student may see what feeds it
        feeders = student.sudo()._data_feeding().get(student.id)
        for name, value in wanted.items():
            if teller := student._teller_of(name, feeders):
                teller.with_env(self.env)._write_back(name, value)
        # sudo: what a source feeds is not typed in; it says the same by now
        student.sudo().write(wanted)
        self._refuse_problems(wanted)
        if feeders:
            feeders.filtered("held_changes")._read_later()
        self._decide("accepted")
        student._note_confirmation(self.user_id)
        outdated = student._outdated_certificates()
        if outdated:
            return outdated.action_open_reissue()
        return show_message(
            self.env._("%s is changed, and the student is told.", student.display_name),
            "success",
            next=RELOAD,
        )

    def action_decline(self):
        """Leave the registry as it is, and tell the student why.

        :raise UserError: it is decided, or nobody has said why
        """
        self._check_open()
        if not (self.answer or "").strip():
            raise UserError(
                self.env._(
                    "Write an answer first: the student reads why nothing is changed."
                )
            )
        self._decide("declined")
        return show_message(self.env._("The student is told."), "success", next=RELOAD)

    def _check_open(self):
        """:raise UserError: somebody has decided, or the student has withdrawn it"""
        self.ensure_one()
        self.check_access("write")
        self.student_id.check_access("write")
        if self.state != OPEN:
            raise UserError(
                self.env._("There is nothing to decide here any more: load it again.")
            )

    def _decide(self, state):
        # sudo: fields of the connector
        self.sudo().write(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )
        self._tell_student()

    # === WHAT IT CHANGES === #

    def _wanted(self):
        """The registry's field → its new value, of those that are other ones now.

        :rtype: dict
        """
        return {
            name: self[name]
            for name in OF_STUDENT
            if self[name] != self.student_id[name]
        }

    def _refuse_problems(self, names):
        """:raise UserError: DokStamp would refuse what is wanted"""
        problems = [self.student_id._problem_of(name) for name in names]
        if any(problems):
            raise UserError("\n".join(filter(None, problems)))

    def _origin_sentences(self):
        """Where else it is changed, of what a school app feeds.

        :rtype: list[str]
        """
        student = self.student_id
        # sudo: whoever sees the student may see what feeds it
        feeders = student.sudo()._data_feeding().get(student.id)
        sentences = []
        for name in self._wanted():
            teller = student._teller_of(name, feeders)
            if not teller:
                continue
            values = {
                "field": self._label_of(name),
                "origin": student._name_of_feeder(teller),
            }
            if teller.with_env(self.env)._may_be_written_back(name):
                sentences.append(
                    self.env._(
                        "%(field)s comes from %(origin)s: Accept changes it there too.",
                        **values,
                    )
                )
            else:
                sentences.append(teller.with_env(self.env)._elsewhere_sentence(name))
        return sentences

    # === TELLING THE STUDENT === #

    def _lang(self):
        partner = self.user_id.partner_id or self.student_id.partner_id
        return usable_language(self.env, partner.lang, self.company_id.partner_id.lang)

    def _tell_student(self):
        """Queue an e-mail to who asked; one that cannot be written undoes nothing."""
        correction = self.sudo()  # sudo: the contact's address
        if not correction.user_id.partner_id.email:
            return
        try:
            with self.env.cr.savepoint():
                self.env.ref(MAIL).sudo().send_mail(
                    self.id,
                    force_send=False,
                    email_layout_xmlid="mail.mail_notification_light",
                )
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:  # noqa: BLE001
            # the portal tells it all the same
            _logger.exception("Correction %s: no e-mail to the student", self.id)
