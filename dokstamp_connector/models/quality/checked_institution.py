"""What is looked at in institutions before they are sent: one tax number twice."""

from odoo import api, models


class DokstampInstitution(models.Model):
    _inherit = "dokstamp.institution"

    @api.model
    def _get_data_twins(self):
        return [*super()._get_data_twins(), ("tax_id",)]
