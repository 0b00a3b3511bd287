from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import DokstampCase


@tagged("post_install", "-at_install")
class TestYearClosing(DokstampCase):
    """What of a year is over is looked through, and archived together."""

    def begin_with(self, cls):
        super().begin_with(cls)
        self.account.held_from_count = 2  # all of it would be held
        cls.botany = self.course()
        cls.zoology = self.course(name="Zoology", code="ZOO-1")
        cohorts = self.env["dokstamp.cohort"]
        cls.over, cls.running = cohorts.create(
            [
                {
                    "code": f"{year}A",
                    "course_id": cls.botany.id,
                    "end_date": f"{year}-06-30",
                }
                for year in (2020, 2999)
            ]
        )
        students = [
            self.student(name=f"Student {n}", email=f"student.{n}@example.com")
            for n in range(4)
        ]
        cls.dropping, cls.late, cls.completed = (
            self.enrollment(
                student_id=student.id,
                course_id=cls.botany.id,
                cohort_id=cls.over.id,
            )
            for student in students[:3]
        )
        cls.completed.write(
            {"completion_status": "completed", "completed_at": "2026-10-01"}
        )
        cls.going_on = self.enrollment(
            student_id=students[3].id,
            course_id=cls.botany.id,
            cohort_id=cls.running.id,
        )
        cls.in_zoology = self.enrollment(
            student_id=students[3].id, course_id=cls.zoology.id
        )
        self.flush()

    def closing(self):
        closings = self.env["dokstamp.year.closing"].with_user(self.manager)
        closing = closings.create({"course_ids": [(6, 0, self.zoology.ids)]})
        closing.action_look()
        return closing

    def test_what_is_ticked_is_archived_and_sent_without_being_held(self):
        closing = self.closing()
        for records in (self.over, self.zoology, self.dropping | self.late):
            lines = closing.line_ids.filtered(
                lambda line, name=records._name: line.res_model == name
            )
            self.assertLessEqual(set(records.ids), set(lines.mapped("res_id")))
        self.assertEqual(len(closing.line_ids), 5)
        self.assertIn("3 of 3 are archived, and DokStamp hears of 3", closing.summary)
        told = closing.line_ids.filtered(lambda line: line.res_id == self.late.id)
        self.assertIn("Status: Enrolled → Dropped", told.mapped("what_is_sent"))
        self.flush()
        self.assertFalse(self.requests("PATCH"))
        self.assertTrue(self.over.active and self.zoology.active)

        line = closing.line_ids.filtered(
            lambda one: (
                (one.res_model, one.res_id) == ("dokstamp.enrollment", self.late.id)
            )
        )
        closing.write({"line_ids": [(1, line.id, {"is_selected": False})]})
        closing.action_close()
        self.flush()
        self.assertEqual(len(self.requests("PATCH")), 3)
        self.assertFalse(self.requests("DELETE"))
        self.assertFalse(self.env["dokstamp.mass.change"].search([]))
        self.assertFalse(self.over.active or self.zoology.active)
        self.assertFalse(self.dropping.active or self.in_zoology.active)
        for kept in (self.late, self.completed, self.going_on, self.running):
            self.assertTrue(kept.active)
        statuses = sorted(
            row["completion_status"] for row in self.sandbox.rows("enrollments")
        )
        self.assertEqual(
            statuses, ["completed", "dropped", "dropped", "enrolled", "enrolled"]
        )
        self.dropping.with_user(self.registrar).active = True
        self.assertFalse(self.dropping.closed_on)

    def test_who_completes_meanwhile_is_left_alone_and_no_registrar_closes(self):
        closing = self.closing()
        self.dropping.write(
            {"completion_status": "completed", "completed_at": "2026-10-01"}
        )
        closing.action_close()
        self.assertTrue(self.dropping.active)
        self.assertFalse(self.late.active)
        with self.assertRaises(UserError):
            closing.action_close()
        with self.assertRaises(AccessError):
            self.env["dokstamp.year.closing"].with_user(self.registrar).create({})
