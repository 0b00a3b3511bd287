"""The sandbox DokStamp: started, and asked what arrived and what it holds."""

import sys
import time
from datetime import datetime

import httpx

from .processes import wait_for

SANDBOX_PORT = 18090  # the sandbox's own default
TENANT = "demo-school"
CLIENT_ID, CLIENT_SECRET = "demo-client", "demo-secret"  # sandbox/README.md
# Entity → what tells two of its records apart, within a tenant.
KEYS = {
    "institutions": ("name",),
    "organizations": ("name",),
    "courses": ("code",),
    "modules": ("code",),
    "students": ("email",),
    "cohorts": ("code", "course_uuid"),
    "module_groups": ("name", "course_uuid"),
    "attachments": ("course_uuid", "module_uuid"),
    "enrollments": ("student_uuid", "course_uuid", "cohort_uuid"),
}
START_TIME = 20  # seconds
POLL = 0.02  # seconds


class Sandbox:
    """A running sandbox.

    :param str url: its address
    """

    def __init__(self, url):
        self.url = url
        self._http = httpx.Client(base_url=f"{url}/_sandbox", timeout=30)

    @classmethod
    def start(cls, work, port):
        """Start one with a state that survives a restart, in the work folder."""
        log = work.folder / "sandbox.log"
        log.unlink(missing_ok=True)
        database = work.folder / "sandbox.sqlite"
        for file in work.folder.glob(f"{database.name}*"):
            file.unlink()
        command = [sys.executable, "-m", "sandbox", "--port", str(port)]
        command += ["--db", str(database)]
        process = work.processes.start("sandbox", command, log, cwd=work.root)
        address = wait_for(process, lambda: _address(log), START_TIME, "The sandbox")
        return cls(address)

    def rows(self, entity, deleted=False):
        """What it holds of a kind.

        :param bool deleted: the soft-deleted ones too
        """
        rows = self._http.get(f"state/{entity}").raise_for_status().json()
        return [row for row in rows if deleted or not row.get("deleted_at")]

    def requests(self, since=0, **choice):
        """Ledger rows after an id; by `method` and `path`, a regular expression."""
        params = {"since": since, **choice}
        return self._http.get("requests", params=params).raise_for_status().json()

    def last_request_id(self):
        rows = self.requests()
        return rows[-1]["id"] if rows else 0

    def wait_for(self, since, method, path, body, seconds):
        """The first request after ``since`` with this method, path and values.

        :return: when it arrived, or None when the time is up
        :rtype: datetime | None
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for row in self.requests(since, method=method, path=path):
                if body.items() <= (row["body"] or {}).items():
                    return datetime.fromisoformat(row["at"])
            time.sleep(POLL)
        return None

    def slow_down(self, path, seconds):
        """Answer later, until `speed_up`."""
        rule = {"path": path, "delay": seconds, "times": None}
        self._http.post("faults", json=rule).raise_for_status()

    def refuse(self, path, text, errors):
        """Answer 422 to the next POST there whose body contains the text.

        :param dict errors: sentences by field
        """
        body = {"message": "The given data was invalid.", "errors": errors}
        rule = {"method": "POST", "path": path, "body_contains": text, "status": 422}
        self._http.post("faults", json=rule | {"json": body}).raise_for_status()

    def speed_up(self):
        self._http.delete("faults").raise_for_status()


def _address(log):
    for line in log.read_text().splitlines():
        if line.startswith("listening on "):
            return line.removeprefix("listening on ")
    return None
