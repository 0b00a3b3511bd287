from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestCertificateRecall(CertificateCase):
    """Back to draft, as long as DokStamp has nothing of it."""

    def make_documents(self):
        self.run_cron("dokstamp_connector.ir_cron_documents")

    def queued(self, **values):
        certificate = self.draft(**values)
        certificate.action_issue()
        return certificate

    def test_what_is_taken_back_before_it_is_sent_never_reaches_dokstamp(self):
        certificate = self.queued()
        self.env.cr.flush()
        certificate.action_draft()
        self.flush()
        self.assertEqual(certificate.state, "draft")
        self.assertFalse(self.requests("POST"))
        self.assertEqual(self.rows_of(certificate).state, "done")

    def test_what_was_taken_back_can_be_corrected_and_keeps_its_number(self):
        certificate = self.queued(pdf=False)
        number = certificate.number
        certificate.action_draft()
        certificate.conferral_date = "2026-10-05"
        certificate.action_issue()
        self.make_documents()
        self.flush()
        self.assertEqual(certificate.state, "issued")
        self.assertEqual(certificate.number, number)
        self.assertEqual(len(self.live()), 1)

    def test_a_draft_that_has_its_number_is_archived_instead_of_deleted(self):
        certificate = self.queued()
        certificate.action_draft()
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            certificate.unlink()
        certificate.active = False
        self.draft().unlink()

    def test_a_document_that_was_made_is_made_anew_after_the_correction(self):
        self.botany.shows_grade = True
        certificate = self.queued(pdf=False)
        self.make_documents()
        made = certificate.pdf_sha256
        certificate.action_draft()
        self.completion.grade = 9.5  # no field of the certificate
        certificate.action_issue()
        self.assertFalse(certificate.pdf)
        self.make_documents()
        self.assertNotIn(certificate.pdf_sha256, (made, False))

    def test_a_document_that_a_registrar_uploaded_is_kept(self):
        certificate = self.queued()
        document = certificate.pdf
        certificate.action_draft()
        certificate.action_issue()
        self.assertEqual(certificate.pdf, document)

    def test_what_dokstamp_has_the_document_of_goes_through(self):
        certificate = self.queued()
        self.sandbox.fault("POST", "/certificates", status=503)
        self.flush()
        with self.assertRaisesRegex(UserError, "Revoke the certificate once"):
            certificate.action_draft()
        self.make_due()
        self.flush()
        self.assertEqual(certificate.state, "issued")

    def test_one_that_is_taken_back_while_its_document_travels_is_not_created(self):
        certificate = self.queued()
        self.sandbox.fault("POST", "/certificates", status=503)
        self.flush()  # as far as a flush gets that planned just before
        certificate.sudo().state = "draft"
        self.make_due()
        self.sandbox.forget_requests()
        self.flush()
        self.assertFalse(self.requests("POST", "/certificates"))
        certificate.action_issue()
        self.flush()
        self.assertEqual(certificate.state, "issued")
        self.assertEqual(len(self.live()), 1)

    def test_an_issued_one_is_not_taken_back(self):
        certificate = self.issued()
        with self.assertRaises(UserError):
            certificate.action_draft()
        self.assertEqual(certificate.state, "issued")

    def test_a_run_is_taken_back_as_far_as_it_did_not_get(self):
        run = self.env["dokstamp.issue.run"].create({"name": "Botany"})
        first = self.issued()
        grace = self.student(name="Grace Example", email="grace@example.com")
        second = self.queued(student_id=grace.id, enrollment_id=False, pdf=False)
        (first | second).sudo().run_id = run
        run.with_user(self.registrar).action_pause()
        run.with_user(self.registrar).action_draft()
        self.make_documents()
        self.flush()
        self.assertEqual((first.state, second.state), ("issued", "draft"))
        self.assertEqual(run.state, "prepared")

    def test_a_stranger_takes_nothing_back(self):
        stranger = new_test_user(self.env, login="stranger@example.com")
        with self.assertRaises(AccessError):
            self.queued().with_user(stranger).action_draft()
