from odoo.tests import tagged

from .common import DokstampCase


@tagged("post_install", "-at_install")
class TestArchive(DokstampCase):
    """What is archived in Odoo is archived at DokStamp, and nothing that was earned is
    taken back.
    """

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.botany = self.course()
        cls.line = self.env["dokstamp.curriculum.line"].create(
            {"course_id": cls.botany.id, "module_id": self.module().id}
        )
        cls.attending = self.enrollment(
            student_id=self.student().id, course_id=cls.botany.id
        )
        self.flush()

    def status(self):
        return self.sandbox.rows("enrollments")[0]["completion_status"]

    def test_an_archived_enrollment_is_dropped(self):
        self.attending.active = False
        self.flush()
        self.assertEqual(self.status(), "dropped")

    def test_one_that_was_completed_stays_completed(self):
        self.attending.write(
            {"completion_status": "completed", "completed_at": "2026-10-01"}
        )
        self.flush()
        self.attending.active = False
        self.flush()
        self.assertEqual(self.status(), "completed")
        self.attending.unlink()
        self.sandbox.set_options(blocked_delete_status=409)
        self.sandbox.fault("DELETE", "/enrollments/.*", status=409)
        self.flush()
        self.assertEqual(self.status(), "completed")

    def test_an_archived_course_keeps_its_curriculum(self):
        self.botany.active = False
        self.line.active = False
        self.flush()
        self.assertEqual(self.sandbox.row("courses")["status"], "archived")
        self.assertEqual(self.sandbox.count("attachments"), 1)
        self.sandbox.forget_requests()
        self.botany.active = self.line.active = True
        self.flush()
        self.assertEqual(self.requests(), [("PATCH", self.course_path())])

    def test_a_line_that_stays_archived_is_detached_when_the_course_returns(self):
        self.botany.active = self.line.active = False
        self.flush()
        self.botany.active = True
        self.flush()
        self.sweep()
        self.flush()
        self.assertEqual(self.sandbox.count("attachments"), 0)

    def course_path(self):
        return f"/courses/{self.botany.dokstamp_uuid}"
