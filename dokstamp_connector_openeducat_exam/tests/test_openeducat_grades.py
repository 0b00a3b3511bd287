from odoo import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.dokstamp_connector_openeducat.tests.common import (
    BACK_OFFICE,
    OpeneducatCase,
)


@tagged("post_install", "-at_install")
class TestOpeneducatGrades(OpeneducatCase):
    """A validated mark sheet tells the grade, by student, course and batch."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.back_office = new_test_user(
            cls.env,
            login="examiner@example.com",
            groups="openeducat_core.group_op_back_office,"
            "openeducat_exam.group_op_exam_user",
        )

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.course = self.op_course()
        cls.first = self.op_batch(cls.course)
        cls.second = self.op_batch(cls.course, code="BOT-27")
        places = [
            {"course_id": cls.course.id, "batch_id": batch.id}
            for batch in (cls.first, cls.second)
        ]
        cls.student = self.op_student(*places)
        self.settle()

    def marksheet(self, batch, marks, **values):
        """A mark sheet of a session in which 40 marks could be had."""
        session = self.op("exam.session").create(
            {
                "name": "Finals",
                "exam_code": f"F{self.op('exam.session').search_count([])}",
                "course_id": self.course.id,
                "batch_id": batch.id,
                "start_date": "2026-12-01",
                "end_date": "2026-12-05",
            }
        )
        exam = self.op("exam").create(
            {
                "name": "Leaves",
                "session_id": session.id,
                "total_marks": 40,
                "min_marks": 20,
            }
        )
        result = {"exam_id": exam.id, "marks": marks, "student_id": self.student.id}
        line = {
            "student_id": self.student.id,
            "result_line": [Command.create(result)],
        }
        return self.op("marksheet.register").create(
            {
                "name": "Finals",
                "exam_session_id": session.id,
                "marksheet_line": [Command.create(line)],
                **values,
            }
        )

    def grades(self):
        """Code of the cohort → grade at DokStamp."""
        self.flush()
        codes = {row["uuid"]: row["code"] for row in self.sandbox.rows("cohorts")}
        rows = self.sandbox.rows("enrollments")
        return {codes[row["cohort_uuid"]]: row["grade"] for row in rows}

    def test_a_grade_is_sent_of_the_batch_once_it_is_validated(self):
        sheet = self.marksheet(self.first, 34)
        self.assertEqual(self.grades(), {"BOT-26": None, "BOT-27": None})
        self.assertFalse(self.writes())
        sheet.action_validate()
        self.assertEqual(self.grades(), {"BOT-26": 8.5, "BOT-27": None})
        self.assertEqual(self.writes(), [("PATCH", "enrollments")])
        # corrected after it was validated: what a line says is recomputed, not written
        sheet.marksheet_line.result_line.marks = 36
        self.assertEqual(self.grades()["BOT-26"], 9.0)
        # validated by mistake
        sheet.act_cancel()
        self.assertEqual(self.grades(), {"BOT-26": None, "BOT-27": None})

    def test_the_newest_mark_sheet_counts_and_zero_is_a_grade(self):
        older = self.marksheet(self.second, 10, generated_date="2026-06-01")
        newer = self.marksheet(self.second, 0, generated_date="2026-12-06")
        (older + newer).write({"state": "validated"})
        self.assertEqual(self.grades(), {"BOT-26": None, "BOT-27": 0})
        newer.marksheet_line.unlink()
        self.assertEqual(self.grades()["BOT-27"], 2.5)

    def test_an_enrollment_without_a_batch_has_its_courses_grade(self):
        third = self.op_batch(self.course, code="BOT-28")
        loose = self.op("student.course").create(
            {"student_id": self.student.id, "course_id": self.course.id}
        )
        self.marksheet(self.first, 40).action_validate()
        self.assertFalse(loose.has_exam_result)
        self.marksheet(third, 20).action_validate()
        self.assertEqual((loose.has_exam_result, loose.exam_percentage), (True, 50))
        self.flush()
        [row] = [r for r in self.sandbox.rows("enrollments") if not r["cohort_uuid"]]
        self.assertEqual(row["grade"], 5.0)

    def test_who_keeps_students_meets_no_field_that_may_not_be_read(self):
        clerk = new_test_user(self.env, login="clerk@example.com", groups=BACK_OFFICE)
        student = self.student.with_user(clerk)
        own = [name for name in student.fields_get() if name.startswith("dokstamp_")]
        self.assertEqual(student.read(own)[0]["id"], student.id)
