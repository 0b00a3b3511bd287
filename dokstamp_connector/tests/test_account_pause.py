from odoo.exceptions import AccessError, UserError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged

from .common import CREDENTIALS
from .test_account_guard import GuardCase


class PauseCase(GuardCase):
    def send(self):
        self.make_due()
        self.flush()

    def copy_database(self):
        self.env["ir.config_parameter"].set_param("database.uuid", "another-database")

    def press(self):
        """Press the button, and look at the screen that it leaves."""
        answer = self.managed.action_test_connection()
        self.env.invalidate_all()
        return answer["params"]["message"]

    def check_still(self, course):
        """Nothing leaves, whatever the scheduled action does."""
        self.sandbox.forget_requests()
        self.send()
        self.assertFalse(self.sandbox.requests())
        self.assertEqual(course.sync_state, "pending")
        self.assertEqual(self.account.state, "paused")


@tagged("post_install", "-at_install")
class TestTestingTests(PauseCase):
    """Only Resume confirms a copy, or ends a pause that a person made."""

    def test_in_a_copy_that_has_noticed_it(self):
        course = self.course()
        self.copy_database()
        self.flush()
        self.assertEqual(self.account.state, "paused")
        self.assertIn("copy", self.press())
        self.check_still(course)

    def test_in_a_copy_before_anything_was_sent_there(self):
        course = self.course()
        self.copy_database()
        self.assertEqual(self.account.state, "connected")
        self.assertIn("copy", self.press())
        self.check_still(course)

    def test_in_a_copy_where_other_credentials_were_saved(self):
        course = self.course()
        self.copy_database()
        self.managed.client_secret = CREDENTIALS["client_secret"]
        self.assertEqual(self.account.state, "draft")
        self.assertIn("copy", self.press())
        self.check_still(course)

    def test_in_a_neutralized_copy_that_got_its_credentials_back(self):
        course = self.course()
        self.env.cr.flush()
        for query in get_neutralization_queries(["dokstamp_connector"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.managed.write({"base_url": self.sandbox.url, **CREDENTIALS})
        self.assertIn("copy", self.press())
        self.check_still(course)

    def test_where_a_person_has_paused(self):
        self.managed.action_pause()
        course = self.course()
        message = self.press()
        self.assertIn(self.manager.name, message)
        self.assertIn("Resume", message)
        self.check_still(course)
        self.assertIn(self.manager.name, self.account.pause_reason)

    def test_where_a_person_has_paused_and_the_credentials_are_other_ones(self):
        self.managed.action_pause()
        course = self.course()
        self.managed.write({"client_secret": CREDENTIALS["client_secret"]})
        self.press()
        self.check_still(course)

    def test_where_a_person_has_paused_what_had_paused_by_itself(self):
        self.account._pause("DokStamp refused the credentials.")
        self.managed.action_pause()
        course = self.course()
        self.press()
        self.check_still(course)

    def test_a_call_under_way_does_not_make_a_persons_pause_its_own(self):
        self.managed.action_pause()
        self.account._pause("DokStamp refused the credentials.")
        self.assertIn(self.manager.name, self.account.pause_reason)
        self.check_still(self.course())

    def test_where_the_pause_is_of_an_earlier_version(self):
        self.account.write({"state": "paused", "pause_reason": "Paused by somebody."})
        course = self.course()
        self.press()
        self.check_still(course)

    def test_what_waits_at_intervals_is_not_sent_by_it(self):
        self.account.sync_mode = "scheduled"
        course = self.course()
        self.env.cr.flush()
        with self.capture_triggers("dokstamp_connector.ir_cron_flush") as captured:
            self.press()
        self.assertFalse(captured.records)
        self.assertEqual(course.sync_state, "pending")

    def test_first_connection_connects(self):
        account = self.managed.create(
            {"name": "New", "base_url": self.sandbox.url, **CREDENTIALS}
        )
        account.action_test_connection()
        self.assertEqual(account.state, "connected")
        self.assertFalse(account._is_copied())

    def test_access_that_is_right_again_ends_the_pause_that_it_made(self):
        self.account._pause("DokStamp refused the credentials.")
        course = self.course()
        self.press()
        self.assertEqual(self.account.state, "connected")
        self.send()
        self.assertEqual(course.sync_state, "synced")

    def test_a_test_that_fails_leaves_a_connected_account_connected(self):
        self.sandbox.fault("GET", "/institutions", status=500)
        self.assertIn("(500)", self.press())
        self.assertEqual(self.account.state, "connected")


@tagged("post_install", "-at_install")
class TestNoOtherWayRound(PauseCase):
    """A pause ends by its button alone."""

    def test_nobody_writes_the_state(self):
        self.managed.action_pause()
        for values in (
            {"state": "connected"},
            {"state": "draft"},
            {"pause_kind": "access"},
            {"database_uuid": self.account.database_uuid},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                self.managed.write(values)
            answer = self.managed.load(
                ["id", *values],
                [[self.account.export_data(["id"])["datas"][0][0], *values.values()]],
            )
            self.assertFalse(answer["ids"])
        self.check_still(self.course())

    def test_neither_scheduled_actions_nor_saves_end_it(self):
        self.managed.action_pause()
        course = self.course()
        for xmlid in ("sweep", "documents", "issue_due", "refresh_certificates"):
            self.run_cron(f"dokstamp_connector.ir_cron_{xmlid}")
        self.managed.write({"name": "Renamed", "sync_mode": "scheduled"})
        self.managed.active = False
        self.managed.active = True
        course.with_user(self.registrar).action_sync_now()
        self.assertEqual(self.account.state, "paused")

    def test_registrars_neither_test_nor_resume(self):
        self.managed.action_pause()
        account = self.account.with_user(self.registrar)
        for button in (
            "action_test_connection",
            "action_resume",
            "action_ask_to_resume",
        ):
            with self.subTest(button), self.assertRaises(AccessError):
                getattr(account, button)()


@tagged("post_install", "-at_install")
class TestQuestionOfResume(PauseCase):
    """Resume says what leaves before it does."""

    def ask(self):
        action = self.managed.action_ask_to_resume()
        return (
            self.env[action["res_model"]]
            .with_user(self.manager)
            .browse(action["res_id"])
        )

    def test_it_counts_what_waits(self):
        course = self.course()
        self.flush()
        self.managed.action_pause()
        self.student()
        self.course(code="C-2", name="Two")
        course.unlink()
        self.env.cr.flush()
        question = self.ask()
        self.assertIn("2 changes, 1 removal", question.question)
        self.assertIn(self.sandbox.url, question.question)
        self.assertIn("demo-school", question.question)
        self.assertIn(self.manager.name, question.pause_reason)
        self.assertFalse(question.is_copied)
        self.assertEqual(self.account.state, "paused")

    def test_it_says_that_nothing_waits(self):
        self.managed.action_pause()
        self.assertIn("nothing at the moment", self.ask().question)

    def test_the_answer_sends(self):
        self.managed.action_pause()
        course = self.course()
        answer = self.ask().action_confirm()
        self.assertEqual(answer["type"], "ir.actions.act_window_close")
        self.flush()
        self.assertEqual(course.sync_state, "synced")

    def test_in_a_copy_it_says_so_and_the_answer_confirms_it(self):
        course = self.course()
        self.copy_database()
        self.flush()
        question = self.ask()
        self.assertTrue(question.is_copied)
        question.action_confirm()
        self.flush()
        self.assertEqual(course.sync_state, "synced")
        self.assertFalse(self.account._is_copied())

    def test_access_that_is_not_right_leaves_it_paused(self):
        self.managed.action_pause()
        self.managed.client_secret = "wrong"
        answer = self.ask().action_confirm()
        self.assertIn("refused the credentials", answer["params"]["message"])
        self.assertEqual(self.account.state, "paused")
        self.assertIn("refused the credentials", self.account.access_problem)

    def test_a_revocation_that_waited_is_named(self):
        self.managed.action_pause()
        self.env["dokstamp.sync.record"].create(
            {
                "account_id": self.account.id,
                "company_id": self.account.company_id.id,
                "res_model": "dokstamp.certificate",
                "res_id": 1,
                "operation": "revoke",
            }
        )
        self.assertIn("1 revocation.", self.ask().question)


@tagged("post_install", "-at_install")
class TestPauseShown(PauseCase):
    """A record that waits for a paused account says so."""

    def test_records_say_what_they_wait_for(self):
        self.managed.action_pause()
        course = self.course()
        self.env.cr.flush()
        message = course.with_user(self.registrar).sync_message
        self.assertIn("paused", message)
        self.assertIn("Resume", message)
        row = self.rows_of(course).with_user(self.registrar)
        self.assertEqual(row.sending_stop, message)
        self.managed.action_resume()
        self.env.invalidate_all()
        self.assertFalse(course.sync_message)
        self.assertFalse(row.sending_stop)

    def test_records_of_an_account_that_is_not_connected(self):
        self.managed.client_secret = "another"
        course = self.course()
        self.env.cr.flush()
        self.assertIn("not connected", course.with_user(self.registrar).sync_message)
