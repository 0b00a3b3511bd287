"""Who empties a backlog: the connector, OCA's queue_job, and a client that does nothing
else. Each searches for a person at DokStamp and creates it: two calls.
"""

import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from demo_parts import database as db
from demo_parts.dokstamp import CLIENT_ID, CLIENT_SECRET, TENANT

from .stage import ADDON, NotQuiet, Stage, wait_for

PATIENCE = 300  # seconds for a backlog to empty
LIST = "/students"
RIVAL_CONFIG = """\
server_wide_modules = base,rpc,web,queue_job

[queue_job]
channels = root:{in_flight}
"""
NOT_DONE = "SELECT count(*) FROM queue_job WHERE state <> 'done'"
FAILED_JOBS = "SELECT count(*) FROM queue_job WHERE state = 'failed'"
READY = "database connections ready"  # in the log, when the runner looks for jobs


class SideBySide(Stage):
    """A stage where queue_job is installed too, with its own runner."""

    ADDONS = f"{ADDON},bench_queue_job"
    in_flight = 1

    def write_config(self):
        places = (
            self.work.root,
            self.work.root / "benchmarks" / "addons",
            Path(os.environ["QUEUE_JOB"]) / "odoo" / "addons",
        )
        file = db.write_config(
            self.work.folder, ",".join(map(str, places)), self.database
        )
        with file.open("a") as config:
            config.write(RIVAL_CONFIG.format(in_flight=self.in_flight))
        return file

    def start(self):
        self.work.odoo_log.unlink(missing_ok=True)
        super().start()
        wait_for(lambda: READY in self.work.odoo_log.read_text(), 30, "the runner")

    def allow(self, in_flight):
        """Start Odoo anew, with as many slots for both."""
        self.in_flight = in_flight
        self.work.processes.stop("odoo")
        self.write_config()
        self.start()
        values = {"sync_mode": "scheduled", "max_in_flight": in_flight}
        self.admin.call("dokstamp.account", "write", [self.account], values)


class People:
    """Invented ones, each another."""

    def __init__(self):
        self._numbers = itertools.count(1)

    def next(self, count):
        """:rtype: list[dict]"""
        return [
            {
                "name": f"Student {number}",
                "email": f"student.{number}@example.com",
                "date_of_birth": "2001-02-03",
            }
            for number in itertools.islice(self._numbers, count)
        ]


class Rival:
    """Somebody who empties a backlog.

    :param SideBySide stage: where
    """

    name = None

    def __init__(self, stage):
        self.stage = stage

    def rate(self, people, latency):
        """Records a second, from the first call's arrival to the last one's answer.

        :param float latency: seconds that DokStamp waits with each answer
        """
        self.queue(people)
        self.stage.control("requests", {}, "DELETE")
        if latency:
            self.stage.sandbox.slow_down(f"{LIST}.*", latency)
        try:
            self.empty()
        finally:
            self.stage.sandbox.speed_up()
        calls = self.stage.sandbox.requests(path=f"{LIST}.*")
        if len(calls) != 2 * len(people):
            raise NotQuiet(f"{self.name}: {len(calls)} calls for {len(people)}")
        return len(people) / _seconds(calls)

    def queue(self, people):
        """Have them wait."""
        raise NotImplementedError

    def empty(self):
        """Begin, and wait until all are there."""
        raise NotImplementedError


class Connector(Rival):
    name = "connector"

    def queue(self, people):
        self.stage.admin.call("dokstamp.student", "create", people)

    def empty(self):
        self.stage.trigger()
        self.stage.wait_until_quiet(PATIENCE)


class QueueJob(Rival):
    name = "queue_job"

    def __init__(self, stage):
        super().__init__(stage)
        values = {"address": stage.sandbox.url, "tenant": TENANT, "token": token(stage)}
        for name, value in values.items():
            stage.admin.call(
                "ir.config_parameter", "set_param", f"bench_queue_job.{name}", value
            )

    def queue(self, people):
        self.ids = self.stage.admin.call("bench.person", "create", people)

    def empty(self):
        # its runner begins by itself as soon as jobs are there
        self.stage.admin.call("bench.person", "action_queue", self.ids)
        wait_for(self._is_empty, PATIENCE, "the end of the jobs")

    def _is_empty(self):
        if self.stage.number(FAILED_JOBS):
            raise NotQuiet("a job of queue_job failed")
        return not self.stage.number(NOT_DONE)


class Limit(Rival):
    """What the sandbox and this machine can do at all: threads that only call."""

    name = "limit"

    def queue(self, people):
        self._people = people

    def empty(self):
        headers = {
            "Accept": "application/json",
            "Authorization": f"Bearer {token(self.stage)}",
            "X-Tenant": TENANT,
        }
        limits = httpx.Limits(max_keepalive_connections=self.stage.in_flight)
        with (
            httpx.Client(
                base_url=self.stage.sandbox.url,
                headers=headers,
                limits=limits,
                timeout=30,
            ) as client,
            ThreadPoolExecutor(self.stage.in_flight) as threads,
        ):
            for _done in threads.map(lambda one: self._push(client, one), self._people):
                pass

    def _push(self, client, person):
        found = client.get(LIST, params={"where[email]": person["email"]})
        if not found.raise_for_status().json()["data"]:
            client.post(LIST, json=person).raise_for_status()


def token(stage):
    """One for whoever does not go through the connector."""
    answer = httpx.post(
        f"{stage.sandbox.url}/oauth/token",
        data={
            "grant_type": "client_credentials",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        },
    )
    return answer.raise_for_status().json()["access_token"]


def _seconds(calls):
    arrivals = [datetime.fromisoformat(call["at"]) for call in calls]
    ends = [
        arrival + timedelta(milliseconds=call["duration_ms"])
        for arrival, call in zip(arrivals, calls, strict=True)
    ]
    return (max(ends) - min(arrivals)).total_seconds()
