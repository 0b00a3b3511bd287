"""What a company has said of the set-up's steps."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    # closed: the panel's buttons alone write it
    dokstamp_setup_put_away = fields.Boolean(
        string="DokStamp: set-up steps put away", groups=fields.NO_ACCESS
    )
