from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import DokstampCase


@tagged("post_install", "-at_install")
class TestAudit(DokstampCase):
    """Each call that writes leaves a line; nobody changes or deletes one."""

    def test_line_tells_who_when_what_and_which_answer(self):
        course = (
            self.env["dokstamp.course"]
            .with_user(self.registrar)
            .create({"name": "Botany", "code": "BOT-1"})
        )
        self.flush()
        course.name = "Zoology"
        self.flush()
        created, updated = self.audit_of(course.sudo())
        self.assertEqual(created.user_id, self.registrar)
        self.assertEqual(
            (created.event, created.method, created.path, created.status_code),
            ("created", "POST", "/courses", 201),
        )
        self.assertEqual(updated.changes, "name: Botany → Zoology")
        self.assertEqual(updated.dokstamp_uuid, course.dokstamp_uuid)
        self.assertEqual(updated.path, f"/courses/{course.dokstamp_uuid}")
        self.assertEqual(updated.sync_record_id, self.rows_of(course.sudo())[-1].id)
        self.assertTrue(updated.called_at)

    def test_refused_call_leaves_a_line_too(self):
        course = self.course()
        self.sandbox.fault("POST", "/courses", status=422, json={"message": "No."})
        self.flush()
        line = self.audit_of(course)
        self.assertEqual((line.status_code, line.succeeded), (422, False))

    def test_reading_calls_leave_none(self):
        self.course()
        self.flush()
        self.assertNotIn(
            "GET", self.env["dokstamp.audit.log"].search([]).mapped("method")
        )

    def test_nobody_changes_or_deletes_a_line(self):
        course = self.course()
        self.flush()
        line = self.audit_of(course)
        with self.assertRaises(UserError):
            line.sudo().write({"event": "deleted"})
        with self.assertRaises(UserError):
            line.sudo().status_code = 500
        with self.assertRaises(UserError):
            line.sudo().unlink()
        for user in (self.registrar, self.manager, self.env.ref("base.user_admin")):
            with self.subTest(user=user.login):
                with self.assertRaises(UserError):
                    line.with_user(user).write({"event": "deleted"})
                with self.assertRaises(UserError):
                    line.with_user(user).unlink()
                with self.assertRaises(AccessError):
                    line.with_user(user).create({"event": "deleted"})

    def test_failure_after_the_answer_keeps_the_line(self):
        """What DokStamp answered is kept even if the connector trips over it."""
        course = self.course()

        def broken(row, message):
            raise KeyError("x")

        self.patch(self.registry["dokstamp.sync.record"], "_note_sent", broken)
        with self.assertLogs("odoo.addons.dokstamp_connector", "ERROR"):
            self.flush()
        self.assertEqual(course.sync_state, "failed")
        self.assertEqual(self.audit_of(course).status_code, 201)


@tagged("post_install", "-at_install")
class TestQueueButtons(DokstampCase):
    """Managers retry and cancel, one row and many; registrars look on."""

    def failed_courses(self, count=3):
        self.sandbox.fault(
            "POST", "/courses", times=count, status=422, json={"message": "No."}
        )
        courses = self.env["dokstamp.course"].create(
            [{"name": f"Course {n}", "code": f"C{n}"} for n in range(count)]
        )
        self.flush()
        self.assertEqual(set(courses.mapped("sync_state")), {"failed"})
        return courses, self.env["dokstamp.sync.record"].search(
            [("state", "=", "failed")]
        )

    def test_retry_sends_one_or_many(self):
        courses, rows = self.failed_courses()
        rows[0].with_user(self.manager).action_retry()
        self.flush()
        self.assertEqual(self.sandbox.count("courses"), 1)
        rows[1:].with_user(self.manager).action_retry()
        self.flush()
        self.assertEqual(set(courses.mapped("sync_state")), {"synced"})
        self.assertEqual(self.sandbox.count("courses"), 3)

    def test_cancelled_rows_are_not_sent(self):
        self.course()
        self.env.cr.flush()
        rows = self.env["dokstamp.sync.record"].search([("state", "=", "pending")])
        rows.with_user(self.manager).action_cancel()
        self.flush()
        self.assertFalse(self.sandbox.requests())
        rows.with_user(self.manager).action_retry()
        self.flush()
        self.assertEqual(self.sandbox.count("courses"), 1)

    def test_retry_of_an_old_row_clears_the_later_failure(self):
        course = self.course()
        self.env.cr.flush()
        old = self.rows_of(course)
        old.with_user(self.manager).action_cancel()
        self.sandbox.fault("POST", "/courses", status=422, json={"message": "No."})
        course.name = "Zoology"
        self.flush()
        self.assertEqual(course.sync_state, "failed")
        old.with_user(self.manager).action_retry()
        self.flush()
        self.assertEqual(course.sync_state, "synced")

    def test_done_rows_can_be_neither_retried_nor_cancelled(self):
        course = self.course()
        self.flush()
        rows = self.rows_of(course).with_user(self.manager)
        for action in (rows.action_retry, rows.action_cancel):
            with self.assertRaises(UserError):
                action()

    def test_registrar_sees_the_queue_and_moves_nothing(self):
        _courses, rows = self.failed_courses(1)
        row = rows.with_user(self.registrar)
        self.assertEqual(row.read(["state"])[0]["state"], "failed")
        for refused in (
            row.action_retry,
            row.action_cancel,
            lambda: row.write({"state": "done"}),
            row.unlink,
        ):
            with self.assertRaises(AccessError):
                refused()

    def test_nobody_deletes_or_makes_rows_by_hand(self):
        _courses, rows = self.failed_courses(1)
        with self.assertRaises(AccessError):
            rows.with_user(self.manager).unlink()
        with self.assertRaises(AccessError):
            rows.with_user(self.manager).create({"operation": "push"})

    def test_manager_of_another_company_sees_nothing(self):
        course = self.course()
        self.flush()
        company = self.env["res.company"].create({"name": "Other School"})
        stranger = new_test_user(
            self.env,
            login="stranger@example.com",
            groups="dokstamp_connector.group_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        for record in (
            course,
            self.account,
            self.rows_of(course),
            self.audit_of(course),
            self.env["dokstamp.binding"]._of(course),
        ):
            with self.subTest(model=record._name):
                self.assertTrue(record)
                theirs = record.with_user(stranger)
                self.assertFalse(theirs.search([]))
                with self.assertRaises(AccessError):
                    theirs.read(["id", "company_id"])
        with self.assertRaises(AccessError):
            self.rows_of(course).with_user(stranger).action_retry()
        with self.assertRaises(AccessError):
            self.account.with_user(stranger).action_pause()


@tagged("post_install", "-at_install")
class TestAuditSentences(DokstampCase):
    """The audit list reads as sentences, in the words of the screens."""

    def summaries(self, record, lang="en_US"):
        lines = self.audit_of(record).with_user(self.registrar)
        return lines.with_context(lang=lang).sorted("id").mapped("summary")

    def test_what_happened_is_told_with_labels_and_names_instead_of_keys(self):
        course, student = self.course(), self.student()
        enrollment = self.enrollment(student_id=student.id, course_id=course.id)
        self.flush()
        course.workload_hours = 40
        enrollment.write(
            {"completion_status": "completed", "completed_at": "2026-10-01"}
        )
        self.flush()
        created, changed = self.summaries(course)
        self.assertEqual(created, "Course Botany created at DokStamp")
        label = course._fields["workload_hours"]._description_string(self.env)
        self.assertEqual(changed, f"Course Botany changed: {label}: empty → 40")
        [_created, completed] = self.summaries(enrollment)
        self.assertIn("Enrolled → Completed", completed)
        self.assertNotIn("completion_status", completed)

    def test_a_link_is_told_by_its_name_and_a_refusal_as_one(self):
        first, second = self.student(), self.student(email="b@example.com", name="Bo")
        course = self.course()
        enrollment = self.enrollment(student_id=first.id, course_id=course.id)
        self.flush()
        enrollment.student_id = second
        self.sandbox.fault("PATCH", "/enrollments/.*", status=422)
        self.flush()
        told = self.summaries(enrollment)[-1]
        self.assertTrue(told.startswith("Refused with 422: Enrollment"), told)
        self.assertIn("Ada Example", told)
        self.assertIn("→ Bo", told)
