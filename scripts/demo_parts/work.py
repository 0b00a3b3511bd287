"""One demo: its work folder, its database, its processes."""

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path

from .processes import Processes
from .show import DemoFailed


class AtWork(DemoFailed):
    """Another run has this database."""


@dataclass
class Work:
    """:param str database: its name, also that of the work folder"""

    database: str

    def __post_init__(self):
        self.root = Path(os.environ["ROOT"])
        self.home = Path(os.environ["CACHE"]) / "demo"
        self.folder = self.home / self.database
        self.folder.mkdir(parents=True, exist_ok=True)
        self.processes = Processes(self.folder)
        self.config = self.folder / "odoo.conf"
        self.odoo_log = self.folder / "odoo.log"

    def claim(self):
        """Keep others away from this database while this process lives.

        :raise AtWork: another one has it
        """
        self._lock = (self.folder / ".lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AtWork(f"another run is at work on {self.database}") from error

    def release(self):
        """Let others have it."""
        self._lock.close()

    # Where it runs, for those who come later

    @property
    def addresses(self):
        """Those of a demo that runs: `odoo` and `sandbox`; else empty.

        :rtype: dict[str, str]
        """
        is_running = {"odoo", "sandbox"} <= self.processes.running().keys()
        if is_running and self._addresses.exists():
            return json.loads(self._addresses.read_text())
        return {}

    def note_addresses(self, odoo, sandbox):
        self._addresses.write_text(json.dumps({"odoo": odoo, "sandbox": sandbox}))

    @property
    def _addresses(self):
        return self.folder / "addresses.json"

    @property
    def template_folder(self):
        return self.home / "elearning"
