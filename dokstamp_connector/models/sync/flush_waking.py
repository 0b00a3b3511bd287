"""When a flush has something to do: what is due now, and when the next row will be."""

from datetime import timedelta

from odoo import fields, models

from .flush import AFTER_CRASH


class DokstampFlush(models.AbstractModel):
    _inherit = "dokstamp.flush"

    def _sendable_domain(self, account):
        """What waits for nothing but its time."""
        return [
            ("account_id", "=", account.id),
            ("state", "=", "pending"),
            ("waiting_for", "=", False),
        ]

    def _due_domain(self, account):
        due = ("next_attempt_at", "<=", fields.Datetime.now())
        return [*self._sendable_domain(account), due]

    def _seconds_until_due(self, lane):
        """Until the lane's next row; None when there is none, or the account may not
        call.

        :rtype: float | None
        """
        account = self._account_of(lane)
        due_at = account.state == "connected" and self._next_due_at(account)
        if not due_at:
            return None
        return (due_at - fields.Datetime.now()).total_seconds()

    def _sleep_until_due(self, served_ids):
        """Go on at once with what is due and could not be sent in time; else be woken
        when the next row is due.

        :param set served_ids: accounts that this run had; the others are another's
        """
        now, remaining, wake_at = fields.Datetime.now(), 0, []
        for account in self._connected_accounts():
            due_at = self._next_due_at(account)
            if due_at and due_at <= now and account.id in served_ids:
                remaining += self.env["dokstamp.sync.record"].search_count(
                    self._due_domain(account)
                )
            elif due_at:
                wake_at.append(due_at if due_at > now else now + AFTER_CRASH)
        if remaining:
            # the scheduler itself would look again in a minute
            self.env.ref("dokstamp_connector.ir_cron_flush")._trigger()
        elif wake_at:
            self._wake_at(min(wake_at))
        self.env["ir.cron"]._commit_progress(remaining=remaining)

    def _next_due_at(self, account):
        """When the account's next row is due, and the account may call; None without
        one.

        :rtype: datetime | None
        """
        row = self.env["dokstamp.sync.record"].search(
            self._sendable_domain(account), order="next_attempt_at", limit=1
        )
        if not row:
            return None
        return max(row.next_attempt_at, account.call_again_at or row.next_attempt_at)

    def _wake_at(self, moment):
        """Have the scheduled action run at ``moment``, unless it runs before."""
        cron = self.env.ref("dokstamp_connector.ir_cron_flush")
        planned = self.env["ir.cron.trigger"].search_count(
            [
                ("cron_id", "=", cron.id),
                ("call_at", ">", fields.Datetime.now()),
                ("call_at", "<=", moment + timedelta(seconds=1)),
            ],
            limit=1,
        )
        if not planned:
            cron._trigger(at=moment)
