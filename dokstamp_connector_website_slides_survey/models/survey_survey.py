from odoo import api, models


class SurveySurvey(models.Model):
    _inherit = "survey.survey"

    @api.depends("slide_ids")
    def _compute_is_own_course(self):
        """Override: what stands in an eLearning course is none beside it."""
        result = super()._compute_is_own_course()
        self.filtered("slide_ids").is_own_course = False
        return result
