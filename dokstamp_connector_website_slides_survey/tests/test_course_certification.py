from odoo import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.dokstamp_connector_survey.tests.common import SurveyCase


@tagged("post_install", "-at_install")
class TestCourseCertification(SurveyCase):
    """A certification inside an eLearning course completes that course."""

    own_addons = (*SurveyCase.own_addons, "dokstamp_connector_elearning.")

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.survey = self.certification(
            users_login_required=True, is_attempts_limited=True, attempts_limit=2
        )
        certification = {
            "name": "Final test",
            "slide_category": "certification",
            "survey_id": cls.survey.id,
            "is_published": True,
        }
        article = {"name": "Soil", "slide_category": "article", "is_published": True}
        cls.channel = self.env["slide.channel"].create(
            {
                "name": "Gardening",
                "is_published": True,
                "slide_ids": [Command.create(article), Command.create(certification)],
            }
        )
        cls.channel._remove_membership(self.env.user.partner_id.ids)
        cls.slide = cls.channel.slide_ids.filtered("survey_id")
        cls.channel._action_add_members(self.learner.partner_id)
        cls.slide.with_user(self.learner).sudo().action_set_viewed()

    def attempt_in_course(self, answer):
        membership = self.env["slide.slide.partner"].search(
            [
                ("slide_id", "=", self.slide.id),
                ("partner_id", "=", self.learner.partner_id.id),
            ]
        ) or self.env["slide.slide.partner"].create(
            {"slide_id": self.slide.id, "partner_id": self.learner.partner_id.id}
        )
        return self.attempt(
            self.survey,
            answer,
            user=self.learner,
            check_attempts=False,
            slide_id=self.slide.id,
            slide_partner_id=membership.id,
        )

    def test_passing_completes_the_course_with_day_and_grade(self):
        with freeze_time("2026-10-01 12:00:00"):
            self.attempt_in_course("No")
        self.give_birth_dates()
        [course] = self.sandbox.rows("courses")
        self.assertEqual(course["name"], "Gardening")
        [remote] = self.sandbox.rows("enrollments")
        self.assertEqual(remote["completion_status"], "enrolled")
        with freeze_time("2026-10-02 12:00:00"):
            self.attempt_in_course("Yes")
        self.flush()
        [remote] = self.sandbox.rows("enrollments")
        self.assertEqual(remote["completion_status"], "completed")
        self.assertTrue(remote["completed_at"].startswith("2026-10-02"), remote)
        self.assertEqual(float(remote["grade"]), 10)
        with freeze_time("2026-10-05 12:00:00"):
            self.channel.slide_ids.with_user(self.learner).filtered(
                lambda slide: slide.slide_category == "article"
            ).action_mark_completed()
        self.flush()
        [remote] = self.sandbox.rows("enrollments")
        self.assertTrue(remote["completed_at"].startswith("2026-10-02"), remote)

    def test_who_fails_for_the_last_time_is_dropped(self):
        self.attempt_in_course("No")
        self.give_birth_dates()
        self.attempt_in_course("No")
        self.flush()
        [remote] = self.sandbox.rows("enrollments")
        self.assertEqual(remote["completion_status"], "dropped")
