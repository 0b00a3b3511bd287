"""What the pictures need and a demo that just ended does not have."""

import time
from dataclasses import dataclass

from demo_parts.certificates import (
    BUTTON,
    CERTIFICATE,
    ISSUE_TIME,
    LOOK_AGAIN,
    RUN,
    NotIssued,
    confirm,
)
from demo_parts.edits import finish_page, pages_of

COURSE = "website_slides.slide_channel_demo_0_gard_0"
HELD_BACK = {"name": "Tess Example", "email": "tess@example.com"}
REFUSED = {
    "name": "Tariq Example",
    "email": "tariq@example.com",
    "date_of_birth": "1999-04-01",
}
REASON = {"email": ["The email has already been taken."]}
HOLD = "Borrowed garden tools are still out."
BEES = {"name": "Keeping Bees", "code": "BEES-1", "workload_hours": 40}
BEEKEEPERS = (
    "Ana Sofía Martínez",
    "Björn Åkesson",
    "Chiara Bianchi",
    "Dmitri Volkov",
    "Elif Yılmaz",
)
MISFORTUNE = {"course_uuid": ["The course is locked while its curriculum is edited."]}


@dataclass
class Scene:
    """Ids in Odoo of what the pictures show.

    :param int channel: an eLearning course that some completed
    :param int student: who has certificates
    :param int course: theirs
    :param str revoked_check: the check link of a revoked one
    :param school: as the demo has it
    """

    channel: int
    student: int
    course: int
    certificate: int
    run: int
    account: int
    enrollment_source: int
    revoked_check: str
    school: object


def set_scene(school, sandbox):
    """Add what is missing; a second time it adds nothing."""
    add_failures(school, sandbox)
    channel = school.admin.ref(COURSE)
    for person in (school.member, school.officer):
        for page in pages_of(school, channel):
            finish_page(school, person, page)
    put_on_hold(school)
    if not school.registrar.count("dokstamp.course", ("code", "=", BEES["code"])):
        issue_with_failure(school, sandbox)
    school.wait_until_quiet()
    return find(school, channel)


def add_failures(school, sandbox):
    """A student who lacks a birth date, and one whom DokStamp refuses."""
    for values in (HELD_BACK, REFUSED):
        email = values["email"]
        if not school.registrar.count("dokstamp.student", ("email", "=", email)):
            sandbox.refuse("/students", email, REASON)
            school.registrar.call("dokstamp.student", "create", values)


def put_on_hold(school):
    """The officer, whose certificate for this course is stopped by it."""
    student = school.fed("res.partner", school.officer.partner_id, "dokstamp.student")
    values = {"student_id": student["id"], "reason": HOLD}
    if not school.registrar.count("dokstamp.hold", ("reason", "=", HOLD)):
        school.registrar.call("dokstamp.hold", "create", values)


def issue_with_failure(school, sandbox):
    """A run for a course that is kept by hand; DokStamp refuses one of them."""
    call = school.registrar.call
    course = call("dokstamp.course", "create", {**BEES, "status": "active"})
    students = [
        call("dokstamp.student", "create", beekeeper(number, name))
        for number, name in enumerate(BEEKEEPERS)
    ]
    for student in students:
        values = {"student_id": student, "course_id": course}
        values |= {"enrolled_at": "2026-09-01", "completion_status": "completed"}
        call("dokstamp.enrollment", "create", values | {"completed_at": "2026-11-20"})
    school.wait_until_quiet()
    unlucky = school.registrar.read(
        "dokstamp.student", [("id", "=", students[2])], ["dokstamp_uuid"]
    )
    sandbox.refuse("/certificates", unlucky[0]["dokstamp_uuid"], MISFORTUNE)
    button = school.admin.ref(BUTTON)
    wizard = school.registrar.press(button, "dokstamp.course", [course])
    run = confirm(school, wizard, {"confirmed": True}, "action_issue")
    wait_until_settled(school, run["res_id"])


def wait_until_settled(school, run):
    """:raise NotIssued: the time is up"""
    deadline = time.monotonic() + ISSUE_TIME
    under_way = [("run_id", "=", run), ("state", "=", "queued")]
    while school.registrar.count(CERTIFICATE, *under_way):
        if time.monotonic() > deadline:
            raise NotIssued(f"run {run} does not come to an end")
        time.sleep(LOOK_AGAIN)


def beekeeper(number, name):
    return {
        "name": name,
        "email": f"beekeeper{number}@example.com",
        "date_of_birth": f"199{number}-05-1{number}",
    }


def find(school, channel):
    certificates = school.registrar.call(
        CERTIFICATE,
        "search_read",
        [],
        ["state", "is_changed", "student_id", "course_id", "check_url"],
        order="id",
    )
    issued = next(
        c for c in certificates if c["state"] == "issued" and not c["is_changed"]
    )
    revoked = next(c for c in certificates if c["state"] == "revoked")
    return Scene(
        channel=channel,
        student=issued["student_id"][0],
        course=issued["course_id"][0],
        certificate=issued["id"],
        run=school.registrar.call(RUN, "search", [], order="id desc")[0],
        account=school.admin.call("dokstamp.account", "search", [], order="id")[0],
        enrollment_source=school.admin.ref(
            "dokstamp_connector_elearning.source_attendee_enrollment"
        ),
        revoked_check=revoked["check_url"],
        school=school,
    )
