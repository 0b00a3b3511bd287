"""What keeps an account's credentials and records where they belong."""

import re

from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from .address import origin_of

TENANT = re.compile(r"[a-z0-9][a-z0-9._-]*")  # a slug: dokstamp-api.md 3
STORED_IN = {"client_secret": "stored_client_secret", "password": "stored_password"}


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

    def _check_tenant_stays(self, vals):
        """Refuse another tenant once records are linked to this one's: their uuids mean
        nothing there.

        The address alone may change, as one tenant may move to another host.
        """
        if "tenant" not in vals:
            return
        for account in self.filtered(lambda account: account.tenant != vals["tenant"]):
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

    def _drop_secrets_of_another_address(self, vals):
        """Whoever may change the address must not have the secrets sent to a server of
        their own: they are typed anew for another one.
        """
        if "base_url" not in vals:
            return
        origin = origin_of(vals["base_url"])
        moving = self.filtered(lambda account: origin_of(account.base_url) != origin)
        # sudo: nobody may write these; a secret in ``vals`` is stored after this
        moving.sudo().write(
            {stored: False for name, stored in STORED_IN.items() if not vals.get(name)}
        )

    def _check_secret_is_there(self):
        """:raise UserError: there is none to sign in with"""
        if self.auth_method == "password":
            if not self.has_password:
                raise UserError(
                    self.env._(
                        "The password is missing. Type it again: it is forgotten when "
                        "the address of the API changes."
                    )
                )
        elif not self.has_client_secret:
            raise UserError(
                self.env._(
                    "The client secret is missing. Type it again: it is forgotten when "
                    "the address of the API changes."
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
