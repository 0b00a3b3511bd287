"""What the student's word adds to certificates: where the account says so, they wait
for it, unless a person makes an exception.
"""

from odoo import models


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

    def _objections_of_each(self):
        obstacles = self._confirmation_obstacles()
        return [
            (firm, doubts + obstacles.get(certificate.student_id._origin.id, []))
            for certificate, (firm, doubts) in zip(
                self, super()._objections_of_each(), strict=True
            )
        ]

    def _confirmation_obstacles(self):
        """Student id → why certificates wait for the student's word."""
        obstacles = {}
        # sudo: accounts are the managers'
        for account, certificates in self.sudo().grouped("account_id").items():
            if sentence := account._confirmation_obstacle():
                students = certificates.student_id._origin
                unconfirmed = students.filtered(lambda one: not one.is_confirmed)
                obstacles.update(dict.fromkeys(unconfirmed.ids, [sentence]))
        return obstacles
