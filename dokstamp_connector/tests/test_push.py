from odoo.tests import tagged

from .common import DokstampCase


@tagged("post_install", "-at_install")
class TestPush(DokstampCase):
    """A queued record is searched for, created or updated, once."""

    def test_a_new_course_is_searched_for_and_created(self):
        course = self.course(workload_hours=40)
        self.flush()
        self.assertEqual(self.requests(), [("GET", "/courses"), ("POST", "/courses")])
        remote = self.sandbox.row("courses", code="BOT-1")
        self.assertEqual(remote["workload_hours"], 40)
        self.assertEqual(remote["status"], "active")
        self.assertEqual(course.dokstamp_uuid, remote["uuid"])
        self.assertEqual(course.sync_state, "synced")
        self.assertTrue(course.last_synced_at)

    def test_a_known_course_gets_one_patch_with_what_changed(self):
        course = self.course()
        self.flush()
        self.sandbox.forget_requests()
        course.name = "Zoology"
        course.area = "Science"
        self.flush()
        [request] = self.sandbox.requests()
        self.assertEqual(request["method"], "PATCH")
        self.assertEqual(request["body"], {"name": "Zoology", "area": "Science"})

    def test_an_unchanged_record_makes_no_call(self):
        course = self.course()
        self.flush()
        self.sandbox.forget_requests()
        course.name = "Botany"
        self.flush()
        self.assertFalse(self.sandbox.requests())
        self.assertEqual(self.rows_of(course).mapped("state"), ["done", "done"])

    def test_several_edits_before_a_flush_are_one_call(self):
        course = self.course()
        for name in ("One", "Two", "Three"):
            course.name = name
            self.env.cr.flush()
        self.flush()
        self.assertEqual(len(self.requests("POST", "/courses")), 1)
        self.assertEqual(self.sandbox.row("courses", code="BOT-1")["name"], "Three")
        self.assertEqual(self.sandbox.requests("PATCH"), [])
        rows = self.rows_of(course)
        self.assertEqual(rows[-1].state, "done")
        self.assertEqual(set(rows[:-1].mapped("failure_type")), {"superseded"})

    def test_what_dokstamp_has_already_is_adopted(self):
        self.course()
        self.flush()
        uuid = self.sandbox.row("courses", code="BOT-1")["uuid"]
        # the same course in a fresh database
        self.env["dokstamp.binding"].search([]).unlink()
        self.env["dokstamp.course"].search([]).name = "Botany, revised"
        self.env["dokstamp.institution"].search([])._queue_push()
        self.flush()
        self.assertEqual(self.sandbox.count("courses"), 1)
        self.assertEqual(self.sandbox.count("institutions"), 1)
        course = self.env["dokstamp.course"].search([])
        self.assertEqual(course.dokstamp_uuid, uuid)
        self.assertEqual(
            self.sandbox.row("courses", code="BOT-1")["name"], "Botany, revised"
        )
        self.assertEqual(
            self.audit_of(course).mapped("event"), ["created", "adopted", "updated"]
        )

    def test_everything_goes_out_in_dependency_order(self):
        course, module, student = self.course(), self.module(), self.student()
        group = self.env["dokstamp.module.group"].create(
            {"name": "First term", "course_id": course.id, "order": 1}
        )
        cohort = self.env["dokstamp.cohort"].create(
            {"code": "2026", "course_id": course.id, "start_date": "2026-09-01"}
        )
        self.env["dokstamp.curriculum.line"].create(
            {"course_id": course.id, "module_id": module.id, "group_id": group.id}
        )
        enrollment = self.enrollment(
            student_id=student.id, course_id=course.id, cohort_id=cohort.id
        )
        self.flush()
        writes = [path for method, path in self.requests() if method == "POST"]
        self.assertEqual(len(writes), 7)
        self.assertLess(
            writes.index(f"/courses/{course.dokstamp_uuid}/modules/groups"),
            writes.index(f"/courses/{course.dokstamp_uuid}/attach/modules"),
        )
        self.assertGreater(writes.index("/enrollments"), writes.index("/cohorts"))
        self.assertGreater(writes.index("/enrollments"), writes.index("/students"))
        self.assertEqual(enrollment.sync_state, "synced")
        [attached] = self.sandbox.rows("attachments")
        self.assertEqual(attached["course_module_group_uuid"], group.dokstamp_uuid)

    def test_an_enrollment_waits_for_its_student_and_says_so(self):
        student = self.student(date_of_birth=False)
        enrollment = self.enrollment(student_id=student.id, course_id=self.course().id)
        self.flush()
        self.assertEqual(student.sync_state, "failed")
        self.assertEqual(student.sync_message, "No date of birth: DokStamp needs one.")
        self.assertEqual(enrollment.sync_state, "waiting")
        self.assertIn("Ada Example", enrollment.sync_message)
        self.assertEqual(self.rows_of(enrollment).attempt_count, 0)
        student.with_user(self.registrar).date_of_birth = "2001-02-03"
        self.flush()
        self.assertEqual(enrollment.sync_state, "synced")
        self.assertEqual(self.sandbox.count("enrollments"), 1)
