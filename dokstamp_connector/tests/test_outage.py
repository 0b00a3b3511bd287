import socket
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import CREDENTIALS, DokstampCase


def free_port():
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@tagged("post_install", "-at_install")
class TestOutage(DokstampCase):
    """While DokStamp is down, saves work, nothing is lost, and DokStamp is asked now
    and then if it is back.
    """

    def courses(self, count):
        values = [{"name": f"Course {n}", "code": f"C{n}"} for n in range(count)]
        courses = self.env["dokstamp.course"].with_user(self.registrar).create(values)
        return courses.sudo()

    def attempts(self):
        rows = self.env["dokstamp.sync.record"].search([("state", "=", "pending")])
        return sum(rows.mapped("attempt_count"))

    def let_time_pass(self):
        """Only what the account waits for; each row keeps its own time."""
        self.account.call_again_at = fields.Datetime.now() - timedelta(seconds=1)

    def break_down(self, mode="refuse_503"):
        self.sandbox.outage(mode)
        self.courses(30)
        self.flush()

    def test_breaker_opens_after_repeated_server_errors(self):
        self.break_down()
        self.assertLessEqual(len(self.requests()), 5 + self.account.max_in_flight)
        self.assertGreater(self.account.call_again_at, fields.Datetime.now())
        self.assertIn("503", self.account.outage_message)
        self.assertIn("goes on by itself", self.account.outage_message)
        self.assertEqual(self.account.state, "connected")

    def test_breaker_opens_after_dropped_connections(self):
        self.break_down("drop")
        self.assertLessEqual(len(self.requests()), 5 + self.account.max_in_flight)
        self.assertGreater(self.account.call_again_at, fields.Datetime.now())

    def test_open_breaker_sends_nothing(self):
        self.break_down()
        self.sandbox.forget_requests()
        self.student()
        self.flush()
        self.assertFalse(self.sandbox.requests())

    def test_breaker_probes_with_one_reading_request(self):
        self.break_down()
        before = self.attempts()
        for _probe in range(3):
            self.sandbox.forget_requests()
            self.let_time_pass()
            self.flush()
            self.assertEqual(self.requests(), [("GET", "/institutions")])
            self.assertGreater(self.account.call_again_at, fields.Datetime.now())
        self.assertEqual(self.attempts(), before, "rows use no attempts meanwhile")

    def test_probes_grow_rarer_but_never_rarer_than_ten_minutes(self):
        self.break_down()
        self.account.outage_count = 30
        self.let_time_pass()
        self.flush()
        wait = self.account.call_again_at - fields.Datetime.now()
        self.assertLessEqual(wait, timedelta(minutes=10, seconds=2))
        self.assertGreater(wait, timedelta(minutes=9))

    def test_a_wake_up_is_planned_for_the_next_probe(self):
        with self.capture_triggers("dokstamp_connector.ir_cron_flush") as captured:
            self.break_down()
        self.assertIn(self.account.call_again_at, captured.records.mapped("call_at"))

    def test_everything_arrives_once_when_dokstamp_is_back(self):
        self.break_down()
        self.sandbox.end_outage()
        self.make_due()
        self.flush()
        self.assertEqual(self.sandbox.count("courses"), 30)
        self.assertFalse(self.account.outage_count)
        self.assertFalse(self.account.outage_message)

    def test_a_managers_test_or_resume_ends_it_too(self):
        account = self.account.with_user(self.manager)
        self.break_down()
        self.sandbox.end_outage()
        account.action_test_connection()
        self.assertFalse(self.account.outage_count)
        self.sandbox.outage("drop")
        self.make_due()
        self.flush()
        self.assertTrue(self.account.outage_count)
        self.sandbox.end_outage()
        account.action_pause()
        account.action_resume()
        self.assertEqual(self.account.state, "connected")
        self.assertFalse(self.account.outage_count)

    def test_a_manager_who_tests_while_it_lasts_is_told(self):
        self.break_down()
        answer = self.account.with_user(self.manager).action_test_connection()
        self.assertIn("503", answer["params"]["message"])

    def test_one_record_that_breaks_dokstamp_gives_up_in_the_end(self):
        """Its failures alone must not look like an outage for ever."""
        course = self.courses(1)
        self.sandbox.fault("POST", "/courses", times=None, status=500)
        for _attempt in range(14):
            self.make_due()
            self.flush()
        self.assertEqual(course.sync_state, "failed")
        self.assertIn("tried 12 times", course.sync_message)

    def test_with_the_server_off_saves_work_and_nothing_is_lost(self):
        secret = CREDENTIALS["client_secret"]  # another address asks for it again
        self.account.write(
            {"base_url": f"http://127.0.0.1:{free_port()}", "client_secret": secret}
        )
        self.account.write(
            {
                "state": "connected",
                "database_uuid": self.account._current_database_uuid(),
            }
        )
        courses = self.courses(20)
        student = self.student()
        for _flush in range(3):
            self.flush()
            self.make_due()
        courses[0].with_user(self.registrar).name = "Renamed while it was off"
        self.flush()
        self.assertEqual(set(courses.mapped("sync_state")), {"pending"})
        self.assertIn("does not accept connections", self.account.outage_message)
        self.assertEqual(self.attempts(), 0)
        # the server comes back
        self.account.write({"base_url": self.sandbox.url, "client_secret": secret})
        self.account.action_test_connection()
        self.make_due()
        self.flush()
        self.assertEqual(self.sandbox.count("courses"), 20)
        self.assertEqual(student.sync_state, "synced")
        self.sandbox.row("courses", name="Renamed while it was off")
        self.assertEqual(len(self.requests("POST", "/courses")), 20)
        self.assertFalse(self.requests("PATCH"))
