"""How soon a save is at DokStamp, while nothing else waits and while thousands do."""

import statistics
import time
from datetime import UTC, datetime

from demo_parts.show import DemoFailed, Step

from .rivals import People

NOTE = (
    "From the beginning of a save, over the web client's own route, until its call "
    "arrives at the sandbox; one save after the other. Meanwhile nothing waits, or "
    "what an import has left: at {latency:.0f} ms and {in_flight} in flight."
)
IN_FLIGHT, LATENCY = 4, 0.05
IN_ONE_SAVE = 1_000  # students of the import
PATIENCE = 60  # seconds for one save to arrive
LONGEST_MEDIAN = 2  # seconds
CANCEL = "UPDATE dokstamp_sync_record SET state = 'cancelled' WHERE state = 'pending'"
WAITING = "SELECT count(*) FROM dokstamp_sync_record WHERE state = 'pending'"


class TooSlow(DemoFailed):
    """A save takes longer to DokStamp than it may."""


class Arrivals:
    """One student whose names arrive at DokStamp."""

    def __init__(self, stage):
        self.stage, self.people = stage, People()
        self.student = self._call("create", self.people.next(1))
        stage.wait_until_quiet()

    def _call(self, method, *args):
        return self.stage.admin.call("dokstamp.student", method, *args)

    def delays(self, what, count):
        """Seconds of each of so many saves."""
        return [self._delay(f"{what} {number}") for number in range(count)]

    def _delay(self, name):
        sandbox = self.stage.sandbox
        self.stage.control("requests", {}, "DELETE")
        started = datetime.now(UTC)
        self._call("write", self.student, {"social_name": name})
        body = {"social_name": name}
        arrived = sandbox.wait_for(0, "PATCH", "/students/.*", body, PATIENCE)
        if arrived is None:
            raise TooSlow(f"a save did not arrive within {PATIENCE} s")
        time.sleep(0.1)  # until its answer is noted
        return (arrived - started).total_seconds()

    def let_wait(self, count):
        """Import others, and have DokStamp be slow."""
        self.stage.sandbox.slow_down(".*", LATENCY)
        for _part in range(0, count, IN_ONE_SAVE):
            self._call("create", self.people.next(IN_ONE_SAVE))

    def drop_the_rest(self):
        self.stage.number(
            f"WITH gone AS ({CANCEL} RETURNING 1) SELECT count(*) FROM gone"
        )
        self.stage.sandbox.speed_up()
        self.stage.wait_until_quiet()


def measure_arrival(stage, report, scale):
    """:raise TooSlow: the median is above `LONGEST_MEDIAN`"""
    note = NOTE.format(latency=1000 * LATENCY, in_flight=IN_FLIGHT)
    with report.section("From a save to DokStamp", note):
        values = {"max_in_flight": IN_FLIGHT}
        stage.admin.call("dokstamp.account", "write", [stage.account], values)
        arrivals = Arrivals(stage)
        with Step(f"{scale.arrivals} saves while nothing waits"):
            idle = arrivals.delays("Alone", scale.arrivals)
        with Step(f"{scale.waiting} students are imported"):
            arrivals.let_wait(scale.waiting)
        with Step(f"{scale.arrivals} saves while they wait"):
            before = stage.number(WAITING)
            busy = arrivals.delays("Among many", scale.arrivals)
            after = stage.number(WAITING)
        arrivals.drop_the_rest()
        waits = f"{before} to {after} rows wait"
        report.table(
            ["meanwhile", "saves", "median", "95 % within", "longest"],
            [_row("nothing waits", idle), _row(waits, busy)],
        )
        for what, delays in (("nothing", idle), ("an import", busy)):
            median = statistics.median(delays)
            report.goal(
                f"from a save to DokStamp, median, while {what} waits",
                f"at most {LONGEST_MEDIAN} s",
                f"{median:.2f} s",
                is_met=median <= LONGEST_MEDIAN,
            )
        if not after:
            raise DemoFailed("the import was through before the saves were")
        if statistics.median(idle) > LONGEST_MEDIAN:
            raise TooSlow(f"{statistics.median(idle):.2f} s")


def _row(what, delays):
    return [
        what,
        len(delays),
        f"{statistics.median(delays):.2f} s",
        f"{statistics.quantiles(delays, n=20)[-1]:.2f} s",
        f"{max(delays):.2f} s",
    ]
