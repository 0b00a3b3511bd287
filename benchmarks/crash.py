"""What the crash matrices share: the points of the way, how the work is brought there
and interrupted, and what follows.

No hooks in the addon: the sandbox's faults, locks in PostgreSQL and a look at Odoo's
processes stop the work where it is to be interrupted.
"""

import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field

from demo_parts.show import DemoFailed, Step

from .people import Saving
from .stage import wait_for

REACHED_WITHIN = 80  # seconds for the work to get to the point
SETTLED_WITHIN = 300  # seconds, after an outage of a minute too
SLOW = 2  # seconds
CATCH_UP = 0.5  # seconds
LOOK_AGAIN = 0.2  # seconds
SILENT = {"drop": "hang"}
SILENT_AFTER = {"drop": "hang_after"}
LATER = {"delay": SLOW}


class NotOnce(DemoFailed):
    """Something was lost or doubled, or went on too late."""


@dataclass
class Point:
    """Where the work is interrupted.

    :param str title: as the table names it
    :param str act: what is interrupted, in the matrix's own words
    :param dict fault: of the sandbox, as sandbox/faults.py takes it
    :param str arrives: path of the request whose arrival says that it is reached
    :param int answered: reached when so many of these were answered instead
    :param str lock: statement that holds Odoo up in the database instead
    :param reached: takes the stage and tells whether the point is reached; without it,
        somebody waits for the lock
    :param dict options: switches of the sandbox meanwhile
    :param then: takes the stage and does what happens there, where that is not the same
        for all points
    """

    title: str
    act: str = ""
    fault: dict | None = None
    arrives: str | None = None
    answered: int = 0
    lock: str | None = None
    reached: Callable | None = None
    options: dict = field(default_factory=dict)
    then: Callable | None = None


def call(effect, path, method="POST"):
    """A point in the middle of a call."""
    fault = {"method": method, "path": path, "times": None, **effect}
    return {"fault": fault, "arrives": path}


class Matrix:
    """Interrupts the work at one point after the other, and counts what is wrong."""

    COLUMNS = ()

    def __init__(self, stage):
        self.stage = stage
        self.interruption = None  # that of the points at work
        self.late = 0  # how often it went on, or was done, too late
        self.wrong = self.compare()

    # === WHAT EACH MATRIX KNOWS === #

    def begin(self, point):
        """Do what the point interrupts, as a person does."""
        raise NotImplementedError

    def compare(self):
        """:return: how much is wrong by now, a number for each of `COLUMNS`"""
        raise NotImplementedError

    def is_unsettled(self):
        """Whether something is still on its way."""
        raise NotImplementedError

    def save_something(self, person):
        """What somebody saves while the work goes on, or does not.

        :param Session person: logged in
        """
        raise NotImplementedError

    # === AT EACH POINT === #

    def interrupt_at_each(self, points, interruption):
        """:return: headings and rows of the table"""
        self.interruption, rows = interruption, []
        for point in points:
            with Step(f"{interruption.heading}: {point.title}"):
                rows.append(self._row(point))
        headings = [interruption.heading, "calls open", *self.COLUMNS]
        return [*headings, "went on after", "recovered in"], rows

    def _row(self, point):
        before = self.stage.move_switches(point.options)
        meanwhile = nullcontext()
        if self.interruption.is_saved_meanwhile:
            meanwhile = Saving(self.stage, self.save_something)
        with meanwhile:
            open_calls, went_on, seconds = self._interrupt(point)
        self.stage.sandbox.speed_up()
        self.interruption.tidy_up(self.stage)
        self.settle()  # what was saved last
        self.stage.move_switches(before)
        wrong, self.wrong = self.wrong, self.compare()
        more = [now - then for now, then in zip(self.wrong, wrong, strict=True)]
        return [point.title, open_calls, *more, went_on, f"{seconds:.1f} s"]

    def _interrupt(self, point):
        """Begin, interrupt at the point, and let it go on.

        :return: calls that were under way, after how long it went on, seconds until all
            was done
        """
        since = self.stage.sandbox.last_request_id()
        self.bring_there(point, since)
        if not self.interruption.outlasts:
            self.stage.sandbox.speed_up()
        open_calls = self._under_way(since)
        time.sleep((point.fault or {}).get("delay", 0))
        struck = self.stage.sandbox.last_request_id()
        started = time.monotonic()
        self.interruption.recover(self.stage)
        started = max(started, self.stage.up_at)
        went_on = self._went_on(struck, started)
        self.settle()
        return open_calls, went_on, time.monotonic() - started

    def bring_there(self, point, since):
        if point.lock:
            with self.stage.holding(point.lock):
                self._interrupt_when_reached(point, since)
            return
        if point.fault:
            silence = {"seconds": self.interruption.silence}
            is_silent = point.fault.get("drop", "").startswith("hang")
            self.stage.control("faults", point.fault | (silence if is_silent else {}))
        self._interrupt_when_reached(point, since)

    def _interrupt_when_reached(self, point, since):
        self.begin(point)
        self.strike_when_reached(point, since)

    def strike_when_reached(self, point, since):
        wait_for(lambda: self._is_reached(point, since), REACHED_WITHIN, point.title)
        if point.fault or point.lock:  # it goes no further, and its threads catch up
            time.sleep(CATCH_UP)
        self.interruption.strike(self.stage, point)

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

    # === AFTERWARDS === #

    def _went_on(self, since, started):
        """After how long it goes on while nobody saves; empty where somebody does.

        It has gone on when DokStamp is called again, or when nothing was left to do.
        """
        limit = self.interruption.goes_on_within
        if limit is None:
            return ""
        while self.is_unsettled() and not self.stage.sandbox.requests(since):
            if time.monotonic() - started > SETTLED_WITHIN:
                break
            time.sleep(LOOK_AGAIN)
        seconds = time.monotonic() - started
        self.late += seconds > limit
        return f"{seconds:.1f} s"

    def settle(self):
        """Wait until nothing more is to be sent; what never is counts as late.

        The scheduler would look by itself within a minute; it is woken, as by people
        who save.
        """
        deadline = time.monotonic() + SETTLED_WITHIN
        while self.is_unsettled():
            if time.monotonic() > deadline:
                self.late += 1
                return
            self.stage.wake()
            time.sleep(LOOK_AGAIN)
