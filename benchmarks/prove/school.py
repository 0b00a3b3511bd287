"""A school at work: an office where people save, a second server that sends, DokStamp,
time, and what may happen to each.

Both servers are real and have no scheduler of their own: each scheduled action runs
when the machine says so, so that a trace can be played again.
"""

import contextlib
import itertools
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from demo_parts import database as db
from demo_parts.dokstamp import Sandbox
from demo_parts.processes import wait_for
from demo_parts.rpc import OdooError, Session
from demo_parts.server import START_TIME, free_port
from demo_parts.show import DemoFailed, Step

from ..postgres import FAST, IMMEDIATE
from ..stage import Staged

ADDONS = "dokstamp_connector,test_dokstamp_connector"
OFFICE, SENDER = "office", "sender"
LONGEST_TICK = 60  # seconds
BACK_WITHIN = 30  # seconds, after PostgreSQL was restarted
REFUSALS = ("UserError", "ValidationError", "AccessError", "MissingError")
NAME, DOMAIN = "Quillon", "prove.example.com"  # of everybody; never in a log
ANEW_AFTER = 15  # traces: each looks through all that the ones before have left
SCHOOL = "test.dokstamp.school"
OPEN_ROWS = (
    "SELECT res_model || ',' || res_id, id, state, waiting_for"
    " FROM dokstamp_sync_record WHERE state IN ('pending', 'sending', 'held')"
)
SENT = "SELECT res_model || ',' || res_id FROM dokstamp_binding"
COUNT_ANEW = "UPDATE ir_cron_progress SET timed_out_counter = 0"
OPEN_WORK = (
    "SELECT 'certificate ' || id || ' ' || state FROM dokstamp_certificate"
    " WHERE state = 'queued'"
    " UNION ALL SELECT 'run ' || id || ' ' || state FROM dokstamp_run"
    " WHERE state IN ('reading', 'comparing', 'sending')"
)


@dataclass(frozen=True)
class Tenant:
    """Of the sandbox: sandbox/accounts.py."""

    name: str
    client_id: str
    client_secret: str


TENANTS = (
    Tenant("demo-school", "demo-client", "demo-secret"),
    Tenant("other-school", "other-client", "other-secret"),
)


class Broken(DemoFailed):
    """Odoo answered a person with an error of its own, or a scheduled action died."""


class Person(Session):
    """Somebody who is refused with a sentence now and then, and meets no error."""

    def call(self, model, method, *args, **kwargs):
        """:raise Broken: anything but a sentence for people"""
        try:
            return super().call(model, method, *args, **kwargs)
        except OdooError as error:
            if error.name.rpartition(".")[2] not in REFUSALS:
                raise Broken(f"{model}.{method}: {error.name}: {error}") from error
            raise


class School(Staged):
    """One database with its servers; made once, put back to its beginning when a run
    has left something wrong.

    :param Postgres postgres: where the database is, for us alone
    :param str database: its name; another one, with `_start`, holds the beginning
    :ivar mutant: what is taken out of the addon: `benchmarks/mutants`
    """

    def __init__(self, postgres, database):
        super().__init__(database)
        self.postgres = postgres
        self.mutant = None
        self.ports = {OFFICE: free_port(0), SENDER: free_port(0)}
        self.numbers = itertools.count(1)
        self.office = self.sender = None
        self.is_dirty = False
        self.begun = 0  # traces
        self.deaths = []  # when the sender's work ended badly
        self.theirs = set()  # uuids of what others have made at DokStamp
        self.refused = set()  # ids of certificates that may not be issued any more

    @property
    def beginning(self):
        return f"{self.database}_start"

    # === BEGINNING AND END === #

    def close(self):
        super().close()
        db.psql(f'DROP DATABASE IF EXISTS "{self.beginning}"')

    def _prepare(self):
        db.drop(self.database, self.work.folder)
        db.psql(f'DROP DATABASE IF EXISTS "{self.beginning}"')
        self.log.unlink(missing_ok=True)
        paths = f"{self.work.root},{self.work.root}/benchmarks/mutants"
        db.write_config(self.work.folder, paths, self.database)
        with Step("A database with the addons is made"):
            once = ["--stop-after-init", "--no-http", "--log-level=warn"]
            db.run(*db.odoo_command(self.work.config, "--init", ADDONS, *once))
        self.sandbox = Sandbox.start(self.work, free_port(0))
        with Step("Two schools are set up"):
            self._start(OFFICE, SENDER)
            self.crons = self._crons()
            self._set_up()
        self._stop_servers()
        self._copy(self.database, self.beginning)
        self.usual = self.control("options", method="GET")
        self.control("keep")
        self._start(OFFICE, SENDER)

    @property
    def log(self):
        return self.work.odoo_log

    def _launch(self, name):
        port = self.ports[name]
        arguments = ["--http-port", str(port), "--max-cron-threads", "0"]
        if self.mutant:
            arguments += ["--load", "base,rpc,web,dokstamp_mutants"]
        command = db.odoo_command(self.work.config, *arguments, "--log-level=info")
        options = {"env": _environment(self.mutant)}
        return self.work.processes.start(name, command, self.log, **options)

    def _start(self, *names):
        """Have servers up, and somebody logged in at each."""
        launched = {name: self._launch(name) for name in names}
        for name, process in launched.items():
            url = f"http://127.0.0.1:{self.ports[name]}"
            wait_for(process, lambda url=url: _is_up(url), START_TIME, name)
            setattr(self, name, Person(url, self.database, "admin", "admin"))

    def _stop_servers(self):
        for name in (OFFICE, SENDER):
            self.work.processes.stop(name, signal.SIGKILL)

    def begin(self):
        """At the start of each trace: all is well, if need be by going back to the
        beginning.
        """
        self.begun += 1
        if self.is_dirty or not self.begun % ANEW_AFTER:
            self._stop_servers()
            db.psql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                f" WHERE datname = '{self.database}' AND usename = current_user"
            )
            db.psql(f'DROP DATABASE "{self.database}"')
            self._copy(self.beginning, self.database)
            self.control("reset", {"kept": True})
            self.log.unlink(missing_ok=True)
            self._start(OFFICE, SENDER)
            self.deaths.clear()
        self.is_dirty = False
        query = "SELECT COALESCE(max(id), 0) FROM dokstamp_sync_record"
        self.rows_before = int(db.psql(query, self.database))
        self.there_before = {
            entity: max((row["id"] for row in self.sandbox.rows(entity)), default=0)
            for entity in ("students", "courses")
        }

    def _copy(self, source, target):
        # as files, with a checkpoint: PostgreSQL takes the values of a copied sequence
        # for logged, and after a crash would give them out once more
        how = f'TEMPLATE "{source}" STRATEGY FILE_COPY'
        db.psql(f'CREATE DATABASE "{target}" {how}')

    def take_out(self, mutant):
        """From the next trace on."""
        self.mutant, self.is_dirty = mutant, True

    def _crons(self):
        domain = [("module", "=", "dokstamp_connector"), ("model", "=", "ir.cron")]
        rows = self.office.read("ir.model.data", domain, ["name", "res_id"])
        return {row["name"].removeprefix("ir_cron_"): row["res_id"] for row in rows}

    # === SET UP === #

    def _set_up(self):
        """An account for each of two companies, and sources for a school app."""
        company = self.office.read("res.company", [], ["id"])[0]["id"]
        other = self.create("res.company", name="Second School")
        users = [("login", "=", "admin")]
        admin = self.office.read("res.users", users, ["id"])[0]["id"]
        self.office.call(
            "res.users", "write", [admin], {"company_ids": [(4, other, 0)]}
        )
        self.accounts = [
            self._connect(tenant, company_id)
            for tenant, company_id in zip(TENANTS, (company, other), strict=True)
        ]
        self.companies = (company, other)
        self._make_sources(company)
        self.quiet()

    def _connect(self, tenant, company):
        account = self.create(
            "dokstamp.account",
            name=tenant.name,
            company_id=company,
            base_url=self.sandbox.url,
            tenant=tenant.name,
            client_id=tenant.client_id,
            client_secret=tenant.client_secret,
            held_changes_percent=100,
            held_removals_percent=100,
        )
        for button in ("action_test_connection", "action_confirm_check_address"):
            self.office.call("dokstamp.account", button, [account])
        institution = self.create(
            "dokstamp.institution",
            name=f"School of {tenant.name}",
            country="Portugal",
            company_id=company,
            account_id=account,
        )
        values = {"institution_id": institution}
        self.office.call("dokstamp.account", "write", [account], values)
        return account

    def _make_sources(self, company):
        self.sources = {
            "course": self._source(
                company,
                "course",
                "course",
                {"name": "name", "code": "code", "area": "category"},
            ),
            "person": self._source(
                company,
                "person",
                "student",
                {
                    "name": "name",
                    "email": "email",
                    "date_of_birth": "birth_date",
                    "partner_id": "partner_id",
                },
            ),
            "membership": self._source(
                company,
                "membership",
                "enrollment",
                {
                    "student_id": "person_id",
                    "course_id": "course_id",
                    "enrolled_at": ("joined_at", {"conversion": "date"}),
                    "completed_at": ("finished_at", {"conversion": "date"}),
                    "completion_status": (
                        "state",
                        {
                            "value_ids": [
                                (0, 0, {"from_value": key, "to_value": value})
                                for key, value in (
                                    ("running", "enrolled"),
                                    ("finished", "completed"),
                                )
                            ]
                        },
                    ),
                },
                domain="[('state', '!=', 'invited')]",
            ),
        }

    def _source(self, company, model, entity, fields, **values):
        domain = [("model", "=", f"{SCHOOL}.{model}")]
        lines = []
        for name, path in fields.items():
            path, more = path if isinstance(path, tuple) else (path, {})
            lines.append((0, 0, {"field_name": name, "path": path, **more}))
        return self.create(
            "dokstamp.source",
            name=f"School: {entity}",
            company_id=company,
            model_id=self.office.read("ir.model", domain, ["id"])[0]["id"],
            entity=f"dokstamp.{entity}",
            field_ids=lines,
            active=True,
            **values,
        )

    # === PEOPLE === #

    def create(self, model, **values):
        """:return: the id"""
        return self.office.call(model, "create", values)

    def number(self):
        """One that nobody has had."""
        return next(self.numbers)

    # === THE SENDER === #

    def tick(self, name):
        """Run a scheduled action as the scheduler does.

        :raise Broken: it died of an error
        """
        if SENDER not in self.work.processes.running():
            self._start(SENDER)
        self._trigger(self.sender, name)

    def _trigger(self, person, name):
        began = self.log.stat().st_size
        try:
            person.call("ir.cron", "method_direct_trigger", [self.crons[name]])
        except Broken as error:
            logged = self._errors_since(began)
            if "timed out" in logged.partition("\n")[0]:
                # Odoo leaves out one run of what was killed three times. The scheduler
                # counts anew then; run by hand, an error of its own takes that back.
                db.psql(COUNT_ANEW, self.database)
                return
            raise Broken(f"{error}\n{logged}") from None

    def _errors_since(self, began):
        """What Odoo has logged of an error."""
        with self.log.open(errors="replace") as log:
            log.seek(began)
            lines = log.read().splitlines()
        first = next((n for n, line in enumerate(lines) if " ERROR " in line), 0)
        return "\n".join(lines[first : first + 60])

    def tick_and(self, name, is_reached, happens):
        """Run a scheduled action, and have something happen to it on the way.

        :param is_reached: takes nothing and tells whether it is so far
        :param happens: called then; the action's own end is of no interest if it
            answers True
        """
        if SENDER not in self.work.processes.running():
            self._start(SENDER)
        with ThreadPoolExecutor(1) as pool:
            ticking = pool.submit(self.tick, name)
            with contextlib.suppress(TimeoutError):
                until(lambda: ticking.done() or is_reached())
            is_harmed = happens()
            try:
                ticking.result(LONGEST_TICK)
            except (httpx.HTTPError, Broken):
                if not is_harmed:
                    raise
        if is_harmed and SENDER in self.work.processes.running():
            until(lambda: _is_back(self.sender))

    def happen(self, death):
        """:return: True: whatever the sender was at ends badly"""
        if death == "kill":
            self.work.processes.stop(SENDER, signal.SIGKILL)
        elif death == "cut off":
            self._end_sessions()
        else:
            self.postgres.restart(IMMEDIATE if death.startswith("crash") else FAST)
            until(lambda: _is_back(self.office))
        self.deaths.append(datetime.now(UTC))
        return True

    def _end_sessions(self, more=""):
        """PostgreSQL ends sessions of the sender."""
        pid = self.work.processes.running().get(SENDER)
        db.psql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity activity"
            f" WHERE datname = '{self.database}'"
            f" AND application_name = 'odoo-{pid}' {more}",
            self.database,
        )

    def flush_twice(self):
        """The scheduler's session ends, which keeps others from the same scheduled
        action; the office's server runs it too.

        :return: True: the first one's scheduler ends badly
        """
        self._end_sessions(
            "AND EXISTS (SELECT FROM pg_locks WHERE pid = activity.pid"
            " AND relation = 'ir_cron'::regclass AND mode = 'RowShareLock')"
        )
        until(lambda: self._flushes_at_the_office())
        return True

    def _flushes_at_the_office(self):
        try:
            self._trigger(self.office, "flush")
        except OdooError as error:
            if error.name.rpartition(".")[2] != "UserError":
                raise
            return False  # the session has not ended yet
        return True

    def make_there(self, entity, values):
        """Create a record at DokStamp, as somebody else does."""
        if entity == "courses":
            institution = self.sandbox.rows("institutions")[0]
            values = {**values, "institution_uuid": institution["uuid"]}
        self.theirs.add(self.control(f"state/{entity}", values)["uuid"])

    # === TIME === #

    def an_hour_passes(self):
        """What waits for its time is due; what is planned for days is not."""
        db.psql(
            "UPDATE dokstamp_sync_record SET next_attempt_at = next_attempt_at"
            " - interval '1 hour' WHERE state = 'pending';"
            "UPDATE dokstamp_account SET call_again_at = call_again_at"
            " - interval '1 hour', asked_to_wait_until = asked_to_wait_until"
            " - interval '1 hour';"
            "UPDATE dokstamp_run SET next_step_at = next_step_at - interval '1 hour';"
            "UPDATE dokstamp_certificate SET issue_at = issue_at - interval '1 hour'",
            self.database,
        )

    # === CALM === #

    def quiet(self, rounds=12, *, finds_what_was_missed=True):
        """Let everything that is to be done be done.

        :param bool finds_what_was_missed: also what no save has queued
        :return: whether nothing is left to be done
        """
        names = ["issue_due", "documents", "flush", "run"]
        if finds_what_was_missed:
            names.insert(0, "sweep")
        for _round in range(rounds):
            for name in names:
                self.tick(name)
            if not self.unsettled():
                return True
            self.an_hour_passes()
        return False

    def unsettled(self):
        """What is still on its way, by the word of queue, certificates and runs; but
        for what waits for a record that nobody sends.

        :rtype: list[str]
        """
        rows = [row.split("|") for row in db.psql(OPEN_ROWS, self.database).split()]
        sent = set(db.psql(SENT, self.database).split())
        waiting = {key for key, *_rest in rows}
        while True:
            vain = {
                key
                for key, _id, _state, awaited in rows
                if awaited and awaited not in sent | waiting
            }
            if not vain & waiting:
                break
            waiting -= vain
        open_rows = [" ".join(row) for row in rows if row[0] in waiting]
        return open_rows + db.psql(OPEN_WORK, self.database).splitlines()


def _is_back(person):
    """Whether a server works again: it meets each session that has ended once."""
    try:
        return bool(person.count("dokstamp.account"))
    except (DemoFailed, httpx.HTTPError):
        return False


def _environment(mutant):
    return {**os.environ, "DOKSTAMP_MUTANT": mutant or ""}


def _is_up(url):
    try:
        return httpx.get(f"{url}/web/health", timeout=5).is_success
    except httpx.TransportError:
        return False


def until(is_so, seconds=20):
    """Wait until ``is_so()``.

    :raise TimeoutError: it never is
    """
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.01)
