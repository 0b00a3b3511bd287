from odoo import fields, models


class OpStudent(models.Model):
    """A contact that studies: what says who that is stands on the contact."""

    _name = "op.student"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _inherits = {"res.partner": "partner_id"}
    _description = "OpenEduCat Student"

    first_name = fields.Char(translate=True)
    middle_name = fields.Char(translate=True)
    last_name = fields.Char(translate=True)
    birth_date = fields.Date()
    gender = fields.Selection(
        [("m", "Male"), ("f", "Female"), ("o", "Other")], required=True, default="m"
    )
    nationality = fields.Many2one("res.country")
    emergency_contact = fields.Many2one("res.partner")
    id_number = fields.Char(size=64)
    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", ondelete="cascade")
    gr_no = fields.Char(string="Registration Number", size=20)
    category_id = fields.Many2one("op.category")
    course_detail_ids = fields.One2many("op.student.course", "student_id")
    active = fields.Boolean(default=True)

    _unique_gr_no = models.Constraint(
        "UNIQUE (gr_no)", "One registration number per student."
    )
