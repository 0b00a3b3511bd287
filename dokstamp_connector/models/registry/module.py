from odoo import api, fields, models

from .api_field import LONG_TEXT, LONG_TEXT_HELP, ApiField


class DokstampModule(models.Model):
    """A unit of study; stands by itself and is attached to courses by curriculum lines.

    dokstamp-api.md 11.
    """

    _name = "dokstamp.module"
    _inherit = ["dokstamp.institution.member"]
    _description = "DokStamp Module"
    _order = "name, id"

    _dokstamp_resource = "modules"
    _dokstamp_rank = 30
    _natural_key = ("code", "institution_id")
    _dokstamp_keys = (("code", "institution_id"), ("name", "institution_id"))

    name = fields.Char(required=True)
    code = fields.Char(
        index=True,
        help="The school's own short name of the module. DokStamp finds the module "
        "by it.",
    )
    description = fields.Text(help=LONG_TEXT_HELP)
    syllabus = fields.Text(help=LONG_TEXT_HELP)
    workload = fields.Integer(
        string="Hours",
        aggregator=None,
        help="Hours of the module by itself; a course may say otherwise.",
    )
    credits = fields.Integer(
        aggregator=None,
        help="Credit points of the module.",
    )
    modality = fields.Selection(
        [("in_person", "In person"), ("online", "Online"), ("hybrid", "Hybrid")],
        help="How it is taught.",
    )
    level = fields.Selection(
        [
            ("undergraduate", "Undergraduate"),
            ("graduate", "Graduate"),
            ("technical", "Technical"),
            ("open", "Open"),
        ],
        help="How advanced it is.",
    )
    is_active = fields.Boolean(
        string="Offered",
        default=True,
        help="Switch it off when the module is no longer taught. Courses keep it.",
    )
    is_required = fields.Boolean(
        string="Required",
        help="Whether courses require it, unless a course says otherwise.",
    )
    curriculum_line_ids = fields.One2many(
        "dokstamp.curriculum.line", "module_id", string="Curriculum"
    )

    _code_per_institution = models.UniqueIndex(
        "(institution_id, code) WHERE code IS NOT NULL",
        "Another module of this institution already has this code.",
    )

    @api.model
    def _get_dokstamp_fields(self):
        return super()._get_dokstamp_fields() | {
            "name": ApiField(needed=True, max_length=150),
            "code": ApiField(filterable=True, max_length=20),
            "description": ApiField(max_bytes=LONG_TEXT),
            "syllabus": ApiField(max_bytes=LONG_TEXT),
            "workload": ApiField(minimum=0, zero_is_empty=True),
            "credits": ApiField(minimum=0, zero_is_empty=True),
            "modality": ApiField(),
            "level": ApiField(),
            "is_active": ApiField(archived=False),
            "is_required": ApiField(),
            "institution_id": ApiField(filterable=True, needed=True),
        }

    @api.model
    def _get_writable_fields(self, state=None):
        # lines of its form; each has its own list
        return super()._get_writable_fields(state) | {"curriculum_line_ids"}
