"""What sources add to the hold: of which kinds they have not read all yet."""

from odoo import api, models


class DokstampSyncRecord(models.Model):
    _inherit = "dokstamp.sync.record"

    @api.model
    def _kinds_being_read(self):
        readings = self.env["dokstamp.source.reading"]
        return super()._kinds_being_read() | readings._kinds_waiting()

    @api.model
    def _kinds_being_narrowed(self):
        readings = self.env["dokstamp.source.reading"].sudo()  # every save asks
        return super()._kinds_being_narrowed() | readings._kinds_waiting(
            [("is_of_new_definition", "=", True)]
        )
