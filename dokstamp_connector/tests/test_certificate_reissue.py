from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestCertificateReissue(CertificateCase):
    """Nothing is revoked before there is a document to put in its place."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.certificate = self.issued()

    def make_documents(self):
        self.run_cron("dokstamp_connector.ir_cron_documents")

    def reissue(self, certificates=None):
        certificates = certificates or self.certificate
        certificates.revocation_reason = "Wrong name"
        return certificates.action_reissue()

    def wizard(self, certificates):
        action = certificates.with_user(self.registrar).action_open_reissue()
        wizard = self.env[action["res_model"]].with_user(self.registrar)
        return wizard.browse(action["res_id"])

    def break_documents(self):
        """The school's report fails when it prints."""
        view = self.env["ir.ui.view"].create(
            {
                "name": "broken",
                "type": "qweb",
                "key": "dokstamp_connector.test_broken",
                "arch": '<t t-name="broken"><t t-out="1 / 0"/></t>',
            }
        )
        report = self.env["ir.actions.report"].create(
            {
                "name": "Broken",
                "model": "dokstamp.certificate",
                "report_type": "qweb-pdf",
                "report_name": view.key,
            }
        )
        self.botany.write(
            {"certificate_document": "report", "certificate_report_id": report.id}
        )

    def assert_untouched(self):
        self.assertEqual(self.certificate.state, "issued")
        self.assertFalse(self.requests("PUT"))
        self.assertEqual(len(self.live()), 1)

    # === THE ORDER === #

    def test_the_document_is_there_before_the_revocation_is_queued(self):
        successor = self.reissue()
        self.assertTrue(successor.pdf_sha256 and successor.number)
        self.assertEqual(successor.state, "draft")
        self.assertTrue(successor.is_in_line)
        document = successor.pdf_sha256
        self.flush()
        self.assertEqual(self.certificate.state, "revoked")
        self.assertEqual(successor.state, "issued")
        self.assertEqual(successor.pdf_sha256, document)
        writes = [path for method, path in self.requests() if method != "GET"]
        self.assertTrue(writes[0].endswith("/revoke"))
        self.assertEqual(writes[1:], ["/files", "/certificates"])

    def test_a_report_that_fails_revokes_nothing(self):
        self.break_documents()
        successor = self.reissue()
        self.flush()
        self.make_documents()
        self.flush()
        self.assert_untouched()
        self.assertEqual(successor.state, "failed")
        self.assertTrue(successor.failure_message)
        # mended, and issued by the same button
        self.botany.certificate_document = "own"
        successor.with_user(self.registrar).action_issue()
        self.flush()
        self.assertEqual(self.certificate.state, "revoked")
        self.assertEqual(successor.state, "issued")

    def test_a_document_of_ones_own_is_uploaded_before_anything_is_revoked(self):
        self.botany.certificate_document = "upload"
        successor = self.reissue()
        self.make_documents()
        self.flush()
        self.assert_untouched()
        self.assertIn("uploaded", successor.failure_message)
        successor.with_user(self.registrar).pdf = b"JVBERi0xLjQgc3VjY2Vzc29y"
        successor.with_user(self.registrar).action_issue()
        self.flush()
        self.assertEqual(self.certificate.state, "revoked")
        self.assertEqual(successor.state, "issued")

    def test_a_language_that_is_switched_off_revokes_nothing_or_prints_another(self):
        partner = self.env["res.partner"].create({"name": "Ada"})
        self.ada.partner_id = partner
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET lang = 'fr_FR' WHERE id = %s", [partner.id]
        )
        self.env.invalidate_all()
        successor = self.reissue()
        self.flush()
        self.assertIn(
            (self.certificate.state, successor.state),
            [("revoked", "issued"), ("issued", "failed")],
        )
        self.assertEqual(len(self.live()), 1)

    def test_whatever_speaks_against_it_is_said_before_anything_is_revoked(self):
        for record, values, words in (
            (self.ada, {"date_of_birth": False}, "No date of birth"),
            (self.completion, {"completion_status": "dropped"}, "Not completed"),
            (self.botany, {"institution_id": False}, "belongs to no institution"),
        ):
            before = {name: record[name] for name in values}
            record.sudo().write(values)
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                self.reissue()
            record.sudo().write(before)
        self.assertFalse(self.certificate.replaced_by_ids)
        self.assert_untouched()

    def test_a_hold_that_is_set_meanwhile_stops_it_before_the_revocation(self):
        self.break_documents()
        successor = self.reissue()
        self.botany.certificate_document = "own"
        self.env["dokstamp.hold"].create(
            {"student_id": self.ada.id, "reason": "Library books"}
        )
        self.make_documents()
        self.flush()
        self.assert_untouched()
        self.assertEqual(successor.state, "failed")

    def test_what_is_in_line_stays_as_it_was_checked(self):
        successor = self.reissue()
        with self.assertRaisesRegex(UserError, "is being revoked"):
            successor.with_user(self.registrar).conferral_date = "2026-11-01"
        with self.assertRaisesRegex(UserError, "is being revoked"):
            successor.with_user(self.registrar).active = False

    def test_what_is_in_line_can_be_taken_back_before_anything_is_revoked(self):
        successor = self.reissue()
        self.env.cr.flush()
        successor.with_user(self.registrar).action_draft()
        self.flush()
        self.assert_untouched()
        self.assertFalse(successor.is_in_line)
        successor.with_user(self.registrar).conferral_date = "2026-11-01"
        self.make_documents()
        self.flush()
        self.assert_untouched()
        successor.with_user(self.registrar).action_issue()
        self.flush()
        self.assertEqual(self.certificate.state, "revoked")
        self.assertEqual(successor.state, "issued")

    def test_a_successor_has_the_day_that_is_right_now(self):
        self.completion.completed_at = "2026-10-09"
        successor = self.reissue()
        self.assertEqual(str(successor.conferral_date), "2026-10-09")

    def test_an_exception_goes_over_to_the_successor(self):
        zoology = self.course(name="Zoology", code="ZOO")
        first = self.issued(course_id=zoology.id, enrollment_id=False)
        successor = self.reissue(first)
        self.assertEqual(successor.exception_reason, first.exception_reason)

    # === THE SAME LIST === #

    def test_it_goes_through_the_list_that_issues(self):
        action = self.certificate.action_reissue()
        self.assertEqual(action["res_model"], "dokstamp.certificate.issue")
        wizard = self.wizard(self.certificate)
        self.assertEqual(wizard.line_ids.replaces_id, self.certificate)
        self.assertFalse(wizard.line_ids.obstacle)
        self.assertTrue(wizard.line_ids.action_preview()["url"])
        with self.assertRaisesRegex(UserError, "Tick"):
            wizard.action_issue()
        wizard.confirmed = True
        with self.assertRaisesRegex(UserError, "Give a reason"):
            wizard.action_issue()
        wizard.reason = "Name corrected"
        shown = wizard.action_issue()
        successor = self.env[shown["res_model"]].browse(shown["res_id"])
        self.assertEqual(successor.replaces_id, self.certificate)
        self.flush()
        self.assertEqual(self.certificate.revocation_reason, "Name corrected")
        self.assertEqual(self.certificate.state, "revoked")
        self.assertEqual(successor.state, "issued")

    def test_the_list_names_who_cannot_get_another_one(self):
        bruno = self.student(name="Bruno Example", email="bruno@example.com")
        enrollment = self.enrollment(
            student_id=bruno.id,
            course_id=self.botany.id,
            completion_status="completed",
            completed_at="2026-10-02",
        )
        self.flush()
        brunos = self.issued(student_id=bruno.id, enrollment_id=enrollment.id)
        self.env["dokstamp.hold"].create(
            {"student_id": bruno.id, "reason": "Library books"}
        )
        wizard = self.wizard(self.certificate | brunos)
        [blocked] = wizard.line_ids.filtered("obstacle")
        self.assertEqual(blocked.student_id, bruno)
        wizard.write({"reason": "New seal", "confirmed": True})
        wizard.action_issue()
        self.flush()
        self.assertEqual(brunos.state, "issued")
        self.assertEqual(self.certificate.state, "revoked")

    def test_two_people_who_opened_the_list_make_one_successor(self):
        first, second = self.wizard(self.certificate), self.wizard(self.certificate)
        for wizard in (first, second):
            wizard.write({"reason": "New seal", "confirmed": True})
        first.action_issue()
        with self.assertRaisesRegex(UserError, "has a successor already"):
            second.action_issue()
        self.assertEqual(len(self.certificate.replaced_by_ids), 1)
