"""What the registry adds to accounts: the institution that new records get, and that
records without an account get their company's.
"""

from odoo import api, fields, models


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    institution_id = fields.Many2one(
        "dokstamp.institution",
        string="Default institution",
        check_company=True,
        help="The institution of new courses and modules.",
    )

    @api.model
    def _get_writable_fields(self, state=None):
        return super()._get_writable_fields(state) | {"institution_id"}

    def _note_changed(self, vals):
        result = super()._note_changed(vals)
        if vals.get("institution_id"):
            self._complete_registry()
        if vals.get("active") is False:
            self._hand_over_registry()
        elif vals.get("active"):
            self._complete_registry()
        return result

    # === WHAT NEEDS ATTENTION === #

    def _is_well(self):
        return super()._is_well() and bool(self.institution_id)

    # === ACTION METHODS === #

    def action_choose_institution(self):
        self.ensure_one()
        self.check_access("write")
        return self.env["dokstamp.institution.choice"]._open_for(self)._shown()

    # === COMPLETING AND HANDING OVER === #

    def _hand_over_registry(self):
        """What an archived account should have sent is the next account's, if any."""
        for account in self:
            successor = account.company_id._dokstamp_account()
            account._fill_in("account_id", account, "account_id", successor)

    def _complete_registry(self):
        """Give records without account or institution the ones of their company, but
        for those that somebody keeps in Odoo.

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
            if name == "account_id" and default:
                domain.append(("stays_in_odoo", "=", False))
            # sudo: all of the company's records, also what a source feeds
            records.sudo().search(domain)[name] = default
