"""What the pictures need and a demo that just ended does not have."""

from dataclasses import dataclass

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


def find(school, channel):
    certificates = school.registrar.call(
        "dokstamp.certificate",
        "search_read",
        [],
        ["state", "student_id", "course_id", "check_url"],
        order="id",
    )
    issued = next(c for c in certificates if c["state"] == "issued")
    revoked = next(c for c in certificates if c["state"] == "revoked")
    return Scene(
        channel=channel,
        student=issued["student_id"][0],
        course=issued["course_id"][0],
        certificate=issued["id"],
        run=school.registrar.call("dokstamp.issue.run", "search", [], order="id")[0],
        account=school.admin.call("dokstamp.account", "search", [], order="id")[0],
        enrollment_source=school.admin.ref(
            "dokstamp_connector_elearning.source_attendee_enrollment"
        ),
        revoked_check=revoked["check_url"],
        school=school,
    )
