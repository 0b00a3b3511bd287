"""Why what is due is not sent just now, said on each queue row."""

from odoo import api, fields, models


class DokstampSyncRecord(models.Model):
    _inherit = "dokstamp.sync.record"

    sending_stop = fields.Text(
        string="Why it is not sent now", compute="_compute_sending_stop"
    )

    @api.depends("state", "waiting_for", "account_id")
    def _compute_sending_stop(self):
        self.sending_stop = False
        due = self.filtered(lambda row: row.state == "pending" and not row.waiting_for)
        for account, rows in due.grouped("account_id").items():
            # sudo: why it stops is no secret to whoever sees the queue
            rows.sending_stop = account.sudo()._sending_stop()
