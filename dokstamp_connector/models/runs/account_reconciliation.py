"""What reconciliations add to accounts: when they run, the last one, what it found."""

from odoo import api, fields, models

from .reconciliation import KIND, WEEK

# What stands at DokStamp otherwise than the registry says; what is only there may be
# nobody's mistake.
DISQUIETING = ("change", "missing_there", "create", "orphan", "doubled")


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    reconciles = fields.Selection(
        [("off", "Never"), ("weekly", "Once a week"), ("nightly", "Every night")],
        string="Compare with DokStamp",
        default="nightly",
        required=True,
        help="Reads all that DokStamp holds, page by page, and reports what is not as "
        "it was sent. Nothing is changed by that.",
    )
    last_reconciliation_id = fields.Many2one(
        "dokstamp.run",
        string="Last reconciliation",
        compute="_compute_last_reconciliation_id",
    )

    last_reconciled_at = fields.Datetime(
        string="Last compared", compute="_compute_last_reconciliation_id"
    )

    def _compute_last_reconciliation_id(self):
        groups = self.env["dokstamp.run"]._read_group(
            [
                ("account_id", "in", self.ids),
                ("kind", "=", KIND),
                ("state", "=", "done"),
            ],
            ["account_id"],
            ["id:max"],
        )
        last = {account.id: run_id for account, run_id in groups}
        for account in self:
            run = self.env["dokstamp.run"].browse(last.get(account.id, ()))
            account.last_reconciliation_id = run
            account.last_reconciled_at = run.create_date

    @api.model
    def _get_writable_fields(self, state=None):
        return super()._get_writable_fields(state) | {"reconciles"}

    # === SCHEDULE === #

    def _reconciles_now(self):
        """Whether a run is to be made tonight. Not while another one is under way, nor
        before anything was sent.
        """
        if not (self.has_sent and self._may_call()) or self._open_run():
            return False
        last = self.last_reconciliation_id.create_date
        is_fresh = last and fields.Datetime.now() - last < WEEK
        return not (self.reconciles == "weekly" and is_fresh)

    def _get_scheduled_works(self):
        works = super()._get_scheduled_works()
        if self.reconciles == "off":
            return works
        sentence = self.env._("Nothing is compared with what DokStamp holds.")
        return works | {"reconcile": sentence}

    # === WHAT NEEDS ATTENTION === #

    def _get_attention(self):
        attention = super()._get_attention()
        disquieting = [
            ("run_id", "=", self.last_reconciliation_id.id),
            ("finding", "in", DISQUIETING),
            ("outcome", "in", ("none", "failed")),
        ]
        if count := self.env["dokstamp.run.line"].search_count(disquieting):
            sentence = self.env._(
                "DokStamp holds %(count)s record(s) otherwise than they were sent: "
                "see the last reconciliation.",
                count=count,
            )
            attention[sentence] = ("dokstamp_run_line_action", disquieting)
        return attention

    # === ACTION METHODS === #

    def action_reconcile(self):
        """Compare all that DokStamp holds with what was sent, now; pressed again while
        that goes on, it shows how far it is.
        """
        return self._start_run(KIND)

    def action_view_reconciliations(self):
        """The reports, and how the numbers went."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_reconciliation_action"
        )
        action["domain"] = [("kind", "=", KIND), ("account_id", "=", self.id)]
        return action
