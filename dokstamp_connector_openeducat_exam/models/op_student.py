"""The way from a mark sheet back to the student whose grade it tells."""

from odoo import fields, models


class OpStudent(models.Model):
    _inherit = "op.student"

    dokstamp_marksheet_ids = fields.One2many(
        "op.marksheet.line",
        "student_id",
        string="Mark sheets",
        # whoever keeps students may not see their marks
        groups=fields.NO_ACCESS,
        help="By it a changed mark sheet finds the enrollment whose grade it tells.",
    )
