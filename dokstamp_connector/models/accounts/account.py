"""A school's access to DokStamp: credentials, pace, and the buttons that try them."""

import ipaddress
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.orm.models import NO_ACCESS

from .address import split_address

SECRETS = ("client_secret", "password")
ACCESS_FIELDS = {"base_url", "tenant", "auth_method", "client_id", "login", *SECRETS}


class DokstampAccount(models.Model):
    """One DokStamp tenant with its credentials, for one company."""

    _name = "dokstamp.account"
    _description = "DokStamp Account"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, default="DokStamp")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    base_url = fields.Char(
        string="Address of the API", required=True, default="https://api.dokstamp.com"
    )
    tenant = fields.Char(
        required=True,
        help=(
            "The short name of your school at DokStamp: its “domain”, found there "
            "under Settings > API."
        ),
    )
    auth_method = fields.Selection(
        [
            ("client_credentials", "Client credentials"),
            ("password", "E-mail and password (older accounts)"),
        ],
        string="Sign in with",
        required=True,
        default="client_credentials",
    )
    client_id = fields.Char(string="Client ID", copy=False)
    client_secret = fields.Char(
        compute="_compute_secrets", inverse="_inverse_client_secret", copy=False
    )
    has_client_secret = fields.Boolean(compute="_compute_secrets")
    login = fields.Char(string="E-mail", copy=False)
    password = fields.Char(
        compute="_compute_secrets", inverse="_inverse_password", copy=False
    )
    has_password = fields.Boolean(compute="_compute_secrets")
    # Where the secrets are: no role can read these through a form, an export or RPC.
    stored_client_secret = fields.Char(groups=NO_ACCESS, copy=False)
    stored_password = fields.Char(groups=NO_ACCESS, copy=False)
    # the database's uuid and what a dump of it does not carry
    database_uuid = fields.Char(
        string="Confirmed in database",
        readonly=True,
        copy=False,
        help=(
            "The database that the credentials were confirmed in. A copy of the "
            "database does not use them."
        ),
    )
    institution_id = fields.Many2one(
        "dokstamp.institution",
        string="Default institution",
        check_company=True,
        help="The institution of new courses and modules.",
    )
    state = fields.Selection(
        [("draft", "Not connected"), ("connected", "Connected"), ("paused", "Paused")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    pause_reason = fields.Text(readonly=True, copy=False)
    sync_mode = fields.Selection(
        [("realtime", "Right after each save"), ("scheduled", "At intervals")],
        string="Send",
        required=True,
        default="realtime",
    )
    max_in_flight = fields.Integer(
        string="Requests at once", default=4, required=True, aggregator=None
    )
    requests_per_minute = fields.Integer(
        default=0, aggregator=None, help="0: as fast as DokStamp answers."
    )
    page_url_pattern = fields.Char(
        string="Pattern of DokStamp's pages",
        help="Where people see a record at DokStamp, for example "
        "https://app.example.com/{resource}/{uuid}. Leave empty for no link.",
    )
    outage_count = fields.Integer(
        string="Failures in a row", readonly=True, copy=False, aggregator=None
    )
    call_again_at = fields.Datetime(
        string="Not before",
        readonly=True,
        copy=False,
        help="DokStamp is left alone until then.",
    )
    outage_message = fields.Text(readonly=True, copy=False)
    pending_count = fields.Integer(compute="_compute_queue_counts", string="On its way")
    waiting_count = fields.Integer(compute="_compute_queue_counts", string="Waiting")
    failed_count = fields.Integer(compute="_compute_queue_counts", string="Failed")
    oldest_pending_at = fields.Datetime(
        compute="_compute_queue_counts", string="Oldest unsent change"
    )

    _max_in_flight_in_range = models.Constraint(
        "CHECK (max_in_flight BETWEEN 1 AND 32)",
        "Requests at once must be between 1 and 32.",
    )
    _requests_per_minute_positive = models.Constraint(
        "CHECK (requests_per_minute >= 0)",
        "Requests per minute cannot be negative.",
    )

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

    def _compute_queue_counts(self):
        open_rows = self.env["dokstamp.sync.record"]._read_group(
            [
                ("account_id", "in", self.ids),
                ("state", "in", ("pending", "sending", "failed")),
            ],
            ["account_id", "state", "failure_type"],
            ["__count", "create_date:min"],
        )
        self.pending_count = self.waiting_count = self.failed_count = 0
        self.oldest_pending_at = False
        for account, state, failure_type, count, oldest in open_rows:
            if state == "failed":
                account.failed_count += count
            elif failure_type == "waiting":
                account.waiting_count += count
            else:
                account.pending_count += count
                known = account.oldest_pending_at
                account.oldest_pending_at = min(known, oldest) if known else oldest

    # === CONSTRAINT METHODS === #

    @api.constrains("base_url")
    def _check_base_url(self):
        for account in self:
            parts = split_address(account.base_url)
            if not parts or parts.scheme not in ("http", "https"):
                raise ValidationError(
                    self.env._(
                        "“%(url)s” is not an address of an API. It looks like "
                        "https://api.dokstamp.com.",
                        url=account.base_url,
                    )
                )
            if parts.scheme == "http" and not _is_loopback(parts.hostname):
                raise ValidationError(
                    self.env._(
                        "The address must begin with https://: students' data and "
                        "your credentials would travel unencrypted otherwise."
                    )
                )
            if parts.username or parts.query or parts.fragment:
                raise ValidationError(
                    self.env._(
                        "The address of the API holds no user name, question mark or #."
                    )
                )

    @api.constrains("page_url_pattern")
    def _check_page_url_pattern(self):
        for account in self.filtered("page_url_pattern"):
            try:
                url = account.page_url_pattern.format(resource="courses", uuid="0")
            except (KeyError, IndexError, ValueError):
                url = ""
            if urlsplit(url).scheme not in ("http", "https"):
                raise ValidationError(
                    self.env._(
                        "The pattern of DokStamp's pages is an address that begins "
                        "with https:// and may hold {resource} and {uuid}."
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        accounts._complete_registry()
        accounts._forget_typed_secrets()
        return accounts

    def write(self, vals):
        reconnecting = self.filtered(
            lambda account: account.state != "draft" and account._differs(vals)
        )
        self._check_tenant_stays(vals)
        self._drop_secrets_of_another_address(vals)
        result = super().write(vals)
        if vals.get("institution_id"):
            self._complete_registry()
        # Other credentials deserve another try, and a person's word that they belong to
        # this database.
        if reconnecting:
            reconnecting._reset_access()
        if not set(SECRETS).isdisjoint(vals):
            self._forget_typed_secrets()
        return result

    def _forget_typed_secrets(self):
        """A form reads what it has saved in the same request: not from the cache.

        Nor whether there is a secret: what one method computes is not invalidated while
        part of it is being written.
        """
        self.invalidate_recordset([*SECRETS, "has_client_secret", "has_password"])

    def _differs(self, vals):
        """Whether ``vals`` give other credentials; any secret is another one."""
        return any(
            vals[name] and vals[name] != self[name]
            for name in ACCESS_FIELDS.intersection(vals)
        )

    def _reset_access(self):
        self.write(
            {
                "state": "draft",
                "pause_reason": False,
                "outage_count": 0,
                "outage_message": False,
                "call_again_at": False,
            }
        )

    # === ACTION METHODS === #

    def action_test_connection(self):
        """Ask DokStamp for one institution; connect when it answers, or say what is
        wrong.
        """
        self.ensure_one()
        self.check_access("write")
        self._check_secret_is_there()
        error = self._try_connection()
        if error:
            raise UserError(self._access_sentence(error))
        self.write(
            {
                "state": "connected",
                "pause_reason": False,
                "outage_count": 0,
                "outage_message": False,
                "call_again_at": False,
                "database_uuid": self._current_database_uuid(),
            }
        )
        self._wake(urgent=True)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Connected to %(tenant)s at DokStamp: it may read. Whether it may "
                    "write as well shows at the first save.",
                    tenant=self.tenant,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_pause(self):
        self._pause(self.env._("Paused by %(user)s.", user=self.env.user.display_name))

    def action_resume(self):
        """Go on where the queue stopped; the first call shows whether the cause is
        gone.
        """
        for account in self:
            # not connected: other credentials were saved as the button was pressed
            if account.state != "connected":
                account.action_test_connection()

    def action_choose_institution(self):
        self.ensure_one()
        wizard = self.env["dokstamp.institution.choice"]._open_for(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Choose the institution"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_view_queue(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_sync_record_action"
        )
        action["domain"] = [("account_id", "=", self.id)]
        return action

    # === LINKS === #

    def _page_url(self, record, uuid):
        """Where people see ``record`` at DokStamp, or False."""
        if not self.page_url_pattern or not uuid:
            return False
        return self.page_url_pattern.format(
            resource=record._dokstamp_resource, uuid=uuid
        )


def _is_loopback(hostname):
    if hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(hostname).is_loopback
    except ValueError:
        return False
