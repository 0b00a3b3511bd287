"""How many records a second reach DokStamp, and how near that comes to what DokStamp's
latency allows.
"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from demo_parts.show import Step, say, table

IN_FLIGHT = 4  # requests at once
RECORDS = 1000  # at no latency
SLOW_RECORDS = 400  # at `LATENCY`
LATENCY = 0.05  # seconds that DokStamp takes for an answer
PATIENCE = 300  # seconds for the queue to empty
TICKS = os.sysconf("SC_CLK_TCK")  # a second, in the kernel's count


@dataclass
class Sent:
    """What became of a batch.

    :param int records: sent
    :param int calls: that arrived for them
    :param float seconds: from the first call's arrival to the last one's answer
    :param float odoo: seconds of CPU in Odoo
    :param float sandbox: seconds of CPU in the sandbox
    """

    what: str
    latency: float
    records: int
    calls: int
    seconds: float
    odoo: float
    sandbox: float

    @property
    def rate(self):
        """Records a second."""
        return self.records / self.seconds

    @property
    def possible(self):
        """Records a second that the latency alone would allow."""
        return IN_FLIGHT / self.latency / (self.calls / self.records)

    def row(self):
        share = f"{self.rate / self.possible:.0%}" if self.latency else ""
        return [
            self.what,
            f"{self.latency * 1000:.0f} ms",
            self.records,
            f"{self.calls / self.records:.1f}",
            f"{self.rate:.0f}",
            share,
            f"{self.odoo / self.records * 1000:.1f} ms",
            f"{self.sandbox / self.records * 1000:.1f} ms",
        ]


class Sending:
    """Students that are queued while the flush sleeps, and sent at one go."""

    def __init__(self, stage):
        self.stage = stage
        self.ids = []
        values = {"sync_mode": "scheduled", "max_in_flight": IN_FLIGHT}
        self._call("account", "write", [stage.account], values)

    def _call(self, kind, method, *args):
        return self.stage.admin.call(f"dokstamp.{kind}", method, *args)

    def make(self, count, latency):
        """New students: each is searched for and created."""
        first = len(self.ids)
        self.ids += self._call(
            "student",
            "create",
            [
                {
                    "name": f"Student {number}",
                    "email": f"student.{number}@example.com",
                    "date_of_birth": "2001-02-03",
                }
                for number in range(first, first + count)
            ],
        )
        return self._send("new", count, latency)

    def change(self, count, latency):
        """Known students: each is one PATCH."""
        values = {"social_name": f"Changed at {latency}"}
        self._call("student", "write", self.ids[-count:], values)
        return self._send("changed", count, latency)

    def _send(self, what, count, latency):
        sandbox = self.stage.sandbox
        if latency:
            sandbox.slow_down("/students.*", latency)
        since = sandbox.last_request_id()
        began = self._cpu_seconds()
        self.stage.trigger()
        self.stage.wait_until_quiet(PATIENCE)
        used = {name: cpu - began[name] for name, cpu in self._cpu_seconds().items()}
        sandbox.speed_up()
        calls = sandbox.requests(since, path="/students.*")
        return Sent(what, latency, count, len(calls), _seconds(calls), **used)

    def _cpu_seconds(self):
        running = self.stage.work.processes.running()
        return {name: _cpu_of(running[name]) for name in ("odoo", "sandbox")}


def _seconds(calls):
    """From the first call's arrival to the last one's answer."""
    arrivals = [datetime.fromisoformat(call["at"]) for call in calls]
    ends = [
        arrival + timedelta(milliseconds=call["duration_ms"])
        for arrival, call in zip(arrivals, calls, strict=True)
    ]
    return (max(ends) - min(arrivals)).total_seconds()


def _cpu_of(pid):
    """Seconds of CPU that a process has used: man 5 proc_pid_stat."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def measure_sending(stage):
    """Send, and print how fast it went."""
    sending = Sending(stage)
    results = []
    for count, latency in ((RECORDS, 0), (SLOW_RECORDS, LATENCY)):
        with Step(f"{count} students, new and changed, at {latency * 1000:.0f} ms"):
            results += [sending.make(count, latency), sending.change(count, latency)]
    say()
    table(
        [
            *("students", "latency", "records", "calls each", "a second"),
            *("of what is possible", "CPU of Odoo", "of the sandbox"),
        ],
        [result.row() for result in results],
    )
