"""Odoo's scheduled actions: ours catch up when somebody switches them on again, and go
on when their session has ended.
"""

from odoo import models

from .server_start import notify_later

AFTER_LOSS = (3,)  # seconds


class IrCron(models.Model):
    _inherit = "ir.cron"

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals:
            self.env["dokstamp.schedule"]._note_switched(self)
        return result

    def _callback(self, cron_name, server_action_id):
        # sudo: whose scheduled action it is; whoever runs another app's may not look
        action = self.env["ir.actions.server"].sudo().browse(server_action_id)
        is_ours = (action.model_id.model or "").startswith("dokstamp.")
        try:
            return super()._callback(cron_name, server_action_id)
        except Exception:
            if is_ours and self.env.cr.closed:
                # whatever could have been planned there went with the session, and the
                # scheduler itself would look again in a minute
                notify_later(self.env.cr.dbname, AFTER_LOSS)
            raise
