from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestCertificateGuard(CertificateCase):
    """Nobody forges, doubles or loses a certificate, whatever they press or type."""

    def lose_answer(self, certificate):
        """The certificate is made at DokStamp, and the row gives up unanswered."""
        self.sandbox.fault("POST", "/certificates", drop="after")
        certificate.action_issue()
        self.flush()
        self.rows_of(certificate)[-1]._fail("gave_up", "Gave up.")
        self.assertEqual(certificate.state, "failed")

    def test_the_context_cannot_suggest_what_dokstamp_answers(self):
        certificate = (
            self.env["dokstamp.certificate"]
            .with_user(self.registrar)
            .with_context(
                default_state="issued",
                default_number="FAKE",
                default_check_token="x",
                default_verification_url="https://example.com/forged",
            )
            .create({"student_id": self.ada.id, "course_id": self.botany.id})
        )
        self.assertEqual(certificate.state, "draft")
        self.assertFalse(certificate.number or certificate.verification_url)
        self.assertNotEqual(certificate.check_token, "x")

    def test_an_issued_certificate_keeps_cohort_account_and_reason(self):
        certificate = self.issued()
        cohort = self.env["dokstamp.cohort"].create(
            {"code": "2026", "course_id": self.botany.id}
        )
        for values in (
            {"cohort_id": cohort.id},
            {"enrollment_id": False},
            {"account_id": False},
            {"active": False},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                certificate.write(values)
        with self.assertRaises(AccessError):
            certificate.replaces_id = self.draft()

    def test_what_left_the_school_stays_in_sight(self):
        certificate = self.issued()
        for archive in (certificate, certificate.sudo()):
            with self.assertRaisesRegex(UserError, "Only drafts"):
                archive.active = False

    def test_an_archived_draft_that_is_issued_is_back_in_sight(self):
        certificate = self.draft()
        certificate.active = False
        certificate.action_issue()
        self.flush()
        self.assertEqual(certificate.state, "issued")
        self.assertTrue(certificate.active)

    def test_two_drafts_for_the_same_are_not_issued_together(self):
        drafts = self.draft() | self.draft()
        with self.assertRaisesRegex(UserError, "same student and course"):
            drafts.action_issue()
        self.assertEqual(drafts.mapped("state"), ["draft", "draft"])

    def test_a_refused_certificate_says_how_it_goes_on(self):
        self.sandbox.fault("POST", "/certificates", status=422)
        certificate = self.draft()
        certificate.action_issue()
        self.flush()
        self.assertEqual(certificate.state, "failed")
        self.assertIn("press Issue again", certificate.failure_message)
        certificate.action_issue()
        self.flush()
        self.assertEqual(certificate.state, "issued")

    def test_a_draft_follows_its_student_to_another_account(self):
        certificate, issued = self.draft(), self.issued()
        second = self.env["dokstamp.account"].create(
            {"name": "Second", "base_url": self.sandbox.url, "tenant": "other-school"}
        )
        self.ada.account_id = second
        self.assertEqual(certificate.account_id, second)
        self.assertEqual(issued.account_id, self.account)

    def test_an_archived_account_leaves_its_certificates_with_a_way_on(self):
        certificate = self.draft()
        certificate.action_issue()
        self.env.cr.flush()
        self.account.with_user(self.manager).active = False
        self.assertEqual(certificate.state, "failed")
        with self.assertRaisesRegex(UserError, "is archived"):
            certificate.action_issue()
        self.account.with_user(self.manager).active = True
        certificate.action_issue()
        self.flush()
        self.assertEqual(certificate.state, "issued", certificate.failure_message)

    def test_the_document_cannot_be_changed_behind_the_certificate(self):
        certificate = self.issued()
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", certificate._name),
                ("res_id", "=", certificate.id),
                ("res_field", "=", "pdf"),
            ]
        )
        self.assertTrue(attachment)
        attachment = attachment.with_user(self.registrar)
        with self.assertRaises(UserError):
            attachment.write({"raw": b"forged"})
        with self.assertRaises(UserError):
            attachment.unlink()

    def test_what_was_sent_and_not_answered_stands_in_the_way_of_another(self):
        lost = self.draft()
        self.lose_answer(lost)
        with self.assertRaisesRegex(UserError, "There is a certificate already"):
            self.draft().action_issue()
        lost.action_issue()
        self.make_due()
        self.flush()
        self.assertEqual(lost.state, "issued")
        self.assertEqual(len(self.live()), 1)

    def test_what_was_sent_cannot_become_another_persons(self):
        lost = self.draft()
        self.lose_answer(lost)
        grace = self.student(name="Grace Example", email="grace@example.com")
        with self.assertRaisesRegex(UserError, "Press Issue again"):
            lost.student_id = grace

    def test_who_changes_a_certificate_has_prepared_it(self):
        self.account.needs_approval = True
        certificate = self.draft().with_user(self.manager)
        certificate.conferral_date = "2026-10-02"
        with self.assertRaisesRegex(UserError, "second person"):
            certificate.action_issue()
        with self.assertRaisesRegex(UserError, "second person"):
            certificate.with_user(self.registrar).action_issue()
        certificate.with_user(self.colleague()).action_issue()
        self.assertEqual(certificate.state, "queued")

    def colleague(self):
        return new_test_user(
            self.env,
            login="third-registrar@example.com",
            groups="dokstamp_connector.group_registrar",
        )

    def test_who_changes_the_student_of_a_draft_has_prepared_it(self):
        self.account.needs_approval = True
        certificate = self.draft()  # the registrar's
        self.ada.with_user(self.manager).name = "Mallory Example"
        with self.assertRaisesRegex(UserError, "second person"):
            certificate.with_user(self.manager).action_issue()
        self.botany.with_user(self.registrar).workload_hours = 400
        with self.assertRaisesRegex(UserError, "second person"):
            certificate.with_user(self.registrar).action_issue()
        certificate.with_user(self.colleague()).action_issue()
        self.assertEqual(certificate.state, "queued")

    def test_a_question_does_not_cover_a_revocation(self):
        certificate = self.issued()
        certificate.revocation_reason = "Wrong name"
        certificate.action_revoke()
        certificate.action_sync_now()
        self.env.cr.flush()
        self.run_cron("dokstamp_connector.ir_cron_refresh_certificates")
        self.flush()
        self.assertEqual(certificate.state, "revoked")
        self.assertFalse(self.live())

    def test_an_old_answer_does_not_bring_a_revoked_certificate_back(self):
        certificate = self.issued()
        certificate.revocation_reason = "Wrong name"
        certificate.action_revoke()
        self.flush()
        self.sandbox.change("certificates", certificate.dokstamp_uuid, status="issued")
        certificate.action_sync_now()
        self.flush()
        self.assertEqual(certificate.state, "revoked")

    def test_a_withdrawn_completion_issues_nothing(self):
        self.botany.write({"automatic_issue": "issue", "issue_delay": 0})
        grace = self.student(name="Grace Example", email="grace@example.com")
        attending = self.enrollment(student_id=grace.id, course_id=self.botany.id)
        attending.completion_status = "completed"
        certificate = attending.certificate_ids
        attending.completion_status = "dropped"
        self.run_cron("dokstamp_connector.ir_cron_issue_due")
        self.assertEqual(certificate.state, "draft")
        self.assertIn("Not completed", certificate.failure_message)

    def test_a_registrar_cannot_set_a_certificate_to_issue_itself(self):
        with self.assertRaises(AccessError):
            self.draft(issue_at="2020-01-01 00:00:00")

    def test_a_cancelled_row_leaves_the_certificate_with_a_way_on(self):
        certificate = self.draft()
        certificate.action_issue()
        self.env.cr.flush()
        self.rows_of(certificate).with_user(self.manager).action_cancel()
        self.assertEqual(certificate.state, "failed")
        certificate.action_issue()
        self.flush()
        self.assertEqual(certificate.state, "issued")

    def test_a_manager_who_retries_the_row_issues_the_certificate(self):
        self.sandbox.fault("POST", "/certificates", status=422)
        certificate = self.draft()
        certificate.action_issue()
        self.flush()
        self.rows_of(certificate).with_user(self.manager).action_retry()
        self.assertEqual(certificate.state, "queued")
        self.flush()
        self.assertEqual(certificate.state, "issued")

    def test_a_retried_row_does_not_get_around_a_hold(self):
        certificate = self.draft()
        certificate.action_issue()
        self.env.cr.flush()
        row = self.rows_of(certificate).with_user(self.manager)
        row.action_cancel()
        self.env["dokstamp.hold"].create(
            {"student_id": self.ada.id, "reason": "Library books"}
        )
        with self.assertRaisesRegex(UserError, "Library books"):
            row.action_retry()
        self.flush()
        self.assertFalse(self.requests("POST"))

    def test_a_retried_row_does_not_make_a_second_certificate(self):
        self.sandbox.fault("POST", "/files", status=422)
        first = self.draft()
        first.action_issue()
        self.flush()
        self.assertEqual(first.state, "failed")
        self.issued()
        with self.assertRaisesRegex(UserError, "There is a certificate already"):
            self.rows_of(first).with_user(self.manager).action_retry()
        self.flush()
        self.assertEqual(len(self.live()), 1)

    def test_a_certificate_can_be_revoked_whatever_became_of_its_course(self):
        certificate = self.issued()
        second = self.env["dokstamp.account"].create(
            {
                "name": "Second",
                "base_url": self.sandbox.url,
                "tenant": "other-school",
            }
        )
        self.botany.account_id = second
        certificate.revocation_reason = "Wrong name"
        certificate.action_revoke()
        self.flush()
        self.assertEqual(certificate.state, "revoked")

    def test_an_enrollment_must_be_the_students_own(self):
        grace = self.student(name="Grace Example", email="grace@example.com")
        with self.assertRaisesRegex(ValidationError, "another student"):
            self.draft(student_id=grace.id)

    def test_only_a_pdf_is_a_document(self):
        with self.assertRaisesRegex(ValidationError, "PDF"):
            self.draft(pdf="bm90IGEgcGRm")
