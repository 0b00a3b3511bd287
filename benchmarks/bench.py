"""Measure what people wait for, what it costs, and how that is beside others."""

import argparse
import os
from pathlib import Path

from demo_parts.show import DemoFailed, say

from .arrival import measure_arrival
from .bench_report import Report, where
from .cast import Cast
from .claims import measure_claims
from .drain import measure_drain
from .idle import measure_idle
from .issuing import measure_issuing
from .plot import draw
from .rivals import SideBySide
from .saves import measure_saves
from .scale import QUICK, Scale
from .stage import Stage, run_or_fail
from .unchanged import measure_unchanged

DATABASE = os.environ.get("DOKSTAMP_BENCH_DB", "dokstamp_bench")
CERTIFICATES = "certificates"
# Where parts are measured, in this order: the last one makes thousands of records.
GROUPS = {
    SideBySide: {"drain": measure_drain},
    Cast: {"saves": measure_saves, "claims": measure_claims},
    Stage: {
        "arrival": measure_arrival,
        "idle": measure_idle,
        CERTIFICATES: measure_issuing,
        "unchanged": measure_unchanged,
    },
}
PARTS = [part for parts in GROUPS.values() for part in parts]
PAGE = Path("docs", "proof")
PICTURE = "bench.svg"


def measure(arguments):
    """One part after the other, also when one is too slow or does not work.

    :raise DemoFailed: the first that did so
    """
    report, wanted = Report(arguments.quick), _parts(arguments)
    scale = Scale(**QUICK) if arguments.quick else Scale()
    scale.records = arguments.records or scale.records
    say(where())
    failures = []
    for place, parts in GROUPS.items():
        runs = [run for part, run in parts.items() if part in wanted]
        failures += _measure_in(place, runs, report, scale) if runs else []
        if arguments.write and runs:
            _write(report)
    if failures:
        raise failures[0]


def _measure_in(place, runs, report, scale):
    """:return: what went wrong"""
    failures = []
    try:
        with place(DATABASE) as opened:
            for run in runs:
                try:
                    run(opened, report, scale)
                except DemoFailed as error:
                    say(str(error))
                    failures.append(error)
    except DemoFailed as error:
        failures.append(error)
    return failures


def _parts(arguments):
    if arguments.parts:
        return [part for part in PARTS if part in arguments.parts]
    return [part for part in PARTS if part != CERTIFICATES or not arguments.quick]


def _write(report):
    folder = Path(os.environ["ROOT"]) / PAGE
    folder.mkdir(parents=True, exist_ok=True)
    if report.curves:
        draw(report.curves, folder / PICTURE)
    report.write(folder / "bench.md")
    say(f"Written: {PAGE / 'bench.md'}")


def _arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--records", type=int)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART")
    return parser.parse_args()


if __name__ == "__main__":
    run_or_fail("scripts/bench", lambda: measure(_arguments()))
