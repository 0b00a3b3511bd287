"""What came of it; what a line says is computed and stored."""

from odoo import api, fields, models


class OpMarksheetRegister(models.Model):
    _name = "op.marksheet.register"
    _inherit = ["mail.thread"]
    _description = "OpenEduCat Mark Sheet Register"

    name = fields.Char(required=True)
    exam_session_id = fields.Many2one("op.exam.session", required=True)
    marksheet_line = fields.One2many("op.marksheet.line", "marksheet_reg_id")
    generated_date = fields.Date(required=True, default=fields.Date.today)
    state = fields.Selection(
        [("draft", "Draft"), ("validated", "Validated"), ("cancelled", "Cancelled")],
        required=True,
        default="draft",
    )
    active = fields.Boolean(default=True)

    def action_validate(self):
        self.state = "validated"
        return True

    def act_cancel(self):
        self.state = "cancelled"
        return True

    def act_draft(self):
        self.state = "draft"
        return True


class OpMarksheetLine(models.Model):
    _name = "op.marksheet.line"
    _rec_name = "student_id"
    _description = "OpenEduCat Mark Sheet Line"

    marksheet_reg_id = fields.Many2one("op.marksheet.register")
    student_id = fields.Many2one("op.student", required=True)
    result_line = fields.One2many("op.result.line", "marksheet_line_id")
    total_marks = fields.Integer(compute="_compute_total_marks", store=True)
    percentage = fields.Float(compute="_compute_percentage", store=True)
    status = fields.Selection(
        [("pass", "Pass"), ("fail", "Fail")], compute="_compute_status", store=True
    )
    active = fields.Boolean(default=True)

    @api.depends("result_line.marks")
    def _compute_total_marks(self):
        for line in self:
            line.total_marks = sum(line.result_line.mapped("marks"))

    @api.depends("total_marks")
    def _compute_percentage(self):
        for line in self:
            total = sum(line.result_line.exam_id.mapped("total_marks"))
            line.percentage = total and 100 * line.total_marks / total

    @api.depends("result_line.marks", "result_line.exam_id.min_marks")
    def _compute_status(self):
        for line in self:
            failed = line.result_line.filtered(lambda r: r.marks < r.exam_id.min_marks)
            line.status = "fail" if failed else "pass"


class OpResultLine(models.Model):
    _name = "op.result.line"
    _rec_name = "marks"
    _description = "OpenEduCat Result Line"

    marksheet_line_id = fields.Many2one("op.marksheet.line", ondelete="cascade")
    exam_id = fields.Many2one("op.exam", required=True)
    marks = fields.Integer(required=True)
    student_id = fields.Many2one("op.student", required=True)
