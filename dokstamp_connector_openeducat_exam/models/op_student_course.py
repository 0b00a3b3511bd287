"""Which mark sheet tells an enrollment's grade."""

from odoo import api, fields, models

SHEETS = "student_id.dokstamp_marksheet_ids"


class OpStudentCourse(models.Model):
    _inherit = "op.student.course"

    exam_percentage = fields.Float(
        compute="_compute_exam_result",
        compute_sudo=True,
        help="Of the newest validated mark sheet of the course and batch.",
    )
    has_exam_result = fields.Boolean(
        compute="_compute_exam_result",
        compute_sudo=True,
        help="Tells 0 % from no mark sheet at all.",
    )

    @api.depends(
        "course_id",
        "batch_id",
        f"{SHEETS}.active",
        f"{SHEETS}.percentage",
        f"{SHEETS}.marksheet_reg_id.active",
        f"{SHEETS}.marksheet_reg_id.state",
        f"{SHEETS}.marksheet_reg_id.generated_date",
        f"{SHEETS}.marksheet_reg_id.exam_session_id.course_id",
        f"{SHEETS}.marksheet_reg_id.exam_session_id.batch_id",
    )
    def _compute_exam_result(self):
        for enrollment in self:
            sheet = enrollment._newest_marksheet()
            enrollment.exam_percentage = sheet.percentage
            enrollment.has_exam_result = bool(sheet)

    def _newest_marksheet(self):
        """The validated line that counts: a later session, or one that is held again,
        is newer.

        :rtype: op.marksheet.line
        """
        lines = self.student_id.dokstamp_marksheet_ids.filtered(
            lambda line: (
                line.active
                and line.marksheet_reg_id.active
                and line.marksheet_reg_id.state == "validated"
                and self._is_examined_in(line.marksheet_reg_id.exam_session_id)
            )
        )
        newest = lines.sorted(
            lambda line: (line.marksheet_reg_id.generated_date, line.id)
        )
        return newest[-1:]

    def _is_examined_in(self, session):
        """Whether an exam session is about this enrollment.

        An enrollment without a batch has the sessions of its course that belong to no
        other enrollment of the student.
        """
        if session.course_id != self.course_id:
            return False
        others = self.student_id.course_detail_ids.filtered(
            lambda enrollment: enrollment.course_id == self.course_id
        )
        is_unclaimed = not self.batch_id and session.batch_id not in others.batch_id
        return session.batch_id == self.batch_id or is_unclaimed
