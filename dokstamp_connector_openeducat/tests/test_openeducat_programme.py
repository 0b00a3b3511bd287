from odoo import Command
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

    def test_a_courses_subjects_are_its_curriculum(self):
        subjects = self.op("subject").create(
            [
                {"name": "Leaves", "code": "LEAF"},
                {"name": "Roots", "code": "ROOT"},
                {"name": "Painting", "code": "ART", "subject_type": "elective"},
            ]
        )
        leaves, roots, painting = subjects
        course = self.op_course(subject_ids=[Command.set((leaves + painting).ids)])
        other = self.op_course(
            name="Gardens", code="GAR", subject_ids=[Command.link(leaves.id)]
        )
        self.flush()
        self.assertEqual(
            self.curriculum(course), {"LEAF": (1, True), "ART": (2, False)}
        )
        self.assertEqual(self.curriculum(other), {"LEAF": (1, True)})
        self.sandbox.forget_requests()
        # changed through the course alone: the subjects' own forms are not touched
        course.subject_ids = [Command.unlink(leaves.id), Command.link(roots.id)]
        self.flush()
        self.assertEqual(
            self.curriculum(course), {"ROOT": (1, True), "ART": (2, False)}
        )
        self.assertEqual(self.curriculum(other), {"LEAF": (1, True)})
        roots.subject_type = "elective"
        self.flush()
        self.assertEqual(self.curriculum(course)["ROOT"], (1, False))
        # a subject that is taught no more is in no curriculum
        roots.active = False
        self.flush()
        self.assertEqual(self.curriculum(course), {"ART": (1, False)})

    def curriculum(self, course):
        """Code of each module that DokStamp has in a course → place, is it required."""
        remote = self.sandbox.row("courses", code=course.code)
        codes = {row["uuid"]: row["code"] for row in self.sandbox.rows("modules")}
        return {
            codes[row["module_uuid"]]: (row["order"], row["is_required"])
            for row in self.sandbox.rows("attachments")
            if row["course_uuid"] == remote["uuid"]
        }
