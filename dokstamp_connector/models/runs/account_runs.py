"""What runs add to accounts: buttons, and that the flush tells what became of them."""

from odoo import fields, models
from odoo.exceptions import UserError

from .run import OPEN


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    run_ids = fields.One2many("dokstamp.run", "account_id", readonly=True)
    run_count = fields.Integer(compute="_compute_run_count", string="Runs")
    is_fresh = fields.Boolean(compute="_compute_is_fresh")

    def _compute_run_count(self):
        groups = self.env["dokstamp.run"]._read_group(
            [("account_id", "in", self.ids)], ["account_id"], ["__count"]
        )
        counts = {account.id: count for account, count in groups}
        for account in self:
            account.run_count = counts.get(account.id, 0)

    def _compute_is_fresh(self):
        """Whether there is something to load, and nothing of it was sent: now is the
        time to look what DokStamp has already.
        """
        for account in self:
            account.is_fresh = not account.has_sent and bool(
                account.pending_count + account.waiting_count
            )

    # === ACTION METHODS === #

    def action_rehearse(self):
        """Compare all with what DokStamp has, and send nothing."""
        return self._start_run("rehearsal")

    def action_first_load(self):
        """Send all that DokStamp does not have; connects an account that never was."""
        return self._start_run("load")

    def action_view_runs(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_run_action"
        )
        action["domain"] = [("account_id", "=", self.id)]
        return action

    def _start_run(self, kind):
        """Open the new run, or the one of this kind that is under way.

        :raise UserError: one of another kind is
        """
        self.ensure_one()
        self.check_access("write")
        runs = self.env["dokstamp.run"]
        if open_run := self._open_run():
            if open_run.kind == kind:
                return open_run._open()
            raise UserError(
                self.env._(
                    "%(run)s is under way. Wait until it is done, or cancel it.",
                    run=open_run.display_name,
                )
            )
        if problem := self._try_access():
            return self._show_problem(problem)
        run = runs.create({"account_id": self.id, "kind": kind})
        # behind the run, which keeps back what waits: it looks first
        if kind == "load" and (self.state == "draft" or self._ends_by_test()):
            self._connect()
        return run._open()

    def _open_run(self):
        """The run that is under way, or paused.

        :rtype: dokstamp.run
        """
        is_open = [("account_id", "=", self.id), ("state", "in", OPEN)]
        return self.env["dokstamp.run"].search(is_open, limit=1)

    # === WHAT FOLLOWS FROM A CHANGE === #

    def _note_flushed(self):
        result = super()._note_flushed()
        self.env["dokstamp.run"]._unsettled(self)._settle()
        return result

    def _hand_over_registry(self):
        result = super()._hand_over_registry()
        # sudo: fields of the connector
        runs = self.sudo().run_ids.filtered(lambda run: run.state in OPEN)
        for run in runs:
            run._end("cancelled")
        return result

    # === WHAT NEEDS ATTENTION === #

    def _get_attention(self):
        states = ("paused", "failed")
        stopped = [("account_id", "=", self.id), ("state", "in", states)]
        place = ("dokstamp_run_action", [*stopped, ("kind", "=", "load")])
        sentences = self._stopped_run_sentences(*states)
        return super()._get_attention() | dict.fromkeys(sentences, place)

    def _stopped_run_sentences(self, *states):
        """Sentences on first loads that do not go on.

        :param states: of such a run
        :rtype: list[str]
        """
        # sudo: what stands still is no secret to whoever sees the account
        stopped = self.sudo().run_ids.filtered(
            lambda run: run.kind == "load" and run.state in states
        )
        return [
            self.env._(
                "%(run)s does not go on, and what it keeps back waits: %(reason)s "
                "Press Resume or Cancel on it, under Runs.",
                run=run.display_name,
                reason=run.problem or "",
            )
            for run in stopped
        ]

    def _get_scheduled_works(self):
        works = super()._get_scheduled_works()
        return works | {"run": self.env._("No rehearsal, load or comparison goes on.")}
