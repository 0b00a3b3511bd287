from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import DokstampCase


@tagged("post_install", "-at_install")
class TestPlannedPause(DokstampCase):
    """An account pauses from one day to another, and goes on by itself."""

    def begin_with(self, cls):
        super().begin_with(cls)
        self.account.responsible_id = self.manager
        cls.managed = self.account.with_user(self.manager)
        cls.today = self.env.company._dokstamp_today()

    def plan(self, first, last):
        """Days from today on."""
        self.managed.write(
            {
                "pause_from": self.today + timedelta(days=first),
                "pause_until": self.today + timedelta(days=last),
            }
        )

    def let_days_pass(self, days):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE dokstamp_account SET pause_from = pause_from - %s,"
            " pause_until = pause_until - %s WHERE id = %s",
            [days, days, self.account.id],
        )
        self.env.invalidate_all()

    def reminders(self):
        return self.env["mail.activity"].search([("user_id", "=", self.manager.id)])

    def test_it_begins_reminds_and_ends_by_itself(self):
        with self.capture_triggers("dokstamp_connector.ir_cron_flush") as triggers:
            self.plan(1, 5)
        # at the beginning, on the day before the last, and at the end
        days = {self.env.company._dokstamp_day(one.call_at) for one in triggers.records}
        self.assertLessEqual({self.today + timedelta(days=n) for n in (1, 4, 6)}, days)
        self.assertIn(self.manager.name, self.account.planned_pause_message)
        course = self.course()
        self.flush()
        self.assertEqual(course.sync_state, "synced")

        self.let_days_pass(1)
        course.name = "Changed"
        self.sandbox.forget_requests()
        self.flush()
        self.assertFalse(self.sandbox.requests())
        self.assertEqual(self.account.state, "paused")
        for told in (self.account.pause_reason, course.sync_message):
            self.assertIn("Paused until", told)
            self.assertIn(self.manager.name, told)
            self.assertIn("planned", told)
        self.managed.action_test_connection()
        self.assertEqual(self.account.state, "paused")
        self.assertFalse(self.reminders())

        self.let_days_pass(3)
        self.flush()
        self.flush()
        self.assertEqual(len(self.reminders()), 1)

        self.let_days_pass(2)
        self.flush()
        self.assertEqual(self.account.state, "connected")
        self.assertEqual(course.sync_state, "synced")
        self.assertFalse(self.account.pause_until)
        self.assertFalse(self.reminders())

    def test_a_plan_for_today_begins_at_once_and_a_person_may_end_it(self):
        self.plan(0, 1)
        self.assertEqual(self.account.state, "paused")
        self.plan(0, 3)
        self.assertEqual(self.account.state, "paused")
        self.managed.action_resume()
        self.flush()
        self.assertEqual(self.account.state, "connected")
        self.assertFalse(self.account.pause_until)
        self.plan(0, 3)
        self.managed.write({"pause_from": False, "pause_until": False})
        self.assertEqual(self.account.state, "connected")

    def test_a_persons_own_pause_outlasts_the_plan(self):
        self.plan(0, 1)
        self.managed.action_pause()
        self.let_days_pass(3)
        self.flush()
        self.assertEqual(self.account.state, "paused")
        self.assertEqual(self.account.pause_kind, "person")

    def test_a_plan_has_two_days_in_order(self):
        for first, last in ((2, 1), (0, -1)):
            with self.assertRaises(ValidationError):
                self.plan(first, last)
        with self.assertRaises(ValidationError):
            self.managed.pause_from = self.today
