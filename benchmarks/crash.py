"""What the crash matrices share: where Odoo dies, how it is brought there, and after.

No hooks in the addon: the sandbox's faults, locks in PostgreSQL and a look at Odoo's
processes stop the work where it shall die.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from demo_parts.show import DemoFailed, Step

from .stage import wait_for

REACHED_WITHIN = 40  # seconds for the work to get to the step where it dies
FOREVER = 90  # seconds, longer than Odoo lives then
SLOW = 2  # seconds
CATCH_UP = 0.5  # seconds
SILENT = {"drop": "hang", "seconds": FOREVER}
SILENT_AFTER = {"drop": "hang_after", "seconds": FOREVER}
LATER = {"delay": SLOW}


class NotOnce(DemoFailed):
    """Something was lost or doubled."""


@dataclass
class Point:
    """Where Odoo dies.

    :param str title: as the table names it
    :param str act: what it interrupts, in the matrix's own words
    :param dict fault: of the sandbox, as sandbox/faults.py takes it
    :param str arrives: path of the request whose arrival says that the step is reached
    :param int answered: die when so many requests to `arrives` were answered instead
    :param str lock: statement that holds Odoo up in the database instead
    :param reached: takes the stage and tells whether the step is reached; without it,
        somebody waits for the lock
    :param dict options: switches of the sandbox meanwhile
    """

    title: str
    act: str = ""
    fault: dict | None = None
    arrives: str | None = None
    answered: int = 0
    lock: str | None = None
    reached: Callable | None = None
    options: dict = field(default_factory=dict)


def call(effect, path, method="POST"):
    """A point in the middle of a call."""
    fault = {"method": method, "path": path, "times": None, **effect}
    return {"fault": fault, "arrives": path}


class Matrix:
    """Kills Odoo at one point after the other, and counts what is wrong then."""

    def __init__(self, stage):
        self.stage = stage
        self.wrong = self.compare()

    def begin(self, point):
        """Do what the point interrupts, as a person does."""
        raise NotImplementedError

    def compare(self):
        """:return: how much is wrong by now, a number for each of `COLUMNS`"""
        raise NotImplementedError

    def settle(self):
        """Wait until nothing more is to be sent.

        :return: seconds that it took
        """
        return self.stage.wait_until_quiet()

    def kill_at_each(self, points):
        """:return: the table's rows"""
        rows = []
        for point in points:
            with Step(f"Killed: {point.title}"):
                rows.append(self.kill_at(point))
        return rows

    def kill_at(self, point):
        """Begin, kill Odoo at the point, start it again.

        :return: the table's row for the point
        """
        since = self.stage.sandbox.last_request_id()
        before = self.stage.move_switches(point.options)
        self.die(point, since)
        self.stage.sandbox.speed_up()
        open_calls = self._under_way(since)
        time.sleep(SLOW if (point.fault or {}).get("delay") else 0)
        self.stage.start()
        self.stage.wake()
        seconds = self.settle()
        self.stage.move_switches(before)
        wrong, self.wrong = self.wrong, self.compare()
        more = [now - then for now, then in zip(self.wrong, wrong, strict=True)]
        return [point.title, open_calls, *more, f"{seconds:.1f} s"]

    def die(self, point, since):
        if point.lock:
            with self.stage.holding(point.lock):
                self._kill_when_reached(point, since)
            return
        if point.fault:
            self.stage.control("faults", point.fault)
        self._kill_when_reached(point, since)

    def _kill_when_reached(self, point, since):
        self.begin(point)
        self._wait_for(point, since)
        if point.fault or point.lock:  # it goes no further, and its threads catch up
            time.sleep(CATCH_UP)
        self.stage.kill()

    def _wait_for(self, point, since):
        wait_for(lambda: self._is_reached(point, since), REACHED_WITHIN, point.title)

    def _is_reached(self, point, since):
        if point.reached:
            return point.reached(self.stage)
        if point.lock:
            return self.stage.is_blocked()
        method = point.fault["method"] if point.fault else "POST"
        rows = self.stage.sandbox.requests(since, method=method, path=point.arrives)
        if point.answered:
            return sum(row["status"] is not None for row in rows) >= point.answered
        return bool(rows)

    def _under_way(self, since):
        rows = self.stage.sandbox.requests(since)
        return sum(row["status"] is None for row in rows)
