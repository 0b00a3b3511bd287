"""Show the connector at work: an Odoo with eLearning against a sandbox DokStamp."""

import argparse
import os
import shutil
import signal
import sys
import time

from . import database as db
from .show import DemoFailed, Step, say
from .story import show
from .work import Work


def main():
    given = arguments()
    default = "dokstamp_demo_check" if given.check else "dokstamp_demo"
    work = Work(os.environ.get("DOKSTAMP_DEMO_DB", default))
    try:
        work.claim()
    except DemoFailed as error:
        fail(error)
    if given.stop:
        stop(work)
    else:
        show_or_stop(work, given.check)


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


def show_or_stop(work, is_check):
    """Tell the story; when it breaks off, nothing stays behind but the logs."""
    # so that a terminal that closes, or a CI that gives up, also stops everything
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    started = time.monotonic()
    try:
        show(work, is_check)
    except BaseException as error:
        work.processes.stop_all()
        say(f"Stopped everything; the logs are in {work.folder}")
        if isinstance(error, DemoFailed):
            fail(error)
        if isinstance(error, KeyboardInterrupt):
            sys.exit(128 + signal.SIGINT)
        raise
    if is_check:
        clean_up(work)
    say(f"Done in {time.monotonic() - started:.0f} s.")


def fail(error):
    sys.exit(f"scripts/demo: {type(error).__name__}: {error}")


def stop(work):
    running = work.processes.running()
    work.processes.stop_all()
    say(f"Stopped: {', '.join(running) or 'nothing was running'}.")


def clean_up(work):
    with Step("Everything is stopped"):
        work.processes.stop_all()
        db.drop(work.database, work.folder)
        shutil.rmtree(work.folder)


if __name__ == "__main__":
    main()
