"""Processes that outlive the command: started, written down, found again, stopped."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

from .show import DemoFailed

GRACE = 20  # seconds to end by itself before it is killed


class NotStarted(DemoFailed):
    """A process ended, or said nothing, before it was of any use."""


class Processes:
    """The processes of one demo, kept in a file of its work folder.

    A process is known by its id and the moment it began, so that another one that got
    the same id later is never taken for it.
    """

    def __init__(self, folder):
        self._file = folder / "processes.json"

    def start(self, name, command, log, **options):
        """Start a process in a session of its own, out of reach of Ctrl-C.

        :param Path log: where its output goes
        :rtype: subprocess.Popen
        """
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **options,
            )
        self._write(
            self._read() | {name: {"pid": process.pid, "began": _began(process.pid)}}
        )
        return process

    def running(self):
        """Name → process id of those that still run.

        :rtype: dict[str, int]
        """
        return {
            name: entry["pid"]
            for name, entry in self._read().items()
            if entry["began"] and _began(entry["pid"]) == entry["began"]
        }

    def stop_all(self):
        for name in reversed(self.running()):
            self.stop(name)

    def stop(self, name, number=signal.SIGTERM):
        """End a process and wait until it is gone. What is killed takes its children
        along, as where a container or a service ends.
        """
        pid = self.running().get(name)
        if pid is not None:
            self._send(pid, number)
            if not self._ends(name, GRACE):
                self._send(pid, signal.SIGKILL)
                self._ends(name, GRACE)
        self._write({k: entry for k, entry in self._read().items() if k != name})

    def _send(self, pid, number):
        if number == signal.SIGKILL:
            os.killpg(pid, number)  # each leads a group of its own
        else:
            os.kill(pid, number)

    def _ends(self, name, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if name not in self.running():
                return True
            time.sleep(0.05)
        return False

    def _read(self):
        return json.loads(self._file.read_text()) if self._file.exists() else {}

    def _write(self, entries):
        self._file.write_text(json.dumps(entries, indent=1))


def wait_for(process, is_ready, seconds, what):
    """Wait until ``is_ready()`` answers something, and return that.

    :raise NotStarted: the process ended, or the time is up
    """
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        if answer := is_ready():
            return answer
        time.sleep(0.1)
    raise NotStarted(f"{what} did not start")


def _began(pid):
    """When the process began, in the kernel's own count; None when it is gone.

    Its boot's id goes with it, as the count begins anew at each boot.
    """
    try:
        # after the name, which may hold spaces: man 5 proc_pid_stat
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, began = fields[0], fields[19]
    if state == "Z":
        return None
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{boot}/{began}"
