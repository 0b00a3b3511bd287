from odoo import api, fields, models

from ..names import name_domain
from .api_field import ApiField


class DokstampCurriculumLine(models.Model):
    """A module in a course: attached at DokStamp while active, detached when archived
    or deleted.

    DokStamp gives the attachment no uuid of its own; dokstamp-api.md 10.1.
    """

    _name = "dokstamp.curriculum.line"
    _inherit = ["dokstamp.entity"]
    _description = "DokStamp Module in a Course"
    _order = "course_id, order, id"

    _dokstamp_rank = 50
    _natural_key = ("course_id", "module_id")

    course_id = fields.Many2one(
        "dokstamp.course",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
    )
    module_id = fields.Many2one(
        "dokstamp.module",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    order = fields.Integer(
        string="Position",
        aggregator=None,
        help="Modules of a course stand in this order, the smallest number first.",
    )
    is_required = fields.Boolean(
        string="Required",
        compute="_compute_is_required",
        store=True,
        readonly=False,
        precompute=True,
        help="Whether students of this course have to complete the module.",
    )
    workload = fields.Integer(
        string="Hours",
        aggregator=None,
        help="Hours of the module in this course. 0: as the module says.",
    )
    group_id = fields.Many2one(
        "dokstamp.module.group",
        domain="[('course_id', '=', course_id)]",
        ondelete="set null",
        index="btree_not_null",
        check_company=True,
        help="The group of the course that the module belongs to, such as electives.",
    )

    _module_per_course = models.Constraint(
        "UNIQUE (course_id, module_id)",
        "This module is already in this course.",
    )

    @api.model
    def _get_dokstamp_fields(self):
        return super()._get_dokstamp_fields() | {
            "course_id": ApiField(needed=True),
            "module_id": ApiField(needed=True, key="uuid"),
            "order": ApiField(),
            "is_required": ApiField(),
            "workload": ApiField(minimum=0, zero_is_empty=True),
            "group_id": ApiField(key="course_module_group_uuid"),
        }

    @api.depends("module_id")
    def _compute_is_required(self):
        for line in self:
            line.is_required = line.module_id.is_required

    @api.depends("course_id.name", "module_id.name")
    def _compute_display_name(self):
        for line in self:
            names = (line.course_id.name, line.module_id.name)
            line.display_name = ": ".join(filter(None, names))

    def _search_display_name(self, operator, value):
        parts = ("course_id.name", "module_id.name")
        return name_domain(self, operator, value, parts, ": ")
