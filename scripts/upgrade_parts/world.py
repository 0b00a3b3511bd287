"""A database, its Odoo, and what was logged there."""

import re
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from demo_parts import database as db
from demo_parts.dokstamp import Sandbox
from demo_parts.rpc import Session
from demo_parts.server import free_port, start_odoo
from demo_parts.show import DemoFailed, Step
from demo_parts.work import Work

COMPLAINT = re.compile(r"[-\d]+ [:,\d]+ \d+ (WARNING|ERROR|CRITICAL) ")
# What Odoo's own dependencies announce, and what nobody listens to on purpose.
KNOWN = ("PyPDF2 is deprecated",)
OURS = "dokstamp_connector"
QUIET_TIME = 120  # seconds
LOOK_AGAIN = 0.2  # seconds
TO_SEND = (
    "SELECT count(*) FROM dokstamp_sync_record WHERE waiting_for IS NULL"
    " AND (state = 'sending' OR state = 'pending' AND (next_attempt_at IS NULL"
    " OR next_attempt_at <= now() AT TIME ZONE 'UTC'))"
)
CRON = (
    "SELECT res_id FROM ir_model_data"
    " WHERE module = 'dokstamp_connector' AND name = '{}'"
)


class Wrong(DemoFailed):
    """Something is not as it should be; the message says what."""


class World:
    """A database of its own, made from eLearning with its demo data, and the present
    addons.

    :param str name: of the database
    """

    def __init__(self, name):
        self.work = Work(name)
        self.database = name
        self.url = self.admin = None
        self._mark = 0  # of the log: what stands before it was looked at
        self._root = self.work.root

    # Its making and its end

    @contextmanager
    def claimed(self):
        """Nobody else's while it lasts; nothing of it stays but the logs.

        :raise AtWork: another run has it
        """
        self.work.claim()
        try:
            yield
        finally:
            self.close()

    def use(self, root=None):
        """From now on with the addons of that folder, else with the present ones."""
        self.work.root = Path(root) if root else self._root
        db.write_config(self.work.folder, self.work.root, self.database)

    def make(self):
        self._begin_anew()
        with db.locked(self.work.template_folder):
            if not db.has_template(self.work.template_folder):
                with Step("A database with eLearning and its demo data"):
                    db.make_template(self.work.template_folder, self.work.root)
            db.copy_template(self.work.template_folder, self.work)

    def copy_of(self, other, uuid=None):
        """Become a copy of another one with the present addons, as PostgreSQL makes it.

        :param str uuid: another one than the database's of which it is one
        """
        self._begin_anew()
        db.psql(f'CREATE DATABASE "{self.database}" TEMPLATE "{other.database}"')
        files = other.work.folder / "data" / "filestore" / other.database
        copy = self.work.folder / "data" / "filestore" / self.database
        shutil.copytree(files, copy)
        self.use()
        if uuid:
            self.sql(
                f"UPDATE ir_config_parameter SET value = '{uuid}'"
                " WHERE key = 'database.uuid'"
            )

    def close(self):
        self.work.processes.stop_all()
        db.drop(self.database, self.work.folder)

    def _begin_anew(self):
        self.close()
        self.work.odoo_log.unlink(missing_ok=True)
        self._mark = 0

    def start_sandbox(self):
        """:rtype: Sandbox"""
        return Sandbox.start(self.work, free_port(0))

    # Its Odoo

    def run(self, *arguments):
        """Run Odoo's server to its end.

        :raise Wrong: it failed, or logged a warning or an error
        """
        once = ["--stop-after-init", "--no-http", "--log-level=warn"]
        self.command(*db.odoo_command(self.work.config, *arguments, *once))

    def command(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        if done.returncode or _complaints(said):
            raise Wrong(f"{command[-4:]} logged:\n{said[-4000:]}")

    def start(self):
        self.url = start_odoo(self.work, free_port(0))
        self.admin = Session(self.url, self.database, "admin", "admin")

    def stop(self):
        """End Odoo.

        :raise Wrong: it has logged a warning or an error; what it breaks off as it ends
            is no fault
        """
        log = self.work.odoo_log.read_bytes()
        self.work.processes.stop("odoo")
        said, self._mark = log[self._mark :], self.work.odoo_log.stat().st_size
        if complaints := _complaints(said.decode()):
            raise Wrong("logged:\n" + "\n".join(complaints))

    # Its database

    def sql(self, query):
        return db.psql(query, self.database)

    def cells(self, query):
        return [line.split("|") for line in self.sql(query).splitlines()]

    def number(self, query):
        return int(self.sql(query))

    def addons(self):
        """Names of the addons that are installed."""
        query = "SELECT name FROM ir_module_module WHERE state = 'installed'"
        return set(self.sql(query).split())

    # Its scheduled actions

    def let_run(self, *crons):
        """Trigger scheduled actions, each once the one before has run."""
        for cron in crons:
            due = (
                f"FROM ir_cron_trigger WHERE cron_id IN ({CRON.format(cron)})"
                " AND call_at <= now() AT TIME ZONE 'UTC'"
            )
            self.sql(
                "INSERT INTO ir_cron_trigger (cron_id, call_at)"
                f" SELECT res_id, now() AT TIME ZONE 'UTC' FROM ({CRON.format(cron)}) c"
            )
            self._wake()
            self._wait(lambda due=due: not self.number(f"SELECT count(*) {due}"), cron)

    def wait_until_quiet(self):
        """Wait until all sources are read, and all that can be sent is sent."""
        unread = "SELECT count(*) FROM dokstamp_source WHERE sweep_from_id != 0"
        if self.sql("SELECT to_regclass('dokstamp_source_reading')").strip():
            unread = (
                "SELECT count(*) FROM dokstamp_source_reading WHERE from_id != 0"
                " AND source_id IN (SELECT id FROM dokstamp_source WHERE active)"
            )

        def is_quiet():
            return not self.number(unread) and not self.number(TO_SEND)

        self._wake()
        self._wait(lambda: is_quiet() and not time.sleep(1) and is_quiet(), "quiet")

    def _wake(self):
        db.psql(f"SELECT pg_notify('cron_trigger', '{self.database}')")

    def _wait(self, is_reached, what):
        deadline = time.monotonic() + QUIET_TIME
        while not is_reached():
            if time.monotonic() > deadline:
                raise Wrong(f"{what}: not within {QUIET_TIME} s")
            time.sleep(LOOK_AGAIN)


def _complaints(text):
    return [
        line
        for line in text.splitlines()
        if COMPLAINT.match(line) and not any(known in line for known in KNOWN)
    ]
