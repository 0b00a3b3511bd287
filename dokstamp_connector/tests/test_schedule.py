import select
from datetime import timedelta

from odoo import fields
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import config

from ..models.accounts import server_start
from ..models.accounts.server_start import notify_later
from .common import DokstampCase
from .common_certificates import CertificateCase

NAMES = (
    *("flush", "sweep", "documents", "issue_due", "refresh_certificates"),
    *("archives", "run", "reconcile", "watch"),
)


class ScheduleCase(DokstampCase):
    """Scheduled actions that all run, and each way in which they do not."""

    def setUp(self):
        super().setUp()
        self.serve_with(max_cron_threads=2)
        self.managed = self.account.with_user(self.manager)
        for name in NAMES:
            self.ran(name)

    def cron(self, name):
        return self.env.ref(f"dokstamp_connector.ir_cron_{name}")

    def ran(self, name):
        """It ran a moment ago, and runs again in time."""
        cron = self.cron(name)
        self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
        now = fields.Datetime.now()
        cron.write({"lastcall": now, "nextcall": now + timedelta(minutes=5)})

    def stop(self, name):
        """It was due an hour ago, and nobody has run it."""
        cron = self.cron(name)
        self.env["ir.cron.progress"].search([("cron_id", "=", cron.id)]).unlink()
        then = fields.Datetime.now() - timedelta(hours=1)
        cron.write({"lastcall": then - timedelta(hours=1), "nextcall": then})

    def serve_with(self, **options):
        for name, value in options.items():
            self.addCleanup(config.__setitem__, name, config[name])
            config[name] = value

    def press(self):
        answer = self.managed.action_test_connection()
        self.env.invalidate_all()
        return answer["params"]


@tagged("post_install", "-at_install")
class TestStopShown(ScheduleCase):
    """Whatever keeps the queue from being sent is said where people look."""

    def check_said(self, words):
        course = self.course()
        self.env.cr.flush()
        self.assertEqual(self.press()["type"], "warning")
        self.assertIn(words, self.press()["message"])
        self.assertIn(words, self.managed.attention)
        self.assertFalse(self.managed.is_well)
        message = course.with_user(self.registrar).sync_message
        self.assertIn(words, message)
        self.assertIn("not sent", message)
        self.assertEqual(self.account.state, "connected")

    def test_nothing_is_said_while_all_run(self):
        course = self.course()
        self.env.cr.flush()
        self.assertEqual(self.press()["type"], "success")
        self.assertFalse(self.managed.attention)
        self.assertFalse(course.sync_message)

    def test_switched_off(self):
        self.cron("flush").active = False
        self.check_said("is switched off")

    def test_deleted(self):
        self.cron("flush").unlink()
        self.check_said("was deleted")

    def test_not_run_since_long_ago(self):
        self.stop("flush")
        self.check_said("scheduler does not run")

    def test_last_run_long_ago(self):
        self.env["ir.cron.progress"].search([]).unlink()
        self.cron("flush").lastcall = fields.Datetime.now() - timedelta(days=2)
        self.check_said("scheduler does not run")

    def test_woken_and_not_run(self):
        self.env["ir.cron.progress"].search([]).unlink()
        ago = fields.Datetime.now() - timedelta(minutes=30)
        self.cron("flush").lastcall = ago
        self.env["ir.cron.trigger"].create(
            {"cron_id": self.cron("flush").id, "call_at": ago + timedelta(minutes=1)}
        )
        self.check_said("scheduler does not run")

    def test_no_scheduler_at_all(self):
        self.serve_with(max_cron_threads=0)
        self.env["ir.cron.progress"].search([]).unlink()
        self.cron("flush").lastcall = False
        self.check_said("max_cron_threads = 0")

    def test_scheduler_on_another_server(self):
        self.serve_with(max_cron_threads=0)
        self.assertEqual(self.press()["type"], "success")

    def test_failing(self):
        self.cron("flush").write(
            {"failure_count": 3, "first_failure_date": fields.Datetime.now()}
        )
        self.check_said("fails since")

    def test_a_long_run_is_no_stop(self):
        self.stop("flush")
        self.env["ir.cron.progress"].create({"cron_id": self.cron("flush").id})
        self.assertEqual(self.press()["type"], "success")

    def test_each_of_our_scheduled_actions_is_told_by_what_it_leaves_out(self):
        for name, words in (
            ("flush", "Nothing is sent"),
            ("sweep", "Sources are not read"),
            ("documents", "No documents"),
            ("issue_due", "issued automatically"),
            ("refresh_certificates", "revoked at DokStamp"),
            ("archives", "packed"),
        ):
            with self.subTest(name):
                self.cron(name).active = False
                self.managed.invalidate_recordset()
                self.assertIn(words, self.managed.attention)
                self.assertIn(words, self.press()["message"])
                self.cron(name).active = True

    def test_one_scheduler_is_one_sentence(self):
        for name in NAMES:
            self.stop(name)
        attention = self.managed.attention
        self.assertEqual(attention.count("scheduler does not run"), 1)
        self.assertIn("Nothing is sent", attention)
        self.assertIn("nothing else is done", attention)
        self.ran("archives")
        self.managed.invalidate_recordset()
        self.assertIn("No documents of certificates", self.managed.attention)
        self.assertNotIn("packed", self.managed.attention)


@tagged("post_install", "-at_install")
class TestStopShownWhereTheWorkIs(ScheduleCase):
    """What does not happen is said beside what it would have happened to."""

    def test_sources(self):
        source = self.contact_source()
        self.assertFalse(source.sweep_problem)
        self.cron("sweep").active = False
        source.invalidate_recordset()
        self.assertIn("not read in the background", source.sweep_problem)
        answer = source.with_user(self.manager).action_read_all()
        self.assertIn("is switched off", answer["params"]["message"])

    def test_courses_that_issue_by_themselves(self):
        by_hand, by_itself = self.course(), self.course(name="Two", code="C-2")
        by_itself.automatic_issue = "issue"
        self.cron("issue_due").active = False
        self.env.invalidate_all()
        self.assertFalse(by_hand.automatic_issue_problem)
        self.assertIn("is switched off", by_itself.automatic_issue_problem)

    def test_archives(self):
        archive = self.env["dokstamp.certificate.archive"].create({"name": "2026"})
        self.assertFalse(archive.packing_problem)
        self.cron("archives").unlink()
        archive.invalidate_recordset()
        self.assertIn("was deleted", archive.packing_problem)
        self.assertIn("was deleted", archive._queue()["params"]["message"])

    def test_send_now(self):
        course = self.course().with_user(self.registrar)
        self.assertIn("On its way", course.action_sync_now()["params"]["message"])
        self.managed.action_pause()
        self.assertIn("paused", course.action_sync_now()["params"]["message"])


@tagged("post_install", "-at_install")
class TestSavesGoOn(ScheduleCase):
    """No save fails because a scheduled action is not there; what was saved goes out
    when it is again.
    """

    def test_without_any_of_them(self):
        for name in NAMES:
            self.cron(name).unlink()
        registrar = self.env(user=self.registrar.id)
        course = registrar["dokstamp.course"].create({"name": "Botany", "code": "B"})
        course.name = "Zoology"
        course.action_sync_now()
        self.env.cr.flush()
        self.assertEqual(course.sync_state, "pending")
        self.managed.action_pause()
        self.managed.action_resume()
        self.env["dokstamp.source"]._wake_sweep()
        row = self.rows_of(course.sudo())
        row.with_user(self.manager).action_retry()
        course.unlink()
        self.env.cr.flush()

    def test_switching_it_on_again_sends(self):
        self.cron("flush").active = False
        course = self.course()
        self.env.cr.flush()
        with self.capture_triggers("dokstamp_connector.ir_cron_flush") as captured:
            self.cron("flush").active = True
        self.assertTrue(captured.records)
        self.flush()
        self.assertEqual(course.sync_state, "synced")

    def test_all_of_them_catch_up(self):
        for name in NAMES:
            with self.subTest(name):
                xmlid = f"dokstamp_connector.ir_cron_{name}"
                self.cron(name).active = False
                with self.capture_triggers(xmlid) as captured:
                    self.cron(name).active = True
                self.assertTrue(captured.records)

    def test_other_addons_scheduled_actions_are_left_alone(self):
        cron = self.env.ref("base.autovacuum_job")
        cron.active = False
        with self.capture_triggers("base.autovacuum_job") as captured:
            cron.active = True
        self.assertFalse(captured.records)


@tagged("post_install", "-at_install")
class TestDocumentsStop(ScheduleCase, CertificateCase):
    """A certificate without a document says why it gets none."""

    def test_certificates_say_so_and_are_issued_without_an_error(self):
        certificate = self.draft(pdf=False)
        for name in ("documents", "archives"):
            self.cron(name).unlink()
        certificate.with_user(self.registrar).action_issue()
        self.env.cr.flush()
        self.env.invalidate_all()
        self.assertEqual(certificate.state, "queued")
        self.assertIn("document is not made", certificate.sync_message)
        self.assertIn("was deleted", certificate.sync_message)


@tagged("post_install", "-at_install")
class TestServerComesUp(ScheduleCase):
    """What a crash has left goes on when a server is up, without anybody saving."""

    def setUp(self):
        super().setUp()
        self.patch(notify_later, "__defaults__", ((0, 0.1),))
        self.start_as("server")
        self.serve_with(test_enable=False, stop_after_init=False)
        self.scheduler = db_connect("postgres").cursor()
        self.addCleanup(self.scheduler.close)
        self.scheduler.execute("LISTEN cron_trigger")
        self.scheduler.commit()

    def start_as(self, command):
        self.patch(config.parser, "prog", f"odoo {command}")

    def load(self):
        """Load the registry, as a process does that starts.

        :return: how often the scheduler was woken
        """
        self.env["dokstamp.schedule"]._register_hook()
        end = f"end of {self.id()}"
        notify_later(end, (0.3,))
        heard = []
        while end not in heard:
            self.assertTrue(select.select([self.scheduler._cnx], [], [], 10)[0])
            self.scheduler._cnx.poll()
            heard += [notice.payload for notice in self.scheduler._cnx.notifies]
            self.scheduler._cnx.notifies.clear()
        return heard.count(self.env.cr.dbname)

    def test_the_scheduler_is_woken_for_what_is_due_of_ours_and_for_nothing_else(self):
        self.env["ir.cron"].search([]).nextcall = fields.Datetime.now()
        for name in NAMES:
            self.ran(name)
        self.env.flush_all()
        self.assertEqual(self.load(), 0)
        for name in ("flush", "documents"):
            with self.subTest(name):
                self.stop(name)
                self.env.flush_all()
                self.assertEqual(self.load(), 2)
                self.ran(name)

    def test_only_a_server_with_a_scheduler_wakes_it(self):
        self.stop("flush")
        self.env.flush_all()
        self.start_as("shell")
        self.assertEqual(self.load(), 0)
        self.start_as("server")
        for option, value in (
            ("max_cron_threads", 0),
            ("stop_after_init", True),
            ("test_enable", True),
        ):
            with self.subTest(option):
                before = config[option]
                self.serve_with(**{option: value})
                self.assertEqual(self.load(), 0)
                config[option] = before
        self.assertEqual(self.load(), 2)

    def test_a_server_starts_though_the_scheduler_cannot_be_woken(self):
        self.stop("flush")
        self.env.flush_all()
        self.serve_with(db_host="127.0.0.1", db_port=1)
        with self.assertLogs(server_start.__name__, "WARNING") as captured:
            self.env["dokstamp.schedule"]._register_hook()
        self.assertIn("looks in a minute", captured.output[0])
