"""Too much at once is held: which changes of a kind wait for a manager's word.

What is counted, and when, `held_rows` says.
"""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..actions import show_message
from .origin import ORIGINS

CHANGES = [("removed", "Removed or archived"), ("changed", "Changed")]
ACTIVITY = "mail.mail_activity_data_warning"
SHOWN_EXAMPLES = 10


class DokstampMassChange(models.Model):
    """Changes of one kind of record that are held, because they were too many at once.

    The flush makes it and keeps its numbers; a manager decides. What is found while it
    waits joins it. Nothing of it is sent before; when nothing is left of it, as
    somebody has mended the cause, it is over.
    """

    _name = "dokstamp.mass.change"
    _inherit = ["dokstamp.write.protection", "mail.thread", "mail.activity.mixin"]
    _description = "DokStamp Mass Change"
    _order = "id desc"
    _rec_names_search = ["res_model"]
    _mail_post_access = "read"

    account_id = fields.Many2one(
        "dokstamp.account", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="account_id.company_id", store=True, precompute=True
    )
    res_model = fields.Selection(
        selection=lambda self: self.env["dokstamp.entity"]._selection_queued(),
        string="Kind",
        required=True,
        readonly=True,
    )
    change = fields.Selection(
        CHANGES, string="What would happen", required=True, readonly=True
    )
    state = fields.Selection(
        [
            ("waiting", "Waits for a decision"),
            ("sent", "Sent"),
            ("discarded", "Discarded"),
            ("over", "Over by itself"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        index=True,
    )
    record_count = fields.Integer(string="Records", readonly=True)
    total_count = fields.Integer(
        string="At DokStamp",
        readonly=True,
        aggregator=None,
        help="How many there are of this kind, without those that are archived.",
    )
    share = fields.Integer(
        string="Share (%)", compute="_compute_share", store=True, aggregator=None
    )
    examples = fields.Text(compute="_compute_examples", string="For example")
    origin = fields.Selection(ORIGINS, string="Came from", readonly=True)
    origin_name = fields.Char(string="Came from (name)", readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Changed by", readonly=True, ondelete="set null"
    )
    decided_by_id = fields.Many2one(
        "res.users", string="Decided by", readonly=True, ondelete="set null"
    )
    decided_at = fields.Datetime(readonly=True, string="Decided at")
    sync_record_ids = fields.One2many(
        "dokstamp.sync.record", "mass_change_id", string="Queue rows"
    )
    message = fields.Text(string="What is held", compute="_compute_message")

    _one_waiting = models.UniqueIndex(
        "(account_id, res_model, change) WHERE state = 'waiting'",
        "Such changes wait already: these join them.",
    )

    @api.depends("record_count", "total_count")
    def _compute_share(self):
        for batch in self:
            total = max(batch.total_count, batch.record_count, 1)
            batch.share = round(100 * batch.record_count / total)

    @api.depends("res_model", "record_count")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for batch in self:
            names = (batch._kind(), f"({batch.record_count})")
            batch.display_name = " ".join(filter(None, names))

    @api.depends("res_model", "change", "record_count", "total_count", "share")
    @api.depends_context("lang")
    def _compute_message(self):
        for batch in self:
            batch.message = batch._sentence()

    @api.depends("sync_record_ids.res_name")
    def _compute_examples(self):
        """Names are not kept: whoever is erased is erased here too."""
        for batch in self:
            rows = batch.sync_record_ids.sorted("id")
            more = ["…"] if len(rows) > SHOWN_EXAMPLES else []
            names = [*rows[:SHOWN_EXAMPLES].mapped("res_name"), *more]
            batch.examples = "\n".join(names)

    def _kind(self):
        choices = self._fields["res_model"]._description_selection(self.env)
        return dict(choices).get(self.res_model, self.res_model)

    def _sentence(self):
        """How much would happen to what.

        :rtype: str
        """
        values = {
            "kind": self._kind(),
            "count": self.record_count,
            "total": self.total_count,
            "share": self.share,
        }
        if self.change == "removed":
            return self.env._(
                "%(kind)s: %(count)s of %(total)s at DokStamp (%(share)s %%) would be "
                "removed or archived there at once.",
                **values,
            )
        return self.env._(
            "%(kind)s: %(count)s of %(total)s at DokStamp (%(share)s %%) would be "
            "changed there at once.",
            **values,
        )

    # === HOW IT COMES AND GOES === #

    @api.model
    def _waiting_of(self, account, model, change):
        """What waits of this kind already, or an empty set."""
        return self.search(
            [
                ("account_id", "=", account.id),
                ("res_model", "=", model),
                ("change", "=", change),
                ("state", "=", "waiting"),
            ]
        )

    @api.model
    def _last_decided(self, account, model, change):
        """When a manager decided on such changes last: what was sent before that has
        been looked at.

        :rtype: datetime | None
        """
        decided = self.search(
            [
                ("account_id", "=", account.id),
                ("res_model", "=", model),
                ("change", "=", change),
                ("decided_at", "!=", False),
            ],
            order="decided_at desc",
            limit=1,
        )
        return decided.decided_at or None

    def _decision(self):
        return {"decided_by_id": self.env.uid, "decided_at": fields.Datetime.now()}

    def _held_rows(self):
        return self.env["dokstamp.sync.record"].search(
            [("mass_change_id", "in", self.ids), ("state", "=", "held")], order="id"
        )

    def _recount(self):
        """Keep the numbers right; where nothing is left to decide, it is over."""
        for batch in self.sudo().filtered(lambda one: one.state == "waiting"):
            rows = batch._held_rows()
            if not rows:
                batch.state = "over"
                batch._end_activity()
                continue
            batch.record_count = len(rows)
            batch._ask_manager()

    def _ask_manager(self):
        """One activity for whoever is responsible for the account."""
        responsible = self.account_id._responsible()
        asking = self.with_context(lang=responsible.lang, mail_notify_force_send=False)
        values = {
            "summary": asking.env._("Send to DokStamp, or discard?"),
            "note": asking._note(),
        }
        activity = asking.activity_search([ACTIVITY])
        if activity:
            activity.write(values)
        else:
            asking.activity_schedule(ACTIVITY, user_id=responsible.id, **values)

    def _note(self):
        """:rtype: Markup"""
        lines = [
            self._sentence(),
            self.env._(
                "Nothing of it is sent before you press Send or Discard. For example:"
            ),
            *self.examples.split("\n"),
        ]
        return Markup("<br/>").join(lines)

    def _end_activity(self):
        # what is done stays in the chatter, and no names there
        self.activity_search([ACTIVITY]).note = self._sentence()
        self.activity_feedback([ACTIVITY])

    # === BUTTONS === #

    def action_send(self):
        """Send what is held, as the records are by now."""
        for batch in self._to_decide():
            batch._held_rows()._make_due()
            batch.account_id._wake(urgent=True)
            batch._note_decision("sent")
        if stop := self.sudo().account_id[:1]._sending_stop():
            return show_message(stop, "warning")
        return True

    def action_discard(self):
        """Send nothing of what is held: the registry stays as it is, here and at
        DokStamp, and nobody is asked again before a record is another one.
        """
        for batch in self._to_decide():
            batch._held_rows()._cancel()
            batch._note_decision("discarded")
        return True

    def action_view_rows(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_sync_record_action"
        )
        action["domain"] = [("mass_change_id", "=", self.id)]
        action["context"] = {}
        return action

    def _to_decide(self):
        """Those of ``self`` that wait, as they are by now.

        :raise AccessError: the user is no manager, or of another company
        """
        self.check_access("read")
        if not self.env.user.has_group("dokstamp_connector.group_manager"):
            raise AccessError(
                self.env._("Only managers decide what becomes of what is held.")
            )
        # sudo: no role writes these but through the buttons
        batches = self.sudo()
        for account in batches.account_id:
            self.env["dokstamp.sync.record"].sudo()._follow_held(account)
        return batches.filtered(lambda batch: batch.state == "waiting")

    def _note_decision(self, state):
        self.write({"state": state, **self._decision()})
        self._end_activity()
