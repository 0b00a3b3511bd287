"""What each scheduled action costs where there is nothing to do."""

import statistics

from demo_parts.show import Step

from .stage import ADDON
from .within import figures

NOTE = (
    "Each scheduled action of the addon, run where everything is at DokStamp and "
    "nothing is due: what a minute, an hour or a day without work costs. The daily "
    "sweep reads every source and the registry; the nightly comparison is switched off "
    "here, as it reads DokStamp's lists: `unchanged` "
    "measures both."
)
FEW = 100  # queries


def measure_idle(stage, report, _scale):
    with report.section("Scheduled actions that have nothing to do", NOTE):
        with Step("Each action, several times"):
            values = {"reconciles": "off"}
            stage.admin.call("dokstamp.account", "write", [stage.account], values)
            stage.work.processes.stop("odoo")
            stage.control("requests", {}, "DELETE")
            costs = figures(stage.work, "idle", database=stage.database, addon=ADDON)
            requests = stage.sandbox.requests()
            stage.start()
        report.table(
            ["scheduled action", "each", "queries", "time"],
            [
                [
                    name,
                    interval,
                    int(statistics.median(queries for queries, _seconds in turns)),
                    f"{1000 * statistics.median(s for _queries, s in turns):.1f} ms",
                ]
                for name, interval, turns in costs
            ],
        )
        most = max(
            queries
            for _name, interval, turns in costs
            for queries, _seconds in turns
            if not interval.endswith("days")
        )
        report.goal(
            "requests of idle actions", "none", f"{len(requests)}", is_met=not requests
        )
        report.goal(
            "queries of one that runs more often than daily",
            f"at most {FEW}",
            f"{most}",
            is_met=most <= FEW,
        )
