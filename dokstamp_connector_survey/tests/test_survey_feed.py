from odoo.exceptions import UserError
from odoo.tests import freeze_time, new_test_user, tagged

from .common import SurveyCase

BUTTON = "dokstamp_connector.dokstamp_certificate_issue_action"


@tagged("post_install", "-at_install")
class TestSurveyFeed(SurveyCase):
    """What happens in certifications arrives at DokStamp."""

    def test_a_certification_is_a_course_and_no_other_survey_is(self):
        survey = self.certification(description="<p>Leaves &amp; <b>roots</b></p>")
        self.certification(certification=False, title="How was it?")
        self.flush()
        [course] = self.sandbox.rows("courses")
        self.assertEqual(
            (course["code"], course["name"], course["description"]),
            (f"SUR-{survey.id}", "Botany test", "Leaves & roots"),
        )

    def test_of_several_attempts_the_passed_one_completes_the_enrollment(self):
        self.env.company.partner_id.tz = "Asia/Tokyo"
        survey = self.certification()
        with freeze_time("2026-10-01 08:00:00"):
            self.attempt(survey, "No", user=self.learner)
        self.give_birth_dates()
        [remote] = self.sandbox.rows("enrollments")
        self.assertEqual(remote["completion_status"], "enrolled")
        self.assertFalse(remote["completed_at"])
        self.assertIsNone(remote["grade"])
        with freeze_time("2026-10-02 18:00:00"):
            self.attempt(survey, "Yes", user=self.learner)
        with freeze_time("2026-10-04 08:00:00"):
            self.attempt(survey, "No", user=self.learner)
        self.flush()
        [remote] = self.sandbox.rows("enrollments")
        self.assertEqual(remote["completion_status"], "completed")
        self.assertTrue(remote["completed_at"].startswith("2026-10-03"), remote)
        self.assertEqual(float(remote["grade"]), 10)
        student = self.env["dokstamp.student"].search([])
        self.assertEqual(student.partner_id, self.learner.partner_id)

    def test_what_is_not_over_is_not_passed(self):
        survey = self.certification()
        attempt = self.attempt(survey, False, user=self.learner)
        question = survey.sudo().question_ids
        right = question.suggested_answer_ids.filtered("is_correct")
        attempt._save_lines(question, str(right.id))
        self.give_birth_dates()
        [remote] = self.sandbox.rows("enrollments")
        self.assertEqual(remote["completion_status"], "enrolled")
        attempt._mark_done()
        self.flush()
        [remote] = self.sandbox.rows("enrollments")
        self.assertEqual(remote["completion_status"], "completed")

    def test_tests_and_invitations_stay_in_odoo(self):
        survey = self.certification()
        self.attempt(survey, user=self.examiner, test_entry=True)
        survey.sudo()._create_answer(user=self.learner)
        self.flush()
        self.assertFalse(self.env["dokstamp.enrollment"].search([]))

    def test_who_has_no_contact_is_known_by_name_and_address_together(self):
        survey = self.certification()
        self.attempt(survey, email="ada@example.com", nickname="Ada Example")
        nameless = self.attempt(survey, email="ben@example.com")
        homeless = self.attempt(survey, nickname="Cy")
        self.give_birth_dates()
        [student] = self.sandbox.rows("students")
        self.assertEqual(
            (student["name"], student["email"]), ("Ada Example", "ada@example.com")
        )
        self.assertEqual(len(self.env["dokstamp.student"].search([])), 1)
        for attempt in nameless + homeless:
            self.assertIn("told no name", attempt.participant_note)

    def test_a_certification_may_belong_to_a_course_that_is_chosen(self):
        botany = self.course()
        survey = self.certification()
        attempt = self.attempt(survey, user=self.learner)
        self.give_birth_dates()
        self.assertEqual(self.sandbox.count("courses"), 2)
        survey.dokstamp_course_id = botany
        self.flush()
        [remote] = self.sandbox.rows("enrollments")
        self.assertEqual(remote["course_uuid"], botany.dokstamp_uuid)
        own = self.sandbox.row("courses", code=f"SUR-{survey.id}")
        self.assertEqual(own["status"], "archived")
        registrar = new_test_user(
            self.env,
            login="registrar-examiner@example.com",
            groups="dokstamp_connector.group_registrar,survey.group_survey_user",
        )
        button = self.env.ref(BUTTON).with_user(registrar)
        action = button.with_context(
            active_model=attempt._name, active_ids=attempt.ids
        ).run()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard = wizard.with_user(registrar)
        self.assertEqual(wizard.line_ids.student_id.name, "Lea Learner")
        wizard.confirmed = True
        wizard.action_issue()
        with self.assertRaisesRegex(UserError, "follow from Botany test"):
            survey.dokstamp_course_id = False
