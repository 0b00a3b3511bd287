from odoo.tests import tagged

from .test_removal import RemovalCase


class NeedsCase(RemovalCase):
    def cancel(self, record):
        self.env.cr.flush()
        self.rows_of(record).filtered(lambda row: row.state == "pending").with_user(
            self.manager
        ).action_cancel()

    def sweep_and_flush(self):
        self.sandbox.forget_requests()
        self.sweep()
        self.flush()

    def sql(self, query, *args):
        """Change the database behind Odoo's back."""
        self.env.flush_all()
        self.env.cr.execute(query, args)
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestDecided(NeedsCase):
    """What was cancelled or has failed is not sent by itself, until it is another
    record.
    """

    def test_cancelled_record_is_not_brought_back_by_the_sweep(self):
        course = self.course()
        self.cancel(course)
        self.sweep_and_flush()
        self.assertFalse(self.sandbox.requests())
        self.assertEqual(self.rows_of(course).mapped("state"), ["cancelled"])

    def test_cancelled_record_is_remembered_when_the_queue_is_cleaned(self):
        course, other = self.course(), self.course(name="Zoology", code="ZOO-1")
        self.cancel(course)
        self.flush()
        rows = self.rows_of(course) + self.rows_of(other)
        self.env.cr.execute(
            "UPDATE dokstamp_sync_record SET write_date = '2020-01-01' WHERE id IN %s",
            [rows._ids],
        )
        self.env.invalidate_all()
        self.env["dokstamp.sync.record"]._gc_done()
        self.assertFalse(self.rows_of(other))
        self.sweep_and_flush()
        self.assertFalse(self.sandbox.requests())

    def test_cancelled_change_is_not_brought_back_by_the_sweep(self):
        course = self.sent(self.course())
        course.name = "Zoology"
        self.cancel(course)
        self.sweep_and_flush()
        self.assertFalse(self.sandbox.requests())

    def test_cancelled_change_is_not_sent_by_saving_the_same_again(self):
        course = self.sent(self.course())
        course.name = "Zoology"
        self.cancel(course)
        course.with_user(self.registrar).write({"name": "Zoology"})
        self.flush()
        self.env["dokstamp.course"].load([".id", "name"], [[str(course.id), "Zoology"]])
        self.sweep_and_flush()
        self.assertFalse(self.requests("PATCH"))
        self.assertEqual(self.sandbox.row("courses", code="BOT-1")["name"], "Botany")
        self.assertIn("taken out of the queue", course.sync_message)
        course.with_user(self.registrar).name = "Mycology"
        self.flush()
        self.assertEqual(self.sandbox.row("courses", code="BOT-1")["name"], "Mycology")
        self.assertFalse(course.sync_message)

    def test_cancelled_change_is_not_sent_because_of_what_it_refers_to(self):
        """The institution is made anew at DokStamp: what refers to it is told again."""
        course = self.sent(self.course())
        other = self.sent(self.course(name="Zoology", code="ZOO-1"))
        course.name = "Wrong"
        self.cancel(course)
        self.sandbox.remove("institutions", self.institution.dokstamp_uuid)
        self.institution.name = "Test School again"
        self.flush()
        self.assertEqual(other.sync_state, "synced")
        sent = [row["body"] for row in self.sandbox.requests("PATCH", "/courses/.*")]
        self.assertNotIn("Wrong", str(sent))
        self.assertIn(self.institution.dokstamp_uuid, str(sent))

    def test_cancelling_one_of_several_changes_keeps_all_of_them_back(self):
        course = self.sent(self.course())
        for values in ({"area": "Science"}, {"name": "Wrong"}):
            course.write(values)
            self.env.cr.flush()
        [*_sent, first, second] = self.rows_of(course)
        second.with_user(self.manager).action_cancel()
        self.assertEqual((first.state, second.state), ("cancelled", "cancelled"))
        self.sweep_and_flush()
        self.assertFalse(self.sandbox.requests())

    def test_cancelled_record_goes_out_with_another_account(self):
        module = self.module(institution_id=False)
        self.cancel(module)
        second = self.account.copy({"name": "Second", "institution_id": False})
        module.account_id = second
        self.env.cr.flush()
        newest = self.rows_of(module)[-1]
        self.assertEqual((newest.account_id, newest.state), (second, "pending"))

    def test_cancelled_change_goes_out_when_a_person_says_so(self):
        course = self.sent(self.course())
        course.name = "Zoology"
        self.cancel(course)
        course.with_user(self.registrar).action_sync_now()
        self.flush()
        self.assertEqual(self.sandbox.row("courses", code="BOT-1")["name"], "Zoology")

    def test_cancelled_record_goes_out_when_it_is_saved_with_a_change(self):
        course = self.course()
        self.cancel(course)
        course.with_user(self.registrar).name = "Zoology"
        self.flush()
        self.assertEqual(course.sync_state, "synced")

    def test_cancelled_record_that_no_hook_saw_changing_is_found(self):
        course = self.course()
        self.cancel(course)
        self.sql("UPDATE dokstamp_course SET name = 'Zoology' WHERE id = %s", course.id)
        self.sweep_and_flush()
        self.assertEqual(course.sync_state, "synced")

    def test_cancelled_record_is_the_same_when_what_it_refers_to_is_sent(self):
        student, course = self.student(), self.course()
        enrollment = self.enrollment(student_id=student.id, course_id=course.id)
        self.cancel(enrollment)
        self.flush()
        self.assertEqual(course.sync_state, "synced")
        self.sweep_and_flush()
        self.assertFalse(self.sandbox.requests())
        self.assertFalse(self.sandbox.count("enrollments"))

    def test_cancelled_record_is_not_brought_back_by_one_that_waits_for_it(self):
        course = self.course()
        self.cancel(course)
        enrollment = self.enrollment(student_id=self.student().id, course_id=course.id)
        self.flush()
        self.assertFalse(self.sandbox.count("courses"))
        self.assertEqual(enrollment.sync_state, "waiting")
        self.assertIn("Press Send now", enrollment.sync_message)
        course.with_user(self.registrar).action_sync_now()
        self.flush()
        self.assertEqual(enrollment.sync_state, "synced")

    def test_failed_record_is_not_tried_again_by_the_sweep(self):
        student = self.student(date_of_birth=False)
        self.flush()
        self.sweep_and_flush()
        self.assertEqual(len(self.rows_of(student)), 1)

    def test_failed_record_that_no_hook_saw_changing_is_found(self):
        student = self.student(date_of_birth=False)
        self.flush()
        self.sql(
            "UPDATE dokstamp_student SET date_of_birth = '2001-02-03' WHERE id = %s",
            student.id,
        )
        self.sweep_and_flush()
        self.assertEqual(student.sync_state, "synced")

    def test_retried_record_that_fails_again_stays_failed(self):
        course = self.course()
        self.sandbox.fault(
            "POST", "/courses", times=None, status=422, json={"message": "No."}
        )
        self.flush()
        self.rows_of(course).with_user(self.manager).action_retry()
        self.flush()
        self.sweep_and_flush()
        self.assertEqual(course.sync_state, "failed")
        self.assertFalse(self.sandbox.requests())


@tagged("post_install", "-at_install")
class TestRemovalOnce(NeedsCase):
    """A removal is queued once, with what it needs to find the record."""

    def refused_group(self):
        """A module group whose removal DokStamp refused altogether.

        :return: the key of its rows
        """
        group = self.env["dokstamp.module.group"].create(
            {"name": "First term", "course_id": self.course().id}
        )
        self.sent(group)
        for method in ("DELETE", "PATCH"):
            path = "/courses/.*/groups/.*"
            self.sandbox.fault(method, path, status=422, json={"message": "No."})
        key = self.delete(group)
        self.assertEqual(self.last_row(key).state, "failed")
        return key

    def rows(self, key):
        return self.env["dokstamp.sync.record"].search(
            [("res_model", "=", key[0]), ("res_id", "=", key[1])]
        )

    def test_failed_removal_is_not_queued_again_and_keeps_its_keys(self):
        key = self.refused_group()
        count, keys = len(self.rows(key)), self.last_row(key).removal_keys
        self.sweep_and_flush()
        self.assertFalse(self.sandbox.requests())
        self.assertEqual(len(self.rows(key)), count)
        self.assertEqual(self.last_row(key).removal_keys, keys)
        self.assertEqual(keys["name"], "First term")
        self.last_row(key).with_user(self.manager).action_retry()
        self.flush()
        self.assertFalse(self.sandbox.count("module_groups"))
        self.check_settled(key)

    def test_cancelled_removal_is_not_brought_back_by_the_sweep(self):
        course = self.sent(self.course())
        key = (course._name, course.id)
        course.unlink()
        self.env.cr.flush()
        self.last_row(key).with_user(self.manager).action_cancel()
        self.sweep_and_flush()
        self.assertFalse(self.sandbox.requests())
        self.assertEqual(self.sandbox.count("courses"), 1)

    def test_pending_removal_is_not_queued_twice(self):
        course = self.sent(self.course())
        key = (course._name, course.id)
        course.unlink()
        self.env.cr.flush()
        self.sweep()
        self.assertEqual(self.rows(key).mapped("operation"), ["remove", "push"])

    def test_record_that_the_database_dropped_is_found_where_it_lay(self):
        group = self.env["dokstamp.module.group"].create(
            {"name": "First term", "course_id": self.course().id}
        )
        self.sent(group)
        key = (group._name, group.id)
        self.sql("DELETE FROM dokstamp_module_group WHERE id = %s", group.id)
        self.sweep_and_flush()
        self.assertEqual(len(self.requests("DELETE", "/courses/.*/groups/.*")), 1)
        self.check_settled(key)
