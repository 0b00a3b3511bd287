from odoo import fields, models


class OpCourse(models.Model):
    _name = "op.course"
    _inherit = ["mail.thread"]
    _description = "OpenEduCat Course"

    name = fields.Char(required=True)
    code = fields.Char(size=16, required=True)
    parent_id = fields.Many2one("op.course")
    evaluation_type = fields.Selection(
        [("normal", "Normal"), ("GPA", "GPA"), ("CWA", "CWA"), ("CCE", "CCE")],
        required=True,
        default="normal",
    )
    subject_ids = fields.Many2many("op.subject")
    max_unit_load = fields.Float()
    min_unit_load = fields.Float()
    department_id = fields.Many2one("op.department")
    active = fields.Boolean(default=True)

    _unique_course_code = models.Constraint("UNIQUE (code)", "One code per course.")
