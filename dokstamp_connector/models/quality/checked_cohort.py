"""What is looked at in cohorts before they are sent: their days."""

from odoo import api, models
from odoo.tools import SQL

from .data_check import DataCheck


class DokstampCohort(models.Model):
    _inherit = "dokstamp.cohort"

    @api.model
    def _get_data_checks(self):
        start, end = map(self._data_column, ("start_date", "end_date"))
        return [
            *super()._get_data_checks(),
            DataCheck(
                "days",
                self.env._("Days that do not fit"),
                self.env._("The cohort would end before it starts."),
                "end_date",
                SQL("%s < %s", end, start),
                SQL("%s || ' – ' || %s", start, end),
            ),
        ]
