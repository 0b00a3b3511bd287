"""What is examined: of a course and batch, exam by exam."""

from odoo import fields, models


class OpExamSession(models.Model):
    _name = "op.exam.session"
    _inherit = ["mail.thread"]
    _description = "OpenEduCat Exam Session"

    name = fields.Char(required=True)
    course_id = fields.Many2one("op.course", required=True)
    batch_id = fields.Many2one("op.batch", required=True)
    exam_code = fields.Char(size=16, required=True)
    start_date = fields.Date(required=True)
    end_date = fields.Date(required=True)
    active = fields.Boolean(default=True)


class OpExam(models.Model):
    _name = "op.exam"
    _inherit = ["mail.thread"]
    _description = "OpenEduCat Exam"

    name = fields.Char(required=True)
    session_id = fields.Many2one("op.exam.session")
    subject_id = fields.Many2one("op.subject")
    total_marks = fields.Integer(required=True)
    min_marks = fields.Integer(required=True)
