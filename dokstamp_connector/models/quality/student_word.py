"""The student's own word: a confirmation that name and date of birth are right, or a
request to correct them. Both come from the portal, in the name of the student's contact
alone.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..certificates.changed import OF_PERSON
from ..certificates.student_view import PUBLIC_STATES
from .confirmation import OF_STUDENT
from .correction import OPEN

MAX_CORRECTIONS_A_DAY = 5  # of one student


class DokstampStudent(models.Model):
    _inherit = "dokstamp.student"

    confirmation_ids = fields.One2many(
        "dokstamp.confirmation", "student_id", string="Confirmations"
    )
    is_confirmed = fields.Boolean(
        string="Confirmed by the student",
        compute="_compute_confirmation",
        search="_search_is_confirmed",
        help="In the portal, with the name and date of birth that stand here now.",
    )
    confirmation_note = fields.Char(
        string="The student's word", compute="_compute_confirmation"
    )
    correction_ids = fields.One2many(
        "dokstamp.correction", "student_id", string="Corrections"
    )
    open_correction_id = fields.Many2one(
        "dokstamp.correction", compute="_compute_open_correction_id"
    )

    @api.depends("confirmation_ids", *OF_STUDENT)
    def _compute_confirmation(self):
        # sudo: whoever sees the student may see that it is confirmed
        for student, own in zip(self, self.sudo(), strict=True):
            current = own._current_confirmation()
            student.is_confirmed = bool(current)
            student.confirmation_note = own._confirmation_sentence(current)

    def _current_confirmation(self):
        """The newest confirmation of the values that the registry has."""
        return self.confirmation_ids.filtered(
            lambda said: all(said[name] == self[name] for name in OF_STUDENT)
        )[:1]

    def _confirmation_sentence(self, current):
        if current:
            return self.env._(
                "Confirmed by %(name)s on %(day)s.",
                name=current.user_id.name or self.env._("somebody who has left"),
                day=fields.Date.to_string(current.create_date),
            )
        if self.confirmation_ids:
            return self.env._(
                "Confirmed with other values than those that stand here now."
            )
        return self.env._("Not confirmed by the student.")

    def _search_is_confirmed(self, operator, value):
        if operator != "in":
            return NotImplemented
        said, now = (
            [self.env[model]._field_to_sql(alias, name) for name in OF_STUDENT]
            for model, alias in (("dokstamp.confirmation", "c"), (self._name, "s"))
        )
        same = SQL(" AND ").join(
            SQL("COALESCE(%s::text, '') = COALESCE(%s::text, '')", *pair)
            for pair in zip(said, now, strict=True)
        )
        confirmed = Domain(
            "id",
            "in",
            SQL(
                "(SELECT s.id FROM dokstamp_student s JOIN dokstamp_confirmation c "
                "ON c.student_id = s.id WHERE %s)",
                same,
            ),
        )
        wants = set(value)
        if wants == {True}:
            return confirmed
        return ~confirmed if wants == {False} else Domain.TRUE

    @api.depends("correction_ids.state")
    def _compute_open_correction_id(self):
        for student in self:
            student.open_correction_id = student._open_correction()

    def _open_correction(self):
        return self.correction_ids.filtered(lambda asked: asked.state == OPEN)[:1]

    # === IN THE PORTAL: with elevated rights, of what `_domain_of_partner` finds === #

    @api.model
    def _domain_of_partner(self, partner):
        """Who this one person is: the contact itself, not its company. Whoever left the
        school has a say as long as there are certificates.
        """
        is_here = Domain("active", "=", True) | Domain(
            "certificate_ids.state", "in", PUBLIC_STATES
        )
        return (
            Domain("partner_id", "=", partner.id)
            & Domain("active", "in", [True, False])
            & is_here
        )

    def _shown_values(self):
        """What the page shows, as its form sends it back.

        :rtype: dict[str, str]
        """
        return {
            name: fields.Date.to_string(self[name]) or ""
            if self._fields[name].type == "date"
            else self[name] or ""
            for name in OF_STUDENT
        }

    def _note_confirmation(self, user):
        """``user`` says that what stands here is right; saying so twice is once."""
        if not self.sudo()._current_confirmation():
            # sudo: what a student says is nobody's to type
            self.env["dokstamp.confirmation"].sudo().create(
                {
                    "student_id": self.id,
                    "user_id": user.id,
                    **{name: self[name] for name in OF_STUDENT},
                }
            )

    def _asks_too_often(self):
        """Whether so much was asked for and withdrawn within a day that registrars and
        the disk are spared more of it.
        """
        a_day_ago = fields.Datetime.now() - timedelta(days=1)
        asked = self.correction_ids.filtered(lambda one: one.create_date > a_day_ago)
        return len(asked) >= MAX_CORRECTIONS_A_DAY

    def _ask_for_correction(self, values):
        """Note what the student wants; a registrar decides.

        :param dict values: the three values wanted, word and evidence
        :rtype: dokstamp.correction
        """
        return self.env["dokstamp.correction"].create(
            {
                "student_id": self.id,
                "user_id": self.env.uid,
                **{f"old_{name}": self[name] for name in OF_STUDENT},
                **values,
            }
        )

    def _withdraw_correction(self):
        """The student takes back what was asked for, and the evidence goes."""
        self._open_correction().write(
            {"state": "withdrawn", "evidence": False, "evidence_name": False}
        )

    def _last_correction(self):
        """What the portal tells of, open or decided."""
        return self.correction_ids.filtered(lambda asked: asked.state != "withdrawn")[
            :1
        ]

    # === CERTIFICATES THAT ARE OUT === #

    def _outdated_certificates(self):
        """Live ones that were given out with another name or date of birth: DokStamp
        keeps with each certificate what was so when it was issued (dokstamp-api.md
        16.5).
        """
        return self._issued_certificates().filtered(
            lambda c: (
                not c.replaced_by_id
                and any(
                    c.certified_values.get(key) != c._registry_value(key)
                    for key in OF_PERSON
                    if key in (c.certified_values or {})
                )
            )
        )

    def action_view_corrections(self):
        """Open what the student asked for."""
        return self._action_pointing_here(
            "dokstamp_connector.dokstamp_correction_action", "student_id"
        )

    # === ERASING === #

    def _erase(self):
        # who it is of may have to stay; what the student said goes
        students = self.sudo().with_context(active_test=False)
        students.correction_ids.unlink()
        students.confirmation_ids.unlink()
        students._forget_decisions()
        return super()._erase()

    def _going_sentences(self):
        sentences = super()._going_sentences()
        if self.correction_ids or self.confirmation_ids:
            sentences.append(
                self.env._("What the student confirmed and asked for in the portal.")
            )
        return sentences
