from odoo import models


class OpCourse(models.Model):
    _name = "op.course"
    _inherit = ["op.course", "dokstamp.openeducat.form"]
