from odoo import api, models


class DokstampCertificateIssue(models.TransientModel):
    _inherit = "dokstamp.certificate.issue"

    @api.model
    def _enrollments_of(self, model, ids):
        """Override: an event means all who attended it."""
        if model != "event.event":
            return super()._enrollments_of(model, ids)
        registrations = self.env["event.registration"].search(
            [("event_id", "in", ids), ("state", "=", "done")]
        )
        return super()._enrollments_of(registrations._name, registrations.ids)
