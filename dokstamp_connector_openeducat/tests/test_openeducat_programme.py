from odoo.tests import tagged

from .common import OpeneducatCase


@tagged("post_install", "-at_install")
class TestOpeneducatProgramme(OpeneducatCase):
    """Courses, subjects and batches become courses, modules and cohorts."""

    def test_courses_subjects_and_batches_arrive_and_follow(self):
        course = self.op_course()
        subjects = self.op("subject").create(
            [
                {"name": "Leaves", "code": "LEAF"},
                {"name": "Painting", "code": "ART", "subject_type": "elective"},
            ]
        )
        batch = self.op_batch(course)
        self.flush()
        remote = self.sandbox.row("courses", code="BOT")
        self.assertEqual((remote["name"], remote["status"]), ("Botany", "active"))
        self.assertTrue(self.sandbox.row("modules", code="LEAF")["is_required"])
        self.assertFalse(self.sandbox.row("modules", code="ART")["is_required"])
        [request] = self.sandbox.requests("POST", "/cohorts")
        self.assertEqual(
            request["body"],
            {
                "code": "BOT-26",
                "course_uuid": remote["uuid"],
                "start_date": "2026-02-01",
                "end_date": "2026-12-15",
            },
        )
        self.sandbox.forget_requests()
        course.name = "Botany and Gardens"
        subjects[0].active = False
        batch.end_date = "2026-12-31"
        self.flush()
        self.assertEqual(
            sorted(self.writes()),
            [("PATCH", "cohorts"), ("PATCH", "courses"), ("PATCH", "modules")],
        )
        self.assertFalse(self.sandbox.row("modules", code="LEAF")["is_active"])
