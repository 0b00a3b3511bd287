from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_runs import RunCase


@tagged("post_install", "-at_install")
class TestRehearsal(RunCase):
    """Pupils 0 to 8 are at DokStamp already, pupil 8 with another gender."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.people = self.thirty_pupils()
        cls.people[29].date_of_birth = False

    def test_it_names_the_numbers_and_sends_nothing(self):
        run = self.rehearse()
        self.work()
        self.assertEqual(run.state, "done")
        self.assertEqual(
            (run.create_count, run.adopt_count, run.refuse_count), (20, 9, 1)
        )
        self.assertEqual(self.written(), [])
        self.assertEqual(self.account.state, "draft")
        self.assertEqual(
            self.line_of(run, self.people[8]).differences,
            {"gender": ["female", "other"]},
        )
        self.assertIn("No date of birth", self.line_of(run, self.people[29]).reason)
        self.assertEqual(self.people[0].sync_state, "pending")

    def test_it_costs_no_more_requests_than_there_are_pages(self):
        self.rehearse()
        self.work()
        kinds = self.env["dokstamp.entity"]._pictured_models()
        calls = [call for call in self.requests() if call[1] != "/oauth/token"]
        access = 1  # asked when the button is pressed
        self.assertLessEqual(len(calls), len(kinds) + access)

    def test_pressed_twice_it_is_one(self):
        self.assertEqual(self.rehearse(), self.rehearse())
        with self.assertRaises(UserError):
            self.first_load()

    def test_a_registrar_reads_it_and_cannot_start_one(self):
        run = self.rehearse()
        self.assertTrue(run.with_user(self.registrar).display_name)
        with self.assertRaises(AccessError):
            self.account.with_user(self.registrar).action_rehearse()

    def test_what_only_dokstamp_has_is_told(self):
        self.account._client().students.create(
            {"name": "Old", "email": "old@example.com", "date_of_birth": "1990-01-01"}
        )
        run = self.rehearse()
        self.work()
        line = run.line_ids.filtered(lambda line: line.finding == "missing_here")
        self.assertEqual(line.res_name, "Old")

    def test_it_goes_on_after_an_outage(self):
        run = self.rehearse()
        self.sandbox.outage()
        self.run_cron("dokstamp_connector.ir_cron_run")
        self.assertEqual(run.state, "reading")
        self.assertTrue(run.problem)
        self.sandbox.end_outage()
        run.next_step_at = self.account.call_again_at = False
        self.work()
        self.assertEqual((run.state, run.create_count), ("done", 20))
