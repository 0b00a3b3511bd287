"""Two Odoo servers on one database, in networks of their own, that share the accounts
without a word between them; one is killed.
"""

import os
import signal
import sys
from contextlib import contextmanager
from itertools import cycle

from demo_parts.database import psql
from demo_parts.rpc import Session
from demo_parts.server import free_port, start_odoo
from demo_parts.show import say

from .crash import LATER, SILENT_AFTER, Point, call
from .crash_academic import CREATES
from .interruptions import END_SESSIONS, FLUSH, FOREVER, Interruption
from .network import unshared

# What a point's act does: kill one of them, or end the session of the one that sends;
# perhaps somebody saves at that moment, so that the other one takes over at once.
OTHER, SENDER, AT_ONCE, SESSION = "other", "sender", "at once", "session"
MUCH_LATER = {"delay": 4}  # seconds: the other one could have asked by then
WHO_SENDS = f"""
    SELECT application_name FROM pg_stat_activity
     WHERE datname = current_database() AND pid IN ({FLUSH})
"""
POINTS = (
    Point("both save, nobody is killed", arrives=CREATES, answered=1),
    Point("the other one, some noted", OTHER, arrives=CREATES, answered=10),
    Point("the one that sends, some noted", SENDER, arrives=CREATES, answered=10),
    Point("the one that sends, done there", SENDER, **call(SILENT_AFTER, CREATES)),
    Point(
        "the one that sends, done later", SENDER, **call(LATER, "/students|/courses")
    ),
    Point("the same, somebody saves at once", AT_ONCE, **call(MUCH_LATER, CREATES)),
    Point("its session, somebody saves at once", SESSION, **call(MUCH_LATER, CREATES)),
    Point(
        "the one that sends, answered, not noted",
        SENDER,
        lock="LOCK dokstamp_binding IN SHARE MODE",
    ),
)


class OneServerKilled(Interruption):
    """The other one goes on, with what its own scheduler sees once a minute."""

    heading = "of two servers was killed"
    silence = FOREVER
    goes_on_within = 75  # seconds

    def __init__(self):
        self._servers = {}
        self._killed = None

    @contextmanager
    def prepared(self, stage):
        before = stage.admin, stage.url
        stage.work.processes.stop("odoo")
        self._servers = {
            name: Server(stage, name, unshared()) for name in ("odoo-1", "odoo-2")
        }
        try:
            for server in self._servers.values():
                server.start()
            stage.admin = ByTurns(stage, self._servers.values())
            yield
        finally:
            for server in self._servers.values():
                # asked to end, what put it into its network would go alone
                server.stop(signal.SIGKILL)
            stage.admin, stage.url = before
            stage.start()

    def strike(self, stage, point):
        if point.act == SESSION:
            stage.number(END_SESSIONS)
        elif point.act:
            sender, other = self._by_role(stage)
            self._killed = other if point.act == OTHER else sender
            self._killed.stop(signal.SIGKILL)
        if point.act in (AT_ONCE, SESSION):
            stage.wake()

    def _by_role(self, stage):
        """:return: the server that sends, and the other one"""
        pid = int(psql(WHO_SENDS, stage.database).strip().removeprefix("odoo-"))
        group = os.getpgid(pid)
        return sorted(self._servers.values(), key=lambda s: s.group != group)

    def tidy_up(self, stage):
        if self._killed:
            self._killed.start()
            self._killed = None


class Server:
    """One of them, with a way to DokStamp and one from us.

    :param inside: what puts it into a network of its own; None: it stays in ours
    """

    def __init__(self, stage, name, inside):
        self._work, self._name, self._inside = stage.work, name, inside
        self._port = free_port(0)
        self.url = f"http://127.0.0.1:{self._port}"
        folder = stage.work.folder
        self._dokstamp_port = stage.sandbox.url.rpartition(":")[2]
        self._way_out, self._way_in = folder / f"{name}.out", folder / f"{name}.in"
        if not inside:
            say(f"    {name}: no network of its own, this machine does not permit it")

    @property
    def group(self):
        """The group of its processes; None while it is down."""
        return self._work.processes.running().get(self._name)

    def start(self):
        if not self._inside:
            start_odoo(self._work, self._port, name=self._name)
            return
        for way in (self._way_out, self._way_in):
            way.unlink(missing_ok=True)
        ways = [
            f"{self._way_out}={self._dokstamp_port}",
            f"{self._port}={self._way_in}",
        ]
        command = [sys.executable, "-m", "benchmarks.network"]
        log = self._work.folder / "network.log"
        self._start(f"{self._name}-ways", [*command, *ways], log)
        ways = [
            f"{self._dokstamp_port}={self._way_out}",
            f"{self._way_in}={self._port}",
        ]
        inside = [*self._inside, *command, *ways, "--"]
        start_odoo(self._work, self._port, name=self._name, inside=inside)

    def _start(self, name, command, log):
        self._work.processes.start(name, command, log, cwd=self._work.root)

    def stop(self, number=signal.SIGTERM):
        self._work.processes.stop(self._name, number)
        self._work.processes.stop(f"{self._name}-ways")


class ByTurns:
    """Somebody who saves on one server after the other."""

    def __init__(self, stage, servers):
        people = [Session(s.url, stage.database, "admin", "admin") for s in servers]
        self._people = cycle(people)

    def call(self, *args, **kwargs):
        return next(self._people).call(*args, **kwargs)
