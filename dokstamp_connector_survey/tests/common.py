"""A certification as a survey's user makes it, and attempts as the website does."""

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.dokstamp_connector.tests.common import DokstampCase

ADDONS = ("dokstamp_connector_survey.", "dokstamp_connector_website_slides_survey.")


class SurveyCase(DokstampCase):
    own_addons = ADDONS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # other addons' sources are none of these tests' business
        sources = cls.env["dokstamp.source"].search([])
        sources.filtered(
            lambda one: not one.get_external_id()[one.id].startswith(cls.own_addons)
        ).active = False
        cls.examiner = new_test_user(
            cls.env,
            login="examiner@example.com",
            groups="base.group_user,survey.group_survey_user",
        )
        cls.learner = new_test_user(
            cls.env,
            login="learner@example.com",
            name="Lea Learner",
            email="lea@example.com",
            groups="base.group_portal",
        )

    def certification(self, **values):
        """With one question, worth all or nothing."""
        answers = [
            {"value": "Yes", "is_correct": True, "answer_score": 10},
            {"value": "No", "answer_score": 0},
        ]
        question = {
            "title": "Do plants breathe?",
            "question_type": "simple_choice",
            "suggested_answer_ids": [Command.create(one) for one in answers],
        }
        vals = {
            "title": "Botany test",
            "scoring_type": "scoring_with_answers",
            "certification": True,
            "certification_mail_template_id": False,
            "access_mode": "public",
            "question_and_page_ids": [Command.create(question)],
            **values,
        }
        return self.env["survey.survey"].with_user(self.examiner).create(vals)

    def attempt(self, survey, answer="Yes", **values):
        """Begun, answered, and over, as the controller does for a visitor.

        :param values: as `_create_answer` takes them
        """
        attempt = survey.sudo()._create_answer(**values)
        attempt._mark_in_progress()
        if answer:
            question = survey.sudo().question_ids
            chosen = question.suggested_answer_ids.filtered(lambda a: a.value == answer)
            attempt._save_lines(question, str(chosen.id))
            attempt._mark_done()
        return attempt

    def give_birth_dates(self):
        """What a registrar adds by hand, as surveys know no birth dates."""
        self.env.cr.flush()
        students = self.env["dokstamp.student"].search([("date_of_birth", "=", False)])
        students.with_user(self.registrar).date_of_birth = "2001-02-03"
        self.flush()
