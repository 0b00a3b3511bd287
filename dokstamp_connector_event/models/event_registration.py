"""What DokStamp has to know of an attendee, and Odoo's events do not keep: who it is,
when born, and on which day something was completed.
"""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize, escape_psql

from odoo.addons.dokstamp_connector.models.sources.student_identity import as_seen

from .event_question import BIRTH_DATE

REGISTERED = ("open", "done")


class EventRegistration(models.Model):
    """An attendee is a student; whoever booked may have booked for several."""

    _name = "event.registration"
    _inherit = ["event.registration", "dokstamp.fed.mixin"]

    birth_date = fields.Date(
        string="Date of birth",
        help="DokStamp needs it of each student. The question “Date of birth” asks for "
        "it on the website.",
    )
    birth_date_note = fields.Char(compute="_compute_birth_date_note", compute_sudo=True)
    address_note = fields.Char(compute="_compute_address_note", compute_sudo=True)
    attendee_partner_id = fields.Many2one(
        "res.partner",
        string="Attendee's contact",
        compute="_compute_attendee_partner_id",
        store=True,
        index="btree_not_null",
        help="The contact that booked, where it had the attendee's name and address: "
        "whoever books for others is none of them.",
    )
    was_registered = fields.Boolean(
        string="Was registered",
        compute="_compute_was_registered",
        store=True,
        precompute=True,
        copy=False,
        help="What was never more than unconfirmed stays in Odoo.",
    )
    cohort_event_id = fields.Many2one(
        "event.event",
        string="Cohort",
        compute="_compute_cohort_event_id",
        search="_search_cohort_event_id",
        help="The event, where it is a cohort.",
    )
    attendance = fields.Selection(
        [
            ("draft", "Unconfirmed"),
            ("open", "Registered"),
            ("done", "Attended"),
            ("cancel", "Cancelled"),
        ],
        compute="_compute_attendance",
        help="The status; attended from the last day on, and not before.",
    )
    attended_on = fields.Date(
        string="Attended on",
        compute="_compute_attendance",
        help="The last day of the event, or of the slot, in the event's time zone.",
    )
    registered_on = fields.Date(
        string="Registered on",
        compute="_compute_registered_on",
        help="In the event's time zone.",
    )

    @api.depends("birth_date", "registration_answer_ids.value_text_box")
    @api.depends_context("lang")
    def _compute_birth_date_note(self):
        for registration in self:
            answers = registration.registration_answer_ids.filtered(
                lambda answer: answer.question_type == BIRTH_DATE
            )
            if registration.birth_date:
                registration.birth_date_note = registration._problem_of_birth_date()
            else:
                registration.birth_date_note = answers and self.env._(
                    "The date of birth was written as “%(text)s”, which tells no day, "
                    "or more than one. Ask the attendee, and type it.",
                    text=answers[0].value_text_box,
                )

    def _problem_of_birth_date(self):
        """Why no student can be born on that day, as the registry says it; or None.

        :rtype: str | None
        """
        company = self._dokstamp_company()
        student = self.env["dokstamp.student"].new(
            {"date_of_birth": self.birth_date, "company_id": company.id}
        )
        return student._problem_of("date_of_birth")

    def _dokstamp_company(self):
        return self.company_id or self.event_id.company_id or self.env.company

    @api.depends("name", "email", "event_id", "state")
    @api.depends_context("lang")
    def _compute_address_note(self):
        for registration in self:
            registration.address_note = (
                registration._has_address_of_another()
                and self.env._(
                    "%(email)s is the address of another person here. A certificate "
                    "goes to the own address of one person: if this is somebody else, "
                    "give another address, or the school has to decide first.",
                    email=registration.email,
                )
            )

    @api.depends("name", "email", "partner_id")
    def _compute_attendee_partner_id(self):
        """As the contact was then: who moves to another address stays who it is."""
        for registration in self:
            contact = registration.partner_id
            is_contact = (
                not contact.is_company
                and _address(contact.email) == _address(registration.email)
                and as_seen(contact.name) == as_seen(registration.name)
            )
            registration.attendee_partner_id = is_contact and contact

    @api.depends("state")
    def _compute_was_registered(self):
        for registration in self:
            registration.was_registered = (
                registration.was_registered or registration.state in REGISTERED
            )

    @api.depends("event_id.is_cohort")
    def _compute_cohort_event_id(self):
        for registration in self:
            event = registration.event_id
            registration.cohort_event_id = event.is_cohort and event

    def _search_cohort_event_id(self, operator, value):
        """More than asked for: what is found is read, and that tells."""
        return [("event_id", operator, value)]

    @api.depends(
        "state",
        "event_id.date_end",
        "event_id.date_tz",
        "event_slot_id.end_datetime",
    )
    def _compute_attendance(self):
        now = fields.Datetime.now()
        for registration in self:
            event = registration.event_id
            end = registration.event_slot_id.end_datetime or event.date_end
            day = event._day_of(end)
            is_done = registration.state == "done"
            is_early = is_done and day and day > event._day_of(now)
            registration.attendance = "open" if is_early else registration.state
            registration.attended_on = is_done and not is_early and day

    @api.depends("create_date", "event_id.date_tz")
    def _compute_registered_on(self):
        for registration in self:
            moment = registration.create_date
            registration.registered_on = registration.event_id._day_of(moment)

    # === WHO HAS THE ADDRESS === #

    @api.onchange("name", "email")
    def _onchange_address(self):
        """Say at once that somebody else has the address; nothing is stopped."""
        if not self.address_note:
            return None
        return {
            "warning": {
                "title": self.env._("Whose address is it?"),
                "message": self.address_note,
                "type": "notification",
            }
        }

    def _has_address_of_another(self):
        """Whether somebody with another name has the address, at this event or in the
        registry.
        """
        address = _address(self.email)
        if not address or not self.name:
            return False
        others = self.search(
            Domain("event_id", "=", self.event_id._origin.id)
            & Domain("email", "=ilike", escape_psql(self.email.strip()))
            & Domain("state", "!=", "cancel")
            & Domain("id", "!=", self._origin.id)
        )
        student = self._student_with_address()
        names = {as_seen(name) for name in others.mapped("name") if name}
        is_another = bool(student) and not student._is_called(self.name)
        return is_another or bool(names - {as_seen(self.name)})

    def _student_with_address(self):
        """The student of the registry who has the address.

        :rtype: dokstamp.student
        """
        # sudo: who keeps events has no rights on the registry
        students = self.env["dokstamp.student"].sudo()
        company = self._dokstamp_company()
        vals = {"email": self.email.strip(), "company_id": company.id}
        key = students._natural_keys({1: vals})[1]
        twin = students.with_context(active_test=False)._twins([key]).get(key)
        return twin or students


def _address(email):
    """An address as people compare addresses."""
    return email_normalize(email) or (email or "").strip().lower()
