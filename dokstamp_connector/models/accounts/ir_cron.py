"""Odoo's scheduled actions: ours catch up when somebody switches them on again."""

from odoo import models


class IrCron(models.Model):
    _inherit = "ir.cron"

    def write(self, vals):
        result = super().write(vals)
        if vals.get("active"):
            self.env["dokstamp.schedule"]._catch_up(self)
        return result
