"""The story, from an empty database to live edits, a crash and certificates."""

import re

from . import database as db
from .birth_dates import import_csv, write_csv
from .certificates import show_certificates
from .check_links import check
from .compare import KINDS, Comparison, elearning_counts
from .crash import kill_and_recover
from .dokstamp import SANDBOX_PORT, Sandbox
from .earlier import DAY, complete_earlier
from .edits import GARDEN, try_edits
from .school import REGISTRAR, School
from .server import ODOO_PORT, free_port, start_odoo
from .show import DemoFailed, Step, say
from .siblings import show_siblings

SCHOOL_NAME = "Green Thumb School"
ERROR_LINE = re.compile(r"[-\d]+ [:,\d]+ \d+ (ERROR|CRITICAL) ")
# What Odoo logs when an addon is installed while a scheduled action runs; the demo
# tries again, as it asks a person to.
BUSY_LINE = "bad query: b'SELECT FROM ir_cron FOR UPDATE NOWAIT'"


class NotEqual(DemoFailed):
    """Odoo and DokStamp hold different things."""


class ErrorsLogged(DemoFailed):
    """Odoo's log has errors; the message is their lines."""


def show(work, is_check):
    """The whole story.

    :param bool is_check: with a crash, and with ports of its own
    :raise DemoFailed: something is not as it should be
    """
    prepare(work)
    sandbox = Sandbox.start(work, free_port(0 if is_check else SANDBOX_PORT))
    say(f"==> A sandbox DokStamp runs at {sandbox.url}")
    port = free_port(0 if is_check else ODOO_PORT)
    with Step("Odoo starts"):
        school = School(start_odoo(work, port), work.database)
    work.note_addresses(school.url, sandbox.url)
    study_earlier(school)
    install(school)
    connect(school, sandbox)
    give_birth_dates(school, work)
    compare(school, sandbox, "What Odoo holds, and what DokStamp holds")
    try_edits(school, sandbox)
    show_siblings(school)
    compare(school, sandbox, "Both sides after the edits")
    if is_check:
        kill_and_recover(school, sandbox, work, port)
        compare(school, sandbox, "Both sides after the crash")
    certificates = show_certificates(school, sandbox)
    check(school, sandbox, certificates)
    if is_check:
        compare(school, sandbox, "Both sides in the end")
        look_for_errors(work.odoo_log)
    else:
        say_where(school, sandbox)


def prepare(work):
    """A database with eLearning and its demo data; no demo running."""
    if work.processes.running():
        with Step("An earlier demo is running: it is stopped"):
            work.processes.stop_all()
    work.odoo_log.unlink(missing_ok=True)
    with db.locked(work.template_folder):
        if not db.has_template(work.template_folder):
            with Step("A database with eLearning and its demo data"):
                db.make_template(work.template_folder, work.root)
        with Step(f"A copy of it: {work.database}"):
            db.copy_template(work.template_folder, work)


def study_earlier(school):
    with Step(
        f"On {DAY}, before the connector came, somebody completes a course"
    ) as step:
        step.note(f"{complete_earlier(school)} pages")


def install(school):
    with Step("eLearning keeps a course as documentation: it is made a training"):
        garden = school.admin.ref(GARDEN)
        school.admin.call(
            "slide.channel", "write", [garden], {"channel_type": "training"}
        )
    with Step("An administrator installs the connector from the Apps menu"):
        school.install("dokstamp_connector")
    with Step("What eLearning holds is read into the registry") as step:
        school.wait_until_quiet()
        step.note(f"{school.admin.count('dokstamp.source.link')} records")


def connect(school, sandbox):
    with Step("The administrator sets up the account: test, institution"):
        school.name_company(SCHOOL_NAME)
        school.hire_registrar()
        school.connect(sandbox.url)
    with Step("What eLearning holds goes out") as step:
        school.wait_until_quiet(step)


def give_birth_dates(school, work):
    say_what_is_held_back(school)
    file = work.folder / "birth-dates.csv"
    with Step("The registrar imports birth dates from a CSV file") as step:
        write_csv(school.registrar, file)
        count = import_csv(school.registrar, file)
        step.note(f"{count} rows")
    with Step("They go out by themselves") as step:
        school.wait_until_quiet(step)


def say_what_is_held_back(school):
    for kind in KINDS:
        for sentence, count in school.held_back(kind.model).items():
            say(f"    {count} {kind.label} held back: {sentence}")


def compare(school, sandbox, title):
    """:raise NotEqual: with the differences printed before"""
    say(f"==> {title}")
    reader = school.admin
    comparison = Comparison(reader, sandbox, elearning_counts(reader))
    comparison.show()
    if not comparison.is_equal:
        say_what_is_held_back(school)
        raise NotEqual(f"{len(comparison.differences)} differences")


def look_for_errors(log):
    """:raise ErrorsLogged: Odoo logged one"""
    errors = [
        line
        for line in log.read_text().splitlines()
        if ERROR_LINE.match(line) and not line.endswith(BUSY_LINE)
    ]
    if errors:
        raise ErrorsLogged("\n".join(errors))
    say("==> No error in Odoo's log")


def say_where(school, sandbox):
    say()
    say(f"Odoo:      {school.url}/odoo")
    say(f"           administrator admin / admin, registrar {REGISTRAR} / {REGISTRAR},")
    say("           eLearning officer demo / demo, member portal / portal")
    say(f"DokStamp:  {sandbox.url}/ (what the sandbox holds)")
    say("Both go on running; scripts/demo --stop ends them.")
