"""What the queue adds to accounts: counts, reasons, waking, and what it holds fast."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_datetime

from ...dokstamp_api import Address, origin_of
from ..actions import open_form
from ..sentence import said

SHOWN_REASONS = 5


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    pending_count = fields.Integer(compute="_compute_queue_counts", string="On its way")
    waiting_count = fields.Integer(compute="_compute_queue_counts", string="Waiting")
    failed_count = fields.Integer(compute="_compute_queue_counts", string="Failed")
    has_sent = fields.Boolean(compute="_compute_has_sent")
    oldest_pending_at = fields.Datetime(
        compute="_compute_queue_counts", string="Oldest unsent change"
    )
    failure_summary = fields.Text(
        compute="_compute_failure_summary", string="What failed, and why"
    )

    is_same_school = fields.Boolean(
        string="One school with the tenant's other accounts",
        copy=False,
        help="Where another account of this database uses the same tenant, both share "
        "the students and courses that both have, if both say so. Otherwise neither "
        "takes over what the other one has at DokStamp.",
    )
    audit_values_months = fields.Integer(
        string="Keep audit values for (months)",
        copy=False,
        aggregator=None,
        help="How long the audit log says which values were sent. After that the line "
        "stays, with who called what and when, and its values are emptied. 0: for "
        "ever.",
    )
    same_tenant_note = fields.Text(compute="_compute_same_tenant_note")

    @api.depends("tenant", "base_url", "active", "is_same_school")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_same_tenant_note(self):
        """What it means that other accounts of this database use the tenant too."""
        self.same_tenant_note = False
        for account in self.filtered(lambda account: account.tenant and account.active):
            others = account._sisters().filtered("active")
            if others:
                account.same_tenant_note = account._same_tenant_sentence(others)

    def _same_tenant_sentence(self, others):
        """:param dokstamp.account others: of the same tenant"""
        names = ", ".join(self._names_to_tell(others))
        apart = others.filtered(lambda other: not self._is_one_school_with(other))
        if not apart:
            return self.env._(
                "The tenant %(tenant)s is used by %(names)s too, as one school. It has "
                "one student for an e-mail address and one course for a code: where "
                "both accounts have the same, they share that record at DokStamp, and "
                "the last one saved wins.",
                names=names,
                tenant=self.tenant,
            )
        return self.env._(
            "The tenant %(tenant)s is used by %(names)s too. What one account has at "
            "DokStamp the other one does not take over: such a record fails, and says "
            "so. If they are one school, a manager says so on each of them, by "
            "“%(label)s” on the page More. %(missing)s",
            names=names,
            tenant=self.tenant,
            label=self._fields["is_same_school"]._description_string(self.env),
            missing=self.env._("This account does not say so.")
            if not self.is_same_school
            else self.env._(
                "Missing is the word of %s.", ", ".join(self._names_to_tell(apart))
            ),
        )

    def _names_to_tell(self, accounts):
        """Names of the accounts that the reader may see; that there are others.

        :rtype: list[str]
        """
        own = self.env.companies
        names = accounts.filtered(lambda a: a.company_id in own).mapped("name")
        if any(account.company_id not in own for account in accounts):
            names.append(self.env._("an account of another company"))
        return names

    @api.constrains("audit_values_months")
    def _check_audit_values_months(self):
        if any(account.audit_values_months < 0 for account in self):
            raise ValidationError(
                self.env._("Keep audit values for a number of months, or 0: for ever.")
            )

    # === ONE TENANT === #

    def _sisters(self):
        """The other accounts of the same tenant, archived ones too.

        :rtype: dokstamp.account
        """
        # sudo: of other companies too
        others = self.sudo().with_context(active_test=False)
        found = others.search(
            [("tenant", "=", self.tenant), ("id", "!=", self._origin.id)]
        )
        return found.filtered(lambda other: other._place() == self._place())

    def _place(self):
        """Where the account's tenant is, whatever way the address is written in."""
        origin = origin_of(self.base_url)
        return (origin and Address.of(self.base_url).url) or self.base_url

    def _is_one_school_with(self, other):
        """Whether managers of both have said so."""
        return self.sudo().is_same_school and other.sudo().is_same_school

    def _refuse_foreign(self, model, uuid):
        """:raise UserError: an account that is not one school with this one has it"""
        # sudo: of all accounts
        bindings = self.env["dokstamp.binding"].sudo()
        holders = bindings.search(
            [
                ("account_id", "!=", self.id),
                ("res_model", "=", model),
                ("dokstamp_uuid", "=", uuid),
            ]
        )
        for binding in holders:
            other = binding.account_id
            if not (self._is_one_school_with(other) or binding._is_abandoned()):
                raise UserError(self._foreign_sentence(other))

    def _foreign_sentence(self, other):
        """Why a record that another account of the tenant has is not taken over.

        It is read by whoever sees the record: names are told within a company.
        """
        holder = self.env._("another company's account of the same tenant")
        if other.company_id == self.company_id:
            holder = self.env._("the account “%s” of the same tenant", other.name)
        return self.env._(
            "DokStamp has this record already, and it is of %(holder)s. Give this one "
            "another code, name or e-mail address; or, if both accounts are one "
            "school, have a manager say so on both, then press Retry.",
            holder=holder,
        )

    def _compute_queue_counts(self):
        """What is not at DokStamp yet; what waits for another record is unsent too."""
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
                continue
            if failure_type == "waiting":
                account.waiting_count += count
            else:
                account.pending_count += count
            known = account.oldest_pending_at or oldest
            account.oldest_pending_at = min(known, oldest)

    def _compute_has_sent(self):
        """Whether anything of the registry is at DokStamp, but for the institution that
        the set-up has sent.
        """
        groups = (
            self.env["dokstamp.binding"]
            .sudo()  # that there are some is no secret
            ._read_group(
                [
                    ("account_id", "in", self.ids),
                    ("res_model", "!=", "dokstamp.institution"),
                ],
                ["account_id"],
            )
        )
        senders = {account.id for (account,) in groups}
        for account in self:
            account.has_sent = account.id in senders

    def _compute_failure_summary(self):
        """The most frequent reasons of failed queue rows, each with its count."""
        groups = self.env["dokstamp.sync.record"]._read_group(
            [("account_id", "in", self.ids), ("state", "=", "failed")],
            ["account_id", "failure_message"],
            ["__count"],
            order="__count DESC",
        )
        for account in self:
            reasons = [
                f"{count} × {said(self.env, message) or self.env._('no reason noted')}"
                for holder, message, count in groups
                if holder == account
            ]
            account.failure_summary = "\n".join(reasons[:SHOWN_REASONS])

    # === CRUD METHODS === #

    @api.model
    def _get_writable_fields(self, state=None):
        own = {"is_same_school", "audit_values_months"}
        return super()._get_writable_fields(state) | own

    # === WHAT FOLLOWS FROM A CHANGE === #

    def _check_change(self, vals):
        if "tenant" in vals:
            self._check_tenant_stays(vals["tenant"])
        return super()._check_change(vals)

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

    def _hand_over_registry(self):
        """What an archived account has not sent is not sent by it any more."""
        # sudo: the queue is the connector's
        queue = self.env["dokstamp.sync.record"].sudo()
        for account in self:
            queue._cancel_open_of(account)
        return super()._hand_over_registry()

    def _note_flushed(self):
        """A flush that has served this account ends: what it left for the end is done
        now.
        """

    def _note_connected(self):
        result = super()._note_connected()
        self._wake(urgent=True)
        return result

    def _wake(self, urgent=False):
        """Start the flush when this transaction commits, unless the accounts wait for
        the interval.
        """
        awake = self.filtered(
            lambda account: (
                account.state == "connected"
                and (urgent or account.sync_mode == "realtime")
            )
        )
        self.env["dokstamp.schedule"]._wake_flush(awake)

    # === WHAT NEEDS ATTENTION === #

    def _get_scheduled_works(self):
        works = super()._get_scheduled_works()
        return works | {"flush": self.env._("Nothing is sent to DokStamp.")}

    def _is_well(self):
        """Nothing is unsent, and there was something to send."""
        unsent = self.pending_count + self.waiting_count + self.failed_count
        return super()._is_well() and not unsent and self.has_sent

    def _sending_stop(self):
        """The sentence of `_stop`; False when nothing stops.

        :rtype: str | bool
        """
        stop = self._stop()
        return stop[1] if stop else False

    def _stop(self):
        """Why nothing that is queued leaves just now, for whoever looks at one of the
        records; None when it does.

        :return: kind of reason, as of `docs/errors.md`, and sentence
        :rtype: tuple[str, str] | None
        """
        if self.state == "draft":
            return "not_connected", self.env._(
                "The DokStamp account is not connected yet: a manager presses Test "
                "connection on it."
            )
        if self.state == "paused":
            return "paused", self._paused_sentence()
        schedule = self.env["dokstamp.schedule"]
        works = {"flush": self.env._("It is not sent at the moment.")}
        if problems := schedule._problems(works):
            return "schedule", problems[0]
        if wait := self._wait_sentence():
            return "asked_to_wait", wait
        if self._is_waiting() and self.outage_message:
            return "outage", self._next_try_sentence()
        return None

    def _next_try_sentence(self):
        return self.env._(
            "%(reason)s Next try at %(time)s.",
            reason=self.outage_message,
            time=format_datetime(self.env, self.call_again_at),
        )

    def _waiting_counts(self):
        """Operation → how many rows leave as soon as the account may send.

        :rtype: dict[str, int]
        """
        groups = self.env["dokstamp.sync.record"]._read_group(
            [("account_id", "in", self.ids), ("state", "=", "pending")],
            ["operation"],
            ["__count"],
        )
        return dict(groups)

    # === ACTION METHODS === #

    def action_ask_to_resume(self):
        """Say what would leave at once, and ask whether it may."""
        self.ensure_one()
        self.check_access("write")
        wizard = self.env["dokstamp.account.resumption"]._open_for(self)
        return open_form(wizard, name=self.env._("Resume"), target="new")

    def action_view_queue(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_sync_record_action"
        )
        action["domain"] = [("account_id", "=", self.id)]
        return action
