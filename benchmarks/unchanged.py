"""What it costs to look at thousands of records that have not changed."""

import json

from demo_parts.show import DemoFailed, Step

from .first_load import fill_sandbox
from .rivals import People
from .within import figures

NOTE = (
    "{count} students who are at DokStamp just as they are here. The sweep compares "
    "each with what was sent last; the reconciliation reads DokStamp's lists, page by "
    "page, and compares them with that. Memory is what the process took more than "
    "before."
)
UNSENT = (
    "SELECT count(*) FROM dokstamp_sync_record WHERE state NOT IN ('done', 'cancelled')"
)


def measure_unchanged(stage, report, scale):
    """:raise DemoFailed: something was found to differ"""
    with report.section("Nothing has changed", NOTE.format(count=f"{scale.records:,}")):
        with Step(f"{scale.records} students, here and at DokStamp"):
            _fill(stage, scale.records)

        def ask(task, **values):
            return figures(
                stage.work, "unchanged", database=stage.database, task=task, **values
            )

        with Step("Sweep"):
            sweep = ask("sweep")
        stage.control("requests", {}, "DELETE")
        with Step("Reconciliation"):
            reconciliation = ask("reconcile", account=stage.account)
        requests = len(stage.sandbox.requests())
        unsent = stage.number(UNSENT)
        report.table(
            [
                *("", "seconds", "of them in Odoo", "a second", "queries"),
                *("requests", "memory"),
            ],
            [
                _row("sweep", sweep, scale.records, 0),
                _row("reconciliation", reconciliation, scale.records, requests),
            ],
        )
        found = reconciliation["findings"] + unsent
        report.goal(
            "what differs, of what does not", "none", f"{found}", is_met=not found
        )
        if found or reconciliation["state"] != "done":
            raise DemoFailed(f"found to differ: {reconciliation}, unsent: {unsent}")


def _fill(stage, count):
    pattern = People().next(1)
    pattern[0]["email"] = "pattern@example.com"
    [student] = stage.admin.call("dokstamp.student", "create", pattern)
    stage.wait_until_quiet()
    fill_sandbox(stage, count)
    there = [
        {key: row[key] for key in ("name", "email", "uuid")}
        for row in stage.sandbox.rows("students")
        if row["email"] != "pattern@example.com"
    ]
    stage.work.processes.stop("odoo")
    figures(
        stage.work,
        "unchanged",
        database=stage.database,
        task="fill",
        pattern=student,
        there=json.dumps(there),
    )


def _row(what, cost, count, requests):
    return [
        what,
        f"{cost['seconds']:.1f}",
        f"{cost['cpu']:.1f}",
        f"{count / cost['seconds']:.0f}",
        cost["queries"],
        requests,
        f"{cost['memory']:.0f} MB",
    ]
