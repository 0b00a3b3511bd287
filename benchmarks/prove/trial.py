"""One seed, or one mutant: at a school of its own, in a process of its own."""

import os
from contextlib import contextmanager

from demo_parts.show import DemoFailed, Step, say
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from ..postgres import Postgres
from .machine import Everything
from .school import School

DATABASE = os.environ.get("DOKSTAMP_PROVE_DB", "dokstamp_prove")
STEPS = 40  # of a trace


class Violated(DemoFailed):
    """Something was lost or doubled, or a mutant went unnoticed."""


def prove(number, arguments):
    """:return: what has happened, and how often
    :raise Violated: something was lost or doubled
    """
    with _school(number):
        _try(number, arguments)
    return Everything.done


def catch(mutant, arguments):
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


@contextmanager
def _school(name):
    """One that nobody else works at, tried from now on."""
    database = f"{DATABASE}_{name}"
    with Postgres(database) as postgres, School(postgres, database) as school:
        Everything.school = school
        yield school
