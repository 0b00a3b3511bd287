from odoo import api, fields, models

from odoo.addons.dokstamp_connector.models.registry.api_field import ApiField


class DokstampCourse(models.Model):
    """The other of two addons that send a field more of a course."""

    _inherit = "dokstamp.course"

    test_level = fields.Char()

    @api.model
    def _get_dokstamp_fields(self):
        return super()._get_dokstamp_fields() | {"test_level": ApiField(key="level")}
