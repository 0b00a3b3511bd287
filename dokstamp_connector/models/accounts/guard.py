"""What keeps an account's credentials and records where they belong."""

import re

from odoo import api, models
from odoo.exceptions import UserError, ValidationError

TENANT = re.compile(r"[a-z0-9][a-z0-9._-]*")  # a slug: dokstamp-api.md 3


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    @api.constrains("tenant")
    def _check_tenant(self):
        for account in self:
            if not TENANT.fullmatch(account.tenant or ""):
                raise ValidationError(
                    self.env._(
                        "“%(tenant)s” is not a tenant. It looks like my-school: small "
                        "letters, digits, dots, hyphens and underscores.",
                        tenant=account.tenant,
                    )
                )

    def write(self, vals):
        if "tenant" in vals:
            self._check_tenant_stays(vals["tenant"])
        return super().write(vals)

    def _check_tenant_stays(self, tenant):
        """Refuse another tenant once records are linked to this one's: their uuids mean
        nothing there.

        The address alone may change, as one tenant may move to another host.

        :raise UserError: the account has sent something to its tenant
        """
        for account in self.filtered(lambda account: account.tenant != tenant):
            # sudo: links of all the account's records
            bindings = self.env["dokstamp.binding"].sudo()
            count = bindings.search_count(
                [("account_id", "=", account.id), ("dokstamp_uuid", "!=", False)]
            )
            if count:
                raise UserError(
                    self.env._(
                        "This account has sent %(count)s record(s) to the tenant "
                        "%(tenant)s. Create another account for another tenant.",
                        count=count,
                        tenant=account.tenant,
                    )
                )

    def _current_database_uuid(self):
        """Which database this is: its uuid, and what a dump of it does not carry, its
        name and the identifier of its server.

        :rtype: str
        """
        # sudo: a system parameter
        uuid = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        cr = self.env.cr
        cr.execute(
            "SELECT current_database(),"
            " has_function_privilege('pg_control_system()', 'EXECUTE')"
        )
        name, may_ask_server = cr.fetchone()
        if not may_ask_server:
            return f"{uuid}@{name}"
        cr.execute("SELECT system_identifier FROM pg_control_system()")
        [server] = cr.fetchone()
        return f"{uuid}@{name}@{server}"
