from odoo import fields, models

SHOWN_REASONS = 5


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    failure_summary = fields.Text(
        compute="_compute_failure_summary", string="What failed, and why"
    )

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
                f"{count} × {message or self.env._('no reason noted')}"
                for holder, message, count in groups
                if holder == account
            ]
            account.failure_summary = "\n".join(reasons[:SHOWN_REASONS])
