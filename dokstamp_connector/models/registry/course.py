from odoo import api, fields, models

from .api_field import LONG_TEXT, LONG_TEXT_HELP, ApiField


class DokstampCourse(models.Model):
    """A course that certificates are issued for; dokstamp-api.md 10."""

    _name = "dokstamp.course"
    _inherit = ["dokstamp.institution.member"]
    _description = "DokStamp Course"
    _order = "name, id"

    _dokstamp_resource = "courses"
    _dokstamp_rank = 30
    _natural_key = ("code", "institution_id")
    _dokstamp_keys = (("code", "institution_id"), ("name", "institution_id"))
    _dokstamp_certificate_link = "course_uuid"

    name = fields.Char(required=True)
    code = fields.Char(
        index=True,
        help="The school's own short name of the course. DokStamp finds the course "
        "by it, so it must not be used twice.",
    )
    description = fields.Text(help=LONG_TEXT_HELP)
    workload_hours = fields.Integer(
        string="Hours",
        aggregator=None,
        help="Hours of the whole course, as the certificate prints them.",
    )
    area = fields.Char(
        string="Knowledge area",
        help="The subject that DokStamp files the course under.",
    )
    version = fields.Char(
        string="Curriculum version",
        help="Tells editions of the curriculum apart, such as 2026. Change it when "
        "the modules change.",
    )
    # DokStamp's own default is `draft`; a course that a school keeps is active.
    status = fields.Selection(
        [("draft", "Draft"), ("active", "Active"), ("archived", "Archived")],
        default="active",
        help="Whether DokStamp offers the course for new enrollments.",
    )
    organization_id = fields.Many2one(
        "dokstamp.organization",
        domain="[('institution_id', '=', institution_id)]",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        help="The part of the institution that teaches the course, if there are "
        "several.",
    )
    curriculum_line_ids = fields.One2many(
        "dokstamp.curriculum.line", "course_id", string="Curriculum"
    )
    group_ids = fields.One2many(
        "dokstamp.module.group",
        "course_id",
        help="Modules of the course that belong together, such as electives.",
    )
    cohort_ids = fields.One2many("dokstamp.cohort", "course_id")
    enrollment_ids = fields.One2many("dokstamp.enrollment", "course_id")

    enrollment_count = fields.Integer(
        compute="_compute_enrollment_count", string="Enrollments"
    )

    # Who else may hold the code at DokStamp is not documented (dokstamp-api.md 22.14);
    # two courses of one institution with one code would be adopted as one.
    _code_per_institution = models.UniqueIndex(
        "(institution_id, code) WHERE code IS NOT NULL",
        "Another course of this institution already has this code.",
    )

    @api.model
    def _get_dokstamp_fields(self):
        return super()._get_dokstamp_fields() | {
            "name": ApiField(needed=True, max_length=255),
            "code": ApiField(filterable=True),
            "description": ApiField(max_bytes=LONG_TEXT),
            "workload_hours": ApiField(minimum=0, zero_is_empty=True),
            "area": ApiField(),
            "version": ApiField(),
            "status": ApiField(archived="archived"),
            "institution_id": ApiField(needed=True),
            "organization_id": ApiField(),
        }

    @api.model
    def _get_writable_fields(self, state=None):
        # lines of its form; each has its own list
        return super()._get_writable_fields(state) | {
            "curriculum_line_ids",
            "group_ids",
            "cohort_ids",
            "enrollment_ids",
        }

    def _compute_enrollment_count(self):
        counts = self._count("dokstamp.enrollment", "course_id")
        for course in self:
            course.enrollment_count = counts.get(course.id, 0)

    def action_view_enrollments(self):
        return self._action_pointing_here(
            "dokstamp_connector.dokstamp_enrollment_action", "course_id"
        )
