"""What eLearning does not keep of a completion: on which day it was, and whether it was
one.
"""

from odoo import api, fields, models


class SlideChannelPartner(models.Model):
    _name = "slide.channel.partner"
    _inherit = ["slide.channel.partner", "dokstamp.fed.mixin"]

    completed_at = fields.Datetime(
        string="Completed on",
        readonly=True,
        copy=False,
        help="When the attendee had completed all contents.",
    )
    # eLearning rounds 99.5 % up, and calls that finished
    attendance = fields.Selection(
        [("joined", "Joined"), ("ongoing", "Ongoing"), ("completed", "Completed")],
        compute="_compute_attendance",
        store=True,
        help="As eLearning says it; completed only where all contents are.",
    )

    @api.depends("member_status", "completed_at")
    def _compute_attendance(self):
        claimed = self.filtered(lambda m: m.member_status == "completed")
        unfinished = claimed.filtered(lambda m: not m.completed_at)._with_contents_left()
        for membership in self:
            status = membership.member_status
            if membership in unfinished:
                status = "ongoing"
            membership.attendance = "joined" if status == "invited" else status

    def write(self, vals):
        """Whoever starts anew has not completed."""
        is_anew = vals.get("member_status", "completed") != "completed"
        return super().write({**vals, "completed_at": False} if is_anew else vals)

    def _post_completion_update_hook(self, completed=True):
        """Override of `website_slides` to keep the date, which eLearning does not."""
        if completed:
            first_time = self.filtered(lambda membership: not membership.completed_at)
            first_time.completed_at = fields.Datetime.now()
        return super()._post_completion_update_hook(completed)

    def _note_completions(self):
        """Find the day of those who completed and have none: that of the last content.

        Contents that were published afterwards were not there to be completed. Where
        nothing is known of any content, the day stays empty.
        """
        undated = self.filtered(
            lambda m: m.member_status == "completed" and not m.completed_at
        )
        days = undated._last_contents()
        for membership in undated - undated._with_contents_left():
            if day := days.get(membership):
                membership.completed_at = day
        # what is not stored yet, or was worked out before there was a day
        self.env.add_to_compute(self._fields["attendance"], undated)

    def _last_contents(self):
        """Membership → when its last content was completed.

        eLearning notes no such instant: it is that of the last change of the line.
        """
        groups = self._completed_contents()._read_group(
            self._contents_domain(),
            ["channel_id", "partner_id"],
            ["write_date:max"],
        )
        found = {(channel.id, partner.id): day for channel, partner, day in groups}
        return {
            membership: found.get((membership.channel_id.id, membership.partner_id.id))
            for membership in self
        }

    def _with_contents_left(self):
        """Those who began, and have not completed all that was there by then."""
        days = self._last_contents()
        done = self._completed_contents().search(self._contents_domain())
        pairs = {(line.slide_id.id, line.partner_id.id) for line in done}
        left = self.browse()
        for membership in self.filtered(days.get):
            contents = membership.channel_id.sudo().slide_content_ids.filtered(
                lambda slide, m=membership: (
                    slide.is_published
                    and (slide.date_published or slide.create_date) <= days[m]
                )
            )
            if any((one.id, membership.partner_id.id) not in pairs for one in contents):
                left |= membership
        return left

    def _completed_contents(self):
        # sudo: attendees may not read each other's; asked for those of `self` alone
        return self.env["slide.slide.partner"].sudo()

    def _contents_domain(self):
        return [
            ("channel_id", "in", self.channel_id.ids),
            ("partner_id", "in", self.partner_id.ids),
            ("completed", "=", True),
        ]
