"""OCA's own runner, in an Odoo of its own that is started for it."""

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged

from odoo.addons.dokstamp_connector.models.sync.flush import LOCK_CLASS
from odoo.addons.dokstamp_connector.tests.common import CREDENTIALS
from odoo.addons.dokstamp_connector.tests.sandbox import Sandbox

PATIENCE = 60  # seconds
LOOK_AGAIN = 0.1  # seconds
RUNS = "database connections ready"  # in the log, when the runner looks for jobs
RECORDS = 6


@tagged("post_install", "-at_install")
class TestJobRunner(BaseCase):
    """What is committed here is sent there, by jobs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        cls.home = Path(os.environ["ODOO_RC"]).parent
        cls.start()
        cls.sandbox = Sandbox()
        cls.sandbox.reset()
        cls.accounts = cls.commit(cls.make_accounts)
        cls.wait(cls.is_quiet, "what the accounts begin with")

    # === THE OTHER ODOO === #

    @classmethod
    def start(cls):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        log = cls.home / "runner.log"
        log.unlink(missing_ok=True)
        cls.odoo = subprocess.Popen(
            [
                *(sys.executable, "-m", "odoo", "server"),
                *("--config", os.environ["ODOO_RC"], "--http-port", str(port)),
                *("--max-cron-threads", "1", "--logfile", str(log)),
            ],
            start_new_session=True,
        )
        cls.addClassCleanup(cls.kill, cls.odoo)
        cls.wait(lambda: log.exists() and RUNS in log.read_text(), "the runner")

    @staticmethod
    def kill(process):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    @classmethod
    def wait(cls, is_reached, what):
        began = time.monotonic()
        while not is_reached():
            if time.monotonic() - began > PATIENCE:
                raise AssertionError(f"{what} did not come")
            time.sleep(LOOK_AGAIN)

    # === HERE === #

    @classmethod
    def commit(cls, work):
        with cls.registry.cursor() as cr:
            return work(api.Environment(cr, SUPERUSER_ID, {}))

    @classmethod
    def make_accounts(cls, env):
        """Two connected ones, each of a company of its own."""
        env["dokstamp.account"].search([]).active = False
        ids = []
        for number in (1, 2):
            company = env["res.company"].create({"name": f"School {number}"})
            account = env["dokstamp.account"].create(
                {
                    "name": f"School {number}",
                    "company_id": company.id,
                    "base_url": cls.sandbox.url,
                    **CREDENTIALS,
                }
            )
            account.action_test_connection()
            account.action_confirm_check_address()
            institutions = env["dokstamp.institution"].with_company(company)
            account.institution_id = institutions.create(
                {"name": company.name, "country": "Portugal"}
            )
            ids.append(account.id)
        return ids

    def save(self, *codes):
        """A course for each account and code, all in one transaction."""

        def create(env):
            for account in env["dokstamp.account"].browse(self.accounts):
                courses = env["dokstamp.course"].with_company(account.company_id)
                courses.create(
                    [
                        {
                            "name": f"{code} of {account.id}",
                            "code": f"{code}-{account.id}",
                        }
                        for code in codes
                    ]
                )

        self.commit(create)

    @classmethod
    def is_quiet(cls):
        def look(env):
            rows = env["dokstamp.sync.record"]
            if failed := rows.search([("state", "=", "failed")]):
                raise AssertionError(failed.mapped("failure_message"))
            return not rows.search_count([("state", "in", ("pending", "sending"))])

        return cls.commit(look)

    def jobs(self, *states):
        domain = [("channel", "=", "root.dokstamp"), ("state", "in", states)]
        return self.commit(lambda env: env["queue.job"].search_count(domain))

    def courses(self):
        return sorted(row["code"] for row in self.sandbox.rows("courses"))

    # === TESTS === #

    def test_accounts_go_out_side_by_side_and_survive_a_kill(self):
        self.sandbox.fault("POST", "/courses", times=None, delay=1)
        self.addCleanup(self.sandbox.clear_faults)
        self.sandbox.forget_requests()
        self.save("BOT")
        self.wait(self.is_quiet, "both accounts' courses")
        first, second = self.sandbox.requests("POST", "/courses")
        self.assertNotEqual(first["body"]["name"], second["body"]["name"])
        begun = [_seconds(one["at"]) for one in (first, second)]
        self.assertLess(abs(begun[0] - begun[1]), 1, "while the other is answered")

        # given a runner that is killed while it sends
        codes = [f"ZOO{number}" for number in range(RECORDS)]
        self.sandbox.forget_requests()
        self.save(*codes)
        self.wait(lambda: self.sandbox.requests("POST", "/courses"), "a request")
        self.kill(self.odoo)
        # when it comes up again
        self.sandbox.clear_faults()
        self.start()
        self.wait(self.is_quiet, "what was left")
        # then all is there, once
        wanted = [f"{code}-{one}" for code in ["BOT", *codes] for one in self.accounts]
        self.assertEqual(self.courses(), sorted(wanted))
        self.wait(lambda: not self.jobs("started", "enqueued"), "the jobs' end")
        self.assertFalse(self.jobs("failed"))

        # given another sender, of another host
        with self.registry.cursor() as other:
            for account_id in self.accounts:
                args = [LOCK_CLASS, account_id]
                other.execute("SELECT pg_advisory_lock(%s, %s)", args)
            self.sandbox.forget_requests()
            self.save("LAW")
            again = [("channel", "=", "root.dokstamp"), ("result", "!=", False)]
            again += [("state", "=", "pending"), ("eta", "!=", False)]
            self.wait(
                lambda: self.commit(lambda env: env["queue.job"].search_count(again)),
                "a job that comes again",
            )
            self.assertFalse(self.sandbox.requests("POST", "/courses"))
            # when that is through
            for account_id in self.accounts:
                args = [LOCK_CLASS, account_id]
                other.execute("SELECT pg_advisory_unlock(%s, %s)", args)
        self.wait(self.is_quiet, "what the other sender left")
        self.assertFalse(self.jobs("failed"))


def _seconds(moment):
    return datetime.fromisoformat(moment).timestamp()
