"""Certificates of those who completed a course: issued, one revoked, one re-issued."""

import time

from . import earlier
from .check_links import look
from .edits import GARDEN, finish_page, pages_of
from .portal import look_at_portal
from .show import DemoFailed, Step, say, table

COURSES = (
    GARDEN,
    "website_slides.slide_channel_demo_1_gard1",
)
BUTTON = "dokstamp_connector.dokstamp_certificate_issue_action"
CERTIFICATE, RUN = "dokstamp.certificate", "dokstamp.issue.run"
FIELDS = ["number", "state", "student_id", "course_id", "check_url", "replaces_id"]
FIELDS += ["dokstamp_uuid", "verification_url", "failure_message", "conferral_date"]
SIGNATORIES = (("Flora Green", "Head of school"), ("Basil Stone", "Head of studies"))
ISSUE_TIME = 90  # seconds
LOOK_AGAIN = 0.25  # seconds
REVOCATION = "The examination was taken by somebody else."
CORRECTION = "The name has changed."
NEW_NAME = "Joelle Willis"


class WrongDay(DemoFailed):
    """A certificate confers on another day than the one on which it was earned."""


class NotIssued(DemoFailed):
    """Certificates failed, or are still on their way when the time is up."""


def show_certificates(school, sandbox):
    """From completions in eLearning to links that anybody can check.

    :raise NotIssued: one did not arrive
    :raise WrongDay: one that was earned before the connector came bears another day
    :raise WrongPortal: the student sees something else in the portal
    """
    with Step("Members complete two courses in eLearning") as step:
        complete_courses(school, step)
    name_signatories(school)
    with Step("The registrar issues their certificates") as step:
        issue(school, step)
    certificates = read(school)
    check_earlier(school, certificates)
    with Step(f"One is revoked: {REVOCATION}"):
        revoke(school, certificates[-1])
    with Step(f"One is re-issued: {CORRECTION}"):
        reissue(school, certificates)
    certificates = read(school)
    show(certificates, [look(certificate) for certificate in certificates])
    with Step("The member opens My certificates in the portal") as step:
        listed, offered = look_at_portal(school, certificates)
        step.note(f"{listed} of the member's own, {offered} PDFs downloaded")
    return certificates


def complete_courses(school, step):
    """Each in their own portal or eLearning, page by page."""
    channels = [school.admin.ref(course) for course in COURSES]
    for person in (school.member, school.officer, school.admin):
        step.note(person.login)
        for channel in channels:
            for page in pages_of(school, channel):
                finish_page(school, person, page)
    school.wait_until_quiet()
    step.note(f"{3 * len(channels)} completions")


def name_signatories(school):
    """The administrator tells who signs; it stands on every certificate."""
    lines = [[0, 0, {"name": name, "title": title}] for name, title in SIGNATORIES]
    found = school.admin.call("dokstamp.institution", "search", [])
    school.admin.call("dokstamp.institution", "write", found, {"signatory_ids": lines})


def check_earlier(school, certificates):
    """:raise WrongDay: the day is not that of the last page"""
    student = school.fed("res.partner", school.officer.partner_id, "dokstamp.student")
    course = school.fed(
        "slide.channel", school.admin.ref(earlier.COURSE), "dokstamp.course"
    )
    meant = {"student_id": student["id"], "course_id": course["id"]}
    days = {
        c["conferral_date"]
        for c in certificates
        if all(c[name][0] == one for name, one in meant.items())
    }
    if days != {earlier.DAY}:
        raise WrongDay(f"{days}, earned on {earlier.DAY}")


# The wizards


def issue(school, step):
    """The button of a course, for two courses at once; then the wizard's *Issue*."""
    courses = [
        school.fed("slide.channel", school.admin.ref(course), "dokstamp.course")["id"]
        for course in COURSES
    ]
    button = school.admin.ref(BUTTON)
    action = school.registrar.press(button, "dokstamp.course", courses)
    run = confirm(school, action, {"confirmed": True}, "action_issue")
    wait_until_issued(school, run["res_id"], step)


def revoke(school, certificate):
    """*Revoke*: the wizard asks for the reason."""
    action = school.registrar.call(CERTIFICATE, "action_revoke", [certificate["id"]])
    confirm(school, action, {"reason": REVOCATION}, "action_confirm")
    wait_for_state(school, certificate["id"], "revoked")


def reissue(school, certificates):
    """*Re-issue* once the name is corrected: the list that issues asks for the reason;
    then it is revoked, and a new one issued.
    """
    partner = school.member.partner_id
    student = school.fed("res.partner", partner, "dokstamp.student")["id"]
    old = next(c for c in certificates if c["student_id"][0] == student)
    values = {"social_name": NEW_NAME}
    school.registrar.call("dokstamp.student", "write", [student], values)
    action = school.registrar.call(CERTIFICATE, "action_reissue", [old["id"]])
    said = {"reason": CORRECTION, "confirmed": True}
    new = confirm(school, action, said, "action_issue")
    wait_for_state(school, new["res_id"], "issued")
    school.wait_until_quiet()


def confirm(school, action, values, button):
    """Fill in the wizard that an action opened, and press its button."""
    model, wizard = action["res_model"], [action["res_id"]]
    school.registrar.call(model, "write", wizard, values)
    return school.registrar.call(model, button, wizard)


# Waiting


def wait_until_issued(school, run, step):
    """:raise NotIssued: one failed, or the time is up"""
    counts = ["total_count", "issued_count", "failed_count", "state"]
    deadline = time.monotonic() + ISSUE_TIME
    while True:
        found = school.registrar.read(RUN, [("id", "=", run)], counts)[0]
        step.note(f"{found['issued_count']} of {found['total_count']} issued")
        if found["issued_count"] == found["total_count"]:
            return
        if found["failed_count"] or time.monotonic() > deadline:
            raise NotIssued(failures(school))
        time.sleep(LOOK_AGAIN)


def wait_for_state(school, certificate, state):
    """:raise NotIssued: the time is up"""
    wanted = [("id", "=", certificate), ("state", "=", state)]
    deadline = time.monotonic() + ISSUE_TIME
    while not school.registrar.count(CERTIFICATE, *wanted):
        if time.monotonic() > deadline:
            raise NotIssued(failures(school))
        time.sleep(LOOK_AGAIN)


def failures(school):
    domain = [("state", "in", ("draft", "queued", "failed"))]
    return school.registrar.read(
        CERTIFICATE, domain, ["display_name", "state", "failure_message"]
    )


# Showing


def read(school):
    """:rtype: list[dict]"""
    rows = school.registrar.call(CERTIFICATE, "search_read", [], FIELDS, order="number")
    return [{k: None if v is False else v for k, v in row.items()} for row in rows]


def show(certificates, looks):
    """What became of each, and the links."""
    say("==> The certificates, and where their check links (the QR codes) lead")
    rows = [
        [
            c["number"],
            c["student_id"][1],
            c["course_id"][1],
            c["conferral_date"],
            c["state"],
            look.told,
        ]
        for c, look in zip(certificates, looks, strict=True)
    ]
    titles = ["number", "student", "course", "earned on", "state", "check link"]
    table(titles, rows)
    say("    DokStamp's verification link, and the check link:")
    for certificate in certificates:
        links = (certificate["verification_url"], certificate["check_url"])
        say(f"    {certificate['number']}  {'  '.join(links)}")
