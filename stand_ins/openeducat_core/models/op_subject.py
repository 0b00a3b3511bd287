from odoo import fields, models


class OpSubject(models.Model):
    _name = "op.subject"
    _inherit = ["mail.thread"]
    _description = "OpenEduCat Subject"

    name = fields.Char(size=128, required=True)
    code = fields.Char(size=256, required=True)
    grade_weightage = fields.Float()
    type = fields.Selection(
        [
            ("theory", "Theory"),
            ("practical", "Practical"),
            ("both", "Both"),
            ("other", "Other"),
        ],
        required=True,
        default="theory",
    )
    subject_type = fields.Selection(
        [("compulsory", "Compulsory"), ("elective", "Elective")],
        required=True,
        default="compulsory",
    )
    department_id = fields.Many2one("op.department")
    active = fields.Boolean(default=True)

    _unique_subject_code = models.Constraint("UNIQUE (code)", "One code per subject.")
