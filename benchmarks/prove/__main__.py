"""Let Hypothesis try everything, from several seeds, and count what happened."""

import argparse
import os
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context

from demo_parts.show import say

from ..report import Report
from ..stage import clean_up_when_ended, run_or_fail
from .trial import STEPS, Violated, catch, prove

MUTANTS = ("look", "commit", "lock", "search", "latest")
INTRODUCTION = """\
# Anything, in any order: the last run of `scripts/prove`

[reliability.md](../reliability.md) tells what may happen and what must hold then.
`scripts/prove --write` and `scripts/prove --mutants --write` run it again.
"""


def main():
    arguments = _arguments()
    report = Report("prove", INTRODUCTION)
    work = _try_all if arguments.mutants is None else _catch_all
    work(arguments, report)
    if arguments.write:
        report.write()


def _try_all(arguments, report):
    """:raise Violated: something was lost or doubled"""
    with report.timed("seeds"):
        counted = sum(_side_by_side(prove, arguments.seed, arguments), Counter())
    seeds = " ".join(map(str, arguments.seed))
    rows = [["from seeds", seeds], ["steps", counted.pop("steps")]]
    rows += [["violations", 0], *sorted(counted.items())]
    report.add("seeds", ["what happened", "how often"], rows)


def _catch_all(arguments, report):
    """Each mutant has to be found.

    :raise Violated: one was not
    """
    mutants = arguments.mutants or MUTANTS
    arguments.as_found = True
    with report.timed("mutants"):
        found = _side_by_side(catch, mutants, arguments)
    rows = [list(row) for row in zip(mutants, found, strict=True)]
    report.add("mutants", ["taken out", "found by"], rows)
    if missed := [mutant for mutant, caught in rows if caught is None]:
        raise Violated(f"not found: {', '.join(missed)}")


def _side_by_side(task, names, arguments):
    """What ``task(name, arguments)`` answers, for each; in processes of their own."""
    context, begin = get_context("spawn"), clean_up_when_ended
    with context.Pool(arguments.jobs, begin, maxtasksperchild=1) as pool:
        return list(pool.imap(partial(task, arguments=arguments), names))


def _arguments():
    parser = argparse.ArgumentParser(prog="scripts/prove", description=__doc__)
    parser.add_argument(
        "--seed", type=int, nargs="+", default=[1, 2, 3], help="to begin from"
    )
    parser.add_argument(
        "--traces", type=int, default=25, help=f"of {STEPS} steps, for each seed"
    )
    parser.add_argument(
        "--mutants", nargs="*", metavar="NAME", help="must be caught; all without names"
    )
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count(), help="seeds or mutants at once"
    )
    parser.add_argument(
        "--write", action="store_true", help="what came of it, to docs/proof/prove.md"
    )
    parser.add_argument(
        "--as-found", action="store_true", help="show a failure without shortening it"
    )
    return parser.parse_args()


if __name__ == "__main__":
    say(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores")
    run_or_fail("scripts/prove", main)
