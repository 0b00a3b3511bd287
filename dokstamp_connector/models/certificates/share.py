"""A student's own link to certificates, and who opened it."""

import re
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import NO_ACCESS

PROPOSED_DAYS = 90  # how long a link works unless the student says otherwise
MAX_DAYS = 365  # and at the longest
MAX_OF_ONE_STUDENT = 50  # links that work, or were made within a day
PIN = re.compile(r"[0-9]{4,10}")
TRIES = 5  # wrong PINs in a row, then nobody gets in for a time
FIRST_LOCK = timedelta(minutes=15)  # doubled with each further lock
LONGEST_LOCK = timedelta(days=1)
KEPT_DAYS = 180  # of an opening, and of a link that has ended
MAX_OPENINGS = 1000  # of one link; whoever goes on fills no disk


class DokstampShare(models.Model):
    """A link that a student made in the portal: to some of the own certificates, until
    a day, perhaps behind a PIN.

    It tells no more than the portal tells the student at that moment, so that it ends
    with the student's portal access. Its address is kept as it is, since the student
    copies it again later; but no role reads it, nor the PIN, of which there is only a
    hash. The school sees that there is a link, and can take it back.
    """

    _name = "dokstamp.share"
    _inherit = ["dokstamp.write.protection"]
    _description = "DokStamp Shared Link"
    _order = "id desc"
    _rec_name = "user_id"

    user_id = fields.Many2one(
        "res.users",
        string="Shared by",
        required=True,
        ondelete="cascade",
        index=True,
        help="The portal user of the student. Without that user the link is dead.",
    )
    seen_certificate_ids = fields.Many2many(
        "dokstamp.certificate",
        string="Certificates",
        compute="_compute_seen_certificate_ids",
        help="Those of your own companies.",
    )
    end_date = fields.Date(
        string="Works until", required=True, help="The last day on which it opens."
    )
    allows_pdf = fields.Boolean(
        string="With PDF", help="Whoever opens the link may download the documents."
    )
    has_pin = fields.Boolean(string="Asks for a PIN", compute="_compute_has_pin")
    taken_back_at = fields.Datetime(
        string="Taken back at",
        help="Since then the link shows nothing.",
    )
    taken_back_by_id = fields.Many2one(
        "res.users",
        string="Taken back by",
        ondelete="set null",
        help="The student, or somebody of the school.",
    )
    state = fields.Selection(
        [("open", "Works"), ("ended", "Ended"), ("taken_back", "Taken back")],
        compute="_compute_state",
    )
    opening_count = fields.Integer(
        string="Opened",
        compute="_compute_openings",
        help="How often, in the last 180 days; link previews do not count.",
    )
    last_opened_at = fields.Datetime(string="Last opened", compute="_compute_openings")

    # === NOBODY'S BUT THE STUDENT'S === #

    certificate_ids = fields.Many2many(
        "dokstamp.certificate",
        "dokstamp_share_certificate_rel",
        "share_id",
        "certificate_id",
        groups=NO_ACCESS,
        help="Whichever schools they are of.",
    )

    token = fields.Char(
        required=True,
        copy=False,
        default=lambda self: secrets.token_urlsafe(24),
        groups=NO_ACCESS,
    )
    note = fields.Char(groups=NO_ACCESS, help="For whom the link is.")
    form_key = fields.Char(
        required=True,
        copy=False,
        default=lambda self: secrets.token_urlsafe(12),
        groups=NO_ACCESS,
        help="Of the form that made it: pressed twice, it makes one link.",
    )
    pin_hash = fields.Char(copy=False, groups=NO_ACCESS)
    wrong_pin_count = fields.Integer(copy=False, aggregator=None, groups=NO_ACCESS)
    locked_until = fields.Datetime(copy=False, groups=NO_ACCESS)
    opening_ids = fields.One2many(
        "dokstamp.share.opening", "share_id", groups=NO_ACCESS
    )

    _token_unique = models.UniqueIndex("(token)", "Another link has this address.")
    _form_key_unique = models.UniqueIndex(
        "(user_id, form_key)", "This link was made already."
    )

    # === COMPUTE METHODS === #

    @api.depends("certificate_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_seen_certificate_ids(self):
        # sudo: of what the link holds, no more than the user may see
        for share, own in zip(self, self.sudo(), strict=True):
            certificates = own.certificate_ids.with_env(self.env)
            share.seen_certificate_ids = certificates._filtered_access("read")

    @api.depends("pin_hash")
    def _compute_has_pin(self):
        # sudo: that there is a PIN may be told
        for share, own in zip(self, self.sudo(), strict=True):
            share.has_pin = bool(own.pin_hash)

    @api.depends("taken_back_at", "end_date")
    def _compute_state(self):
        # sudo: whether a certificate still shows, whoever asks
        for share, own in zip(self, self.sudo(), strict=True):
            share.state = own._state_now()

    def _compute_openings(self):
        # sudo: how often and when; the rest is the student's
        groups = self.env["dokstamp.share.opening"].sudo()
        groups = groups._read_group(
            [("share_id", "in", self.ids)],
            ["share_id"],
            ["__count", "create_date:max"],
        )
        told = {share.id: rest for share, *rest in groups}
        for share in self:
            count, last = told.get(share.id, (0, False))
            share.opening_count, share.last_opened_at = count, last

    # === ACTION METHODS === #

    def action_take_back(self):
        """End the link, for good; whoever may see it may do so."""
        self.check_access("read")
        self._take_back(self.env.user)
        return True

    def _take_back(self, user):
        # sudo: fields that nobody types in
        for share in self.sudo().filtered(lambda one: not one.taken_back_at):
            share.write(
                {"taken_back_at": fields.Datetime.now(), "taken_back_by_id": user.id}
            )

    # === WHAT IT SHOWS: with elevated rights === #

    def _state_now(self):
        if self.taken_back_at:
            return "taken_back"
        is_over = self.end_date < self._today(self.user_id)
        return "ended" if is_over or not self._shown_certificates() else "open"

    @api.model
    def _today(self, user):
        """The day at the school that the student's user belongs to."""
        return user.company_id._dokstamp_today()

    def _shown_certificates(self):
        """What was chosen, and what replaced it: as far as the portal shows it to this
        student now, and the school lets it be shared. The newest first.
        """
        user = self.user_id
        if not user.active:
            return self.env["dokstamp.certificate"]
        chosen = self.certificate_ids
        successors = chosen.replaced_by_id
        while successors - chosen:
            chosen |= successors
            successors = successors.replaced_by_id
        visible = chosen.filtered_domain(chosen._domain_of_partner(user.partner_id))
        allowed = visible.filtered("account_id.allows_sharing")
        return allowed.sorted(lambda c: (c.conferral_date, c.id), reverse=True)

    def _counted(self):
        """Those that count towards `MAX_OF_ONE_STUDENT`."""
        a_day_ago = fields.Datetime.now() - timedelta(days=1)
        return self.filtered(
            lambda share: share.state == "open" or share.create_date > a_day_ago
        )

    def _address(self):
        return f"{self.get_base_url()}/dokstamp/shared/{self.token}"

    # === PIN === #

    @api.model
    def _hash_of_pin(self, pin):
        return self.env["res.users"]._crypt_context().hash(pin)

    def _is_locked(self):
        return bool(self.locked_until) and self.locked_until > fields.Datetime.now()

    def _is_pin(self, pin):
        """Whether it is the PIN; enough wrong ones lock the link for a time.

        A try is noted before it is compared: of tries at the same moment all but one
        meet a row that was changed meanwhile, and Odoo begins them anew.

        :param str pin: as whoever tries typed it
        :rtype: bool
        """
        if self._is_locked():
            return False
        self.wrong_pin_count += 1
        self.flush_recordset()
        if PIN.fullmatch(pin) and self._matches(pin):
            self.write({"wrong_pin_count": 0, "locked_until": False})
            return True
        locks, rest = divmod(self.wrong_pin_count, TRIES)
        if not rest:
            pause = FIRST_LOCK * 2 ** min(locks - 1, 10)
            self.locked_until = fields.Datetime.now() + min(pause, LONGEST_LOCK)
        return False

    def _matches(self, pin):
        return self.env["res.users"]._crypt_context().verify(pin, self.pin_hash)

    # === WHO OPENED IT === #

    def _note_opening(self, device, country):
        """Somebody looked at it.

        :param str device: kind of browser and system, such as `Firefox, Windows`
        :param odoo.models.BaseModel country: where from, as far as that is known
        """
        openings = self.env["dokstamp.share.opening"]
        of_this = [("share_id", "=", self.id)]
        if openings.search_count(of_this, limit=MAX_OPENINGS) < MAX_OPENINGS:
            openings.create(
                {"share_id": self.id, "device": device, "country_id": country.id}
            )

    @api.autovacuum
    def _gc_shares(self):
        limit = fields.Date.subtract(fields.Date.today(), days=KEPT_DAYS)
        self.search(
            ["|", ("end_date", "<", limit), ("taken_back_at", "<", limit)]
        ).unlink()


class DokstampShareOpening(models.Model):
    """That somebody opened a shared link: when, roughly where, with which kind of
    browser. No address is kept, nor anything that tells two visitors apart; only the
    student is shown it.
    """

    _name = "dokstamp.share.opening"
    _inherit = ["dokstamp.write.protection"]
    _description = "DokStamp Shared Link: Opening"
    _order = "id desc"
    _rec_name = "device"

    share_id = fields.Many2one(
        "dokstamp.share", required=True, ondelete="cascade", index=True
    )
    device = fields.Char(string="Browser")
    country_id = fields.Many2one("res.country", ondelete="set null")

    @api.autovacuum
    def _gc_openings(self):
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEPT_DAYS)
        self.search([("create_date", "<", limit)]).unlink()
