"""What a manager can do with queue rows by hand."""

from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class DokstampSyncRecord(models.Model):
    _inherit = "dokstamp.sync.record"

    def action_retry(self):
        """Send again what failed, was cancelled, or is waiting for its next attempt."""
        self._check_may_move()
        # sudo: no role writes rows but through these buttons
        rows = self.sudo().filtered(
            lambda row: row.state in ("failed", "cancelled", "pending")
        )
        if not rows:
            raise UserError(
                self.env._("Nothing to retry: these rows are done or being sent now.")
            )
        for row in rows.filtered(lambda row: row.operation != "push"):
            row._record().with_user(self.env.user)._note_retry(row)
        for row in rows:
            # they count from the start, and it stays known that there was one
            row.attempt_count = min(row.attempt_count, 1)
        rows.write(
            {
                "state": "pending",
                "next_attempt_at": fields.Datetime.now(),
                "waiting_for": False,
                "failure_type": False,
                "failure_message": False,
            }
        )
        rows.account_id._wake(urgent=True)
        return True

    def action_cancel(self):
        """Give up what is not sent yet. The record stays as it is, here and at
        DokStamp.
        """
        self._check_may_move()
        # sudo: as in `action_retry`
        rows = self.sudo().filtered(lambda row: row.state in ("pending", "failed"))
        if not rows:
            raise UserError(
                self.env._(
                    "Nothing to cancel: these rows are done, cancelled, or being "
                    "sent now."
                )
            )
        rows._cancel()
        return True

    def _check_may_move(self):
        """:raise AccessError: the user is no manager, or of another company"""
        self.check_access("read")
        if not self.env.user.has_group("dokstamp_connector.group_manager"):
            raise AccessError(self.env._("Only managers retry or cancel queue rows."))
