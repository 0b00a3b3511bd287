"""A kind of registry record of an addon's own: all that it takes is in this file and in
views/template_views.xml.

DokStamp's certificate templates (dokstamp-api.md 17) serve as the example, since the
connector itself only chooses among them.
"""

from odoo import api, fields, models

from odoo.addons.dokstamp_connector.models.registry.api_field import ApiField


class TestDokstampTemplate(models.Model):
    _name = "test.dokstamp.template"
    _inherit = ["dokstamp.institution.member"]
    _description = "DokStamp Template"
    _order = "name, id"

    _dokstamp_resource = "certificate-templates"
    _dokstamp_rank = 35
    _natural_key = ("name", "institution_id")
    _dokstamp_keys = (("name", "institution_id"),)

    name = fields.Char(required=True)
    version = fields.Char()
    path = fields.Char()
    status = fields.Selection(
        [("active", "Active"), ("inactive", "Inactive")], default="active"
    )

    @api.model
    def _get_dokstamp_fields(self):
        return super()._get_dokstamp_fields() | {
            "name": ApiField(needed=True),
            "version": ApiField(needed=True, max_length=10),
            "institution_id": ApiField(needed=True),
            "path": ApiField(needed=True),
            "status": ApiField(filterable=True, archived="inactive"),
        }
