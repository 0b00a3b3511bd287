"""Which course the events of a template are cohorts of."""

from odoo import fields, models


class EventType(models.Model):
    _inherit = "event.type"

    dokstamp_course_id = fields.Many2one(
        "dokstamp.course",
        string="Cohort of",
        ondelete="set null",
        index="btree_not_null",
        help="New events of this template are cohorts of this course at DokStamp. "
        "Empty: each is a course of its own.",
    )
