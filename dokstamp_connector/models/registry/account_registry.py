"""What registry records get from their company's account when they have none of their
own.
"""

from odoo import api, models


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        accounts._complete_registry()
        return accounts

    def write(self, vals):
        result = super().write(vals)
        if vals.get("institution_id"):
            self._complete_registry()
        if vals.get("active") is False:
            self._hand_over_registry()
        elif vals.get("active"):
            self._complete_registry()
        return result

    def _hand_over_registry(self):
        """What an archived account should have sent is the next account's, if any."""
        # sudo: all of the company's records, and the queue
        queue = self.env["dokstamp.sync.record"].sudo()
        for account in self:
            queue._cancel_open_of(account)
            successor = account.company_id._dokstamp_account()
            account._fill_in("account_id", account, "account_id", successor)

    def _complete_registry(self):
        """Give records without account or institution the ones of their company.

        At the account's own saves, and in the sweep for records that were being saved
        at that very moment.
        """
        active = self.filtered("active")
        for account in active.sorted("id"):  # the oldest is the company's first
            account._fill_in("company_id", account.company_id, "account_id", account)
            if account.institution_id:
                account._fill_in(
                    "account_id", account, "institution_id", account.institution_id
                )

    def _fill_in(self, link, value, name, default):
        """Set the field ``name`` to ``default`` where ``link`` is ``value``, and where
        it is empty unless it is the link itself.
        """
        for model in self.env["dokstamp.entity"]._registry_models():
            if name not in self.env[model]._fields:
                continue
            records = self.env[model].with_context(active_test=False)
            domain = [(link, "=", value.id)]
            if name != link:
                domain.append((name, "=", False))
            # sudo: all of the company's records, also what a source feeds
            records.sudo().search(domain)[name] = default
