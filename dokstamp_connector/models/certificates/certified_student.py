"""Once a student has a certificate, others rely on who that is."""

from odoo import models


class DokstampStudent(models.Model):
    _inherit = "dokstamp.student"

    def _is_certified(self):
        # sudo: school apps' users may not see certificates; archived drafts count not
        certificates = self.env["dokstamp.certificate"].sudo()
        return bool(
            certificates.with_context(active_test=False).search_count(
                [("student_id", "=", self.id), ("state", "!=", "draft")], limit=1
            )
        )
