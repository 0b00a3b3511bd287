"""Courses: state and button on their forms."""

from odoo import models


class OpCourse(models.Model):
    _name = "op.course"
    _inherit = ["op.course", "dokstamp.openeducat.form"]
