from odoo.tests import tagged

from odoo.addons.dokstamp_connector.models.sources import sweep

from .common import SourceCase

COUNT = 20
WRITING = ("POST", "PUT", "PATCH", "DELETE")


@tagged("post_install", "-at_install")
class TestSourceMassChange(SourceCase):
    """A mistake in a source changes nothing at DokStamp before a manager says so."""

    def begin_with(self, cls):
        super().begin_with(cls)
        self.account.responsible_id = self.manager
        course = self.school_course()
        people = self.env["test.dokstamp.school.person"].create(
            [
                {
                    "name": f"Student {number}",
                    "email": f"student.{number}@example.com",
                    "birth_date": "2001-02-03",
                }
                for number in range(COUNT)
            ]
        )
        cls.memberships = self.env["test.dokstamp.school.membership"].create(
            [{"person_id": one.id, "course_id": course.id} for one in people]
        )
        self.sweep()
        self.settle()
        self.assertEqual(self.sandbox.count("enrollments"), COUNT)

    def written(self):
        return [row for row in self.requests() if row[0] in WRITING]

    def waiting(self):
        return self.env["dokstamp.mass.change"].search(
            [("account_id", "=", self.account.id), ("state", "=", "waiting")]
        )

    def activities(self):
        return self.env["mail.activity"].search(
            [("res_model", "=", "dokstamp.mass.change")]
        )

    def narrow(self):
        """A condition that is a mistake."""
        self.membership_source.domain = "[('state', '=', 'finished')]"

    def statuses(self):
        rows = self.sandbox.rows("enrollments")
        return {row["completion_status"] for row in rows}

    def test_a_condition_narrowed_by_mistake_sends_nothing_at_any_time(self):
        self.patch(sweep, "BATCH", 10)
        self.narrow()
        self.memberships[0].mark = 12  # somebody works meanwhile
        self.flush()
        readings = self.env["dokstamp.source.reading"]
        waiting = readings._waiting(self.membership_source)
        sweeping = self.env["dokstamp.sweep"].with_context(
            dokstamp_origin=("repair", None)
        )
        sweeping._sweep_batch(waiting, is_last=False)
        self.memberships[12].mark = 12
        self.flush()  # and the flush runs while a part is read, or the sweep is killed
        self.assertFalse(self.written())
        self.sweep()
        self.flush()
        self.assertFalse(self.written())
        batch = self.waiting()
        self.assertEqual((batch.record_count, batch.total_count), (COUNT, COUNT))
        self.assertEqual(batch.origin_name, self.membership_source.name)
        self.assertEqual(len(self.activities()), 1)
        enrollment = self.fed(self.memberships[3])
        self.assertEqual(enrollment.sync_state, "waiting")
        self.assertIn("Held: ", enrollment.sync_message)
        # what is held stays so whatever is swept, and new ones go out
        other = self.membership(self.person(email="new@example.com"), state="finished")
        self.sweep()
        self.flush()
        self.assertNotIn("PATCH", {method for method, _path in self.written()})
        self.assertEqual(self.fed(other).sync_state, "synced")
        self.assertEqual(len(self.activities()), 1)

    def test_the_condition_is_mended_before_anybody_decides(self):
        self.narrow()
        self.sweep()
        self.flush()
        self.membership_source.domain = "[]"
        self.sweep()
        self.flush()
        self.assertFalse(self.written())
        self.assertFalse(self.waiting())
        self.assertFalse(self.activities())
        self.assertEqual(self.fed(self.memberships[0]).sync_state, "synced")

    def test_discard_leaves_all_as_it_is_and_mending_sends_nothing(self):
        self.narrow()
        self.sweep()
        self.flush()
        self.waiting().with_user(self.manager).action_discard()
        for _run in range(2):
            self.sweep()
            self.flush()
        self.assertFalse(self.waiting())
        self.membership_source.domain = "[]"
        self.sweep()
        self.flush()
        self.assertFalse(self.written())
        self.assertEqual(self.statuses(), {"enrolled"})
        self.memberships[0].unlink()  # it goes on with what is another one by now
        self.flush()
        self.assertEqual(self.statuses(), {"enrolled", "dropped"})

    def test_send_sends_all(self):
        self.narrow()
        self.sweep()
        self.flush()
        self.waiting().with_user(self.manager).action_send()
        self.flush()
        self.assertEqual(len(self.written()), COUNT)
        self.assertEqual(self.statuses(), {"dropped"})
        self.assertFalse(self.activities())

    def test_a_deleted_source_or_its_model_ends_nothing(self):
        self.membership_source._switch_off()
        self.sweep()
        self.flush()
        self.membership_source.unlink()
        self.sweep()
        self.flush()
        self.assertFalse(self.written())
        self.assertTrue(
            all(self.env["dokstamp.enrollment"].search([]).mapped("active"))
        )

    def test_records_that_people_delete_together_are_held(self):
        self.memberships.unlink()
        self.flush()
        self.assertFalse(self.written())
        self.assertEqual(self.waiting().record_count, COUNT)

    def test_records_that_vanish_by_sql_are_held(self):
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM test_dokstamp_school_membership")
        self.env.invalidate_all()
        self.sweep()
        self.flush()
        self.assertFalse(self.written())
        self.assertEqual(self.waiting().record_count, COUNT)

    def test_a_year_that_was_closed_stays_so_whatever_the_school_app_says(self):
        """A late completion is sent all the same."""
        closing = self.env["dokstamp.year.closing"].with_user(self.manager)
        course = self.fed(self.memberships[0]).course_id
        closing = closing.create({"course_ids": [(6, 0, course.ids)]})
        closing.action_look()
        closing.action_close()
        self.flush()
        self.assertFalse(self.waiting())
        self.assertEqual(self.statuses(), {"dropped"})
        self.sandbox.forget_requests()
        self.memberships[0].mark = 12
        self.sweep()
        self.flush()
        enrollment = self.fed(self.memberships[0])
        self.assertFalse(enrollment.active or course.active)
        self.memberships[1].write(
            {"state": "finished", "finished_at": "2026-10-01 10:00:00"}
        )
        self.flush()
        self.assertEqual(self.statuses(), {"dropped", "completed"})
        enrollment.with_user(self.registrar).active = True
        self.sweep()
        self.assertTrue(enrollment.active)
