"""What an account's fields may hold, said before the database says it.

PostgreSQL quotes the whole row that it refuses, secrets included, and Odoo passes that
on to its log and to the details of the browser's error dialog. So nothing here is left
to a constraint of the database.
"""

from odoo import api, models
from odoo.exceptions import ValidationError

MAX_IN_FLIGHT = 32  # requests
MAX_INTEGER = 2**31 - 1  # of a column
NUMBERS = ("integer", "float")  # empty is 0


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    @api.constrains("max_in_flight", "requests_per_minute")
    def _check_pace(self):
        for account in self:
            if not 1 <= account.max_in_flight <= MAX_IN_FLIGHT:
                raise ValidationError(
                    self.env._(
                        "Requests at once must be between 1 and %s.", MAX_IN_FLIGHT
                    )
                )
            if account.requests_per_minute < 0:
                raise ValidationError(
                    self.env._("Requests per minute cannot be negative.")
                )

    def write(self, vals):
        self._refuse_unfit(vals)
        return super().write(vals)

    def _refuse_unfit(self, vals):
        """:raise ValidationError: a value that the columns would refuse"""
        for name, value in vals.items():
            field = self._fields.get(name)
            if not field or not field.store:
                continue
            if field.type in NUMBERS:
                if abs(value or 0) > MAX_INTEGER:
                    raise ValidationError(
                        self.env._(
                            "%(field)s: this number is too large.",
                            field=field._description_string(self.env),
                        )
                    )
            elif field.required and not value:
                raise ValidationError(
                    self.env._(
                        "%(field)s is needed: fill it in.",
                        field=field._description_string(self.env),
                    )
                )

    def _inverse_client_secret(self):
        self.flush_recordset()  # what is refused takes no secret along
        return super()._inverse_client_secret()

    def _inverse_password(self):
        self.flush_recordset()
        return super()._inverse_password()
