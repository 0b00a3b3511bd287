from odoo import fields, models


class SlideSlidePartner(models.Model):
    _inherit = "slide.slide.partner"

    def _recompute_completion(self):
        """Override of `website_slides`, which looks no more at an attendee whom it
        called finished before the last content was.
        """
        result = super()._recompute_completion()
        undated = (
            self.env["slide.channel.partner"]
            .sudo()  # sudo: as Odoo's own
            .search(
                [
                    ("channel_id", "in", self.channel_id.ids),
                    ("partner_id", "in", self.partner_id.ids),
                    ("member_status", "=", "completed"),
                    ("completed_at", "=", False),
                ]
            )
        )
        finished = undated.filtered(lambda m: m.attendance == "completed")
        finished.completed_at = fields.Datetime.now()
        return result
