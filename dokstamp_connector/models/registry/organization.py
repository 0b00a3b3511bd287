from odoo import api, fields, models

from .api_field import ApiField


class DokstampOrganization(models.Model):
    """A unit of an institution: a faculty, a department, a campus.

    dokstamp-api.md 9.
    """

    _name = "dokstamp.organization"
    _inherit = ["dokstamp.institution.member"]
    _description = "DokStamp Organization"
    _order = "name, id"

    _dokstamp_resource = "organizations"
    _dokstamp_rank = 20
    _natural_key = ("name", "institution_id")
    _dokstamp_keys = (("code", "institution_id"), ("name", "institution_id"))

    name = fields.Char(required=True)
    code = fields.Char(
        help="The school's own short name of the organization.",
    )

    @api.model
    def _get_dokstamp_fields(self):
        return super()._get_dokstamp_fields() | {
            "name": ApiField(needed=True),
            "institution_id": ApiField(needed=True),
            "code": ApiField(),
        }
