"""Let Hypothesis try everything, from several seeds, and count what happened."""

import argparse
import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import repeat
from multiprocessing import get_context

from demo_parts.show import DemoFailed, Step, say
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from ..postgres import Postgres
from ..report import Report
from ..stage import run_or_fail
from .machine import Everything
from .school import School

DATABASE = os.environ.get("DOKSTAMP_PROVE_DB", "dokstamp_prove")
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
    report = Report("prove", INTRODUCTION)
    work = _try_all if arguments.mutants is None else _catch_all
    work(arguments, report)
    if arguments.write:
        report.write()


def _try_all(arguments, report):
    """:raise Violated: something was lost or doubled"""
    with report.timed("seeds"):
        counted = sum(_side_by_side(_prove, arguments.seed, arguments), Counter())
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
        found = _side_by_side(_catch, mutants, arguments)
    rows = [list(row) for row in zip(mutants, found, strict=True)]
    report.add("mutants", ["taken out", "found by"], rows)
    if missed := [mutant for mutant, caught in rows if caught is None]:
        raise Violated(f"not found: {', '.join(missed)}")


def _side_by_side(task, names, arguments):
    """What ``task(name, arguments)`` answers, for each; in processes of their own."""
    with ProcessPoolExecutor(arguments.jobs, get_context("spawn")) as pool:
        try:
            return list(pool.map(task, names, repeat(arguments)))
        except Violated:
            pool.shutdown(cancel_futures=True)
            raise


@contextmanager
def _school(name):
    """One that nobody else works at, tried from now on."""
    database = f"{DATABASE}_{name}"
    with Postgres(database) as postgres, School(postgres, database) as school:
        Everything.school = school
        yield school


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


def _prove(number, arguments):
    """:return: what has happened, and how often
    :raise Violated: something was lost or doubled
    """
    with _school(number):
        _try(number, arguments)
    return Everything.done


def _catch(mutant, arguments):
    """:return: the violation that gave it away, None when nothing did"""
    with _school(mutant) as school, Step(f"Without: {mutant}"):
        school.take_out(mutant)
        for number in arguments.seed:
            try:
                _try(number, arguments)
            except Violated as error:
                found = str(error).splitlines()[0].partition(": ")[2]
                say(f"Without {mutant}: {found}")
                return found
    return None


def _try(number, arguments):
    """:raise Violated: with the trace, and the seed that leads to it"""
    Everything.failures = []
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


if __name__ == "__main__":
    say(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores")
    run_or_fail("scripts/prove", main)
