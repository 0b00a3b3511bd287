from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import DokstampCase

WRITING = ("POST", "PUT", "PATCH", "DELETE")


class MassChangeCase(DokstampCase):
    """Students at DokStamp."""

    COUNT = 6
    HELD_FROM = 4

    def begin_with(self, cls):
        super().begin_with(cls)
        self.account.responsible_id = self.manager
        self.account.held_from_count = self.HELD_FROM
        cls.students = self.students_at_dokstamp(self.COUNT)

    def students_at_dokstamp(self, count, prefix="student"):
        students = self.env["dokstamp.student"].create(
            [
                {
                    "name": f"Student {number}",
                    "email": f"{prefix}.{number}@example.com",
                    "date_of_birth": "2001-02-03",
                }
                for number in range(count)
            ]
        )
        self.flush()
        self.sandbox.forget_requests()
        return students

    def written(self):
        """What arrived that writes."""
        return [row for row in self.requests() if row[0] in WRITING]

    def batches(self, state="waiting"):
        return self.env["dokstamp.mass.change"].search(
            [("account_id", "=", self.account.id), ("state", "=", state)]
        )

    def activities(self):
        return self.env["mail.activity"].search(
            [("res_model", "=", "dokstamp.mass.change")]
        )

    def at_dokstamp(self):
        return self.sandbox.count("students")


@tagged("post_install", "-at_install")
class TestTooMuchRemoved(MassChangeCase):
    """More removals than a tenth, and at least twenty, wait for a manager."""

    COUNT = 30
    HELD_FROM = 20

    def test_twenty_of_thirty_are_held_whole_and_one_activity_tells_whom(self):
        names = self.students[:20].mapped("name")
        self.students[:20].unlink()
        self.course()
        self.flush()
        self.assertEqual(self.written(), [("POST", "/courses")])
        batch = self.batches()
        self.assertEqual((batch.record_count, batch.total_count), (20, 30))
        self.assertEqual((batch.share, batch.change), (67, "removed"))
        self.assertIn(names[0], batch.examples)
        activity = self.activities()
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("20 of 30", activity.note)
        self.assertEqual(set(batch.sync_record_ids.mapped("state")), {"held"})
        self.assertEqual(self.account.held_count, 20)
        self.assertIn("20 of 30", self.account.attention)
        self.assertFalse(self.account.is_well)

    def test_nineteen_go_out_and_what_follows_on_the_same_day_is_held(self):
        self.students[:19].unlink()
        self.flush()
        self.assertEqual(self.at_dokstamp(), 11)
        for student in self.students[19:22]:
            student.unlink()
            self.flush()
        self.assertEqual(self.at_dokstamp(), 11)
        self.assertEqual(self.batches().record_count, 3)
        self.assertEqual(len(self.activities()), 1)

    def test_a_new_day_counts_anew(self):
        self.students[:15].unlink()
        self.flush()
        self.env["dokstamp.sync.record"].search([]).done_at = "2020-01-01 00:00:00"
        self.students[15:20].unlink()
        self.flush()
        self.assertEqual(self.at_dokstamp(), 10)

    def test_a_second_batch_joins_the_first_and_its_activity(self):
        self.students[:20].unlink()
        self.flush()
        self.students[20:25].unlink()
        self.flush()
        self.assertFalse(self.written())
        self.assertEqual(self.batches().record_count, 25)
        self.assertIn("25 of 30", self.activities().note)

    def test_the_account_says_how_much_is_too_much(self):
        self.account.with_user(self.manager).write(
            {"held_from_count": 3, "held_removals_percent": 20}
        )
        self.students[:6].unlink()
        self.flush()
        self.assertEqual(self.at_dokstamp(), 24)
        self.students[6].unlink()
        self.flush()
        self.assertEqual(self.at_dokstamp(), 24)
        self.account.held_removals_percent = 100
        self.students[7:].unlink()
        self.flush()
        self.assertEqual(self.at_dokstamp(), 1)
        for values in ({"held_removals_percent": 101}, {"held_from_count": 0}):
            with self.assertRaises(ValidationError):
                self.account.write(values)


@tagged("post_install", "-at_install")
class TestTooMuchDecided(MassChangeCase):
    def begin_with(self, cls):
        super().begin_with(cls)
        self.students[:4].unlink()
        self.flush()
        cls.batch = self.batches()

    def test_send_sends_all_of_it_once_and_ends_the_activity(self):
        batch = self.batch.with_user(self.manager)
        batch.action_send()
        batch.action_send()
        self.assertEqual((batch.state, batch.decided_by_id), ("sent", self.manager))
        self.flush()
        self.assertEqual(self.at_dokstamp(), 2)
        self.assertFalse(self.activities())
        # what was decided is not counted against what follows
        self.students[4].unlink()
        self.flush()
        self.assertEqual(self.at_dokstamp(), 1)

    def test_discard_sends_nothing_and_nobody_is_asked_again(self):
        self.batch.with_user(self.manager).action_discard()
        self.assertEqual(self.batch.state, "discarded")
        for _run in range(2):
            self.sweep()
            self.flush()
        self.assertFalse(self.written())
        self.assertFalse(self.activities())
        self.assertFalse(self.batches())

    def test_only_a_manager_of_the_company_decides(self):
        other = self.env["res.company"].create({"name": "Another school"})
        stranger = new_test_user(
            self.env,
            login="stranger@example.com",
            groups="dokstamp_connector.group_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        for user in (self.registrar, stranger):
            for button in ("action_send", "action_discard"):
                with self.assertRaises(AccessError):
                    getattr(self.batch.with_user(user), button)()
        self.assertEqual(self.batch.state, "waiting")

    def test_one_row_can_be_sent_or_given_up_alone(self):
        first, second = self.batch.sync_record_ids.with_user(self.manager)[:2]
        first.action_retry()
        second.action_cancel()
        self.flush()
        self.assertEqual(len(self.written()), 1)
        self.assertEqual(self.batch.record_count, 2)


@tagged("post_install", "-at_install")
class TestTooMuchChanged(MassChangeCase):
    """More changes than three quarters are held; what is the same is no change."""

    def test_three_quarters_go_out_and_more_are_held(self):
        self.students[:4].social_name = "Changed"
        self.flush()
        self.assertEqual(len(self.written()), 4)
        self.students[4:].social_name = "Changed"
        self.flush()
        self.assertEqual(len(self.written()), 4)
        batch = self.batches()
        self.assertEqual((batch.change, batch.record_count), ("changed", 2))

    def test_all_at_once_are_held_and_say_so_and_new_ones_go_out(self):
        self.students.social_name = "Changed"
        new = self.student()
        self.flush()
        self.assertEqual(self.written(), [("POST", "/students")])
        self.assertEqual(new.sync_state, "synced")
        one = self.students[0]
        self.assertEqual(one.sync_state, "waiting")
        self.assertIn("Held: ", one.sync_message)
        waiting = self.env["dokstamp.student"].search([("sync_state", "=", "waiting")])
        self.assertEqual(waiting, self.students)
        one.with_user(self.registrar).action_sync_now()
        self.flush()
        self.assertEqual(len(self.written()), 1)
        self.assertIn("Held: ", one.sync_message)

    def test_what_is_taken_back_goes_away_by_itself_and_the_activity_too(self):
        self.students.social_name = "Changed"
        self.flush()
        self.students[1:].social_name = False
        self.flush()
        self.assertEqual(self.batches().record_count, 1)
        self.students[0].social_name = False
        self.flush()
        self.assertFalse(self.written())
        self.assertFalse(self.activities())
        self.assertEqual(self.batches("over").change, "changed")
        self.assertEqual(set(self.students.mapped("sync_state")), {"synced"})

    def test_send_sends_what_the_record_is_by_then(self):
        self.students.social_name = "Changed"
        self.flush()
        self.students[0].social_name = "Changed again"
        self.batches().with_user(self.manager).action_send()
        self.flush()
        names = {row["social_name"] for row in self.sandbox.rows("students")}
        self.assertEqual(names, {"Changed", "Changed again"})
        self.assertEqual(len(self.written()), 6)

    def test_what_was_discarded_goes_out_once_it_is_another_one(self):
        self.students.social_name = "Changed"
        self.flush()
        self.batches().with_user(self.manager).action_discard()
        self.sweep()
        self.flush()
        self.assertFalse(self.written())
        self.students[0].social_name = "Otherwise"
        self.flush()
        self.assertEqual(len(self.written()), 1)

    def test_sending_again_what_dokstamp_has_is_no_change(self):
        self.students.action_sync_now()
        self.flush()
        self.assertFalse(self.batches())
        self.assertFalse(self.written())

    def test_a_change_by_sql_is_held_as_well(self):
        self.env.flush_all()
        self.env.cr.execute("UPDATE dokstamp_student SET name = name || ' X'")
        self.env.invalidate_all()
        self.sweep()
        self.flush()
        self.assertFalse(self.written())
        self.assertEqual(self.batches().record_count, 6)
        self.env.cr.execute(
            "UPDATE dokstamp_student SET name = left(name, length(name) - 2)"
        )
        self.env.invalidate_all()
        self.sweep()
        self.flush()
        self.assertFalse(self.written())
        self.assertFalse(self.activities())


@tagged("post_install", "-at_install")
class TestTooMuchArchived(MassChangeCase):
    def begin_with(self, cls):
        super().begin_with(cls)
        botany = self.course()
        cls.enrollments = self.env["dokstamp.enrollment"].create(
            [
                {
                    "student_id": student.id,
                    "course_id": botany.id,
                    "enrolled_at": "2026-09-01",
                }
                for student in self.students
            ]
        )
        self.flush()

    def test_archivings_are_held_until_they_are_undone(self):
        self.enrollments.active = False
        self.flush()
        self.assertFalse(self.written())
        self.assertEqual(self.batches().record_count, 6)
        self.enrollments.active = True
        self.flush()
        self.assertFalse(self.written())
        self.assertFalse(self.batches())
        self.assertFalse(self.activities())

    def test_who_completed_cannot_drop_out_so_that_few_may_be_all(self):
        self.account.held_from_count = 2
        self.enrollments[:4].write(
            {"completion_status": "completed", "completed_at": "2026-10-01"}
        )
        self.flush()
        self.batches().with_user(self.manager).action_send()
        self.flush()
        self.sandbox.forget_requests()
        self.enrollments.active = False
        self.flush()
        self.assertFalse(self.written())
        batch = self.batches()
        self.assertEqual((batch.record_count, batch.total_count), (2, 2))

    def test_a_student_stays_as_long_as_the_removal_of_its_enrollment_is_held(self):
        self.enrollments[:4].unlink()
        student = self.students[0]
        student.unlink()
        self.course(name="Zoology", code="ZOO-1")
        self.flush()
        self.assertEqual(self.written(), [("POST", "/courses")])
        [row] = self.rows_of(student)[-1:]
        self.assertIn("removal is held", row.failure_message)
        self.batches().with_user(self.manager).action_send()
        self.flush()
        self.assertEqual(self.at_dokstamp(), 5)
        self.assertEqual(self.sandbox.count("enrollments"), 2)

    def test_what_the_database_dropped_is_held(self):
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM dokstamp_enrollment")
        self.env.invalidate_all()
        self.sweep()
        self.flush()
        self.assertFalse(self.written())
        self.assertEqual(self.batches().record_count, 6)

    def test_a_flush_that_runs_while_the_sweep_has_read_half_sends_nothing(self):
        self.env.flush_all()
        self.env.cr.execute("UPDATE dokstamp_enrollment SET active = FALSE")
        self.env.invalidate_all()
        repairing = self.env["dokstamp.sync.record"].with_context(
            dokstamp_origin=("repair", None)
        )
        repairing._gather(self.enrollments[:3], "push")
        self.flush()  # the sweep was killed here
        self.assertFalse(self.written())
        self.assertEqual(self.enrollments[0].sync_state, "waiting")
        self.enrollments[0].enrolled_at = "2026-09-02"  # by somebody, meanwhile
        self.flush()
        self.assertFalse(self.written())
        self.sweep()
        self.flush()
        self.assertFalse(self.written())
        self.assertEqual(self.batches().record_count, 6)
