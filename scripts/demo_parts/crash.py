"""Odoo is killed in the middle of a flush, and started again."""

import signal
import time
from collections import Counter

from .birth_dates import import_csv, write_csv
from .database import psql
from .edits import GARDEN, add_members
from .server import start_odoo
from .show import DemoFailed, Step, say

CLASS_SIZE = 25  # contacts who become members, at most
SLOWNESS = 0.2  # seconds that the sandbox takes for each call meanwhile
WORK = "/(students|enrollments)"
PATIENCE = 60  # seconds for the flush to get under way


class Doubled(DemoFailed):
    """DokStamp holds something twice."""


class NotKilled(DemoFailed):
    """The flush was over, or never began, when it should have been killed."""


def kill_and_recover(school, sandbox, work, port):
    """A class joins, its birth dates are imported, and Odoo dies while they go out.

    :raise Doubled: something was created twice
    :raise NotKilled: there was nothing to kill
    """
    with Step("A class joins a course") as step:
        channel = school.admin.ref(GARDEN)
        add_members(school.officer, channel, contacts(school))
        school.wait_until_quiet(step)
    since = sandbox.last_request_id()
    sandbox.slow_down(WORK, SLOWNESS)
    with Step("Their birth dates are imported; Odoo is killed while they go out"):
        file = work.folder / "birth-dates-2.csv"
        count = write_csv(school.registrar, file)
        import_csv(school.registrar, file)
        wait_for_requests(sandbox, since, count // 2)
        work.processes.stop("odoo", signal.SIGKILL)
    states = rows_by_state(work.database)
    sandbox.speed_up()
    say(f"    killed (SIGKILL) with {states['sending']} rows on their way")
    if not states["sending"]:
        raise NotKilled(states)
    with Step("Odoo is started again and goes on") as step:
        start_odoo(work, port)
        school.wait_until_quiet(step)
    lost = [row for row in sandbox.requests(since) if row["outcome"] == "abandoned"]
    say(f"    {len(lost)} calls were under way when it died")
    look_for_doubles(sandbox)


def contacts(school):
    """Contacts of Odoo's demo data with an e-mail address who are no members yet."""
    domain = [
        ("email", "!=", False),
        ("is_company", "=", False),
        ("user_ids", "=", False),
    ]
    return school.officer.call(
        "res.partner", "search", domain, limit=CLASS_SIZE, order="id"
    )


def wait_for_requests(sandbox, since, count):
    deadline = time.monotonic() + PATIENCE
    while len(sandbox.requests(since, method="POST", path=WORK)) < count:
        if time.monotonic() > deadline:
            raise NotKilled("the flush did not begin")
        time.sleep(0.02)


def rows_by_state(database):
    """The queue as it was left, straight from PostgreSQL."""
    query = "SELECT state, count(*) FROM dokstamp_sync_record GROUP BY state"
    lines = psql(query, database).split()
    return Counter({s: int(n) for s, n in (line.split("|") for line in lines)})


def look_for_doubles(sandbox):
    """Compare e-mail addresses, and students with courses; deleted records count.

    :raise Doubled: two are alike
    """
    students = Counter(row["email"] for row in sandbox.rows("students", deleted=True))
    enrollments = Counter(
        (row["student_uuid"], row["course_uuid"])
        for row in sandbox.rows("enrollments", deleted=True)
    )
    doubles = [key for key, count in (students + enrollments).items() if count > 1]
    if doubles:
        raise Doubled(doubles)
    say(
        f"    nothing doubled: {len(students)} students, {len(enrollments)} enrollments"
    )
