from odoo import api, models


class SurveyUserInput(models.Model):
    _inherit = "survey.user_input"

    @api.depends("slide_id")
    def _compute_is_enrollment(self):
        """Override: what was taken in an eLearning course counts there alone, and once
        it is passed: who fails for the last time leaves the course.
        """
        result = super()._compute_is_enrollment()
        self.filtered("slide_id").is_enrollment = False
        return result
