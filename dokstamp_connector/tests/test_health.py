"""Nothing stops in silence: figures, the monitoring route, and the one activity."""

import json
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from ..models.overview.watched_account import CALM
from .common import DokstampCase
from .test_schedule import ScheduleCase


class WatchedCase(ScheduleCase):
    """An account whose responsible manager reads German."""

    def begin_with(self, cls):
        self.env["res.lang"]._activate_lang("de_DE")
        cls.other = new_test_user(
            self.env,
            login="dokstamp-responsible@example.com",
            groups="dokstamp_connector.group_manager",
            lang="de_DE",
        )
        self.account.responsible_id = cls.other

    def watch(self):
        self.run_cron("dokstamp_connector.ir_cron_watch")
        self.env.invalidate_all()

    def activities(self):
        return self.env["mail.activity"].search(
            [("res_model", "=", "dokstamp.account"), ("res_id", "=", self.account.id)]
        )

    def refuse(self, count):
        """So many rows fail, as they would of records that DokStamp refuses."""
        self.sandbox.fault("POST", "/students", times=None, status=422)
        known = self.env["dokstamp.student"].search_count([])
        for number in range(known, known + count):
            self.student(name=f"Student {number}", email=f"s{number}@example.com")
        self.flush()
        self.sandbox.clear_faults()

    def calm_down(self):
        """It has been well for as long as it takes until that is said."""
        self.watch()
        self.account.calm_since -= CALM
        self.watch()


@tagged("post_install", "-at_install")
class TestOneActivity(WatchedCase):
    """Whoever is responsible is told once, and once that it is over."""

    def test_nothing_is_told_of_an_account_that_is_well(self):
        self.student()
        self.flush()
        self.watch()
        self.assertFalse(self.activities())

    def test_refused_credentials_are_one_activity_until_they_are_right_again(self):
        self.sandbox.expire_tokens()
        self.sandbox.fault(path="/oauth/token", times=None, status=401)
        self.student()
        self.flush()
        self.assertEqual(self.account.state, "paused")
        self.watch()
        self.watch()
        [activity] = self.activities()
        self.assertEqual(activity.user_id, self.other)
        self.assertIn("errors.html#paused", activity.note)
        self.assertIn(
            "hat die Zugangsdaten abgelehnt", activity.note
        )  # in the reader's language

        self.sandbox.clear_faults()
        self.account.action_test_connection()
        self.flush()
        self.watch()
        self.assertTrue(self.activities(), "it may come back in a minute")
        self.calm_down()
        self.assertFalse(self.activities())
        told = self.account.message_ids.filtered(lambda m: "errors.html" in m.body)
        self.assertEqual(len(told), 1)
        self.watch()
        self.assertFalse(self.account.told_troubles)

    def test_what_a_person_paused_is_no_trouble(self):
        self.account.with_user(self.manager).action_pause()
        self.cron("flush").active = False
        self.watch()
        self.assertFalse(self.activities())

    def test_whoever_has_heard_is_told_only_of_something_else(self):
        self.cron("sweep").active = False
        self.watch()
        self.activities().with_user(self.other).action_done()
        self.watch()
        self.assertFalse(self.activities())
        self.refuse(20)
        self.watch()
        [activity] = self.activities()
        self.assertIn("20", activity.note)

    def test_whoever_takes_over_hears_of_what_goes_on(self):
        self.cron("sweep").active = False
        self.watch()
        self.account.responsible_id = self.manager
        self.watch()
        [activity] = self.activities()
        self.assertEqual(activity.user_id, self.manager)
        self.account.responsible_id = self.other
        self.manager.action_archive()  # Odoo drops the activities of who leaves
        self.watch()
        [activity] = self.activities()
        self.assertEqual(activity.user_id, self.other)

    def test_what_comes_and_goes_is_one_activity(self):
        for is_on in (False, True, False):
            self.cron("sweep").active = is_on
            self.watch()
        self.assertEqual(len(self.activities()), 1)

    def test_a_share_that_failed_is_told_from_twenty_rows_on(self):
        self.refuse(19)
        self.watch()
        self.assertFalse(self.activities())
        self.refuse(1)
        self.watch()
        self.assertTrue(self.activities())

    def test_a_change_that_waits_too_long_is_told_with_the_reason(self):
        self.sandbox.outage()
        student = self.student()
        self.flush()
        then = fields.Datetime.now() - timedelta(hours=5)
        [row] = self.rows_of(student)
        self.assertGreater(row.next_attempt_at, fields.Datetime.now())
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE dokstamp_sync_record SET create_date = %s WHERE id = %s",
            (then, row.id),
        )
        self.env.invalidate_all()
        self.assertIn("05:00", self.account._troubles()["late"])
        self.account.alarm_hours = 6
        self.assertNotIn("late", self.account._troubles())

    def test_a_day_unlike_the_same_day_of_other_weeks_is_told(self):
        def calls(count, days):
            at = fields.Datetime.now() - timedelta(days=days, hours=1)
            self.env["dokstamp.audit.log"].sudo().create(
                [
                    {
                        "account_id": self.account.id,
                        "res_model": "dokstamp.course",
                        "res_id": 1,
                        "event": "updated",
                        "called_at": at,
                        "status_code": 200,
                    }
                ]
                * count
            )

        for week in (1, 2, 3, 4):
            calls(60, 7 * week)
        self.assertNotIn("volume", self.account._troubles(), "no history of before")
        calls(1, 40)
        self.assertIn("less than usual", self.account._troubles()["volume"])
        calls(60, 0)
        self.assertNotIn("volume", self.account._troubles())
        calls(200, 0)
        self.assertIn("more than usual", self.account._troubles()["volume"])
        self.account.watches_volume = False
        self.assertNotIn("volume", self.account._troubles())


@tagged("post_install", "-at_install")
class TestHealthRoute(HttpCase, DokstampCase):
    """What a monitoring system gets, and who may ask."""

    def ask(self, user=None, method="GET"):
        headers = {}
        if user:
            key = (
                self.env["res.users.apikeys"]
                .with_user(user)
                .sudo()
                ._generate(
                    None, "monitoring", fields.Datetime.now() + timedelta(days=1)
                )
            )
            headers["Authorization"] = f"Bearer {key}"
        return self.opener.request(
            method, f"{self.base_url()}/dokstamp/health", headers=headers
        )

    def watcher(self, **values):
        return new_test_user(
            self.env,
            login="dokstamp-watcher@example.com",
            groups="base.group_user,dokstamp_connector.group_monitoring",
            **values,
        )

    def test_a_monitoring_user_hears_how_the_accounts_do_and_nothing_personal(self):
        self.student(name="Ann Example", email="ann@example.com")
        self.flush()
        answer = self.ask(self.watcher())
        told = answer.json()
        [account] = told["accounts"]
        self.assertEqual(account["state"], "connected")
        self.assertEqual(
            account["last_day"], {"done": 2, "failed": 0, "failed_share": 0}
        )
        self.assertEqual(account["on_its_way"], 0)
        names = {one["name"] for one in told["scheduled_actions"]}
        self.assertLessEqual({"flush", "sweep", "watch"}, names)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        for secret in ("Ann", "ann@", "demo-secret", "demo-client", "demo-school"):
            self.assertNotIn(secret, json.dumps(told))

    def test_trouble_is_a_status_that_simple_monitors_understand(self):
        self.env.ref("dokstamp_connector.ir_cron_sweep").active = False
        answer = self.ask(self.manager)
        self.assertEqual(answer.status_code, 503)
        [account] = answer.json()["accounts"]
        [trouble] = [t for t in account["troubles"] if t["kind"] == "schedule"]
        self.assertIn("switched off", trouble["sentence"])
        self.assertEqual(self.ask(self.manager, "HEAD").status_code, 503)

    def test_nobody_else_may_ask(self):
        self.assertEqual(self.ask().status_code, 401)
        self.assertEqual(self.ask(self.registrar).status_code, 403)
        answer = self.opener.get(
            f"{self.base_url()}/dokstamp/health", headers={"Authorization": "Bearer x"}
        )
        self.assertEqual(answer.status_code, 401)

    def test_accounts_of_other_companies_are_not_told(self):
        other = self.env["res.company"].create({"name": "Other School"})
        self.env["dokstamp.account"].create(
            {
                "name": "Theirs",
                "company_id": other.id,
                "base_url": self.sandbox.url,
                "tenant": "their-school",
            }
        )
        told = self.ask(self.watcher()).json()
        self.assertEqual([a["account"] for a in told["accounts"]], ["Test school"])

    def test_who_works_for_two_companies_hears_of_both(self):
        other = self.env["res.company"].create({"name": "Other School"})
        self.account.copy(
            {
                "name": "Theirs",
                "company_id": other.id,
                "tenant": "their-school",
                "institution_id": False,
            }
        )
        companies = (self.env.company | other).ids
        answer = self.ask(self.watcher(company_ids=[Command.set(companies)]))
        self.assertEqual(
            {a["account"] for a in answer.json()["accounts"]}, {"Test school", "Theirs"}
        )

    def test_an_answer_costs_few_queries_however_much_waits(self):
        def cost():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.account._health()
            return self.env.cr.sql_log_count - before

        cost()
        few = cost()
        for number in range(30):
            self.student(email=f"s{number}@example.com")
        self.env.cr.flush()
        self.assertLessEqual(cost(), few)

    def test_the_key_opens_nothing_else(self):
        watcher = self.watcher()
        for model in ("dokstamp.account", "dokstamp.student", "dokstamp.audit.log"):
            with self.subTest(model):
                self.assertFalse(self.env[model].with_user(watcher).has_access("read"))
