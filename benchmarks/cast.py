"""Databases that differ in one addon, made of one template; without a server."""

import contextlib

from demo_parts import database as db
from demo_parts.show import Step
from demo_parts.work import Work

from .stage import ADDON
from .within import figures

BELOW = "certificate,mail,portal,privacy_lookup"  # what the connector depends on
PLAIN, AUTOMATION, CONNECTOR = "plain", "automation", "connector"
ADDONS = {PLAIN: None, AUTOMATION: "base_automation", CONNECTOR: ADDON}


class Cast:
    """:ivar int account: of the connector's database"""

    def __init__(self, database):
        self.work = Work(f"{database}_{PLAIN}")
        self.names = {kind: f"{database}_{kind}" for kind in ADDONS}

    def __enter__(self):
        self.work.claim()
        with contextlib.ExitStack() as stack:
            stack.callback(self._end)
            self._drop()
            template = self._make()
            for kind in self.names:
                if kind != PLAIN:
                    self._copy(template, kind)
            self.account = figures(self.work, "account", database=self.names[CONNECTOR])
            self._undo = stack.pop_all()
        return self

    def __exit__(self, *_error):
        self._undo.close()

    def _make(self):
        """:return: name of the database that the others are copies of"""
        name = self.work.database
        with Step("A database without the addon is made"):
            self._install(name, BELOW)
        return name

    def _copy(self, template, kind):
        name = self.names[kind]
        with Step(f"Its copy with {ADDONS[kind]} is made"):
            db.psql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
            self._install(name, ADDONS[kind])
        self._write_config(name)

    def _install(self, name, addons):
        config = self._write_config(name)
        once = ["--stop-after-init", "--no-http", "--log-level=warn"]
        db.run(*db.odoo_command(config, "--init", addons, *once))

    def _write_config(self, name):
        return db.write_config(self.work.folder, self.work.root, name)

    def _drop(self):
        for name in {*self.names.values(), self.work.database}:
            db.drop(name, self.work.folder)

    def _end(self):
        self._drop()
        self.work.release()
