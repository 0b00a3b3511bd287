from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestCertificateExceptions(CertificateCase):
    """What speaks against a certificate does so by every way in, unless a person says
    why it is issued all the same.
    """

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.grace = self.student(name="Grace Example", email="grace@example.com")
        cls.attending = self.enrollment(
            student_id=cls.grace.id, course_id=self.botany.id
        )
        self.flush()

    def graces(self, **values):
        """A draft for somebody who is only enrolled, with a day that somebody typed."""
        return self.draft(
            **{
                "student_id": self.grace.id,
                "enrollment_id": self.attending.id,
                "conferral_date": "2026-10-01",
                **values,
            }
        )

    def wizard(self, records, opener="_open_for"):
        model = self.env["dokstamp.certificate.issue"].with_user(self.registrar)
        return model.browse(getattr(model, opener)(records)["res_id"])

    def assert_nothing_left(self):
        self.flush()
        self.assertFalse(self.requests("POST", "/certificates"))
        self.assertFalse(self.requests("PUT"))

    # === EVERY WAY IN === #

    def test_the_form_and_the_button_say_the_same(self):
        model = self.env["dokstamp.certificate"].with_user(self.registrar)
        with Form(model) as form:
            form.student_id = self.grace
            form.course_id = self.botany
            self.assertEqual(form.enrollment_id, self.attending)
            form.conferral_date = "2026-10-01"
        draft = form.record
        wizard = self.wizard(draft)
        self.assertEqual(wizard.line_ids.obstacle, "Not completed.")
        self.assertEqual(wizard.ready_count, 0)
        self.assertEqual(
            self.wizard(self.attending).line_ids.obstacle, "Not completed."
        )
        with self.assertRaisesRegex(UserError, "Not completed"):
            draft.action_issue()
        self.assert_nothing_left()

    def test_one_of_many_that_must_not_go_holds_all_of_them(self):
        with self.assertRaisesRegex(UserError, "Grace Example\nNot completed"):
            (self.draft() | self.graces()).action_issue()
        self.assert_nothing_left()

    def test_a_draft_that_names_no_enrollment_is_no_way_around(self):
        for values in ({}, {"exception_reason": "  "}):
            draft = self.graces(enrollment_id=False, exception_reason=False)
            draft.write(values)
            with self.assertRaisesRegex(UserError, "Not completed"):
                draft.action_issue()

    def test_nobody_is_certified_who_was_never_enrolled(self):
        zoology = self.course(name="Zoology", code="ZOO")
        draft = self.graces(
            course_id=zoology.id, enrollment_id=False, exception_reason=False
        )
        with self.assertRaisesRegex(UserError, "not enrolled in this course"):
            draft.action_issue()

    def test_who_dropped_the_course_has_not_completed_it(self):
        self.attending.completion_status = "dropped"
        with self.assertRaisesRegex(UserError, "dropped the course"):
            self.graces().action_issue()

    def test_an_import_makes_a_draft_that_is_refused_all_the_same(self):
        self.env["dokstamp.certificate"].with_user(self.registrar).load(
            ["student_id/.id", "course_id/.id", "conferral_date"],
            [[str(self.grace.id), str(self.botany.id), "2026-10-01"]],
        )
        draft = self.grace.certificate_ids
        self.assertEqual(draft.enrollment_id, self.attending)
        with self.assertRaisesRegex(UserError, "Not completed"):
            draft.with_user(self.registrar).action_issue()

    def test_a_run_that_is_retried_leaves_out_who_is_no_longer_completed(self):
        run = self.env["dokstamp.issue.run"].with_user(self.registrar)
        run = run.create({"name": "Botany"})
        self.attending.write(
            {"completion_status": "completed", "completed_at": "2026-10-01"}
        )
        drafts = self.draft(run_id=run.id) | self.graces(run_id=run.id)
        drafts.sudo().write({"state": "failed"})
        self.attending.completion_status = "enrolled"
        run.action_retry_failed()
        self.assertEqual(drafts.mapped("state"), ["queued", "failed"])
        self.assertIn("Not completed", drafts[1].failure_message)

    def test_a_row_that_is_retried_is_no_way_around(self):
        certificate = self.draft()
        certificate.action_issue()
        self.env.cr.flush()
        row = self.rows_of(certificate).with_user(self.manager)
        row.action_cancel()
        self.completion.completion_status = "enrolled"
        with self.assertRaisesRegex(UserError, "Not completed"):
            row.action_retry()
        self.assert_nothing_left()

    def test_a_completion_that_is_taken_back_on_the_way_stops_it(self):
        before, after = self.draft(pdf=False), self.draft_of(self.graces_completed())
        (before | after).action_issue()
        self.completion.completion_status = "enrolled"
        self.run_cron("dokstamp_connector.ir_cron_documents")
        self.attending.completion_status = "dropped"
        self.flush()
        self.assertEqual(before.state, "failed")
        self.assertIn("Not completed", before.failure_message)
        self.assertEqual(after.state, "failed")
        self.assertIn("dropped", after.failure_message)
        self.assertFalse(self.live())

    def graces_completed(self):
        self.attending.write(
            {"completion_status": "completed", "completed_at": "2026-10-01"}
        )
        self.flush()
        return self.attending

    def draft_of(self, enrollment):
        return self.draft(
            student_id=enrollment.student_id.id, enrollment_id=enrollment.id
        )

    def test_a_successor_needs_a_completion_too_and_nothing_is_revoked(self):
        certificate = self.issued()
        self.completion.completion_status = "enrolled"
        certificate.revocation_reason = "Wrong name"
        with self.assertRaisesRegex(UserError, "Not completed"):
            certificate.action_reissue()
        self.assertFalse(certificate.replaced_by_ids)
        self.assert_nothing_left()

    def test_what_the_school_has_put_away_is_not_certified_by_itself(self):
        draft = self.draft()
        for record in (self.completion, self.ada, self.botany):
            record.active = False
            with (
                self.subTest(record._name),
                self.assertRaisesRegex(UserError, "is archived"),
            ):
                draft.action_issue()
            record.active = True
        draft.action_issue()
        self.assertEqual(draft.state, "queued")

    # === WHAT DOES NOT FIT TOGETHER === #

    def test_a_cohort_of_another_course_is_refused(self):
        zoology = self.course(name="Zoology", code="ZOO")
        cohort = self.env["dokstamp.cohort"].create(
            {"code": "Z-1", "course_id": zoology.id}
        )
        with self.assertRaisesRegex(ValidationError, "of another course"):
            self.draft(cohort_id=cohort.id)

    def test_a_draft_follows_its_enrollment_into_another_cohort(self):
        draft = self.draft()
        cohort = self.env["dokstamp.cohort"].create(
            {"code": "B-1", "course_id": self.botany.id}
        )
        self.completion.cohort_id = cohort
        self.assertEqual(draft.cohort_id, cohort)

    def test_an_enrollment_that_became_another_ones_is_noticed(self):
        draft = self.draft()
        bruno = self.student(name="Bruno Example", email="bruno@example.com")
        self.completion.student_id = bruno
        with self.assertRaisesRegex(UserError, "another student's"):
            draft.action_issue()

    def test_a_student_who_is_chosen_anew_brings_the_own_enrollment(self):
        self.graces_completed()
        draft = self.draft(pdf=False)
        draft.student_id = self.grace
        self.assertEqual(draft.enrollment_id, self.attending)
        self.assertEqual(draft.conferral_date, self.attending.completed_at)

    # === EXCEPTIONS === #

    def test_an_exception_is_in_somebodys_words_that_stay(self):
        draft = self.graces()
        draft.exception_reason = "Passed the exam at our partner school."
        self.assertEqual(draft.exception_author_id, self.registrar)
        draft.action_issue()
        self.flush()
        self.assertEqual(draft.state, "issued")
        entry = self.env["dokstamp.register.entry"].search(
            [("certificate_id", "=", draft.id)]
        )
        self.assertEqual(entry.exception_reason, draft.exception_reason)
        with self.assertRaises(UserError):
            draft.exception_reason = "Something else."
        with self.assertRaises(UserError):
            entry.with_user(self.manager).exception_reason = "Something else."

    def test_an_exception_is_said_in_the_list(self):
        wizard = self.wizard(self.attending | self.completion)
        [line] = wizard.line_ids.filtered("obstacle")
        self.assertEqual(line.student_id, self.grace)
        self.assertFalse(line.is_selected)
        with Form(wizard) as form:
            with form.line_ids.edit(0) as edited:  # who gets none comes first
                edited.exception_reason = "Passed elsewhere."
                edited.conferral_date = "2026-10-05"
                self.assertTrue(edited.is_selected)
                self.assertFalse(edited.obstacle)
            form.confirmed = True
        self.assertEqual(wizard.ready_count, 2)
        wizard.action_issue()
        certificate = self.grace.certificate_ids
        self.assertEqual(certificate.exception_reason, "Passed elsewhere.")
        self.assertEqual(str(certificate.conferral_date), "2026-10-05")
        self.assertFalse(self.ada.certificate_ids.exception_reason)

    def test_no_word_lifts_a_hold_or_fills_in_a_date_of_birth(self):
        self.env["dokstamp.hold"].with_user(self.registrar).create(
            {"student_id": self.grace.id, "reason": "Library books"}
        )
        with self.assertRaisesRegex(UserError, "Library books"):
            self.graces(exception_reason="Never mind.").action_issue()
        self.ada.date_of_birth = False
        with self.assertRaisesRegex(UserError, "No date of birth"):
            self.draft(exception_reason="Never mind.").action_issue()

    def test_who_made_an_exception_does_not_approve_it(self):
        self.account.needs_approval = True
        draft = self.graces()
        draft.with_user(self.manager).exception_reason = "Passed elsewhere."
        with self.assertRaisesRegex(UserError, "second person"):
            draft.with_user(self.manager).action_issue()

    def test_nobody_makes_an_exception_in_another_ones_name(self):
        with self.assertRaises(AccessError):
            self.graces(exception_author_id=self.manager.id)

    # === THE DAY === #

    def test_each_is_conferred_on_its_own_day(self):
        self.graces_completed().completed_at = "2026-10-20"
        wizard = self.wizard(self.completion | self.attending)
        self.assertFalse(wizard.conferral_date)
        wizard.confirmed = True
        wizard.action_issue()
        days = self.env["dokstamp.certificate"].search([]).mapped("conferral_date")
        self.assertEqual(sorted(map(str, days)), ["2026-10-01", "2026-10-20"])

    def test_one_day_for_all_is_chosen_on_purpose(self):
        self.graces_completed()
        prepared = self.draft()
        wizard = self.wizard(self.completion | self.attending)
        wizard.write({"conferral_date": "2026-11-15", "confirmed": True})
        wizard.action_issue()
        certificates = prepared | self.grace.certificate_ids
        self.assertEqual(
            set(map(str, certificates.mapped("conferral_date"))), {"2026-11-15"}
        )

    def test_a_day_that_is_not_known_is_missing_until_somebody_types_it(self):
        self.graces_completed().completed_at = False
        wizard = self.wizard(self.attending)
        self.assertFalse(wizard.line_ids.conferral_date)
        self.assertIn("day of completion is not known", wizard.line_ids.obstacle)
        wizard.confirmed = True
        with self.assertRaisesRegex(UserError, "Nobody in this list"):
            wizard.action_issue()
        draft = self.draft_of(self.attending)
        self.assertFalse(draft.conferral_date)
        with self.assertRaisesRegex(UserError, "day of completion is not known"):
            draft.action_issue()
        draft.unlink()
        wizard.line_ids.conferral_date = "2026-10-07"
        wizard.action_issue()
        certificate = self.grace.certificate_ids
        self.assertEqual(str(certificate.conferral_date), "2026-10-07")
        self.assertEqual(certificate.state, "queued")

    def test_no_day_is_certified_that_is_yet_to_come(self):
        draft = self.draft()
        draft.conferral_date = fields.Date.today() + timedelta(days=3)
        with self.assertRaisesRegex(UserError, "yet to come"):
            draft.action_issue()
        draft.exception_reason = "The ceremony is on Monday."
        with self.assertRaisesRegex(UserError, "yet to come"):
            draft.action_issue()

    def test_a_day_before_the_completion_needs_a_word(self):
        draft = self.draft(conferral_date="2026-09-30")
        with self.assertRaisesRegex(UserError, "before the completion"):
            draft.action_issue()
        draft.exception_reason = "The exam was in September."
        draft.action_issue()
        self.assertEqual(draft.state, "queued")

    def test_a_draft_follows_a_corrected_completion_but_not_from_a_chosen_day(self):
        own, chosen = self.draft(), self.draft(conferral_date="2026-11-15")
        self.completion.completed_at = "2026-10-09"
        self.assertEqual(str(own.conferral_date), "2026-10-09")
        self.assertEqual(str(chosen.conferral_date), "2026-11-15")
        issued = own
        issued.action_issue()
        self.flush()
        self.completion.completed_at = "2026-10-10"
        self.assertEqual(str(issued.conferral_date), "2026-10-09")

    def test_nothing_issues_itself_without_a_day(self):
        self.botany.write({"automatic_issue": "issue", "issue_delay": 0})
        self.attending.completion_status = "completed"
        certificate = self.attending.certificate_ids
        self.assertFalse(certificate.conferral_date)
        certificate.issue_at = fields.Datetime.now() - timedelta(minutes=1)
        self.run_cron("dokstamp_connector.ir_cron_issue_due")
        self.assertEqual(certificate.state, "draft")
        self.assertIn("day of completion is not known", certificate.failure_message)

    def test_what_issues_itself_has_the_day_of_its_completion(self):
        self.botany.write({"automatic_issue": "issue", "issue_delay": 0})
        today = fields.Date.today()
        self.attending.write({"completion_status": "completed", "completed_at": today})
        certificate = self.attending.certificate_ids
        certificate.issue_at = fields.Datetime.now() - timedelta(minutes=1)
        self.run_cron("dokstamp_connector.ir_cron_issue_due")
        self.assertEqual(certificate.state, "queued")
        self.assertEqual(certificate.conferral_date, today)

    # === WHERE THE QR CODE LEADS === #

    def test_no_dead_link_is_printed_before_a_manager_has_said_that_it_is_right(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("web.base.url", "http://odoo.intranet:8069")
        draft = self.draft()
        with self.assertRaisesRegex(UserError, "odoo.intranet"):
            draft.action_issue()
        wizard = self.wizard(self.completion)
        self.assertIn("odoo.intranet", wizard.warning)
        wizard.confirmed = True
        with self.assertRaisesRegex(UserError, "odoo.intranet"):
            wizard.action_issue()
        self.assert_nothing_left()
        self.account.with_user(self.manager).action_confirm_check_address()
        draft.action_issue()
        self.assertEqual(draft.state, "queued")
