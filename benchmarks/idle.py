"""What each scheduled action costs where there is nothing to do."""

import statistics

from demo_parts.show import Step

from .stage import ADDON
from .within import figures

NOTE = (
    "Each scheduled action of the addon, run where everything is at DokStamp and "
    "nothing is due: what a minute, an hour or a day without work costs. A sweep reads "
    "every source and the registry, so that it grows with them: see above."
)
FEW = 100  # queries


def measure_idle(stage, report, _scale):
    with report.section("Scheduled actions that have nothing to do", NOTE):
        with Step("Each action, several times"):
            stage.work.processes.stop("odoo")
            stage.control("requests", {}, "DELETE")
            costs = figures(stage.work, "idle", database=stage.database, addon=ADDON)
            requests = stage.sandbox.requests()
            stage.start()
        report.table(
            ["scheduled action", "queries", "time"],
            [
                [
                    name,
                    int(statistics.median(queries for queries, _seconds in turns)),
                    f"{1000 * statistics.median(s for _queries, s in turns):.1f} ms",
                ]
                for name, turns in costs
            ],
        )
        most = max(queries for _name, turns in costs for queries, _seconds in turns)
        report.goal(
            "requests of idle actions", "none", f"{len(requests)}", is_met=not requests
        )
        report.goal(
            "queries of an idle action", f"at most {FEW}", f"{most}", is_met=most <= FEW
        )
