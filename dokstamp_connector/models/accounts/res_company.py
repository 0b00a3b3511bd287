from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _dokstamp_account(self):
        """The account of new registry records of this company: its oldest."""
        self.ensure_one()
        # sudo: registrars and school apps' users may not read accounts
        accounts = self.env["dokstamp.account"].sudo().with_context(active_test=True)
        return accounts.search([("company_id", "=", self.id)], order="id", limit=1)
