"""The secrets that an account signs in with: written by people, read by none."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...dokstamp_api import origin_of

STORED_IN = {"client_secret": "stored_client_secret", "password": "stored_password"}


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    client_secret = fields.Char(
        string="Client secret",
        compute="_compute_secrets",
        inverse="_inverse_client_secret",
        copy=False,
    )
    has_client_secret = fields.Boolean(
        string="Has a client secret", compute="_compute_secrets"
    )
    password = fields.Char(
        compute="_compute_secrets", inverse="_inverse_password", copy=False
    )
    has_password = fields.Boolean(string="Has a password", compute="_compute_secrets")
    # Where the secrets are: no role can read these through a form, an export or RPC.
    stored_client_secret = fields.Char(groups=fields.NO_ACCESS, copy=False)
    stored_password = fields.Char(groups=fields.NO_ACCESS, copy=False)

    # === COMPUTE METHODS === #

    @api.depends("stored_client_secret", "stored_password")
    def _compute_secrets(self):
        """Secrets are write-only: a form gets told that there is one, never which."""
        for account, account_sudo in zip(self, self.sudo(), strict=True):
            account.client_secret = account.password = False
            account.has_client_secret = bool(account_sudo.stored_client_secret)
            account.has_password = bool(account_sudo.stored_password)

    def _inverse_client_secret(self):
        for account in self:
            if account.client_secret:  # an empty field in a form keeps what is there
                account.sudo().stored_client_secret = account.client_secret.strip()

    def _inverse_password(self):
        for account in self:
            if account.password:
                account.sudo().stored_password = account.password

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        accounts._forget_typed_secrets()
        return accounts

    def write(self, vals):
        if "base_url" in vals:
            self._drop_secrets_of_another_address(vals)
        result = super().write(vals)
        if not STORED_IN.keys().isdisjoint(vals):
            self._forget_typed_secrets()
        return result

    def _forget_typed_secrets(self):
        """A form reads what it has saved in the same request: not from the cache.

        Nor whether there is a secret: what one method computes is not invalidated while
        part of it is being written.
        """
        self.invalidate_recordset([*STORED_IN, "has_client_secret", "has_password"])

    def _drop_secrets_of_another_address(self, vals):
        """Whoever may change the address must not have the secrets sent to a server of
        their own: they are typed anew for another one.

        :raise ValidationError: no address of an API
        """
        origin = self._plain_address(vals["base_url"]).origin
        moving = self.filtered(lambda account: origin_of(account.base_url) != origin)
        # sudo: nobody may write these; a secret in ``vals`` is stored after this
        moving.sudo().write(
            {stored: False for name, stored in STORED_IN.items() if not vals.get(name)}
        )

    def _check_secret_is_there(self):
        """Say so before DokStamp is asked without one.

        :raise UserError: there is none to sign in with
        """
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
