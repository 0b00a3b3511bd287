"""A course that was completed before the connector came, on a day of last spring."""

from . import database as db
from .edits import add_members, finish_page, pages_of

COURSE = "website_slides.slide_channel_demo_1_gard1"
DAY = "2026-04-17"


def complete_earlier(school):
    """The eLearning officer completes a course; the pages' dates are moved to `DAY`.

    :return: how many pages
    """
    channel = school.admin.ref(COURSE)
    pages = pages_of(school, channel)
    add_members(school.officer, channel, [school.officer.partner_id])
    for page in pages:
        finish_page(school, school.officer, page)
    db.psql(
        f"UPDATE slide_slide_partner SET create_date = '{DAY} 15:00',"
        f" write_date = '{DAY} 15:00'"
        f" WHERE channel_id = {channel} AND partner_id = {school.officer.partner_id}",
        school.database,
    )
    return len(pages)
