from odoo import api, fields, models


class SurveySurvey(models.Model):
    """A certification is a course at DokStamp, or belongs to one that is chosen."""

    _name = "survey.survey"
    _inherit = ["survey.survey", "dokstamp.fed.mixin"]

    dokstamp_course_id = fields.Many2one(
        "dokstamp.course",
        string="Completes the course",
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
        help="The course that is completed at DokStamp by passing. Empty: the "
        "certification is a course of its own.",
    )
    is_own_course = fields.Boolean(
        string="Is a course of its own",
        compute="_compute_is_own_course",
        store=True,
        precompute=True,
    )

    @api.depends("certification", "dokstamp_course_id")
    def _compute_is_own_course(self):
        for survey in self:
            is_of_another = bool(survey.dokstamp_course_id)
            survey.is_own_course = survey.certification and not is_of_another

    @api.model
    def _get_dokstamp_choices(self):
        return super()._get_dokstamp_choices() | {
            "dokstamp.course": "dokstamp_course_id"
        }

    def _get_dokstamp_referrers(self):
        return self.user_input_ids
