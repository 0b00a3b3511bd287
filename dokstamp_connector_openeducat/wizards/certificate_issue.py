from odoo import api, models


class DokstampCertificateIssue(models.TransientModel):
    _inherit = "dokstamp.certificate.issue"

    @api.model
    def _enrollments_of(self, model, ids):
        """Override: a batch means all of it who finished, of its course or another one
        that has the batch of a parent course.
        """
        if model != "op.batch":
            return super()._enrollments_of(model, ids)
        enrollments = self.env["op.student.course"].search(
            [("batch_id", "in", ids), ("state", "=", "finished")]
        )
        return super()._enrollments_of(enrollments._name, enrollments.ids)
