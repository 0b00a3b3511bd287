"""Sources that nobody changed learn what is published, and whose a course is.

They are `noupdate`: what a school made of its sources stays. So does documentation
that has been sent already: it would be archived at DokStamp.
"""

from odoo import SUPERUSER_ID, api

MODULE = "dokstamp_connector_elearning"
OWN = "website_id.company_id, user_id.company_id"
OF_COURSE = "channel_id.website_id.company_id, channel_id.user_id.company_id"
IS_TRAINING = '("channel_id.channel_type", "=", "training")'
# source → its condition as it came, as it is now, and what tells the company
SOURCES = {
    "source_channel_course": ("[]", '[("channel_type", "=", "training")]', OWN),
    "source_section_module": (
        '[("is_category", "=", True)]',
        f'[("is_category", "=", True), {IS_TRAINING}]',
        OF_COURSE,
    ),
    "source_section_curriculum_line": (
        '[("is_category", "=", True)]',
        f'[("is_category", "=", True), {IS_TRAINING}]',
        OF_COURSE,
    ),
    "source_attendee_enrollment": (
        '[("member_status", "!=", "invited")]',
        f'[("member_status", "!=", "invited"), {IS_TRAINING}]',
        OF_COURSE,
    ),
}
STATUSES = {"yes": "active", "no": "draft"}


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    keeps_documentation = _has_fed_documentation(env)
    for name, (before, now, company_path) in SOURCES.items():
        source = env.ref(f"{MODULE}.{name}", raise_if_not_found=False)
        if source and not source.company_path:
            source.company_path = company_path
        if source and source.domain == before and not keeps_documentation:
            source.domain = now
    status = env.ref(f"{MODULE}.source_channel_course_status", raise_if_not_found=False)
    if status and (status.method, status.fixed_value) == ("fixed", "active"):
        _read_publication(status)


def _has_fed_documentation(env):
    channels = env["slide.channel"].with_context(active_test=False)
    documentation = channels.search([("channel_type", "=", "documentation")])
    return bool(
        env["dokstamp.source.link"].search_count(
            [
                ("res_model", "=", channels._name),
                ("res_id", "in", documentation.ids),
                ("entity_id", "not in", (0, False)),
            ],
            limit=1,
        )
    )


def _read_publication(status):
    """A course that is not published is a draft."""
    status.env["dokstamp.source.value"]._load_records(
        [
            {
                "xml_id": f"{MODULE}.source_channel_course_status_{before}",
                "noupdate": True,
                "values": {
                    "field_id": status.id,
                    "from_value": before,
                    "to_value": now,
                },
            }
            for before, now in STATUSES.items()
        ]
    )
    status.write({"method": "path", "path": "is_published", "fixed_value": False})
