"""Live edits: each made by the person with the fewest rights for it, and timed."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median

from .show import DemoFailed, Step, say, table

# kept as documentation in Odoo's demo data; the story makes it a training
GARDEN = "website_slides.slide_channel_demo_2_gard2"
UUID = re.compile(r"[0-9a-f-]{36}")
ARRIVAL_TIME = 30  # seconds that an edit may take to arrive


class NotArrived(DemoFailed):
    """A live edit did not reach DokStamp."""


@dataclass
class Edit:
    """:param do: makes the edit, and returns when Odoo has answered
    :param path: regular expression for the request's path
    :param body: values that the request's body must hold
    """

    title: str
    who: str
    do: Callable
    method: str
    path: str
    body: dict = field(default_factory=dict)


def live_edits(school):
    """One after the other, as the later ones build on the earlier."""
    garden = school.admin.ref(GARDEN)
    course = school.uuid_of("slide.channel", garden, "dokstamp.course")
    yield rename(school, garden, course)
    yield from sections(school, garden, course)
    yield join(school, garden, course)
    yield complete(school, garden)
    diy = school.admin.ref("website_slides.slide_channel_demo_6_furn3")
    yield enroll(school, diy)
    yield archive(school, diy)


def rename(school, channel, course):
    values = {"name": "Trees, Woods and Gardens"}
    return Edit(
        "course renamed",
        "eLearning officer",
        lambda: school.officer.call("slide.channel", "write", [channel], values),
        "PATCH",
        f"/courses/{course}",
        values,
    )


def sections(school, channel, course):
    values = {"name": "Shrubs", "is_category": True, "channel_id": channel}
    yield Edit(
        "section added",
        "eLearning officer",
        lambda: school.officer.call("slide.slide", "create", values),
        "POST",
        f"/courses/{course}/attach/modules",
    )


def join(school, channel, course):
    student = school.uuid_of(
        "res.partner", school.member.partner_id, "dokstamp.student"
    )
    return Edit(
        "member joins",
        "the member, in the portal",
        lambda: school.member.route("/slides/channel/join", channel_id=channel),
        "POST",
        "/enrollments",
        {"course_uuid": course, "student_uuid": student},
    )


def complete(school, channel):
    """The member goes through the course; the last page is the edit."""
    membership = school.admin.read(
        "slide.channel.partner",
        [("channel_id", "=", channel), ("partner_id", "=", school.member.partner_id)],
        ["id"],
    )[0]["id"]
    enrollment = school.uuid_of(
        "slide.channel.partner", membership, "dokstamp.enrollment"
    )
    *first_pages, last_page = pages_of(school, channel)
    for page in first_pages:
        finish_page(school, school.member, page)
    school.wait_until_quiet()
    return Edit(
        "member completes",
        "the member, in the portal",
        lambda: finish_page(school, school.member, last_page),
        "PATCH",
        f"/enrollments/{enrollment}",
        {"completion_status": "completed"},
    )


def pages_of(school, channel):
    """The ids of a course's pages, in their order.

    :rtype: list[int]
    """
    domain = [("channel_id", "=", channel), ("is_category", "=", False)]
    return school.admin.call("slide.slide", "search", domain, order="sequence")


def finish_page(school, person, page):
    """A page has a quiz, or a button *Mark as done*."""
    right = school.admin.call(
        "slide.answer",
        "search",
        [("question_id.slide_id", "=", page), ("is_correct", "=", True)],
    )
    if right:
        person.route("/slides/slide/quiz/submit", slide_id=page, answer_ids=right)
    else:
        person.route("/slides/slide/set_completed", slide_id=page)


def enroll(school, channel):
    course = school.uuid_of("slide.channel", channel, "dokstamp.course")
    return Edit(
        "member added",
        "eLearning officer",
        lambda: add_members(school.officer, channel, [school.member.partner_id]),
        "POST",
        "/enrollments",
        {"course_uuid": course},
    )


def add_members(officer, channel, partners):
    """The button *Add Attendees* of a course, and its wizard."""
    action = officer.call("slide.channel", "action_channel_enroll", [channel])
    values = {"partner_ids": [[6, 0, partners]]}
    wizard = officer.call(
        action["res_model"], "create", values, context=action["context"]
    )
    officer.call(action["res_model"], "action_invite", [wizard])


def archive(school, channel):
    course = school.uuid_of("slide.channel", channel, "dokstamp.course")
    return Edit(
        "course archived",
        "eLearning officer",
        lambda: school.officer.call("slide.channel", "action_archive", [channel]),
        "PATCH",
        f"/courses/{course}",
        {"status": "archived"},
    )


def try_edits(school, sandbox):
    """Make them, print how long each took to arrive.

    :raise NotArrived: one did not
    """
    rows, delays = [], []
    with Step("Live edits") as step:
        for edit in live_edits(school):
            step.note(edit.title)
            delay = time_edit(edit, sandbox)
            delays.append(delay)
            call = f"{edit.method} {UUID.sub('…', edit.path)}"
            rows.append([edit.title, edit.who, call, f"{delay:.0f} ms"])
            school.wait_until_quiet()
        step.note(f"{len(rows)} arrived")
    table(["edit", "by", "arrived as", "after"], rows)
    say(f"    median {median(delays):.0f} ms from Odoo's answer to the request")


def time_edit(edit, sandbox):
    """Milliseconds from Odoo's answer to the request at DokStamp.

    :raise NotArrived: nothing came
    """
    since = sandbox.last_request_id()
    edit.do()
    answered_at = datetime.now(UTC)
    arrived_at = sandbox.wait_for(
        since, edit.method, edit.path, edit.body, ARRIVAL_TIME
    )
    if not arrived_at:
        raise NotArrived(f"{edit.title}: no {edit.method} {edit.path}")
    return (arrived_at - answered_at).total_seconds() * 1000
