"""Enrollments that nobody mapped otherwise learn when a course was completed before the
connector came, and that 99.5 % of it is not all.
"""

from odoo import SUPERUSER_ID, api

MODULE = "dokstamp_connector_elearning"
# field of the source → what it reads as it came, and as it is now
PATHS = {
    "completion_status": ("member_status", "attendance"),
    "completed_at": ("completed_at", "last_completed_at"),
}


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name, (before, now) in PATHS.items():
        xmlid = f"{MODULE}.source_attendee_enrollment_{name}"
        line = env.ref(xmlid, raise_if_not_found=False)
        if line and line.path == before:
            line.path = now
