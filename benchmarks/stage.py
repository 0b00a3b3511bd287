"""Where the benchmarks run: a real Odoo, a real sandbox, a database of their own.

Uses the tools of the demo (scripts/demo_parts), which start the same processes.
"""

import contextlib
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod

import httpx
from demo_parts import database as db
from demo_parts.dokstamp import CLIENT_ID, CLIENT_SECRET, TENANT, Sandbox
from demo_parts.rpc import Session
from demo_parts.server import free_port, start_odoo
from demo_parts.show import DemoFailed, Step
from demo_parts.work import Work

ADDON = "dokstamp_connector"
QUIET_TIME = 90  # seconds for the queue to empty
LOOK_AGAIN = 0.2  # seconds
UNSENT = (
    "SELECT count(*) FROM dokstamp_sync_record"
    " WHERE state IN ('pending', 'sending') AND waiting_for IS NULL"
)
FAILED = (
    "SELECT res_model, failure_type FROM dokstamp_sync_record WHERE state = 'failed'"
)
TRIGGER = (
    "INSERT INTO ir_cron_trigger (cron_id, call_at)"
    " SELECT res_id, now() AT TIME ZONE 'UTC' FROM ir_model_data"
    " WHERE module = 'dokstamp_connector' AND name = 'ir_cron_flush'"
)


class NotQuiet(DemoFailed):
    """The queue did not empty in time."""


class Staged(ABC):
    """Something of its own that exists as long as a block lasts: made by `_prepare`,
    gone by `close`, with its processes and its database.

    :param str database: its name; it is dropped before and after
    """

    def __init__(self, database):
        self.work = Work(database)
        self.sandbox = None

    @property
    def database(self):
        return self.work.database

    def __enter__(self):
        self.work.claim()
        self.work.processes.stop_all()
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_error):
        self.close()

    def close(self):
        self.work.processes.stop_all()
        db.drop(self.database, self.work.folder)
        self.work.release()

    @abstractmethod
    def _prepare(self):
        """Make the database, start what it needs, and connect the two."""

    def control(self, what, values=None, method="POST"):
        """Break the sandbox: sandbox/README.md, "Make it misbehave"."""
        url = f"{self.sandbox.url}/_sandbox/{what}"
        body = None if method == "GET" else values or {}
        answer = httpx.request(method, url, json=body, timeout=30).raise_for_status()
        return answer.json() if answer.content else None


class Stage(Staged):
    """A fresh database with the addon, a sandbox, and an account connected to it."""

    ADDONS = ADDON  # with commas between several

    def __init__(self, database):
        super().__init__(database)
        self.workers = 0  # processes of Odoo's that answer; 0: one with threads
        self.postgres = None  # where it is one of our own
        self.up_at = 0.0  # when Odoo answered for the first time, by `time.monotonic`
        self.port = free_port(0)
        self.url = None
        self.admin = None
        self.account = None

    def _prepare(self):
        db.drop(self.database, self.work.folder)
        self.work.odoo_log.unlink(missing_ok=True)
        config = self.write_config()
        with Step("A database with the addon is made"):
            once = ["--stop-after-init", "--no-http", "--log-level=warn"]
            db.run(*db.odoo_command(config, "--init", self.ADDONS, *once))
        self.sandbox = Sandbox.start(self.work, free_port(0))
        self.start()
        self.connect()

    def write_config(self):
        """:rtype: pathlib.Path"""
        return db.write_config(self.work.folder, self.work.root, self.database)

    def start(self):
        """Start Odoo with its scheduled actions, and log in."""
        workers = ["--workers", str(self.workers), "--gevent-port", str(free_port(0))]
        self.url = start_odoo(self.work, self.port, *workers)
        self.up_at = time.monotonic()
        self.admin = Session(self.url, self.database, "admin", "admin")

    def use_workers(self, count):
        """:param int count: of Odoo's processes, 0: threads"""
        if count != self.workers:
            self.work.processes.stop("odoo")
            self.workers = count
            self.start()

    def kill(self):
        """End Odoo without a chance to tidy up."""
        self.work.processes.stop("odoo", signal.SIGKILL)

    def connect(self):
        """Set up the account and its institution, as a person does."""
        self.account = self.admin.call(
            "dokstamp.account",
            "create",
            {
                "name": "Benchmark",
                "base_url": self.sandbox.url,
                "tenant": TENANT,
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
                # all of it is meant: nothing is held for a manager
                "held_changes_percent": 100,
                "held_removals_percent": 100,
            },
        )
        for button in ("action_test_connection", "action_confirm_check_address"):
            self.admin.call("dokstamp.account", button, [self.account])
        institution = self.admin.call(
            "dokstamp.institution",
            "create",
            {"name": "Benchmark School", "country": "Portugal"},
        )
        values = {"institution_id": institution}
        self.admin.call("dokstamp.account", "write", [self.account], values)
        self.wait_until_quiet()

    def move_switches(self, options):
        """Move switches of the sandbox.

        :return: where these were before
        :rtype: dict
        """
        before = httpx.get(f"{self.sandbox.url}/_sandbox/options").json()
        self.control("options", options, "PATCH")
        return {name: before[name] for name in options}

    def wake(self):
        """Wake the scheduler, as any user's save does; it would look by itself within a
        minute.
        """
        db.psql(f"SELECT pg_notify('cron_trigger', '{self.database}')")

    def trigger(self):
        """Let the flush begin without a save."""
        db.psql(TRIGGER, self.database)
        self.wake()

    def wait_until_quiet(self, patience=QUIET_TIME):
        """Wait until all that can be sent is sent.

        :param float patience: seconds
        :return: seconds that it took
        :raise NotQuiet: the time is up, or something failed
        """
        started = time.monotonic()
        while self.number(UNSENT):
            if time.monotonic() - started > patience:
                raise NotQuiet("rows are still on their way")
            time.sleep(LOOK_AGAIN)
        if failed := db.psql(FAILED, self.database).strip():
            raise NotQuiet(f"rows failed: {failed}")
        return time.monotonic() - started

    @contextlib.contextmanager
    def holding(self, statement):
        """Keep a lock in PostgreSQL, so that whoever needs it has to wait.

        :param str statement: a LOCK statement, or an UPDATE, which is undone
        """
        holder = subprocess.Popen(
            ["psql", "-XAtq", self.database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # it says so when PostgreSQL is restarted
            text=True,
        )
        holder.stdin.write(f"BEGIN; {statement}; SELECT 'held';\n")
        holder.stdin.flush()
        if holder.stdout.readline().strip() != "held":
            raise DemoFailed(f"no lock: {statement}")
        try:
            yield
        finally:
            holder.communicate("ROLLBACK;\n")

    def is_blocked(self):
        """Whether a process waits for a lock in the database."""
        query = (
            "SELECT count(*) FROM pg_stat_activity"
            f" WHERE datname = '{self.database}' AND wait_event_type = 'Lock'"
        )
        return bool(self.number(query))

    def is_printing(self):
        """Whether Odoo has wkhtmltopdf make a document."""
        # whoever of Odoo's processes it is: they share its session
        odoo = self.work.processes.running().get("odoo")
        children = subprocess.run(
            ["ps", "-s", str(odoo), "-o", "args="],
            capture_output=True,
            text=True,
            check=False,
        )
        # with a file to write: it is also asked for its version
        return any(
            "wkhtmltopdf" in line and ".pdf" in line
            for line in children.stdout.splitlines()
        )

    def number(self, query):
        """What a query counts."""
        return int(db.psql(query, self.database))


def wait_for(is_reached, seconds, what):
    """Wait until ``is_reached()`` is true.

    :raise NotQuiet: the time is up
    """
    deadline = time.monotonic() + seconds
    while not is_reached():
        if time.monotonic() > deadline:
            raise NotQuiet(f"{what} was never reached")
        time.sleep(0.01)


def clean_up_when_ended():
    """Have this process leave its blocks when it is told to end."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))


def run_or_fail(name, main):
    """Run a command's ``main``; its errors are one line, its exit code tells."""
    clean_up_when_ended()
    try:
        main()
    except DemoFailed as error:
        sys.exit(f"{name}: {type(error).__name__}: {error}")
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def unused_address():
    """An address of this machine where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"
