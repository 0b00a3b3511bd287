"""A browser test that could not start its browser has failed, not been skipped."""

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    # odoo.tests skips when Chromium is missing or does not answer: ChromeBrowser
    if report.skipped and "chrome" in str(report.longrepr).lower():
        report.outcome = "failed"
    return report
