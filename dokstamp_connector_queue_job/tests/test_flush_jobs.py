from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.dokstamp_connector.models.sync.flush import LOCK_CLASS
from odoo.addons.dokstamp_connector.tests.common import DokstampCase
from odoo.addons.queue_job.exception import FailedJobError, RetryableJobError

from ..models.queue_job import COUNTED_ON

QUERIES = 12  # of a save that makes a job, beside those of the save itself


@tagged("post_install", "-at_install")
class TestFlushJobs(DokstampCase):
    """What is saved makes a job for its account, which sends that account."""

    def flush(self):
        """Do what the runner does with the account's job."""
        self.env.cr.flush()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.account.with_env(self.env(cr=cr))._job_flush()
        self.env.invalidate_all()

    def jobs(self):
        jobs = self.env["queue.job"]
        return jobs.search(jobs._dokstamp_domain(), order="id")

    def begin_with(self, cls):
        self.jobs().state = "done"

    def save(self, **values):
        """As a transaction of its own would."""
        course = self.course(**values)
        self.env.cr.flush()
        return course

    def test_saves_make_one_job_in_a_channel_of_its_own(self):
        self.save()
        self.save(name="Zoology", code="ZOO-1")
        job = self.jobs()
        self.assertEqual(job.channel, "root.dokstamp")
        self.assertEqual(job.records, self.account)
        self.assertEqual(job.company_id, self.account.company_id)
        self.assertFalse(job.eta)
        self.flush()
        self.assertEqual(self.sandbox.count("courses"), 2)

    def test_a_job_that_has_begun_or_failed_is_in_nobodys_way(self):
        for state in ("started", "failed", "cancelled"):
            with self.subTest(state):
                self.jobs().state = state
                self.save(name=state, code=state)
                self.assertEqual(len(self.jobs()), 1)

    def test_a_registrars_save_costs_few_queries_more(self):
        self.save()
        course = self.env["dokstamp.course"].with_user(self.registrar)
        course = course.browse(self.env["dokstamp.course"].search([], limit=1).id)
        costs = {}
        for name, wake in (("without", lambda *args: None), ("with", None)):
            self.jobs().state = "done"
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            schedule = self.registry["dokstamp.schedule"]
            with patch.object(schedule, "_wake_flush", wake or schedule._wake_flush):
                course.name = f"Botany {name}"
                self.env.cr.flush()
            costs[name] = self.env.cr.sql_log_count - before
        self.assertEqual(len(self.jobs()), 1)
        self.assertLessEqual(costs["with"] - costs["without"], QUERIES)

    def test_what_is_due_later_makes_a_job_for_then_and_keeps_no_save_waiting(self):
        self.save()
        self.sandbox.fault(
            "POST", "/courses", status=429, headers={"Retry-After": "300"}
        )
        self.jobs().state = "done"
        self.flush()
        self.flush()
        [later] = self.jobs()
        self.assertGreater(later.eta, fields.Datetime.now() + timedelta(seconds=290))
        self.save(name="Zoology", code="ZOO-1")
        self.assertEqual(len(self.jobs() - later), 1)

    def test_an_account_that_another_sender_has_is_tried_again(self):
        self.save()
        with self.registry.cursor() as other:
            args = [LOCK_CLASS, self.account.id]
            other.execute("SELECT pg_advisory_lock(%s, %s)", args)
            with self.assertRaises(RetryableJobError) as again:
                self.flush()
            other.execute("SELECT pg_advisory_unlock(%s, %s)", args)
        self.assertTrue(again.exception.ignore_retry)
        self.assertFalse(self.requests())
        self.flush()
        self.assertEqual(self.sandbox.count("courses"), 1)

    def test_who_counts_on_a_job_has_it_come_again(self):
        with self.registry.cursor() as other:
            args = [COUNTED_ON, self.account.id]
            other.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", args)
            with self.assertRaises(RetryableJobError):
                self.flush()
        self.flush()

    def test_an_error_of_our_own_fails_the_job_without_what_it_quotes(self):
        self.save()
        flush = self.registry["dokstamp.flush"]
        with (
            patch.object(flush, "_open_lanes", side_effect=ValueError("Ada Example")),
            self.assertRaises(FailedJobError) as failed,
        ):
            self.flush()
        self.assertIn("ValueError", str(failed.exception))
        self.assertNotIn("Ada", str(failed.exception))
        self.jobs().filtered(lambda job: not job.eta).state = "failed"
        self.save(name="Zoology", code="ZOO-1")
        self.assertTrue(self.jobs().filtered(lambda job: not job.eta))

    def test_a_refused_record_fails_its_row_and_no_job(self):
        course = self.save()
        self.sandbox.fault("POST", "/courses", status=422)
        self.flush()
        self.assertEqual(course.sync_state, "failed")

    def test_the_scheduled_action_makes_jobs_and_sends_what_the_runner_leaves(self):
        self.save()
        self.jobs().unlink()
        self.run_cron("dokstamp_connector.ir_cron_flush")
        self.assertFalse(self.requests())
        job = self.jobs()
        self.assertEqual(job.records, self.account)
        self.assertFalse(self.account._sending_stop())
        self.env.cr.execute(
            "UPDATE queue_job SET date_created = date_created - interval '1 hour'"
        )
        self.env.invalidate_all()
        self.assertIn("job runner", self.account._sending_stop())
        self.run_cron("dokstamp_connector.ir_cron_flush")
        self.assertEqual(self.sandbox.count("courses"), 1)

    def test_a_planned_pause_makes_jobs_for_its_days(self):
        today = fields.Date.today()
        self.account._queue_flush(fields.Datetime.now() + timedelta(days=3))
        [job] = self.jobs()
        self.assertEqual(job.eta.date(), today + timedelta(days=3))
