from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .test_flush_lanes import LaneCase
from .test_schedule import ScheduleCase


@tagged("post_install", "-at_install")
class TestFlushShares(ScheduleCase):
    """Several scheduled actions send, each for its share of the accounts."""

    def begin_with(self, cls):
        cls.other = LaneCase.other_account(self)
        institutions = self.env["dokstamp.institution"].with_company(
            cls.other.company_id
        )
        cls.other.institution_id = institutions.create(
            {"name": "Other School", "country": "United States"}
        )
        self.flush()

    def setUp(self):
        super().setUp()
        self.ran("flush_2")
        self.cron("flush_2").active = True
        self.ran("flush_2")
        self.ran("flush")

    def save(self):
        """A course for each account."""
        courses = self.env["dokstamp.course"]
        mine = self.course()
        theirs = courses.with_company(self.other.company_id).create(
            {"name": "Zoology", "code": "ZOO-1"}
        )
        self.env.cr.flush()
        return mine, theirs

    def run_flush(self, name):
        self.run_cron(f"dokstamp_connector.ir_cron_{name}")

    def woken(self):
        """The names of those that are to run now."""
        now = fields.Datetime.now()
        triggers = self.env["ir.cron.trigger"].search([("call_at", "<=", now)])
        names = ("flush", "flush_2", "flush_3", "flush_4")
        return {name for name in names if self.cron(name) in triggers.cron_id}

    def test_a_save_wakes_the_one_that_serves_its_account(self):
        self.course()
        self.env.cr.flush()
        self.assertEqual(self.woken(), {"flush"})
        self.ran("flush")
        courses = self.env["dokstamp.course"].with_company(self.other.company_id)
        courses.create({"name": "Zoology", "code": "ZOO-1"})
        self.env.cr.flush()
        self.assertEqual(self.woken(), {"flush_2"})

    def test_each_sends_its_share_while_the_other_sends(self):
        mine, theirs = self.save()
        flush, states = self.registry["dokstamp.flush"], []
        run = flush._run

        def meanwhile(flush, lanes):
            if [lane.account_id for lane in lanes] == self.account.ids:
                flush._cron_flush("flush_2")
                flush.env.invalidate_all()
                states.extend((mine.sync_state, theirs.sync_state))
            return run(flush, lanes)

        with patch.object(flush, "_run", meanwhile):
            self.run_flush("flush")
        self.assertEqual(states, ["pending", "synced"])
        self.assertEqual(mine.sync_state, "synced")

    def test_switching_one_off_moves_its_accounts(self):
        mine, theirs = self.save()
        self.ran("flush")
        self.ran("flush_2")
        self.cron("flush_2").active = False
        self.assertEqual(self.woken(), {"flush"})
        self.run_flush("flush")
        self.assertEqual([mine.sync_state, theirs.sync_state], ["synced"] * 2)

    def test_the_first_may_be_the_one_that_is_off(self):
        self.cron("flush").active = False
        mine, theirs = self.save()
        self.assertEqual(self.woken(), {"flush_2"})
        self.assertFalse(self.account._sending_stop())
        self.run_flush("flush_2")
        self.assertEqual([mine.sync_state, theirs.sync_state], ["synced"] * 2)

    def test_what_was_planned_before_a_share_moved_is_woken_where_it_is_now(self):
        mine, theirs = self.save()
        self.ran("flush")
        self.ran("flush_2")
        self.account.state = "paused"  # the other one is the first by now
        self.run_flush("flush_2")
        self.assertEqual(theirs.sync_state, "pending")
        soon = fields.Datetime.now() + timedelta(minutes=2)
        triggers = self.env["ir.cron.trigger"].search([("call_at", "<=", soon)])
        self.assertIn(self.cron("flush"), triggers.cron_id)

    def test_nobody_complains_about_those_that_are_off(self):
        self.cron("flush_2").active = False
        told = self.env["dokstamp.schedule"]._heartbeats(["flush", "sweep"])
        self.assertEqual([one["name"] for one in told], ["flush", "sweep"])
        self.assertFalse(self.account._sending_stop())

    def test_one_that_is_on_and_fails_is_told(self):
        self.cron("flush_2").write(
            {"failure_count": 3, "first_failure_date": fields.Datetime.now()}
        )
        told = self.env["dokstamp.schedule"]._heartbeats(["flush"])
        self.assertEqual([one["name"] for one in told], ["flush", "flush_2"])
        self.assertIn("(2)” fails", told[1]["problem"])
        self.assertIn("(2)” fails", self.account._sending_stop())
