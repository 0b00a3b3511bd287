from odoo import api, fields, models

from .api_field import URL, ApiField


class DokstampInstitution(models.Model):
    """The body that issues certificates; everything but students belongs to one.

    dokstamp-api.md 8.
    """

    _name = "dokstamp.institution"
    _inherit = ["dokstamp.entity"]
    _description = "DokStamp Institution"
    _order = "name, id"

    _dokstamp_resource = "institutions"
    _dokstamp_rank = 10
    _natural_key = ("name",)
    _dokstamp_keys = (("name",),)
    _dokstamp_certificate_link = "institution_uuid"

    name = fields.Char(required=True)
    country = fields.Char(
        help="The country's English name, as DokStamp's own examples write it."
    )
    legal_name = fields.Char(
        string="Legal name",
        help="The name in the public register; it may differ from the one on "
        "certificates.",
    )
    tax_id = fields.Char(
        string="Tax ID",
        help="The number that the tax office knows the institution by.",
    )
    website = fields.Char()
    linkedin_organization = fields.Char(
        string="LinkedIn organization",
        help="The last part of the address of the LinkedIn page.",
    )
    status = fields.Selection(
        [
            ("active", "Active"),
            ("inactive", "Inactive"),
            ("suspended", "Suspended"),
        ],
        default="active",
        help="Whether the institution is in use at DokStamp.",
    )
    organization_ids = fields.One2many("dokstamp.organization", "institution_id")
    course_ids = fields.One2many("dokstamp.course", "institution_id")
    course_count = fields.Integer(compute="_compute_course_count", string="Courses")

    @api.model
    def _get_dokstamp_fields(self):
        return super()._get_dokstamp_fields() | {
            "name": ApiField(needed=True, max_length=255),
            "country": ApiField(needed=True),
            "legal_name": ApiField(),
            "tax_id": ApiField(),
            "website": ApiField(pattern=URL),
            "linkedin_organization": ApiField(),
            "status": ApiField(archived="inactive"),
        }

    @api.model
    def _get_writable_fields(self, state=None):
        # lines of its form; each has its own list
        return super()._get_writable_fields(state) | {"organization_ids"}

    def _compute_course_count(self):
        counts = self._count("dokstamp.course", "institution_id")
        for institution in self:
            institution.course_count = counts.get(institution.id, 0)

    def action_view_courses(self):
        return self._action_pointing_here(
            "dokstamp_connector.dokstamp_course_action", "institution_id"
        )
