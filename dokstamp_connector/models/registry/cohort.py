from odoo import api, fields, models

from .api_field import ApiField


class DokstampCohort(models.Model):
    """An intake of one course; its code is its only name at DokStamp. dokstamp-api.md
    12.
    """

    _name = "dokstamp.cohort"
    _inherit = ["dokstamp.entity"]
    _description = "DokStamp Cohort"
    _rec_name = "code"
    _order = "start_date desc, code, id"

    _dokstamp_resource = "cohorts"
    _dokstamp_rank = 60
    _natural_key = ("code", "course_id")
    _dokstamp_keys = (("code", "course_id"),)
    _dokstamp_certificate_link = "cohort_uuid"

    code = fields.Char(
        required=True,
        index=True,
        help="The school's own short name of the cohort. DokStamp finds the cohort "
        "by it.",
    )
    course_id = fields.Many2one(
        "dokstamp.course",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    # Not the words that modules use for the same thing: dokstamp-api.md 12.
    modality = fields.Selection(
        [("presential", "In person"), ("remote", "Online"), ("hybrid", "Hybrid")],
        help="How it is taught.",
    )
    start_date = fields.Date(string="Start date")
    end_date = fields.Date(
        string="Expected graduation",
        help="When its students are expected to complete the course.",
    )

    enrollment_count = fields.Integer(
        compute="_compute_enrollment_count", string="Enrollments"
    )

    _code_per_course = models.Constraint(
        "UNIQUE (course_id, code)",
        "Another cohort of this course already has this code.",
    )

    @api.model
    def _get_dokstamp_fields(self):
        return super()._get_dokstamp_fields() | {
            "code": ApiField(filterable=True, needed=True),
            "course_id": ApiField(filterable=True, needed=True),
            "modality": ApiField(),
            "start_date": ApiField(),
            "end_date": ApiField(),
        }

    def _problem_of(self, name):
        if name in ("start_date", "end_date") and self._ends_too_early():
            return self.env._(
                "The cohort %(code)s would end before it starts.", code=self.code
            )
        return super()._problem_of(name)

    def _ends_too_early(self):
        return self.start_date and self.end_date and self.end_date < self.start_date

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
