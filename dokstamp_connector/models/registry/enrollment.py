from odoo import api, fields, models

from ..names import name_domain
from .api_field import ApiField


class DokstampEnrollment(models.Model):
    """A student's registration in a course, status and grade; dokstamp-api.md 14."""

    _name = "dokstamp.enrollment"
    _inherit = ["dokstamp.entity"]
    _description = "DokStamp Enrollment"
    _order = "enrolled_at desc, id desc"

    _dokstamp_resource = "enrollments"
    _dokstamp_rank = 70
    _natural_key = ("student_id", "course_id", "cohort_id")
    _natural_key_optional = ("cohort_id",)
    _dokstamp_keys = (("student_id", "course_id", "cohort_id"),)
    # no other filter is documented: dokstamp-api.md 21.2
    _dokstamp_is_listed = True
    _dokstamp_certificate_link = "enrollment_uuid"
    _dokstamp_certificate_filter = "student_uuid"

    student_id = fields.Many2one(
        "dokstamp.student",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    course_id = fields.Many2one(
        "dokstamp.course",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    cohort_id = fields.Many2one(
        "dokstamp.cohort",
        domain="[('course_id', '=', course_id)]",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
    )
    enrolled_at = fields.Date(
        string="Enrolled on",
        help="The day on which the student began.",
    )
    completion_status = fields.Selection(
        string="Status",
        selection=[
            ("enrolled", "Enrolled"),
            ("completed", "Completed"),
            ("dropped", "Dropped"),
        ],
        default="enrolled",
        help="How far the student is in the course.",
    )
    completed_at = fields.Date(
        string="Completed on",
        help="The day on which the student completed the course.",
    )
    grade = fields.Float(digits=(4, 2), aggregator="avg", help="From 0 to 10.")
    is_graded = fields.Boolean(
        string="Has a grade",
        compute="_compute_is_graded",
        store=True,
        readonly=False,
        precompute=True,
        help="Tells a grade of 0 from no grade at all.",
    )

    _student_per_course = models.UniqueIndex(
        "(student_id, course_id, COALESCE(cohort_id, 0))",
        "This student is already enrolled in this course and cohort.",
    )

    @api.model
    def _get_dokstamp_fields(self):
        return super()._get_dokstamp_fields() | {
            "student_id": ApiField(needed=True),
            "course_id": ApiField(needed=True, filterable=True),
            "enrolled_at": ApiField(needed=True),
            "cohort_id": ApiField(),
            "completion_status": ApiField(
                archived="dropped", winners=("completed", "enrolled", "dropped")
            ),
            "grade": ApiField(minimum=0, maximum=10),
            "completed_at": ApiField(told_with="completion_status"),
        }

    @api.model
    def _get_feedable_fields(self):
        return [*super()._get_feedable_fields(), "is_graded"]

    @api.model
    def _get_writable_fields(self, state=None):
        return super()._get_writable_fields(state) | {"is_graded"}

    def write(self, vals):
        """Whoever starts anew has not completed: the day goes with the completion."""
        status = vals.get("completion_status", "completed")
        if status == "completed":
            return super().write(vals)
        again = self.filtered(lambda e: e.completion_status == "completed")
        super(DokstampEnrollment, again).write({**vals, "completed_at": False})
        return super(DokstampEnrollment, self - again).write(vals)

    @api.depends("grade")
    def _compute_is_graded(self):
        for enrollment in self:
            enrollment.is_graded = bool(enrollment.grade) or enrollment.is_graded

    @api.depends("student_id.name", "course_id.name")
    def _compute_display_name(self):
        for enrollment in self:
            names = (enrollment.student_id.name, enrollment.course_id.name)
            enrollment.display_name = ": ".join(filter(None, names))

    def _search_display_name(self, operator, value):
        parts = ("student_id.name", "course_id.name")
        return name_domain(self, operator, value, parts, ": ")

    @api.model
    def _is_unknown(self, name, vals):
        if name in ("grade", "is_graded"):
            return not vals.get("grade") and not vals.get("is_graded")
        return super()._is_unknown(name, vals)

    def _problem_of(self, name):
        day = self.completed_at
        if name == "completed_at" and day and day > self.company_id._dokstamp_today():
            return self.env._(
                "The day of completion, %s, lies in the future.",
                fields.Date.to_string(day),
            )
        return super()._problem_of(name)

    def _api_value(self, name):
        if name == "grade" and not self.is_graded:
            return None
        return super()._api_value(name)

    @api.model
    def _archive_values(self, payload):
        """Who has completed a course has not dropped it by leaving afterwards."""
        if payload.get("completion_status") == "completed":
            return {}
        return super()._archive_values(payload)

    @api.model
    def _get_ended_values(self):
        ended = super()._get_ended_values()
        return ended | {"completion_status": [*ended["completion_status"], "completed"]}

    def _payload_triggers(self):
        return super()._payload_triggers() | {"is_graded"}
