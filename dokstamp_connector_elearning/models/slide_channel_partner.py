from odoo import fields, models


class SlideChannelPartner(models.Model):
    _name = "slide.channel.partner"
    _inherit = ["slide.channel.partner", "dokstamp.fed.mixin"]

    completed_at = fields.Datetime(
        string="Completed on",
        readonly=True,
        copy=False,
        help="When the attendee had completed all contents for the first time.",
    )

    def _post_completion_update_hook(self, completed=True):
        """Override of `website_slides` to keep the date, which eLearning does not."""
        if completed:
            first_time = self.filtered(lambda membership: not membership.completed_at)
            first_time.completed_at = fields.Datetime.now()
        return super()._post_completion_update_hook(completed)
