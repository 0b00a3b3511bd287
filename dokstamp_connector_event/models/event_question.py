"""A question for the date of birth on the website's registration form."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

BIRTH_DATE = "birth_date"


class EventQuestion(models.Model):
    _inherit = "event.question"

    question_type = fields.Selection(
        selection_add=[(BIRTH_DATE, "Date of birth")],
        ondelete={BIRTH_DATE: "set text_box"},
    )

    @api.constrains("question_type", "once_per_order")
    def _check_birth_date_of_each(self):
        if any(q.question_type == BIRTH_DATE and q.once_per_order for q in self):
            raise ValidationError(
                self.env._(
                    "A date of birth is asked of each attendee, not once per order: "
                    "otherwise all of an order would be born on the same day."
                )
            )
