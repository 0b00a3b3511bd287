"""Odoo's privacy lookup finds what a student said, and what was said of the data."""

from odoo import models


class PrivacyLookupWizard(models.TransientModel):
    _inherit = "privacy.lookup.wizard"

    def _dokstamp_conditions(self):
        conditions = super()._dokstamp_conditions()
        of_student = conditions["dokstamp.enrollment"]
        return {
            **conditions,
            "dokstamp.confirmation": of_student,
            "dokstamp.correction": of_student,
            "dokstamp.data.decision": self._dokstamp_says("value", "reason"),
        }
