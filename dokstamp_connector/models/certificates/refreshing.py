"""Asking what became of certificates that DokStamp has."""

from odoo import api, models

from .certificate import LIVE_STATES

# DokStamp may still be working on a certificate when it answers (dokstamp-api.md 16.2):
# look again after this long, twice as long, …; after the last look the daily refresh
# goes on.
REFRESH_DELAY = 15  # seconds
REFRESH_LOOKS = 8
REFRESH_AT_ONCE = 2000  # live certificates of an account that are asked for each day


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

    def action_sync_now(self):
        """Ask DokStamp now what became of the certificates."""
        self.filtered("dokstamp_uuid")._queue_refresh(urgent=True)
        return True

    @api.model
    def _cron_refresh(self):
        """Ask what became of live certificates: DokStamp expires them, and its own
        users can revoke them.

        Only queues; the flush asks. Those that were not heard of for longest come
        first.
        """
        for account in self.env["dokstamp.account"].search(
            [("state", "=", "connected")]
        ):
            self._least_recently_heard_of(account)._queue_refresh()

    @api.model
    def _least_recently_heard_of(self, account):
        live = self._search(
            [("state", "in", LIVE_STATES), ("account_id", "=", account.id)]
        )
        bindings = self.env["dokstamp.binding"].search(
            [
                ("account_id", "=", account.id),
                ("res_model", "=", self._name),
                ("res_id", "in", live),
                ("dokstamp_uuid", "!=", False),
            ],
            order="last_synced_at, id",
            limit=REFRESH_AT_ONCE,
        )
        return self.browse(bindings.mapped("res_id"))

    def _queue_refresh(self, urgent=False):
        """Ask later; where something is on its way, its answer tells, and it must not
        be covered by a mere question.
        """
        # sudo: the queue is the managers'
        queue = self.env["dokstamp.sync.record"].sudo()
        busy = {*queue._open_rows(self), *queue._gathered_ids(self)}
        idle = self.filtered(lambda certificate: certificate.id not in busy)
        queue._gather(idle, "refresh", urgent=urgent)

    def _look_again(self, row):
        """DokStamp is still at work, or will never be done: say so in the end."""
        if row.attempt_count < REFRESH_LOOKS:
            delay = REFRESH_DELAY * 2**row.attempt_count
            row._postpone(False, delay, uses_attempt=True)
        elif row.operation == "revoke":
            row._fail(
                "rejected",
                self.env._(
                    "DokStamp took the revocation, and still calls the certificate "
                    "“%(status)s”. Look at it at DokStamp, then press Revoke again.",
                    status=(self.answer or {}).get("status"),
                ),
            )
        elif self.state == "queued":
            self.failure_message = self.env._(
                "DokStamp has the certificate, and calls it “%(status)s” instead of "
                "issued. Finish it at DokStamp; Odoo asks again every day, and at once "
                "with Send now.",
                status=(self.answer or {}).get("status"),
            )
