import json
import logging

from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_hostile import ENVELOPES, STATUSES, VALUES, few, written
from .common_runs import RunCase
from .test_flush_hostile import PERSONAL

FIELDS = ("name", "email", "date_of_birth", "gender", "social_name", "status", "code")
COURSE_FIELDS = ("name", "code", "status", "workload_hours", "institution", "area")
ODD_ROWS = st.lists(
    st.dictionaries(st.sampled_from(FIELDS + COURSE_FIELDS), VALUES, max_size=4),
    max_size=3,
)
quick = settings(few, max_examples=4, phases=(Phase.explicit, Phase.generate))


@tagged("post_install", "-at_install")
class TestHostileLists(RunCase):
    """Lists of DokStamp's that hold no sense: what reads them ends with a sentence, and
    every button on what it found does something or says why not.
    """

    def setUp(self):
        super().setUp()
        self.account.action_test_connection()
        self.ada = self.student()
        self.botany = self.course()
        self.root = logging.getLogger()

    @quick
    @example([{"date_of_birth": []}], [{"status": {}, "workload_hours": {}}], 1)
    @given(ODD_ROWS, ODD_ROWS, VALUES)
    def test_a_run_over_rows_that_are_none(self, students, courses, value):
        with self.cr.savepoint() as savepoint:
            own = {"uuid": "s-own", "email": "ada@example.com", "name": value}
            self.spoil("/students", [own, *students])
            self.spoil("/courses", [{**own, "code": "BOT-1"}, *courses])
            self.check()
            savepoint.rollback()
        self.env.invalidate_all()
        self.sandbox.clear_faults()

    @quick
    @given(ENVELOPES)
    def test_a_run_over_answers_that_are_no_lists(self, content):
        with self.cr.savepoint() as savepoint:
            for path in ("/students", "/courses", "/modules"):
                body = written(content).decode()
                self.sandbox.fault("GET", path, times=None, status=200, body=body)
            self.check()
            savepoint.rollback()
        self.env.invalidate_all()
        self.sandbox.clear_faults()

    @quick
    @given(ODD_ROWS, ENVELOPES)
    def test_a_choice_among_them(self, rows, content):
        account = self.account.with_user(self.manager)
        for body in (self.listed(rows), written(content).decode()):
            self.sandbox.fault("GET", "/institutions", times=1, status=200, body=body)
            with self.cr.savepoint() as savepoint:
                action = account.action_choose_institution()
                choice = self.env[action["res_model"]].browse(action["res_id"])
                choice.read()
                for line in choice.line_ids:
                    line.read()
                    with self.cr.savepoint():
                        choice.with_user(self.manager).line_id = line
                        choice.with_user(self.manager).action_use()
                savepoint.rollback()
            self.env.invalidate_all()
            self.sandbox.clear_faults()

    @settings(quick, max_examples=12)
    @given(ENVELOPES, STATUSES, st.sampled_from(("/oauth/token", "/auth/me")))
    def test_a_test_of_the_connection(self, content, status, path):
        body = written(content).decode()
        self.sandbox.fault(None, path, status=status, body=body)
        if path == "/auth/me":  # asked for where the tenant is not found
            self.sandbox.fault("GET", "/institutions", status=404, json={})
        account = self.account.with_user(self.manager)
        with self.assertLogs(self.root, logging.INFO) as logged:
            self.root.info("something is logged")
            account.action_test_connection()
        self.assertNotIn("demo-secret", str(logged.output))
        self.assertNotIn("Traceback", str(logged.output))
        self.assertTrue(account.access_problem or account.state == "connected")
        self.sandbox.clear_faults()

    def spoil(self, path, rows):
        body = self.listed(rows)
        self.sandbox.fault("GET", path, times=None, status=200, body=body)

    def listed(self, rows):
        rows = [{"uuid": f"u-{place}", **row} for place, row in enumerate(rows)]
        meta = {"current_page": 1, "per_page": 100, "total": len(rows)}
        return json.dumps({"data": rows, "meta": meta})

    def check(self):
        with self.assertLogs(self.root, logging.INFO) as logged:
            self.root.info("something is logged")
            runs = self.first_load() | self.reconciled()
        for line in logged.output:
            self.assertNotIn("Traceback", line)
            for word in PERSONAL:
                self.assertNotIn(word, line)
        for run in runs:
            run.read()
            run.line_ids.read()
            for line in run.line_ids.with_user(self.manager):
                for button in ("action_take_in", "action_repair", "action_leave"):
                    self.press(line, button)
        self.sandbox.clear_faults()
        for _pass in range(4):  # as time goes by
            if set(runs.mapped("state")) == {"done"}:
                break
            self.make_due()
            self.work()
        internal = [("failure_type", "=", "internal")]
        self.assertFalse(self.env["dokstamp.sync.record"].search(internal))
        self.assertEqual(set(runs.mapped("state")), {"done"})

    def press(self, line, button):
        try:
            with self.cr.savepoint():
                getattr(line, button)()
        except UserError as error:
            self.assertTrue(str(error))

    def reconciled(self):
        self.run_cron("dokstamp_connector.ir_cron_run")
        self.run_cron("dokstamp_connector.ir_cron_reconcile")
        self.run_cron("dokstamp_connector.ir_cron_run")
        return self.env["dokstamp.run"].search([], order="id desc", limit=2)
