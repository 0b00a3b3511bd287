"""Let Hypothesis try everything, from several seeds, and count what happened."""

import argparse
import os
import time
from datetime import UTC, datetime

from demo_parts.show import DemoFailed, Step, say, table
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from ..stage import run_or_fail
from .machine import Everything
from .school import School

STEPS = 40  # of a trace
MUTANTS = ("look", "commit", "lock", "search", "latest")


class Violated(DemoFailed):
    """Something was lost or doubled, or a mutant went unnoticed."""


def main():
    arguments = _arguments()
    database = os.environ.get("DOKSTAMP_PROVE_DB", "dokstamp_prove")
    if arguments.mutants is not None:
        _catch(database, arguments.mutants or MUTANTS, arguments)
        return
    with School(database) as school:
        for number in arguments.seed:
            _try(school, number, arguments)
        say()
        table(["what happened", "how often"], sorted(Everything.done.items()))


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
        "--as-found", action="store_true", help="show a failure without shortening it"
    )
    return parser.parse_args()


def _try(school, number, arguments):
    """:raise Violated: with the trace, and the seed that leads to it"""
    Everything.school = school
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
    started = time.monotonic()
    with Step(f"Seed {number}"):
        try:
            seed(number)(run_state_machine_as_test)(Everything, settings=chosen)
        except Exception as error:
            for note in getattr(error, "__notes__", ()):
                say(note)
            say(f"scripts/prove --seed {number} --traces {arguments.traces}")
            raise Violated(f"{type(error).__name__}: {error}") from error
    return time.monotonic() - started


def _catch(database, mutants, arguments):
    """Each mutant has to be found.

    :raise Violated: one was not
    """
    rows = []
    arguments.as_found = True
    for mutant in mutants:
        with School(database, mutant) as school:
            rows.append([mutant, _caught(school, arguments)])
    table(["taken out", "caught"], rows)
    if missed := [mutant for mutant, caught in rows if caught is None]:
        raise Violated(f"not caught: {', '.join(missed)}")


def _caught(school, arguments):
    """:return: the violation that gave it away, None when nothing did"""
    for number in arguments.seed:
        try:
            _try(school, number, arguments)
        except Violated as error:
            return str(error).splitlines()[0]
    return None


if __name__ == "__main__":
    say(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores")
    run_or_fail("scripts/prove", main)
