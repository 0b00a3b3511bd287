"""What registry records get from their company's account when they have none of their
own.
"""

from odoo import models


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    def _complete_registry(self):
        """Give records without account or institution the ones of their company.

        At the account's own saves, and in the sweep for records that were being saved
        at that very moment.
        """
        for account in self.sorted("id"):  # the oldest is the company's first
            account._fill_in("company_id", account.company_id, "account_id", account)
            if account.institution_id:
                account._fill_in(
                    "account_id", account, "institution_id", account.institution_id
                )

    def _fill_in(self, link, value, name, default):
        """Set the field ``name`` to ``default`` where ``link`` is ``value`` and it is
        empty.
        """
        for model in self.env["dokstamp.entity"]._registry_models():
            if name not in self.env[model]._fields:
                continue
            records = self.env[model].with_context(active_test=False)
            # sudo: all of the company's records, also what a source feeds
            empty = records.sudo().search([(link, "=", value.id), (name, "=", False)])
            empty[name] = default
