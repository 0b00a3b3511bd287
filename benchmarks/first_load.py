"""A school of thousands comes to a DokStamp that holds some of them already: rehearsed,
loaded, killed in the middle and resumed.
"""

import os
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
from demo_parts.dokstamp import CLIENT_ID, CLIENT_SECRET, TENANT
from demo_parts.show import DemoFailed, Step, say, table

from .stage import Stage, run_or_fail

PEOPLE, KNOWN = 10_000, 3_000
IN_ONE_SAVE = 1_000  # students
MOST_CALLS = 1.1  # requests for each record that is created
PATIENCE = 3_600  # seconds
LOOK_AGAIN = 1  # seconds
AT_ONCE = 8  # requests that fill the sandbox
NUMBERS = ("create_count", "adopt_count", "refuse_count", "review_count")


class NotAsTold(DemoFailed):
    """The load did something else than the rehearsal had told, or cost too much."""


class School(Stage):
    """An account that is not connected yet: its administrator looks first."""

    def connect(self):
        self.account = self.admin.call(
            "dokstamp.account",
            "create",
            {
                "name": "Benchmark",
                "base_url": self.sandbox.url,
                "tenant": TENANT,
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
            },
        )

    def at_dokstamp(self):
        """How many students the sandbox holds."""
        return httpx.get(f"{self.sandbox.url}/_sandbox/state").json()["students"]

    def run(self, button):
        """Press a button of the account that starts a run.

        :return: the run's id
        """
        action = self.admin.call("dokstamp.account", button, [self.account])
        return action["res_id"]

    def read_run(self, run_id):
        names = ["state", "problem", "progress", "rate", "minutes_left", *NUMBERS]
        [row] = self.admin.read("dokstamp.run", [("id", "=", run_id)], names)
        return row

    def wait_for_run(self, run_id, step):
        """:return: the run, when it is over
        :raise NotAsTold: it does not end, or stops
        """
        deadline = time.monotonic() + PATIENCE
        while (run := self.read_run(run_id))["state"] != "done":
            if run["state"] == "failed" or time.monotonic() > deadline:
                raise NotAsTold(f"the run is {run['state']}: {run['problem']}")
            step.note(
                f"{run['state']} {run['progress']:.0f} %, {run['rate']} a minute, "
                f"{run['minutes_left']} minutes left"
            )
            time.sleep(LOOK_AGAIN)
        return run


def person(number):
    return {
        "name": f"Student {number}",
        "email": f"student.{number}@example.com",
        "date_of_birth": "2001-02-03",
    }


def fill_sandbox(stage, count):
    """Students that somebody has entered at DokStamp before."""
    sign_in = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    with httpx.Client(base_url=stage.sandbox.url, timeout=30) as client:
        answer = client.post(
            "/oauth/token", data={"grant_type": "client_credentials", **sign_in}
        )
        token = answer.raise_for_status().json()["access_token"]
        client.headers.update(
            {
                "Accept": "application/json",
                "Authorization": f"Bearer {token}",
                "X-Tenant": TENANT,
            }
        )
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for done in threads.map(
                lambda number: client.post("/students", json=person(number)),
                range(count),
            ):
                done.raise_for_status()


def fill_registry(stage, count):
    for first in range(0, count, IN_ONE_SAVE):
        people = [person(n) for n in range(first, min(first + IN_ONE_SAVE, count))]
        stage.admin.call("dokstamp.student", "create", people)


def load(database, people, known):
    """Rehearse and load, kill Odoo in the middle, and compare.

    :param int people: in the registry
    :param int known: of them at DokStamp already
    :raise NotAsTold: something was lost, doubled, or cost too much
    """
    with School(database) as stage:
        with Step(f"{known} students are at DokStamp, {people} in Odoo"):
            fill_sandbox(stage, known)
            fill_registry(stage, people)
        since = stage.sandbox.last_request_id()
        with Step("Rehearsal") as step:
            began = time.monotonic()
            rehearsal = stage.wait_for_run(stage.run("action_rehearse"), step)
            rehearsed_in = time.monotonic() - began
        rehearsal_calls = stage.sandbox.requests(since)
        since = stage.sandbox.last_request_id()
        began = time.monotonic()
        run_id = stage.run("action_first_load")
        half = known + (people - known) // 2
        with Step(f"First load, killed when DokStamp has {half}") as step:
            while stage.at_dokstamp() < half:
                step.note(f"{stage.at_dokstamp()}")
                time.sleep(LOOK_AGAIN)
            stage.kill()
        with Step("Started again; the load goes on") as step:
            stage.start()
            stage.wake()
            loaded = stage.wait_for_run(run_id, step)
        loaded_in = time.monotonic() - began
        tell(
            stage,
            (rehearsal, rehearsal_calls, rehearsed_in),
            (loaded, stage.sandbox.requests(since), loaded_in),
            people,
        )


def tell(stage, rehearsed, loaded, people):
    """Print what came of it.

    :raise NotAsTold: something was lost, doubled, or cost too much
    """
    run, calls, seconds = loaded
    emails = Counter(row["email"] for row in stage.sandbox.rows("students"))
    doubled = sum(count - 1 for count in emails.values())
    created = stage.admin.count(
        "dokstamp.audit.log", ("event", "=", "created"), ("status_code", "=", 201)
    )
    adopted = stage.admin.count("dokstamp.audit.log", ("event", "=", "adopted"))
    calls_each = len(calls) / max(run["create_count"], 1)
    wrote = [
        c for c in rehearsed[1] if c["method"] != "GET" and "oauth" not in c["path"]
    ]
    say()
    table(
        ["", "new", "there already", "refused", "to decide", "requests", "seconds"],
        [
            [
                "told",
                *(rehearsed[0][n] for n in NUMBERS),
                len(rehearsed[1]),
                _s(rehearsed),
            ],
            ["done", *(run[n] for n in NUMBERS), len(calls), f"{seconds:.0f}"],
        ],
    )
    say(
        f"created {created}, adopted {adopted}, doubled {doubled}, "
        f"{calls_each:.3f} requests a created record; the rehearsal wrote {len(wrote)}"
    )
    problems = {
        "the rehearsal wrote": wrote,
        "the numbers differ": any(rehearsed[0][n] != run[n] for n in NUMBERS),
        "not all are there": len(emails) != people,
        "some are doubled": doubled,
        "too many requests": calls_each > MOST_CALLS,
    }
    if found := [text for text, is_so in problems.items() if is_so]:
        raise NotAsTold(", ".join(found))


def _s(measured):
    return f"{measured[2]:.0f}"


if __name__ == "__main__":
    run_or_fail(
        "scripts/first-load",
        lambda: load(
            os.environ.get("DOKSTAMP_LOAD_DB", "dokstamp_load"),
            *(map(int, sys.argv[1:]) if sys.argv[1:] else (PEOPLE, KNOWN)),
        ),
    )
