"""`scripts/demo`: the story, from an empty database to live edits."""

import argparse
import os
import shutil
import signal
import sys
import time

from . import database as db
from .birth_dates import import_csv, write_csv
from .compare import KINDS, Comparison
from .crash import kill_and_recover
from .dokstamp import SANDBOX_PORT, Sandbox
from .edits import try_edits
from .school import REGISTRAR, School
from .server import ODOO_PORT, free_port, start_odoo
from .show import DemoFailed, Step, say
from .work import Work

SCHOOL_NAME = "Green Thumb School"


class NotEqual(DemoFailed):
    """Odoo and DokStamp hold different things."""


def main():
    given = arguments()
    default = "dokstamp_demo_check" if given.check else "dokstamp_demo"
    work = Work(os.environ.get("DOKSTAMP_DEMO_DB", default))
    if given.stop:
        stop(work)
        return
    # so that a terminal that closes, or a CI that gives up, also gets here
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    started = time.monotonic()
    try:
        show(work, given.check)
    except BaseException as error:
        work.processes.stop_all()
        say(f"Stopped; the logs are in {work.folder}")
        if isinstance(error, DemoFailed):
            sys.exit(f"scripts/demo: {type(error).__name__}: {error}")
        raise
    if given.check:
        clean_up(work)
    say(f"Done in {time.monotonic() - started:.0f} s.")


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument(
        "--check",
        action="store_true",
        help="also kill Odoo once, stop everything, fail unless both sides agree",
    )
    choice.add_argument(
        "--stop", action="store_true", help="stop what an earlier demo left running"
    )
    return parser.parse_args()


def stop(work):
    running = work.processes.running()
    work.processes.stop_all()
    say(f"Stopped: {', '.join(running) or 'nothing was running'}.")


def clean_up(work):
    with Step("Stop Odoo and the sandbox"):
        work.processes.stop_all()
        db.drop(work.database, work.folder)
        shutil.rmtree(work.folder)


def show(work, is_check):
    """The whole story; raises when something is not as it should be."""
    prepare(work)
    sandbox = Sandbox.start(work, free_port(0 if is_check else SANDBOX_PORT))
    say(f"==> A sandbox DokStamp runs at {sandbox.url}")
    port = free_port(0 if is_check else ODOO_PORT)
    with Step("Odoo starts"):
        school = School(start_odoo(work, port), work.database)
    connect(school, sandbox)
    give_birth_dates(school, work)
    compare(school, sandbox, "What Odoo holds, and what DokStamp holds")
    try_edits(school, sandbox)
    compare(school, sandbox, "Both sides after the edits")
    if is_check:
        kill_and_recover(school, sandbox, work, port)
        compare(school, sandbox, "Both sides after the crash")
    else:
        leave_running(school, sandbox)


def prepare(work):
    """A database with eLearning, its demo data and our addons; no demo running."""
    if work.processes.running():
        with Step("An earlier demo is running: stop it"):
            work.processes.stop_all()
    with db.locked(work.template_folder):
        if not db.has_template(work.template_folder):
            with Step("A database with eLearning and its demo data"):
                db.make_template(work.template_folder, work.root)
        with Step(f"A copy of it: {work.database}"):
            db.copy_template(work.template_folder, work)
    with Step("The connector's addons are installed"):
        db.install(work.config, db.ADDONS)


def connect(school, sandbox):
    with Step("eLearning is read into the registry") as step:
        school.name_company(SCHOOL_NAME)
        school.hire_registrar()
        school.wait_until_quiet(step)
    with Step("An administrator sets up the account: test, institution"):
        school.connect(sandbox.url)
    with Step("What eLearning holds goes out") as step:
        school.wait_until_quiet(step)


def give_birth_dates(school, work):
    say_what_is_held_back(school)
    file = work.folder / "birth-dates.csv"
    with Step("The registrar imports birth dates from a CSV file") as step:
        write_csv(school.registrar, file)
        count = import_csv(school.registrar, file)
        step.note(f"{count} rows of {file}")
    with Step("They go out by themselves") as step:
        school.wait_until_quiet(step)


def say_what_is_held_back(school):
    for kind in KINDS:
        for sentence, count in school.held_back(kind.model).items():
            noun = kind.name.replace("_", " ")
            say(f"    {count} {noun} held back: {sentence}")


def compare(school, sandbox, title):
    """:raise NotEqual: with the differences printed before"""
    say(f"==> {title}")
    comparison = Comparison(school.admin, sandbox)
    comparison.show()
    if not comparison.is_equal:
        say_what_is_held_back(school)
        raise NotEqual(f"{len(comparison.differences)} differences")


def leave_running(school, sandbox):
    say()
    say(f"Odoo      {school.url}/odoo    administrator: admin / admin")
    say(
        f"          {'':{len(school.url)}}         registrar: {REGISTRAR} / {REGISTRAR}"
    )
    say(f"DokStamp  {sandbox.url}/         the sandbox's page: what it holds")
    say("Both go on running; scripts/demo --stop ends them.")


if __name__ == "__main__":
    main()
