"""What every test run needs: a database, a sandbox and a browser for each process, and
one line at the end that counts all of them. `scripts/test` sets the variables.
"""

import os
import threading
from pathlib import Path

import pytest

# One folder a process, with the configuration of Odoo and the sandbox's address.
WORKERS = os.environ.get("DOKSTAMP_TEST_WORKERS")
WITHOUT_DATABASE = os.environ.get("DOKSTAMP_TEST_QUICK") == "1"
# A file to which each run of pytest adds what came of its tests.
OUTCOMES = os.environ.get("DOKSTAMP_TEST_OUTCOMES")
BROWSER_START = 120  # seconds; odoo.tests waits 10 for a browser that starts under load

if WORKERS:
    _home = Path(WORKERS, os.environ.get("PYTEST_XDIST_WORKER", "gw0"))
    # Read by pytest-odoo, and by the tests' own Sandbox.
    os.environ["ODOO_RC"] = str(_home / "odoo.conf")
    os.environ["DOKSTAMP_SANDBOX_URL"] = (_home / "sandbox.url").read_text().strip()


@pytest.fixture(scope="session", autouse=True)
def load_registry():
    """Stands in for pytest-odoo's, whose copies of the database share one filestore.
    After each class Odoo's tests delete there what their own database does not know:
    the documents of the tests that run in another process.
    """
    if not WORKERS:
        yield  # the sandbox's tests have no Odoo
        return
    import odoo.modules.registry
    import odoo.tests.common

    common = odoo.tests.common
    common.CHECK_BROWSER_ITERATIONS = int(BROWSER_START / common.CHECK_BROWSER_SLEEP)
    threading.current_thread().testing = True
    if not WITHOUT_DATABASE:
        odoo.modules.registry.Registry(common.get_db_name())
    yield


def pytest_collection_modifyitems(config, items):
    """`scripts/test --quick` runs what needs no database."""
    if not (WORKERS and WITHOUT_DATABASE):
        return
    from odoo.tests import TransactionCase

    with_database = [item for item in items if issubclass(item.cls, TransactionCase)]
    config.hook.pytest_deselected(items=with_database)
    items[:] = [item for item in items if item not in set(with_database)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A browser test that could not start its browser has failed, not been skipped."""
    report = yield
    # odoo.tests skips when Chromium is missing or does not answer: ChromeBrowser
    if report.skipped and "chrome" in str(report.longrepr).lower():
        report.outcome = "failed"
    return report


def pytest_terminal_summary(terminalreporter):
    if not OUTCOMES or "PYTEST_XDIST_WORKER" in os.environ:
        return  # a process that runs a share of the tests is counted by the one above
    with Path(OUTCOMES).open("a") as outcomes:
        for kind, reports in terminalreporter.stats.items():
            if kind in ("passed", "failed", "error", "skipped", "xfailed", "xpassed"):
                outcomes.write(f"{kind} {len(reports)}\n")
