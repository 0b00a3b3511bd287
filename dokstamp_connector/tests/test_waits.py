from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from odoo import fields
from odoo.tests import tagged

from ..dokstamp_api.answers import Answer
from ..dokstamp_api.retry import LONGEST_RETRY_AFTER
from .test_flush_lanes import LaneCase

MINUTE = {"Retry-After": "60"}


class WaitCase(LaneCase):
    def courses(self, count, **values):
        return self.env["dokstamp.course"].create(
            [{"name": f"Course {n}", "code": f"C{n}", **values} for n in range(count)]
        )

    def seconds_of_wait(self):
        """How long the account waits from now."""
        moment = self.account.call_again_at or fields.Datetime.now()
        return (moment - fields.Datetime.now()).total_seconds()

    def pass_time(self):
        """The wait is over."""
        past = fields.Datetime.now() - timedelta(seconds=1)
        self.account.write({"call_again_at": past, "asked_to_wait_until": past})
        self.env["dokstamp.sync.record"].search(
            [("state", "=", "pending")]
        ).next_attempt_at = past


@tagged("post_install", "-at_install")
class TestAskedToWait(WaitCase):
    """When DokStamp asks us to wait, the whole account waits until then, whatever else
    comes back.
    """

    def check_held(self, times=1, **effect):
        """The first answer asks to wait, while others are still under way."""
        self.account.max_in_flight = 4
        self.courses(12)
        self.sandbox.fault("POST", "/courses", skip=3, delay=0.5, times=3)
        self.sandbox.fault("POST", "/courses", skip=2, times=times, **effect)
        self.flush()
        posts = self.sandbox.requests("POST", "/courses")
        first_refusal = min(r["id"] for r in posts if r["status"] in (429, 503))
        later = [r for r in self.sandbox.requests() if r["id"] > first_refusal]
        self.assertLess(len(later), 2 * 4, "only what was under way")
        self.assertGreater(self.seconds_of_wait(), 50)
        self.sandbox.forget_requests()
        self.student()
        self.flush()
        self.flush()
        self.assertFalse(self.sandbox.requests(), "no later run calls either")
        self.sandbox.clear_faults()
        self.pass_time()
        self.flush()
        self.assertEqual(self.sandbox.count("courses"), 12)
        self.assertFalse(self.account.call_again_at)

    def test_by_429_while_neighbours_succeed(self):
        self.check_held(status=429, headers=MINUTE)

    def test_by_503_while_neighbours_succeed(self):
        self.check_held(status=503, headers=MINUTE)

    def test_an_answer_that_comes_later_does_not_end_the_wait(self):
        self.courses(2)
        flush, lane = self.open_lane()
        first, second = self.load(flush, lane)
        self.sandbox.fault("POST", "/courses", status=429, headers=MINUTE)
        for job in (second, first):
            job.message.send(lane.client, lane.memory)
            lane.client.hold.release()  # it was under way already
        self.assertTrue(second.message.error)
        self.assertFalse(first.message.error)
        for jobs in ([second], [first]):
            flush._settle_jobs(lane, jobs)
        self.assertGreater(self.seconds_of_wait(), 50)
        self.assertFalse(flush._has_work(self.account))

    def test_a_shorter_wait_does_not_shorten_a_longer_one(self):
        for seconds in (300, 5):
            self.account._note_wait(seconds)
        self.assertGreater(self.seconds_of_wait(), 290)
        self.account._note_answer()
        self.assertGreater(self.seconds_of_wait(), 290)

    def test_the_breaker_opens_and_closes_beside_it(self):
        self.account._note_wait(30)
        self.account.outage_count = 20
        self.account._note_outage(ConnectionError("down"))
        self.assertGreater(self.seconds_of_wait(), 200, "the breaker waits longer")
        self.account._note_answer()
        self.assertFalse(self.account.outage_count)
        self.assertAlmostEqual(self.seconds_of_wait(), 30, delta=3)

    def test_no_call_of_a_message_under_way_follows_the_answer_that_asks_to_wait(self):
        course = self.course()
        self.sandbox.fault("GET", "/courses", delay=0.6)
        self.student()
        self.sandbox.fault("GET", "/students", status=429, headers=MINUTE)
        self.flush()
        self.assertFalse(self.requests("POST", "/courses"), "searched, not created")
        self.assertEqual(course.sync_state, "pending")
        self.assertFalse(self.audit_of(course), "nothing was sent")

    def test_people_do_not_call_either_and_read_until_when(self):
        course = self.course()
        self.sandbox.fault("POST", "/courses", status=429, headers=MINUTE)
        self.flush()
        self.sandbox.forget_requests()
        account = self.account.with_user(self.manager)
        self.manager.tz = "America/Sao_Paulo"
        until = fields.Datetime.context_timestamp(account, account.call_again_at)
        self.assertIn("asked us to wait", account.wait_message)
        self.assertIn(until.strftime("%M"), account.wait_message)
        self.assertIn("America/Sao_Paulo", account.wait_message)
        registrars = course.with_user(self.registrar)
        self.assertEqual(registrars.sync_state, "pending")
        self.assertIn("asked us to wait", registrars.sync_message)
        account.action_choose_institution()
        account.action_test_connection()
        self.assertFalse(self.sandbox.requests())
        self.assertGreater(self.seconds_of_wait(), 50)

    def test_a_test_that_is_asked_to_wait_keeps_the_account_waiting(self):
        self.sandbox.fault(None, "/institutions", status=429, headers=MINUTE)
        self.assertTrue(self.account._try_connection())
        self.assertGreater(self.seconds_of_wait(), 50)
        self.course()
        self.sandbox.forget_requests()
        self.flush()
        self.assertFalse(self.sandbox.requests())

    def test_another_account_goes_on(self):
        other = self.other_account()
        self.courses(3)
        self.sandbox.fault("POST", "/courses", status=429, headers=MINUTE)
        theirs = self.student(company_id=other.company_id.id)
        self.flush()
        self.assertEqual(theirs.sync_state, "synced")
        self.assertFalse(other.call_again_at)


@tagged("post_install", "-at_install")
class TestNamedTime(WaitCase):
    """However DokStamp names the time."""

    def named(self, status=429, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Answer("GET", "/x", False, status, named, b"").asked_wait

    def test_seconds_and_dates(self):
        now = datetime.now(UTC)
        date = format_datetime(now + timedelta(seconds=120), usegmt=True)
        self.assertEqual(self.named(Retry_After="7"), 7)
        self.assertAlmostEqual(self.named(Retry_After=date), 120, delta=2)

    def test_a_date_is_measured_by_the_clock_of_whoever_wrote_it(self):
        for skew in (timedelta(days=-400), timedelta(hours=3)):
            now = datetime.now(UTC) + skew
            wait = self.named(
                Date=format_datetime(now, usegmt=True),
                Retry_After=format_datetime(now + timedelta(seconds=90), usegmt=True),
            )
            self.assertAlmostEqual(wait, 90, delta=1)

    def test_what_cannot_be_meant(self):
        for text in ("", "soon", "-5", "0", "nan", "Thu, 01 Jan 1970 00:00:00 GMT"):
            with self.subTest(text):
                self.assertEqual(self.named(Retry_After=text), 30)
        for text in ("99999999999", "Fri, 31 Dec 9999 23:59:59 GMT", "1e999"):
            with self.subTest(text):
                self.assertEqual(self.named(Retry_After=text), LONGEST_RETRY_AFTER)

    def test_a_server_that_is_down_asks_only_if_it_names_a_time(self):
        self.assertEqual(self.named(503, Retry_After="20"), 20)
        self.assertFalse(self.named(503))
        self.assertFalse(self.named(404, Retry_After="20"))


@tagged("post_install", "-at_install")
class TestRefusedAlone(WaitCase):
    """What DokStamp refuses for one record alone fails that record; the account pauses
    only when it is refused what every client may ask.
    """

    def check_alone(self, record, status, words="alone"):
        self.assertEqual(record.sync_state, "failed")
        self.assertIn(words, record.sync_message)
        self.assertIn(str(status), record.sync_message)
        self.assertIn(record.display_name, record.sync_message)
        self.assertEqual(self.account.state, "connected")

    def test_change_that_is_refused_fails_its_record(self):
        for status in (401, 403):
            with self.subTest(status):
                course, other = self.courses(2, area=str(status))
                self.flush()
                self.sandbox.fault(
                    "PATCH", f"/courses/{course.dokstamp_uuid}", None, status=status
                )
                course.name, other.name = "Renamed", "Renamed too"
                self.flush()
                self.check_alone(course, status)
                self.assertEqual(other.sync_state, "synced")
                self.account.with_user(self.manager).action_resume()
                self.flush()
                self.assertEqual(self.account.state, "connected")
                self.sandbox.clear_faults()
                row = self.rows_of(course)[-1]
                row.with_user(self.manager).action_retry()
                self.flush()
                self.assertEqual(course.sync_state, "synced")
                (course + other).unlink()
                self.flush()

    def test_kind_of_record_that_the_tenant_does_not_have_fails_alone(self):
        for status in (403, 404):
            with self.subTest(status):
                self.sandbox.fault(None, "/students", None, status=status)
                student = self.student(email=f"{status}@example.com")
                course = self.course(code=str(status))
                self.flush()
                self.check_alone(student, status)
                self.assertEqual(course.sync_state, "synced")
                self.sandbox.clear_faults()

    def test_removal_that_is_refused_fails_alone(self):
        course = self.course()
        self.flush()
        place = (course._name, course.id)
        self.sandbox.fault(None, f"/courses/{course.dokstamp_uuid}", None, status=401)
        course.unlink()
        self.flush()
        row = self.env["dokstamp.sync.record"].search(
            [("res_model", "=", place[0]), ("res_id", "=", place[1])], limit=1
        )
        self.assertEqual((row.state, row.failure_type), ("failed", "denied"))
        self.assertIn("Botany", row.failure_message)
        self.assertEqual(self.account.state, "connected")

    def test_refusal_of_all_pauses_and_names_the_record_that_met_it(self):
        courses = self.courses(10)
        self.sandbox.fault(path="/[^_]*", times=None, status=403)
        self.flush()
        self.assertEqual(self.account.state, "paused")
        self.assertTrue(
            any(name in self.account.pause_reason for name in courses.mapped("name"))
        )
        self.assertEqual(set(courses.mapped("sync_state")), {"pending"})
        self.assertIn("is paused", courses[0].sync_message)

    def test_many_refused_records_cost_few_questions(self):
        self.courses(30)
        self.sandbox.fault("POST", "/courses", None, status=403)
        self.flush()
        self.assertLess(len(self.requests("GET", "/institutions")), 3)

    def test_outage_while_the_account_is_looked_into_is_an_outage(self):
        course = self.course()
        self.sandbox.fault("POST", "/courses", status=403)
        self.sandbox.fault("GET", "/institutions", status=503)
        self.flush()
        self.assertEqual(course.sync_state, "pending")
        self.assertEqual(self.account.state, "connected")
        self.make_due()
        self.flush()
        self.assertEqual(course.sync_state, "synced")

    def test_the_first_record_of_all_fails_alone_if_it_is_the_only_one(self):
        """Nothing was written yet: the credentials might only read."""
        client = self.account._client()
        client._has_written.clear()
        course = self.course()
        self.sandbox.fault("POST", "/courses", None, status=403)
        self.flush()
        self.check_alone(course, 403)
