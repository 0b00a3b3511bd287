"""A school's access to DokStamp.

    account   who signs in where, with which secret, and how fast it may call
    access    the client that uses them, and what is wrong with the access
    breaker   whether it may be used right now, as the flush has noted it
    schedule  whether Odoo runs the scheduled actions, and how they are woken

What registry and queue add: `registry/account_registry`, `sync/account_queue`.

PostgreSQL quotes the whole row that it refuses, secrets included, and Odoo passes that
on to its log and to the browser's error dialog. So no rule for a value of this model is
left to a constraint of the database: it is said before the database says it.
"""

import re
from urllib.parse import quote

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...dokstamp_api import Address, AddressRefused, origin_of, web_page
from ..actions import RELOAD, show_message
from ..language import usable_language
from ..local_time import usable_zone, zone_choices
from ..sentence import Sentence

# Other ones deserve another try, and a person's word that they belong to this database.
ACCESS_FIELDS = {
    *("base_url", "tenant", "auth_method", "client_id", "client_secret"),
    *("login", "password"),
}
# What the breaker notes, when DokStamp answers and when nothing is wrong at all.
ANSWERING = {
    "outage_count": 0,
    "outage_message": False,
    "call_again_at": False,
    "asked_to_wait_until": False,
}
UNPAUSED = {"pause_reason": False, "pause_kind": False}
HEALTHY = {**UNPAUSED, **ANSWERING}
STORED_IN = {"client_secret": "stored_client_secret", "password": "stored_password"}
TENANT = re.compile(r"[a-z0-9][a-z0-9._-]*")  # a slug: dokstamp-api.md 3
MAX_IN_FLIGHT = 32  # requests
MAX_INTEGER = 2**31 - 1  # of a column
NUMBERS = ("integer", "float")  # empty is 0
SHOWN_LENGTH = 100  # characters of an address that is none
# What is filled in stands behind the server's name: whose page it is stays decided.
PATTERN = re.compile(r"[^{}/]+//[^{}/?#]+(?:[/?#](?:[^{}]|\{uuid\}|\{resource\})*)?")


class DokstampAccount(models.Model):
    """One DokStamp tenant with its credentials, for one company.

    People write all of it but its health, which the flush notes.
    """

    _name = "dokstamp.account"
    _inherit = ["dokstamp.write.protection", "mail.thread", "mail.activity.mixin"]
    _description = "DokStamp Account"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, default="DokStamp")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    base_url = fields.Char(
        string="Address of the API",
        required=True,
        default="https://api.dokstamp.com",
        help="Where DokStamp is called: the address that you got with the credentials.",
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
        help="Choose what DokStamp gave you: a client ID and its secret, or an "
        "e-mail address and a password.",
    )
    client_id = fields.Char(
        string="Client ID",
        copy=False,
        help="From DokStamp, together with the client secret.",
    )
    login = fields.Char(
        string="E-mail",
        copy=False,
        help="The address of the user that signs in at DokStamp for the connector. "
        "Use one of its own, not a person's.",
    )
    client_secret = fields.Char(
        string="Client secret",
        compute="_compute_secrets",
        inverse="_inverse_client_secret",
        copy=False,
        help="From DokStamp. Once saved it is not shown again; type a new one to "
        "replace it.",
    )
    has_client_secret = fields.Boolean(
        string="Has a client secret", compute="_compute_secrets"
    )
    password = fields.Char(
        compute="_compute_secrets",
        inverse="_inverse_password",
        copy=False,
        help="Once saved it is not shown again; type a new one to replace it.",
    )
    has_password = fields.Boolean(string="Has a password", compute="_compute_secrets")
    # Where the secrets are: no role can read these through a form, an export or RPC.
    stored_client_secret = fields.Char(groups=fields.NO_ACCESS, copy=False)
    stored_password = fields.Char(groups=fields.NO_ACCESS, copy=False)
    # people below may have Odoo call the internet, not what is beside it
    inner_url = fields.Char(
        string="Vouched for by an administrator",
        readonly=True,
        copy=False,
        help="An address that may lead into your own network: a system administrator "
        "typed it, or tested the connection with it.",
    )
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
    state = fields.Selection(
        [("draft", "Not connected"), ("connected", "Connected"), ("paused", "Paused")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    state_since = fields.Datetime(
        string="Since", readonly=True, copy=False, help="When it became so."
    )
    pause_reason = Sentence(string="Reason of the pause", readonly=True, copy=False)
    pause_kind = fields.Selection(
        [
            ("person", "A person"),
            ("copy", "Copy of the database"),
            ("access", "Access to DokStamp"),
        ],
        string="Paused because of",
        readonly=True,
        copy=False,
        help="Only a pause because of the access ends with a successful test.",
    )
    access_problem = fields.Text(
        string="What the last test said",
        readonly=True,
        copy=False,
        help="Why the last test of the connection failed.",
    )
    tested_at = fields.Datetime(string="Last tested", readonly=True, copy=False)
    attention = fields.Text(
        string="Needs attention",
        compute="_compute_attention",
        help="What stands still, or waits for somebody, beside the queue.",
    )
    is_well = fields.Boolean(compute="_compute_attention")
    lang = fields.Selection(
        lambda self: self.env["res.lang"].get_installed(),
        string="Language of what is sent",
        compute="_compute_lang",
        store=True,
        readonly=False,
        precompute=True,
        help="Texts that have several languages in Odoo are sent in this one, whoever "
        "saves them. A source may have another one.",
    )
    tz = fields.Selection(
        lambda self: zone_choices(),
        string="Time zone",
        help="Where the school's days begin and end: a completion late in the evening "
        "is of that day. Empty: that of the company's contact, else that of whoever "
        "made the account, else the server's.",
    )
    used_tz = fields.Char(
        string="Days are those of",
        compute="_compute_used_tz",
        help="The time zone that counts.",
    )
    responsible_id = fields.Many2one(
        "res.users",
        domain="[('share', '=', False)]",
        copy=False,
        help="Who is asked to decide, and reminded. Empty: whoever made the account.",
    )
    sync_mode = fields.Selection(
        [("realtime", "Right after each save"), ("scheduled", "At intervals")],
        string="Send",
        required=True,
        default="realtime",
        help="Right after each save: a change is sent within seconds. At "
        "intervals: it waits for the next run of the scheduled action.",
    )
    max_in_flight = fields.Integer(
        string="Requests at once",
        default=4,
        required=True,
        aggregator=None,
        help="How many calls DokStamp gets at the same time. Fewer if it asks for "
        "pauses often.",
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
    asked_to_wait_until = fields.Datetime(
        string="Asked to wait until",
        readonly=True,
        copy=False,
        help="DokStamp itself named this time. Nothing that comes back before ends the "
        "wait.",
    )
    outage_message = Sentence(string="What is wrong", readonly=True, copy=False)
    wait_message = fields.Text(
        string="Why nothing is sent just now", compute="_compute_wait_message"
    )
    page_url_pattern = fields.Char(
        string="Pattern of DokStamp's pages",
        help="Where people see a record at DokStamp, for example "
        "https://app.example.com/{resource}/{uuid}. Leave empty for no link.",
    )

    # === COMPUTE METHODS === #

    @api.depends("company_id")
    def _compute_lang(self):
        for account in self:
            account.lang = usable_language(
                self.env, account.lang, account.company_id.partner_id.lang
            )

    @api.depends("tz", "company_id.partner_id.tz", "create_uid.tz")
    def _compute_used_tz(self):
        for account in self:
            account.used_tz = account._zone()

    def _zone(self):
        """The time zone in which the school's days begin and end.

        :return: such as `America/Sao_Paulo`
        :rtype: str
        """
        # one after the other: each save of a source's record asks
        return usable_zone(self._zones())

    def _zones(self):
        yield self.tz
        # sudo: whoever saves a course may read none of them
        yield self.company_id.sudo().partner_id.tz
        yield self.sudo().create_uid.tz
        # not `env.ref`, which asks the database each time whether it exists
        administrator = self.env["ir.model.data"]._xmlid_to_res_id("base.user_admin")
        yield self.env["res.users"].browse(administrator or ()).sudo().tz

    def _responsible(self):
        """The manager who is asked: of the account, or of its company.

        :rtype: res.users
        """
        # sudo: who has which role
        managers = self.env.ref("dokstamp_connector.group_manager").sudo().all_user_ids
        own = managers.filtered(
            lambda user: user.active and self.company_id in user.company_ids
        ).sorted("id")
        chosen = [one for one in (self.responsible_id, self.create_uid) if one in own]
        administrator = self.env.ref("base.user_admin", raise_if_not_found=False)
        return (chosen or own or [administrator or self.env.user])[0]

    def _language(self):
        """The code of the language of what is sent.

        :rtype: str
        """
        partner = self.company_id.partner_id
        return usable_language(self.env, self.lang, partner.lang)

    @api.depends("stored_client_secret", "stored_password")
    def _compute_secrets(self):
        """Secrets are write-only: a form gets told that there is one, never which."""
        for account, account_sudo in zip(self, self.sudo(), strict=True):
            account.client_secret = account.password = False
            account.has_client_secret = bool(account_sudo.stored_client_secret)
            account.has_password = bool(account_sudo.stored_password)

    @api.depends("state", "outage_count", "call_again_at")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_attention(self):
        for account in self:
            sentences = account._get_attention()
            account.attention = "\n".join(sentences)
            account.is_well = not sentences and account._is_well()

    def _inverse_client_secret(self):
        self.flush_recordset()  # what is refused takes no secret along
        for account in self:
            if account.client_secret:  # an empty field in a form keeps what is there
                account.sudo().stored_client_secret = account.client_secret.strip()

    def _inverse_password(self):
        self.flush_recordset()  # as above
        for account in self:
            if account.password:
                account.sudo().stored_password = account.password

    # === CONSTRAINT METHODS === #

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

    @api.constrains("max_in_flight", "requests_per_minute")
    def _check_pace(self):
        for account in self:
            if not 1 <= account.max_in_flight <= MAX_IN_FLIGHT:
                raise ValidationError(
                    self.env._(
                        "Requests at once must be between 1 and %s.", MAX_IN_FLIGHT
                    )
                )
            if account.requests_per_minute < 0:
                raise ValidationError(
                    self.env._("Requests per minute cannot be negative.")
                )

    @api.constrains("page_url_pattern")
    def _check_page_url_pattern(self):
        """:raise ValidationError: no address of the web comes of it"""
        for account in self.filtered("page_url_pattern"):
            if not account._filled_in(resource="courses", uuid="0"):
                raise ValidationError(
                    self.env._(
                        "The pattern of DokStamp's pages is an address that begins "
                        "with https:// and the server's name, as "
                        "https://app.example.com/{resource}/{uuid}. Behind the name it "
                        "may hold {resource} and {uuid}, and no other braces."
                    )
                )

    def _refuse_unfit(self, vals):
        """:raise ValidationError: a value that the columns would refuse"""
        for name, value in vals.items():
            field = self._fields.get(name)
            if not field or not field.store:
                continue
            if field.type in NUMBERS:
                if abs(value or 0) > MAX_INTEGER:
                    raise ValidationError(
                        self.env._(
                            "%(field)s: this number is too large.",
                            field=field._description_string(self.env),
                        )
                    )
            elif field.required and not value:
                raise ValidationError(
                    self.env._(
                        "%(field)s is needed: fill it in.",
                        field=field._description_string(self.env),
                    )
                )

    # === CRUD METHODS === #

    @api.model
    def _get_writable_fields(self, state=None):
        """Who signs in where and how; how that goes the connector notes."""
        return super()._get_writable_fields(state) | {
            *ACCESS_FIELDS,
            *("name", "active", "company_id", "lang", "page_url_pattern", "sync_mode"),
            *("tz", "max_in_flight", "requests_per_minute", "responsible_id"),
        }

    @api.model_create_multi
    def create(self, vals_list):
        suggested = self.default_get(["base_url"])  # perhaps a user's own default
        accounts = super().create(
            [self._with_plain_address({**suggested, **vals}) for vals in vals_list]
        )
        accounts._forget_typed_secrets()
        accounts._vouch_for_address()
        accounts._note_changed({"active": True})
        return accounts

    def write(self, vals):
        self._refuse_unfit(vals)
        vals = self._with_plain_address(vals)
        self._check_change(vals)
        reconnecting = self.filtered(lambda account: account._differs(vals))
        if "base_url" in vals:
            self._drop_secrets_of_another_address(vals)
        turning = self.filtered(lambda one: vals.get("state") not in (None, one.state))
        result = super().write(vals)
        # sudo: a field of the connector
        turning.sudo().state_since = fields.Datetime.now()
        if not STORED_IN.keys().isdisjoint(vals):
            self._forget_typed_secrets()
        if "base_url" in vals:
            self._vouch_for_address()
        if reconnecting:
            reconnecting._reset_access()
        self._note_changed(vals)
        return result

    def _check_change(self, vals):
        """Refuse what must not be written; the queue does once it has sent something.

        :raise UserError: ``vals`` must not be written
        """

    def _note_changed(self, vals):
        """``vals`` are written, or ``self`` is new; the registry follows."""

    def _differs(self, vals):
        """Whether ``vals`` give other credentials; any secret is another one."""
        return any(
            vals[name] and vals[name] != self[name]
            for name in ACCESS_FIELDS.intersection(vals)
        )

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

    # === ADDRESSES INSIDE OF ONE'S OWN NETWORK === #

    def _init_column(self, column_name):
        """Of accounts made before it was kept: their addresses are called already."""
        result = super()._init_column(column_name)
        if column_name == "inner_url":
            self.env.cr.execute("UPDATE dokstamp_account SET inner_url = base_url")
        return result

    def _vouch_for_address(self):
        """A system administrator, or code that one installed, may have Odoo call
        whatever it reaches.
        """
        user = self.env.user
        if user._is_superuser() or user._is_system():
            for account in self.sudo():  # sudo: a field of the connector
                account.inner_url = account.base_url

    def _may_call_inside(self):
        """Whether somebody who may has vouched for this server, on any account.

        :rtype: bool
        """
        # sudo: addresses alone
        accounts = self.sudo().with_context(active_test=False)
        vouched = accounts.search([("inner_url", "!=", False)]).mapped("inner_url")
        return origin_of(self.base_url) in map(origin_of, vouched)

    # === ACTION METHODS === #

    def action_test_connection(self):
        """Ask DokStamp whether it lets the account in, and say what came of it.

        A test tests. It connects an account that was not connected yet, or that has
        paused because DokStamp did not let it in; it confirms no copy of a database and
        ends no pause that a person made.
        """
        self.ensure_one()
        self.check_access("write")
        self._vouch_for_address()
        if problem := self._try_access():
            return self._show_problem(problem)
        self._note_answer()
        if self.database_uuid and self.state != "paused":
            self._pause_if_copied()
        if self.state == "draft" or self._ends_by_test():
            self._connect()
        return self._show_test()

    def action_pause(self):
        self.check_access("write")
        reason = self.env._("Paused by %(user)s.", user=self.env.user.display_name)
        self._pause(reason, "person")
        return True

    def action_resume(self):
        """Go on where the queue stopped: a person's word that this database sends with
        these accounts, whoever or whatever had paused them.
        """
        self.check_access("write")
        answer = True
        for account in self:
            if account.state == "connected" and not account._is_copied():
                continue
            if problem := account._try_access():
                answer = account._show_problem(problem)
            else:
                account._connect()
        return answer

    def _connect(self):
        """From now on this database sends with the account."""
        self._note_answer()
        self.sudo().write(  # sudo: fields of the connector
            {
                "state": "connected",
                "database_uuid": self._current_database_uuid(),
                **UNPAUSED,
            }
        )
        self._note_connected()

    def _note_connected(self):
        """The account may send from now on; the queue goes on."""

    def _try_access(self):
        """What is wrong with the access, False when DokStamp lets the account in; kept
        for the form.

        :rtype: str | bool
        """
        problem = self._missing_secret_sentence()
        if not problem and (error := self._try_connection()):
            problem = self._access_sentence(error)
        # sudo: fields of the connector
        self.sudo().write(
            {"access_problem": problem, "tested_at": fields.Datetime.now()}
        )
        return problem

    def _show_problem(self, problem):
        """The form says it too; this is for whoever looks at a list, or at none."""
        return show_message(problem, "danger", next=RELOAD)

    def _show_test(self):
        """What came of a test that succeeded, and what stands in the way all the
        same.
        """
        problems = self._get_hindrances()
        if self.state == "paused":
            problems.insert(0, self._still_paused_sentence())
        answered = self.env._(
            "%(tenant)s at DokStamp lets the account in: it may read. Whether it may "
            "write as well shows at the first save.",
            tenant=self.tenant,
        )
        kind = "warning" if problems else "success"
        return show_message("\n".join([answered, *problems]), kind, next=RELOAD)

    def _still_paused_sentence(self):
        return self.env._(
            "Nothing is sent all the same: the account is paused. %(reason)s Only "
            "Resume ends that.",
            reason=self.pause_reason or "",
        )

    def _missing_secret_sentence(self):
        """What to type before DokStamp is asked; False when there is a secret.

        :rtype: str | bool
        """
        if self.auth_method == "password":
            return not self.has_password and self.env._(
                "The password is missing. Type it again: it is forgotten when the "
                "address of the API changes."
            )
        return not self.has_client_secret and self.env._(
            "The client secret is missing. Type it again: it is forgotten when the "
            "address of the API changes."
        )

    # === WHAT NEEDS ATTENTION === #

    def _get_hindrances(self):
        """Sentences on what stands in the way of an account that is connected; each
        layer adds what it knows.

        :rtype: list[str]
        """
        works = self._get_scheduled_works()
        return self.env["dokstamp.schedule"]._problems(works)

    def _get_scheduled_works(self):
        """Scheduled action → what does not happen without it, as a sentence; each layer
        adds its own.

        :rtype: dict[str, str]
        """
        return {}

    def _get_attention(self):
        """What stands still or waits for somebody; each layer adds what it knows.

        :return: sentence → where it is mended: the window action and what it shows;
            None: on the account itself
        :rtype: dict[str, tuple[str, list] | None]
        """
        return dict.fromkeys(self._get_hindrances())

    def _is_well(self):
        """Whether DokStamp knows everything, and nothing of it is in doubt; each layer
        adds its own.
        """
        return self.state == "connected" and not self.outage_count and self._may_call()

    # === ADDRESS: as people type it; `dokstamp_api/address` takes it apart === #

    def _with_plain_address(self, vals):
        """Values of a record with the address in its one way to write it.

        :rtype: dict
        :raise ValidationError: no address of an API
        """
        if "base_url" not in vals:
            return vals
        return {**vals, "base_url": self._plain_address(vals["base_url"]).url}

    def _plain_address(self, text):
        """:rtype: Address
        :raise ValidationError: no address of an API
        """
        try:
            return Address.of(text)
        except AddressRefused as error:
            raise ValidationError(self._address_sentence(error, text)) from None

    def _stored_address_sentence(self, error):
        """What is wrong with an address that was stored when it still passed."""
        return self.env._(
            "The address of the API cannot be right, so that nothing is sent: "
            "%(reason)s",
            reason=self._address_sentence(error, self.base_url),
        )

    def _address_sentence(self, error, text):
        """What is wrong with an address, in plain words."""
        if error.reason == "characters":
            return self.env._(
                "The address of the API holds plain letters, digits, dots, hyphens and "
                "slashes alone: no space, backslash, percent sign or letter with an "
                "accent. Type it anew. It looks like https://api.dokstamp.com."
            )
        if error.reason == "unencrypted":
            return self.env._(
                "The address must begin with https://: students' data and "
                "your credentials would travel unencrypted otherwise."
            )
        if error.reason in ("user", "query"):  # may hold a password: not repeated
            return self.env._(
                "The address of the API holds no user name, question mark or #."
            )
        return self.env._(
            "“%(url)s” is not an address of an API. It looks like "
            "https://api.dokstamp.com.",
            url=str(text or "")[:SHOWN_LENGTH],
        )

    # === PAGES: where people see the account's records at DokStamp === #

    def _page_url(self, resource, uuid):
        """Where people see a record at DokStamp, or False.

        :param str resource: as DokStamp's paths call the kind of record
        """
        if not self.page_url_pattern or not uuid:
            return False
        return self._filled_in(resource=resource, uuid=uuid)

    def _filled_in(self, resource, uuid):
        """The page of that name, False where the pattern is not one of pages: it may be
        of an earlier version.

        :rtype: str | bool
        """
        if not PATTERN.fullmatch(self.page_url_pattern):
            return False
        url = self.page_url_pattern.replace("{resource}", resource)
        return web_page(url.replace("{uuid}", quote(uuid, safe=""))) or False

    # === COPIES OF THE DATABASE === #

    def _is_copied(self):
        """Whether the account was connected in another database than this one."""
        return self.database_uuid != self._current_database_uuid()

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
