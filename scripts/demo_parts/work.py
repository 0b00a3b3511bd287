"""One demo: its work folder, its database, its processes."""

import os
from dataclasses import dataclass
from pathlib import Path

from .processes import Processes


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

    @property
    def template_folder(self):
        return self.home / "elearning"
