import time
from unittest.mock import Mock, patch

from psycopg2 import OperationalError
from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.fields import Domain
from odoo.tests import tagged

from ..models.sync import flush as flushing
from ..models.sync.flush import LOCK_CLASS
from ..models.sync.lane import Job, Lane
from ..models.sync.sync_record import ONE_PERSON
from .common import DokstampCase

OTHER_CREDENTIALS = {
    "tenant": "other-school",
    "client_id": "other-client",
    "client_secret": "other-secret",
}


class LaneCase(DokstampCase):
    """A flush can be walked through by hand: claim, plan, send, and what users do in
    between.
    """

    def open_lane(self):
        """:return: the flush and its one lane"""
        flush = self.env["dokstamp.flush"]
        self.env.cr.flush()
        lanes = []
        flush._open_lanes(lanes, Domain.TRUE)
        [lane] = lanes
        self.addCleanup(lane.close)
        return flush, lane

    def load(self, flush, lane):
        """Claim and plan what is due; the messages, not sent yet."""
        row_ids = flush._claim(lane)
        return flush._plan(lane, row_ids)

    def send(self, flush, lane, jobs):
        for job in jobs:
            job.message.send(lane.client, lane.memory)
        flush._settle_jobs(lane, jobs)
        self.env.cr.flush()
        self.env.invalidate_all()

    def setUp(self):
        super().setUp()
        # a test's cursor cannot commit; what is under test here is what happens between
        # commits
        self.patch(
            self.registry["dokstamp.flush"], "_commit", lambda self, processed=0: 60
        )

    def other_account(self):
        company = self.env["res.company"].create({"name": "Other School"})
        account = self.env["dokstamp.account"].create(
            {
                "name": "Other school",
                "company_id": company.id,
                "base_url": self.sandbox.url,
                **OTHER_CREDENTIALS,
            }
        )
        account.action_test_connection()
        self.sandbox.forget_requests()
        return account


@tagged("post_install", "-at_install")
class TestNeighbours(DokstampCase):
    """What is wrong with one holds up only what depends on it."""

    other_account = LaneCase.other_account

    def test_bad_record_holds_up_only_its_dependants(self):
        bad = self.student(
            name="No Birthday", email="x@example.com", date_of_birth=False
        )
        good, course = self.student(), self.course()
        held = self.enrollment(student_id=bad.id, course_id=course.id)
        free = self.enrollment(student_id=good.id, course_id=course.id)
        self.flush()
        self.assertEqual(
            [record.sync_state for record in (bad, held, good, course, free)],
            ["failed", "waiting", "synced", "synced", "synced"],
        )
        self.assertIn("No Birthday", held.sync_message)

    def test_refused_record_holds_up_only_its_dependants(self):
        course, other = self.course(), self.course(name="Zoology", code="ZOO-1")
        cohort = self.env["dokstamp.cohort"].create(
            {"code": "2026", "course_id": course.id}
        )
        self.sandbox.fault(
            "POST",
            "/courses",
            body_contains="BOT-1",
            status=422,
            json={"message": "No.", "errors": {"name": ["Not this one."]}},
        )
        self.flush()
        self.assertEqual(course.sync_state, "failed")
        self.assertIn("Name: Not this one.", course.sync_message)
        self.assertEqual(cohort.sync_state, "waiting")
        self.assertIn("Not this one.", cohort.sync_message)
        self.assertEqual(other.sync_state, "synced")

    def test_row_that_breaks_the_connector_stops_nothing_else(self):
        bad, good = self.course(), self.course(name="Zoology", code="ZOO-1")
        payload = self.registry["dokstamp.course"]._payload

        address = "ada@example.com"

        def broken(record):
            if record.id == bad.id:
                raise KeyError(address)
            return payload(record)

        self.patch(self.registry["dokstamp.course"], "_payload", broken)
        with self.assertLogs("odoo.addons.dokstamp_connector", "ERROR") as logged:
            self.flush()
        self.assertNotIn(address, str(logged.output))
        self.assertIn("KeyError", str(logged.output))
        self.assertEqual(good.sync_state, "synced")
        self.assertEqual(bad.sync_state, "failed")
        self.assertIn("fault of the connector", bad.sync_message)

    def test_hanging_account_holds_up_no_other(self):
        other = self.other_account()
        for number in range(8):
            self.course(name=f"Slow {number}", code=f"S{number}")
        quick = self.student(company_id=other.company_id.id)
        self.assertEqual(quick.account_id, other)
        self.sandbox.fault(path="/courses", times=None, delay=1.5)
        started = time.monotonic()
        self.flush()
        self.assertGreater(time.monotonic() - started, 1.5)
        by_path = {row["path"]: row for row in self.sandbox.requests()}
        slow = min(row["at"] for row in self.sandbox.requests("GET", "/courses"))
        self.assertEqual(quick.sync_state, "synced")
        self.assertEqual(by_path["/students"]["outcome"], "answered")
        gap = fields.Datetime.to_datetime(
            by_path["/students"]["at"][:19].replace("T", " ")
        ) - fields.Datetime.to_datetime(slow[:19].replace("T", " "))
        self.assertLessEqual(gap.total_seconds(), 1)

    def test_broken_account_pauses_alone(self):
        other = self.other_account()
        other.write({"client_secret": "wrong"})
        other.write({"state": "connected"})
        theirs = self.student(company_id=other.company_id.id)
        ours = self.student()
        self.flush()
        self.assertEqual((ours.sync_state, theirs.sync_state), ("synced", "pending"))
        self.assertEqual((self.account.state, other.state), ("connected", "paused"))

    def test_account_that_breaks_the_connector_stops_no_other(self):
        other = self.other_account()
        for method in ("_open_lane", "_claim", "_plan", "_settle_jobs"):
            with self.subTest(method):
                theirs = self.student(
                    company_id=other.company_id.id, email=f"{method}@example.com"
                )
                ours = self.student(email=f"{method}@example.com")
                original = getattr(self.registry["dokstamp.flush"], method)

                def broken(flush, lane, *args, original=original, name=method):
                    account_id = lane.id if name == "_open_lane" else lane.account_id
                    if account_id == other.id:
                        raise KeyError("x")
                    return original(flush, lane, *args)

                with (
                    patch.object(self.registry["dokstamp.flush"], method, broken),
                    self.assertLogs("odoo.addons.dokstamp_connector", "ERROR"),
                ):
                    self.flush()
                self.assertEqual(ours.sync_state, "synced")
                self.assertEqual(theirs.sync_state, "pending")
                self.assertTrue(self.wake_ups(), "it is tried again")
                self.make_due()
                other.call_again_at = False
                self.flush()
                self.assertEqual(theirs.sync_state, "synced")

    def wake_ups(self):
        cron = self.env.ref("dokstamp_connector.ir_cron_flush")
        return self.env["ir.cron.trigger"].search(
            [("cron_id", "=", cron.id), ("call_at", ">", fields.Datetime.now())]
        )

    def test_two_accounts_of_one_tenant_end_with_one_student(self):
        sister = self.other_account()
        sister.write(
            {
                "tenant": "demo-school",
                "client_id": "demo-client",
                "client_secret": "demo-secret",
            }
        )
        sister.action_test_connection()
        (self.account | sister).is_same_school = True
        students = self.student() + self.student(company_id=sister.company_id.id)
        # both search before either has created it
        self.sandbox.fault("GET", "/students", times=2, delay=0.3)
        self.flush()
        self.assertEqual(set(students.mapped("sync_state")), {"synced"})
        self.assertEqual(self.sandbox.count("students"), 1)
        self.assertEqual(len(set(students.mapped("dokstamp_uuid"))), 1)


@tagged("post_install", "-at_install")
class TestWhoIsFirst(LaneCase):
    """Whatever is queued before: a person does not wait for an import."""

    def test_single_change_overtakes_an_import_and_nothing_is_left_behind(self):
        many = self.env["dokstamp.student"].create(
            [
                {
                    "name": f"Student {number}",
                    "email": f"student.{number}@example.com",
                    "date_of_birth": "2001-02-03",
                }
                for number in range(ONE_PERSON + 20)
            ]
        )
        self.env.cr.flush()
        first = self.student()
        flush, lane = self.open_lane()
        claimed = flush._claim(lane)
        room = lane.room
        self.assertEqual(self.record_of(claimed[0]), first)
        # meanwhile: one of a person again, and one that was claimed is due again
        second = self.student(email="second@example.com")
        self.env.cr.flush()
        self.queue.browse(claimed[1]).state = "pending"
        self.assertEqual(self.record_of(*flush._claim(lane)), second)
        self.assertEqual(self.record_of(*flush._claim(lane)), many[room - 1 :])
        self.assertEqual(flush._claim(lane), claimed[1:2])
        self.assertFalse(flush._claim(lane))

    @property
    def queue(self):
        return self.env["dokstamp.sync.record"]

    def record_of(self, *row_ids):
        ids = self.queue.browse(row_ids).mapped("res_id")
        return self.env["dokstamp.student"].browse(ids)

    def test_what_a_person_waits_for_is_brought_forward(self):
        self.env["dokstamp.course"].create(
            [
                {"name": f"Course {number}", "code": f"MANY-{number}"}
                for number in range(ONE_PERSON + 1)
            ]
        )
        self.env.cr.flush()
        course = self.env["dokstamp.course"].search(
            [("code", "=", f"MANY-{ONE_PERSON}")]
        )
        cohort = self.env["dokstamp.cohort"].create(
            {"code": "2026", "course_id": course.id}
        )
        flush, lane = self.open_lane()
        claimed = flush._claim(lane)
        self.assertEqual(self.queue.browse(claimed[0]).res_id, cohort.id)
        flush._plan(lane, claimed)
        [row_id] = flush._claim(lane)
        self.assertEqual(self.queue.browse(row_id).res_id, course.id)


@tagged("post_install", "-at_install")
class TestMeanwhile(LaneCase):
    """What users do while a message is under way is neither lost nor overwritten."""

    def die_after_the_call(self):
        """DokStamp has done what it was asked for, and nobody hears of it."""
        flush, lane = self.open_lane()
        for job in self.load(flush, lane):
            job.message.send(lane.client, lane.memory)
        lane.close()
        flush._unlock(lane.account_id)

    def go_on(self):
        with self.assertLogs("odoo.addons.dokstamp_connector", "WARNING"):
            self.flush()

    def test_change_whose_sender_has_died_is_taken_back(self):
        course = self.course(area="Arts")
        self.flush()
        course.area = "Science"
        self.die_after_the_call()
        self.assertEqual(self.sandbox.rows("courses")[0]["area"], "Science")
        course.area = "Arts"
        self.go_on()
        self.assertEqual(self.sandbox.rows("courses")[0]["area"], "Arts")
        self.assertEqual(course.sync_state, "synced")

    def test_module_taken_out_by_a_sender_that_has_died_is_put_back(self):
        course, module = self.course(), self.module()
        self.flush()
        line = self.env["dokstamp.curriculum.line"].create(
            {"course_id": course.id, "module_id": module.id}
        )
        self.flush()
        self.assertEqual(self.sandbox.count("attachments"), 1)
        line.active = False
        self.die_after_the_call()
        self.assertFalse(self.sandbox.count("attachments"))
        line.active = True
        self.go_on()
        self.assertEqual(self.sandbox.count("attachments"), 1)
        self.assertEqual(line.sync_state, "synced")

    def test_row_edited_while_its_message_is_under_way_is_sent_again(self):
        course = self.course()
        flush, lane = self.open_lane()
        jobs = self.load(flush, lane)
        course.with_user(self.registrar).name = "Zoology"
        self.env.cr.flush()
        self.assertFalse(flush._claim(lane), "one message at a time")
        self.send(flush, lane, jobs)
        self.assertEqual(self.sandbox.row("courses", code="BOT-1")["name"], "Botany")
        self.assertEqual(course.sync_state, "pending")
        self.send(flush, lane, self.load(flush, lane))
        self.assertEqual(self.sandbox.row("courses", code="BOT-1")["name"], "Zoology")
        self.assertEqual(course.sync_state, "synced")

    def test_record_deleted_while_its_message_is_under_way_is_removed(self):
        course = self.course()
        flush, lane = self.open_lane()
        jobs = self.load(flush, lane)
        course.with_user(self.registrar).unlink()
        self.env.cr.flush()
        self.send(flush, lane, jobs)
        self.assertEqual(self.sandbox.count("courses"), 1)
        self.send(flush, lane, self.load(flush, lane))
        self.assertEqual(self.sandbox.count("courses"), 0)

    def test_row_under_way_can_be_neither_retried_nor_cancelled(self):
        course = self.course()
        flush, lane = self.open_lane()
        jobs = self.load(flush, lane)
        row = self.rows_of(course).with_user(self.manager)
        for action in (row.action_retry, row.action_cancel):
            with self.assertRaisesRegex(Exception, "being sent now"):
                action()
        self.send(flush, lane, jobs)
        self.assertEqual(course.sync_state, "synced")

    def test_conflict_with_a_user_is_tried_again(self):
        course = self.course()
        calls = []
        settle = self.registry["dokstamp.flush"]._settle_jobs

        def contested(flush, lane, jobs):
            calls.append(len(jobs))
            if len(calls) == 1:
                raise SerializationFailure("could not serialize access")
            return settle(flush, lane, jobs)

        with (
            patch.object(self.registry["dokstamp.flush"], "_settle_jobs", contested),
            patch.object(type(self.env.cr), "rollback", lambda cursor: None),
        ):
            self.flush()
        self.assertEqual(calls, [1, 1])
        self.assertEqual(course.sync_state, "synced")
        self.assertEqual(len(self.requests("POST", "/courses")), 1)

    def test_account_paused_meanwhile_claims_nothing_more(self):
        self.course()
        flush, lane = self.open_lane()
        self.account.with_user(self.manager).action_pause()
        self.assertEqual(flush._load(lane), 0)
        self.assertTrue(lane.is_stopped)

    def test_when_the_time_is_up_what_was_not_begun_is_put_back(self):
        self.account.max_in_flight = 1
        for number in range(12):
            self.course(name=f"Course {number}", code=f"C{number}")
        self.sandbox.fault("POST", "/courses", times=None, delay=0.2)
        flush, lane = self.open_lane()
        with patch.object(
            self.registry["dokstamp.flush"],
            "_commit",
            lambda self, processed=0: 0 if lane.jobs else 60,
        ):
            flush._run([lane])
        self.env.invalidate_all()
        rows = self.env["dokstamp.sync.record"].search([("create_date", "!=", False)])
        states = [row.state for row in rows if row.res_model == "dokstamp.course"]
        self.assertNotIn("sending", states)
        self.assertIn("pending", states)
        put_back = rows.filtered(lambda row: row.state == "pending")
        self.assertEqual(sum(put_back.mapped("attempt_count")), 0)
        self.assertEqual(len(self.requests("POST", "/courses")), 12 - len(put_back))


@tagged("post_install", "-at_install")
class TestOrphans(DokstampCase):
    """Rows of a flush that was killed are taken over by the next one, at once, looking
    before sending.
    """

    def orphan(self, record):
        self.env.cr.flush()
        row = self.rows_of(record)
        row.write({"state": "sending", "tried_keys": [record._search_keys()]})
        return row

    def test_what_a_dead_sender_has_asked_for_may_still_come_true(self):
        self.patch(flushing, "ECHO", 4)
        row = self.orphan(self.course())
        with self.assertLogs("odoo.addons.dokstamp_connector", "WARNING"):
            self.env["dokstamp.flush"]._reclaim_orphans(self.account)
        seconds = (row.next_attempt_at - fields.Datetime.now()).total_seconds()
        self.assertGreaterEqual(seconds, 4)
        self.assertLessEqual(seconds, 5)

    def test_it_is_waited_for_as_long(self):
        self.patch(flushing, "ECHO", 4)
        self.orphan(self.course())
        flush = self.env["dokstamp.flush"]
        with self.assertLogs("odoo.addons.dokstamp_connector", "WARNING"):
            lane = flush._open_lane(self.account)
        self.addCleanup(lane.close)
        self.assertEqual(lane.patience, 5)

    def test_orphan_is_taken_over_at_once(self):
        course = self.course()
        row = self.orphan(course)
        with self.assertLogs("odoo.addons.dokstamp_connector", "WARNING") as logged:
            self.flush()
        self.assertIn("took over 1 rows", logged.output[0])
        self.assertEqual((row.state, row.attempt_count), ("done", 1))
        self.assertEqual(self.sandbox.count("courses"), 1)

    def test_orphan_that_had_arrived_is_not_doubled_even_if_renamed(self):
        course = self.course()
        self.orphan(course)
        self.account._client().courses.create(course._payload())
        course.code = "BOT-2"
        with self.assertLogs("odoo.addons.dokstamp_connector", "WARNING"):
            self.flush()
        self.assertEqual(self.sandbox.row("courses", name="Botany")["code"], "BOT-2")

    def test_rows_of_a_living_flush_are_left_alone(self):
        course = self.course()
        row = self.orphan(course)
        with self.registry.cursor() as other:
            other.execute(
                "SELECT pg_advisory_lock(%s, %s)", [LOCK_CLASS, self.account.id]
            )
            self.flush()
            other.execute(
                "SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, self.account.id]
            )
        self.assertEqual(row.state, "sending")
        self.assertFalse(self.sandbox.requests())

    def test_locks_are_given_back(self):
        self.course()
        self.flush()
        self.check_no_lock()

    def test_a_session_that_has_ended_leaves_no_account_sending(self):
        lanes = [Lane(number, None, None, width=1) for number in (1, 2)]
        ended = OperationalError("the session has ended")
        self.patch(self.registry["dokstamp.flush"], "_unlock", Mock(side_effect=ended))
        with self.assertRaises(OperationalError):
            self.env["dokstamp.flush"]._close_lanes(lanes)
        for lane in lanes:
            with self.assertRaisesRegex(RuntimeError, "after shutdown"):
                lane.start([Job(1, None)])

    def check_no_lock(self):
        self.env.cr.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
            " AND classid = %s AND objid = %s AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())",
            [LOCK_CLASS, self.account.id],
        )
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_locks_are_given_back_after_a_crash_and_a_wake_up_is_planned(self):
        self.course()

        def crash(flush, lane, row_ids):
            flush.env.cr.execute("SELECT 1 / 0", log_exceptions=False)

        with (
            patch.object(self.registry["dokstamp.flush"], "_plan", crash),
            self.assertLogs("odoo.addons.base.models.ir_cron", "ERROR"),
            self.capture_triggers("dokstamp_connector.ir_cron_flush") as captured,
        ):
            self.flush()
        self.assertTrue(captured.records)
        self.check_no_lock()

    def test_locks_are_given_back_although_no_wake_up_can_be_planned(self):
        self.course()
        flush = self.registry["dokstamp.flush"]

        def crash(flush, _which):
            flush.env.cr.execute("SELECT 1 / 0", log_exceptions=False)

        with (
            patch.object(flush, "_run", side_effect=ValueError),
            patch.object(flush, "_wake_after_crash", crash),
            self.assertLogs("odoo.addons.base.models.ir_cron", "ERROR"),
        ):
            self.flush()
        self.check_no_lock()


@tagged("post_install", "-at_install")
class TestIdle(DokstampCase):
    """An idle scheduled action costs a few queries, and sleeps until the earliest due
    row.
    """

    def progress(self):
        return self.env["ir.cron.progress"].search(
            [("cron_id", "=", self.env.ref("dokstamp_connector.ir_cron_flush").id)],
            order="id desc",
            limit=1,
        )

    def test_nothing_due_makes_no_request_and_few_queries(self):
        self.flush()
        self.sandbox.forget_requests()
        flush = self.env["dokstamp.flush"]
        self.patch(self.registry["dokstamp.flush"], "_commit", lambda self, done=0: 60)
        self.patch(
            self.registry["ir.cron"], "_commit_progress", lambda self, **values: 60
        )
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        flush._cron_flush()
        self.assertLessEqual(self.env.cr.sql_log_count - before, 10)
        self.assertFalse(self.sandbox.requests())

    def test_nothing_due_reports_nothing_remaining(self):
        self.flush()
        self.assertEqual(self.progress().remaining, 0)

    def test_row_due_later_wakes_then_and_not_before(self):
        self.course()
        self.sandbox.fault(
            "POST", "/courses", status=429, headers={"Retry-After": "300"}
        )
        with self.capture_triggers("dokstamp_connector.ir_cron_flush") as captured:
            self.flush()
        self.assertEqual(self.progress().remaining, 0)
        [moment] = [
            at
            for at in captured.records.mapped("call_at")
            if at > fields.Datetime.now()
        ]
        self.assertGreaterEqual((moment - fields.Datetime.now()).total_seconds(), 295)
        self.sandbox.forget_requests()
        with self.capture_triggers("dokstamp_connector.ir_cron_flush") as captured:
            self.flush()
        self.assertFalse(captured.records, "one wake-up is enough")
        self.assertFalse(self.sandbox.requests())

    def test_waiting_rows_do_not_wake(self):
        student = self.student(date_of_birth=False)
        self.enrollment(student_id=student.id, course_id=self.course().id)
        self.flush()
        with self.capture_triggers("dokstamp_connector.ir_cron_flush") as captured:
            self.flush()
        self.assertFalse(captured.records)
        self.assertEqual(self.progress().remaining, 0)

    def test_row_due_in_a_moment_is_waited_for(self):
        course = self.course()
        self.sandbox.fault("POST", "/courses", status=429, headers={"Retry-After": "1"})
        self.flush()
        self.assertEqual(course.sync_state, "synced")

    def test_urgent_row_overtakes(self):
        for number in range(5):
            self.course(name=f"Course {number}", code=f"C{number}")
        self.env.cr.flush()
        student = self.student()
        student.with_user(self.registrar).action_sync_now()
        self.account.max_in_flight = 1
        self.flush()
        [first, *_others] = self.requests("POST", "/(students|courses)")
        self.assertEqual(first, ("POST", "/students"))
