"""Run Odoo's own tests in a database where everything is installed.

`odoo --test-tags` runs what is tagged at_install only while an addon is installed, when
those that come after it are not loaded; here they run beside all of them.
"""

import argparse
import logging
import sys
import threading

import odoo.service.server
from odoo import api, http
from odoo.modules.registry import Registry
from odoo.tests import loader
from odoo.tools import config

POSITIONS = ("at_install", "post_install")


class Complaints(logging.Handler):
    """What fails, and the errors that a test logs instead of failing: one line each."""

    def __init__(self, path):
        super().__init__(logging.ERROR)
        self._path = path
        self._seen = set()

    def emit(self, record):
        heading = record.getMessage().strip().partition("\n")[0]
        line = f"{record.name}: {heading}"
        if line not in self._seen:
            self._seen.add(line)
            with open(self._path, "a") as complaints:
                complaints.write(line + "\n")


def arguments():
    parser = argparse.ArgumentParser(prog="suite_parts", description=__doc__)
    parser.add_argument("config", help="Odoo's configuration, with one db_name")
    parser.add_argument("complaints", help="file for a line on each failure")
    parser.add_argument("modules", help="whose tests to run, with commas between")
    parser.add_argument("tags", help="which of them, as --test-tags takes them")
    return parser.parse_args()


def main():
    given = arguments()
    config.parse_config(
        ["--config", given.config, "--test-tags", given.tags, "--log-level", "warn"]
    )
    threading.current_thread().testing = True
    [database] = config["db_name"]
    threading.current_thread().dbname = database
    serve(database)
    logging.getLogger().addHandler(Complaints(given.complaints))
    run = 0
    for position in POSITIONS:
        suite = loader.make_suite(given.modules.split(","), position)
        run += loader.run_suite(suite).testsRun
    odoo.service.server.server.stop()
    print(f"{run} tests in {database}")
    return 0 if run else 1


def serve(database):
    """Load the database as a server would, with test mode on only afterwards: else the
    end of the loading starts tests of its own.
    """
    config["test_enable"] = False
    odoo.service.server.load_server_wide_modules()
    registry = Registry(database)
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        env["ir.qweb"]._pregenerate_assets_bundles()
    odoo.service.server.server = odoo.service.server.ThreadedServer(http.root)
    odoo.service.server.server.start(stop=False)
    config["test_enable"] = True


if __name__ == "__main__":
    sys.exit(main())
