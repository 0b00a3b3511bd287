"""A PostgreSQL of its own, that may be killed and restarted: nobody else uses it."""

import fcntl
import getpass
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

from demo_parts.database import CommandFailed, run
from demo_parts.show import DemoFailed

BINARIES = "/usr/lib/postgresql/*/bin"  # Debian's
PORT = "5432"  # no more than the name of the socket: nobody listens on TCP
SETTINGS = {
    "listen_addresses": "''",
    "max_connections": 200,
    "shared_buffers": "256MB",
    # The machine itself stays up: what PostgreSQL has handed to it is not lost. A
    # commit still waits until it has, or killing it would lose what it said is kept.
    "fsync": "off",
    "full_page_writes": "off",
    "log_min_messages": "fatal",
}
FAST, IMMEDIATE = "fast", "immediate"  # modes: ends every session; as a crash does


class NoPostgres(DemoFailed):
    """PostgreSQL's server is not installed here, or another run has this one."""


class Postgres:
    """A cluster that is made anew, and gone when the block is left.

    Meanwhile it is the one that this process and what it starts talk to.

    :param str name: tells it from others; what a run of the same name has left behind
        is stopped
    """

    def __init__(self, name):
        # not below the home folder: where we are root, `postgres` has to own it and
        # cannot get there; and the path of a socket is short
        self.folder = Path(tempfile.gettempdir()) / f"dokstamp-postgres-{name}"
        self.data = self.folder / "data"
        self._binaries = _find_binaries()

    @property
    def environment(self):
        """What a process needs to talk to it.

        :rtype: dict[str, str]
        """
        return {"PGHOST": str(self.folder), "PGPORT": PORT}

    def __enter__(self):
        self._claim()
        self._remove()
        try:
            self._make()
            self.start()
        except BaseException:
            self._remove()
            raise
        self._before = {name: os.environ.get(name) for name in self.environment}
        os.environ.update(self.environment)
        return self

    def __exit__(self, *_error):
        for name, value in self._before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
        self._remove()

    # === WHAT MAY HAPPEN TO IT === #

    def start(self):
        """Start it, and wait until it takes connections."""
        self._run("pg_ctl", "start", "--wait", "--log", self.folder / "log")

    def stop(self, mode=FAST):
        """:param str mode: `FAST` or `IMMEDIATE`"""
        self._run("pg_ctl", "stop", "--wait", "--mode", mode)

    def restart(self, mode=FAST):
        self.stop(mode)
        self.start()

    @contextmanager
    def stopped(self, mode=FAST):
        """Down as long as the block lasts."""
        self.stop(mode)
        try:
            yield
        finally:
            self.start()

    # === FROM NOTHING TO NOTHING === #

    def _claim(self):
        """:raise NoPostgres: another run has it"""
        self._lock = self.folder.with_suffix(".lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NoPostgres(f"another run has {self.folder}") from error

    def _make(self):
        self.folder.mkdir()
        if os.geteuid() == 0:  # whom PostgreSQL refuses to run as
            shutil.chown(self.folder, "postgres", "postgres")
        role = f"--username={getpass.getuser()}"
        text = ["--encoding=UTF8", "--locale=C.UTF-8"]
        self._run("initdb", role, "--auth=trust", "--no-sync", *text)
        settings = SETTINGS | {"unix_socket_directories": f"'{self.folder}'"}
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())

    def _remove(self):
        """Also what a run that was killed has left."""
        with suppress(CommandFailed):  # it does not run
            self.stop(IMMEDIATE)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, name, *arguments):
        become = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        run(*become, self._binaries / name, "--pgdata", self.data, *arguments)


def _find_binaries():
    """:raise NoPostgres: there is no server"""
    folders = sorted(Path("/").glob(f"{BINARIES[1:]}/initdb"))
    initdb = folders[-1] if folders else shutil.which("initdb")
    if not initdb:
        raise NoPostgres("no initdb: install PostgreSQL's server (Debian: postgresql)")
    return Path(initdb).parent
