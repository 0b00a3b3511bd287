from odoo import api, fields, models

from odoo.addons.dokstamp_connector.models.registry.api_field import ApiField


class DokstampCourse(models.Model):
    """One of two addons that send a field more of a course."""

    _inherit = "dokstamp.course"

    test_language = fields.Char()

    @api.model
    def _get_dokstamp_fields(self):
        return super()._get_dokstamp_fields() | {
            "test_language": ApiField(key="language")
        }
