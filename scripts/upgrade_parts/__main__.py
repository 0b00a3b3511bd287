"""Update, leave, copy: what scripts/upgrade-test looks at."""

import argparse
import os
import signal
import sys
import time

from demo_parts.show import DemoFailed, Step, say

from .copies import check_copies
from .leaving import check_leaving
from .school import School
from .update import check_update
from .world import OURS, World

PARTS = ("update", "leave", "copies")


def main():
    chosen = arguments().parts or PARTS
    name = os.environ.get("DOKSTAMP_UPGRADE_DB", "dokstamp_upgrade")
    # so that a terminal that closes, or a CI that gives up, also stops everything
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    started = time.monotonic()
    one, other = World(name), World(f"{name}_other")
    try:
        with one.claimed(), other.claimed():
            run(chosen, one, other)
    except DemoFailed as error:
        sys.exit(f"scripts/upgrade-test: {type(error).__name__}: {error}")
    say(f"Nothing lost, doubled, left or logged; {time.monotonic() - started:.0f} s.")


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/upgrade-test", description=__doc__)
    parser.add_argument("parts", nargs="*", help=", ".join(PARTS))
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(unknown)}")
    return given


def run(chosen, one, other):
    school = None
    if "update" in chosen:
        school = check_update(one, other, os.environ["BEFORE_ROOT"])
    if "leave" in chosen:
        check_leaving(other)
    if "copies" in chosen:
        check_copies(other, school or new_school(one))


def new_school(world):
    """One of the present version, with an Odoo that has ended.

    :rtype: School
    """
    world.make()
    sandbox = world.start_sandbox()
    with Step("A school installs the connector"):
        world.run("--init", OURS)
        world.start()
        school = School(world, sandbox)
        school.connect()
        school.keep_registry()
        world.stop()
    return school


if __name__ == "__main__":
    main()
