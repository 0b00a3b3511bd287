from odoo import api, fields, models

from .api_field import ApiField


class DokstampModuleGroup(models.Model):
    """A section of a course's curriculum, as a semester; dokstamp-api.md 10.2."""

    _name = "dokstamp.module.group"
    _inherit = ["dokstamp.entity"]
    _description = "DokStamp Module Group"
    _order = "course_id, order, id"

    _dokstamp_resource = "groups"
    _dokstamp_rank = 40
    _natural_key = ("name", "course_id")
    _dokstamp_below = "courses/{course_id}/modules"
    _dokstamp_keys = (("name",),)

    name = fields.Char(required=True)
    order = fields.Integer(
        aggregator=None,
        help="Groups of a course stand in this order, the smallest number first.",
    )
    is_active = fields.Boolean(
        string="Offered",
        default=True,
        help="Switch it off when the group is no longer taught.",
    )
    course_id = fields.Many2one(
        "dokstamp.course",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
    )

    _name_per_course = models.Constraint(
        "UNIQUE (course_id, name)",
        "Another group of this course already has this name.",
    )

    @api.model
    def _get_dokstamp_fields(self):
        return super()._get_dokstamp_fields() | {
            "name": ApiField(needed=True),
            "order": ApiField(),
            "is_active": ApiField(archived=False),
        }
