"""How long a save takes, how soon it is at DokStamp, and what the capture costs."""

import statistics
import time
from datetime import UTC, datetime

from demo_parts.show import DemoFailed, Step, say, table

LATENCY_SAVES = 20
LONGEST_MEDIAN = 2  # seconds from a save to DokStamp
PATIENCE = 30  # seconds for one save to arrive
TIMED_SAVES = 100
IMPORTED = 1000  # courses
IMPORTS = 5  # of each kind


class TooSlow(DemoFailed):
    """A save takes longer to DokStamp than it may."""


class Bench:
    """What is measured, on a running stage."""

    def __init__(self, stage):
        self.stage = stage
        values = {"name": "Measured", "code": "MEASURED"}
        self.course = self._call("create", values)
        stage.wait_until_quiet()

    def _call(self, method, *args):
        return self.stage.admin.call("dokstamp.course", method, *args)

    def save(self, name):
        """Save the course under another name; return the seconds that it takes."""
        started = time.monotonic()
        self._call("write", [self.course], {"name": name})
        return time.monotonic() - started

    # From a save to DokStamp

    def delays(self):
        """Seconds from the beginning of each save to its arrival, one at a time."""
        return [self._delay(f"Arrives {number}") for number in range(LATENCY_SAVES)]

    def _delay(self, name):
        sandbox = self.stage.sandbox
        since, started = sandbox.last_request_id(), datetime.now(UTC)
        self.save(name)
        body = {"name": name}
        arrived = sandbox.wait_for(since, "PATCH", "/courses/.*", body, PATIENCE)
        if arrived is None:
            raise TooSlow(f"a save did not arrive within {PATIENCE} s")
        self.stage.wait_until_quiet()
        return (arrived - started).total_seconds()

    # Saving

    def saves(self, title):
        """Seconds of each of many saves, one right after the other."""
        return [self.save(f"{title} {number}") for number in range(TIMED_SAVES)]

    # Importing

    def imports(self):
        """Seconds of imports with the capture and without, turn by turn.

        :rtype: tuple[list[float], list[float]]
        """
        self._write_account(sync_mode="scheduled")  # the flush is not measured here
        with_capture, without = [], []
        self._import("A", queued=IMPORTED)  # the first one fills Odoo's caches
        for number in range(IMPORTS):
            with_capture.append(self._import(f"W{number}", queued=IMPORTED))
            self._write_account(active=False)
            without.append(self._import(f"N{number}", queued=0))
            self._write_account(active=True)
        return with_capture, without

    def _write_account(self, **values):
        account = [self.stage.account]
        self.stage.admin.call("dokstamp.account", "write", account, values)

    def _import(self, mark, queued):
        """Seconds of an import.

        :param int queued: rows that it must add to the queue
        """
        before = self._queue_length()
        rows = [[f"{mark} Course {n}", f"{mark}-{n}", "40"] for n in range(IMPORTED)]
        started = time.monotonic()
        answer = self._call("load", ["name", "code", "workload_hours"], rows)
        seconds = time.monotonic() - started
        if not answer["ids"] or self._queue_length() != before + queued:
            raise DemoFailed(f"the import went wrong: {answer['messages']}")
        return seconds

    def _queue_length(self):
        return self.stage.admin.count("dokstamp.sync.record")


def measure_saves(stage):
    """Measure and print; stops the sandbox.

    :raise TooSlow: the median from a save to DokStamp is above `LONGEST_MEDIAN`
    """
    bench = Bench(stage)
    with Step(f"{LATENCY_SAVES} saves, one at a time, until they are at DokStamp"):
        delays = bench.delays()
    with Step(f"{TIMED_SAVES} saves with DokStamp there"):
        online = bench.saves("Online")
        stage.wait_until_quiet()
    with Step(f"{TIMED_SAVES} saves with DokStamp off"):
        stage.work.processes.stop("sandbox")
        offline = bench.saves("Offline")
    with Step(f"{IMPORTS} imports of {IMPORTED} courses with the capture, and without"):
        captured, free = bench.imports()
    show(delays, online, offline, captured, free)
    if statistics.median(delays) > LONGEST_MEDIAN:
        raise TooSlow(f"{statistics.median(delays):.2f} s")


def show(delays, online, offline, captured, free):
    slowest = statistics.quantiles(delays, n=20)[-1]
    say()
    table(
        ["measured", "median", ""],
        [
            [
                "from a save to DokStamp",
                f"{statistics.median(delays):.2f} s",
                f"95 % within {slowest:.2f} s; asked: {LONGEST_MEDIAN} s",
            ],
            ["a save, DokStamp there", milliseconds(online), ""],
            ["a save, DokStamp off", milliseconds(offline), ratio(offline, online)],
            [f"import of {IMPORTED} courses, no account", milliseconds(free), ""],
            [
                f"import of {IMPORTED} courses, with capture",
                milliseconds(captured),
                ratio(captured, free),
            ],
        ],
    )


def milliseconds(seconds):
    return f"{statistics.median(seconds) * 1000:.0f} ms"


def ratio(those, these):
    factor = statistics.median(those) / statistics.median(these)
    return f"{factor:.2f} times the one above"
