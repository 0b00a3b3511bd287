from odoo import api, fields, models

from odoo.addons.dokstamp_connector.models.local_time import local_day, usable_zone
from odoo.addons.dokstamp_connector.models.plain_text import plain_text


class EventEvent(models.Model):
    """An event is a course at DokStamp, or the cohort of one that somebody chose."""

    _name = "event.event"
    _inherit = ["event.event", "dokstamp.fed.mixin"]

    dokstamp_course_id = fields.Many2one(
        "dokstamp.course",
        string="Cohort of",
        compute="_compute_dokstamp_course_id",
        store=True,
        precompute=True,
        readonly=False,
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
        domain="[('company_id', '=?', company_id)]",
        help="The course that this event is a cohort of at DokStamp. Empty: the event "
        "is a course of its own.",
    )
    is_cohort = fields.Boolean(
        string="Is a cohort", compute="_compute_is_cohort", store=True, precompute=True
    )
    first_day = fields.Date(
        string="First day", compute="_compute_days", help="In the event's time zone."
    )
    last_day = fields.Date(
        string="Last day", compute="_compute_days", help="In the event's time zone."
    )
    own_description = fields.Text(
        string="Own description",
        compute="_compute_own_description",
        help="What somebody wrote, and not what Odoo puts there for each new event.",
    )

    @api.depends("event_type_id")
    def _compute_dokstamp_course_id(self):
        """As other fields of a template: what it says holds when it is chosen."""
        for event in self:
            course = event.event_type_id.dokstamp_course_id
            if course and not event._origin._is_certified_as(course._name):
                event.dokstamp_course_id = course
            else:
                event.dokstamp_course_id = event.dokstamp_course_id

    @api.depends("dokstamp_course_id")
    def _compute_is_cohort(self):
        for event in self:
            event.is_cohort = bool(event.dokstamp_course_id)

    @api.depends("date_begin", "date_end", "date_tz")
    def _compute_days(self):
        for event in self:
            event.first_day = event._day_of(event.date_begin)
            event.last_day = event._day_of(event.date_end)

    @api.depends("description")
    @api.depends_context("lang")
    def _compute_own_description(self):
        defaults = self._default_words()
        for event in self:
            words = plain_text(event.description)
            event.own_description = words not in defaults and words

    @api.model
    def _default_words(self):
        """What Odoo puts into the description of a new event, in each language.

        :rtype: set[str]
        """
        return {
            plain_text(self.with_context(lang=code)._default_description())
            for code, _name in self.env["res.lang"].get_installed()
        }

    def _day_of(self, moment):
        """The day on which ``moment`` falls where the event takes place.

        :param datetime | bool moment: naive UTC, as Odoo keeps them
        :rtype: date | bool
        """
        return bool(moment) and local_day(moment, usable_zone([self.date_tz]))

    # === DOKSTAMP === #

    @api.model
    def _get_dokstamp_choices(self):
        return super()._get_dokstamp_choices() | {
            "dokstamp.course": "dokstamp_course_id"
        }

    def _get_dokstamp_referrers(self):
        return self.registration_ids
