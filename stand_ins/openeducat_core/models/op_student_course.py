from odoo import fields, models


class OpStudentCourse(models.Model):
    """A student's enrollment; the batch is left out in late versions."""

    _name = "op.student.course"
    _inherit = ["mail.thread"]
    _description = "OpenEduCat Student Course Details"
    _rec_name = "student_id"

    student_id = fields.Many2one("op.student", ondelete="cascade")
    course_id = fields.Many2one("op.course", required=True)
    batch_id = fields.Many2one("op.batch")
    roll_number = fields.Char()
    subject_ids = fields.Many2many("op.subject")
    academic_years_id = fields.Many2one("op.academic.year")
    academic_term_id = fields.Many2one("op.academic.term")
    state = fields.Selection(
        [("running", "Running"), ("finished", "Finished")], default="running"
    )

    _unique_student = models.Constraint(
        "UNIQUE (student_id, course_id, batch_id)", "One student per batch."
    )
