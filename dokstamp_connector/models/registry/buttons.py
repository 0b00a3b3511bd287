"""What people do with registry records by hand, and what the smart buttons of the forms
count and open.
"""

from odoo import fields, models
from odoo.exceptions import UserError

from ..actions import RELOAD, open_address, show_message


class DokstampEntity(models.AbstractModel):
    _inherit = "dokstamp.entity"

    def _count(self, model, link):
        """Record id → how many records of ``model`` point at it with their ``link``.

        :rtype: dict[int, int]
        """
        groups = self.env[model]._read_group(
            [(link, "in", self.ids)], [link], ["__count"]
        )
        return {record.id: count for record, count in groups}

    def _action_pointing_here(self, xmlid, link):
        """The action ``xmlid`` on what points at this record; new records do so too."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        action["domain"] = [(link, "=", self.id)]
        action["context"] = {f"default_{link}": self.id}
        return action

    def action_sync_now(self):
        """Send the records now, ahead of what is queued; also retries what failed."""
        unassigned = self.filtered(lambda record: not record.account_id)
        if unassigned:
            raise UserError(
                self.env._(
                    "%(name)s has no DokStamp account. Choose one on the record, or "
                    "set one up for the company under DokStamp > Configuration > "
                    "Accounts.",
                    name=unassigned[0].display_name,
                )
            )
        self._queue_push(urgent=True)
        return show_message(self.env._("On its way to DokStamp."), next=RELOAD)

    def action_view_audit_trail(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_audit_log_action"
        )
        action["domain"] = [("res_model", "=", self._name), ("res_id", "=", self.id)]
        action["display_name"] = self.env._("Audit trail: %s", self.display_name)
        return action

    def action_open_dokstamp_page(self):
        self.ensure_one()
        return open_address(self.dokstamp_page_url)

    def action_open_source_record(self):
        """Open the school app's record that feeds this one."""
        self.ensure_one()
        self.check_access("read")
        link = self.env["dokstamp.source.link"]._feeding(self).get(self.id)
        return link.action_open_source_record() if link else True


class DokstampInstitution(models.Model):
    _inherit = "dokstamp.institution"

    course_count = fields.Integer(compute="_compute_course_count", string="Courses")

    def _compute_course_count(self):
        counts = self._count("dokstamp.course", "institution_id")
        for institution in self:
            institution.course_count = counts.get(institution.id, 0)

    def action_view_courses(self):
        return self._action_pointing_here(
            "dokstamp_connector.dokstamp_course_action", "institution_id"
        )


class DokstampCourse(models.Model):
    _inherit = "dokstamp.course"

    enrollment_count = fields.Integer(
        compute="_compute_enrollment_count", string="Enrollments"
    )

    def _compute_enrollment_count(self):
        counts = self._count("dokstamp.enrollment", "course_id")
        for course in self:
            course.enrollment_count = counts.get(course.id, 0)

    def action_view_enrollments(self):
        return self._action_pointing_here(
            "dokstamp_connector.dokstamp_enrollment_action", "course_id"
        )


class DokstampCohort(models.Model):
    _inherit = "dokstamp.cohort"

    enrollment_count = fields.Integer(
        compute="_compute_enrollment_count", string="Enrollments"
    )

    def _compute_enrollment_count(self):
        counts = self._count("dokstamp.enrollment", "cohort_id")
        for cohort in self:
            cohort.enrollment_count = counts.get(cohort.id, 0)

    def action_view_enrollments(self):
        action = self._action_pointing_here(
            "dokstamp_connector.dokstamp_enrollment_action", "cohort_id"
        )
        action["context"]["default_course_id"] = self.course_id.id
        return action
