"""What eLearning does not keep of a completion: on which day it was, and whether it was
one.
"""

from datetime import timedelta

from odoo import api, fields, models

# A content that is published within this time of the last one was there already.
SOON = timedelta(hours=1)


class SlideChannelPartner(models.Model):
    _name = "slide.channel.partner"
    _inherit = ["slide.channel.partner", "dokstamp.fed.mixin"]

    completed_at = fields.Datetime(
        string="Completed on",
        readonly=True,
        copy=False,
        help="When the attendee had completed all contents.",
    )
    attendance = fields.Selection(
        [
            ("invited", "Invited"),
            ("joined", "Joined"),
            ("ongoing", "Ongoing"),
            ("completed", "Completed"),
        ],
        compute="_compute_attendance",
        compute_sudo=True,
        help="As eLearning says it; completed only where all contents are: eLearning "
        "rounds 99.5 % up.",
    )
    last_completed_at = fields.Datetime(
        string="Completed on, or last content",
        compute="_compute_attendance",
        compute_sudo=True,
        help="When the attendee completed the course; where that was before the "
        "connector came, when the last content was completed.",
    )

    @api.depends("member_status", "completed_at")
    def _compute_attendance(self):
        undated = self.filtered(
            lambda m: m.member_status == "completed" and not m.completed_at
        )
        known = undated._last_contents()
        unfinished = undated._with_contents_left(known)
        for membership in self:
            is_unfinished = membership in unfinished
            status = membership.member_status
            membership.attendance = "ongoing" if is_unfinished else status
            day = membership.completed_at or known.get(membership)
            is_over = status == "completed" and not is_unfinished
            membership.last_completed_at = is_over and day

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

    def _last_contents(self):
        """Membership → when its last content was completed, of those that have one.

        eLearning notes no such instant: it is that of the last change of the line.
        Where contents were deleted since, nobody knows which one was the last.

        :rtype: dict[slide.channel.partner, datetime]
        """
        groups = self.env["slide.slide.partner"]._read_group(
            self._contents_domain(),
            ["channel_id", "partner_id"],
            ["write_date:max", "__count"],
        )
        lines = {(channel, partner): found for channel, partner, *found in groups}
        days = {}
        for membership in self:
            place = membership.channel_id, membership.partner_id
            day, count = lines.get(place, (None, 0))
            if day and count >= membership.completed_slides_count:
                days[membership] = day
        return days

    def _with_contents_left(self, days):
        """Those who have not completed all that was there when they completed the last.

        :param dict days: as `_last_contents` returns it
        """
        done = self.env["slide.slide.partner"].search(self._contents_domain())
        pairs = {(line.slide_id, line.partner_id) for line in done}
        left = self.browse()
        for membership, day in days.items():
            there = membership.channel_id.slide_content_ids.filtered(
                lambda slide, day=day: slide.is_published and _was_there(slide, day)
            )
            if any((one, membership.partner_id) not in pairs for one in there):
                left |= membership
        return left

    def _contents_domain(self):
        return [
            ("channel_id", "in", self.channel_id.ids),
            ("partner_id", "in", self.partner_id.ids),
            ("completed", "=", True),
        ]


def _was_there(slide, moment):
    published = slide.date_published or slide.create_date
    return slide.create_date <= moment and published <= moment + SOON
