"""A school's access to DokStamp.

    account       who signs in where, and how fast it may call
    typed_address the address of the API as people type it
    credentials   the secrets, which nobody can read
    guard         what keeps credentials and records where they belong
    limits        what the fields may hold
    access        the client that uses them, and what is wrong with the access
    health        whether the account may be used right now
    registry      what registry records get from their company's account
    pages         where people see its records at DokStamp
    overview      what its form tells of the queue
    buttons       what an administrator does with it

People write all of it but its health, which the flush notes.
"""

from odoo import api, fields, models

# Other ones deserve another try, and a person's word that they belong to this database.
ACCESS_FIELDS = {
    *("base_url", "tenant", "auth_method", "client_id", "client_secret"),
    *("login", "password"),
}


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
    login = fields.Char(string="E-mail", copy=False)
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
    pause_reason = fields.Text(string="Reason of the pause", readonly=True, copy=False)
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
        string="Requests per minute",
        default=0,
        aggregator=None,
        help="0: as fast as DokStamp answers.",
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
    outage_message = fields.Text(string="What is wrong", readonly=True, copy=False)
    flushed_by = fields.Char(
        string="Last sender",
        readonly=True,
        copy=False,
        help="The process that was the last to send for this account.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        suggested = self.default_get(["base_url"])  # perhaps a user's own default
        return super().create(
            [self._with_plain_address({**suggested, **vals}) for vals in vals_list]
        )

    def write(self, vals):
        vals = self._with_plain_address(vals)
        reconnecting = self.filtered(
            lambda account: account.state != "draft" and account._differs(vals)
        )
        result = super().write(vals)
        if reconnecting:
            reconnecting._reset_access()
        return result

    def _differs(self, vals):
        """Whether ``vals`` give other credentials; any secret is another one."""
        return any(
            vals[name] and vals[name] != self[name]
            for name in ACCESS_FIELDS.intersection(vals)
        )
