"""Let Hypothesis try everything, from several seeds, and count what happened."""

import argparse
import os
from collections import Counter
from datetime import UTC, datetime

from demo_parts.show import DemoFailed, Step, say
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from ..postgres import Postgres
from ..report import Report
from ..stage import run_or_fail
from .machine import Everything
from .school import School

STEPS = 40  # of a trace
MUTANTS = ("look", "commit", "lock", "search", "latest")
INTRODUCTION = """\
# Anything, in any order: the last run of `scripts/prove`

[reliability.md](../reliability.md) tells what may happen and what must hold then.
`scripts/prove --write` and `scripts/prove --mutants --write` run it again.
"""


class Violated(DemoFailed):
    """Something was lost or doubled, or a mutant went unnoticed."""


def main():
    arguments = _arguments()
    database = os.environ.get("DOKSTAMP_PROVE_DB", "dokstamp_prove")
    report = Report("prove", INTRODUCTION)
    with Postgres(database) as postgres, School(postgres, database) as school:
        work = _try_all if arguments.mutants is None else _catch
        work(school, arguments, report)
    if arguments.write:
        report.write()


def _try_all(school, arguments, report):
    """:raise Violated: something was lost or doubled"""
    with report.timed("seeds"):
        for number in arguments.seed:
            _try(school, number, arguments)
    counted = Counter(Everything.done)
    seeds = " ".join(map(str, arguments.seed))
    rows = [["from seeds", seeds], ["steps", counted.pop("steps")]]
    rows += [["violations", 0], *sorted(counted.items())]
    report.add("seeds", ["what happened", "how often"], rows)


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
        "--write", action="store_true", help="what came of it, to docs/proof/prove.md"
    )
    parser.add_argument(
        "--as-found", action="store_true", help="show a failure without shortening it"
    )
    return parser.parse_args()


def _try(school, number, arguments):
    """:raise Violated: with the trace, and the seed that leads to it"""
    Everything.school, Everything.failures = school, []
    phases = [Phase.generate] if arguments.as_found else [Phase.generate, Phase.shrink]
    chosen = settings(
        max_examples=arguments.traces,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=phases,
        verbosity=Verbosity.normal,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    with Step(f"Seed {number}"):
        try:
            seed(number)(run_state_machine_as_test)(Everything, settings=chosen)
        except Exception as error:
            if Everything.ended:
                raise Everything.ended from None
            # the last one is the shortest; what cannot be repeated stands alone
            told, *steps = Everything.failures[-1] if Everything.failures else [error]
            say("\n".join(map(str, steps)))
            say(f"scripts/prove --seed {number} --traces {arguments.traces}")
            raise Violated(told) from error


def _catch(school, arguments, report):
    """Each mutant has to be found.

    :raise Violated: one was not
    """
    rows = []
    arguments.as_found = True
    with report.timed("mutants"):
        for mutant in arguments.mutants or MUTANTS:
            school.take_out(mutant)
            with Step(f"Without: {mutant}"):
                rows.append([mutant, _caught(school, mutant, arguments)])
    report.add("mutants", ["taken out", "found by"], rows)
    if missed := [mutant for mutant, caught in rows if caught is None]:
        raise Violated(f"not found: {', '.join(missed)}")


def _caught(school, mutant, arguments):
    """:return: the violation that gave it away, None when nothing did"""
    for number in arguments.seed:
        try:
            _try(school, number, arguments)
        except Violated as error:
            found = str(error).splitlines()[0].partition(": ")[2]
            say(f"Without {mutant}: {found}")
            return found
    return None


if __name__ == "__main__":
    say(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores")
    run_or_fail("scripts/prove", main)
