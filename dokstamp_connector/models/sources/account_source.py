"""What sources add to accounts: another language has them read all again."""

from odoo import models

from ..language import usable_language


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    def _note_changed(self, vals):
        result = super()._note_changed(vals)
        spoken = self.filtered(
            lambda account: (
                "lang" in vals
                or account._language()
                != usable_language(self.env, account.company_id.partner_id.lang)
            )
        )
        if spoken:
            # sudo: sources of whoever set them up
            sources = self.env["dokstamp.source"].sudo()
            sources.search([("company_id", "in", spoken.company_id.ids)])._read_all()
        return result
