"""What is looked at in enrollments before they are sent: the order of their days."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .data_check import DataCheck


class DokstampEnrollment(models.Model):
    _inherit = "dokstamp.enrollment"

    @api.model
    def _get_data_checks(self):
        completed, enrolled = map(self._data_column, ("completed_at", "enrolled_at"))
        label = self.env._("Days that do not fit")
        # of whichever school: the day begins first in the east
        latest = fields.Date.today() + timedelta(days=1)
        return [
            *super()._get_data_checks(),
            DataCheck(
                "days",
                label,
                self.env._("The day of completion lies in the future."),
                "completed_at",
                SQL("%s > %s", completed, latest),
                completed,
            ),
            DataCheck(
                "days_order",
                self.env._("Completed before enrolled"),
                self.env._(
                    "Completed before the day of enrollment: one of them is wrong, or "
                    "the student was entered later."
                ),
                "completed_at",
                SQL("%s < %s", completed, enrolled),
                SQL("%s || ' – ' || %s", enrolled, completed),
                is_doubt=True,
            ),
        ]

    @api.model
    def _data_name(self):
        """That of the student, who is what people look for."""
        student = self.env["dokstamp.student"]
        return SQL(
            "(SELECT %s FROM dokstamp_student s WHERE s.id = %s)",
            student._field_to_sql("s", "name"),
            self._data_column("student_id"),
        )
