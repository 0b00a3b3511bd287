from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.dokstamp_connector.models.certificates.taken_numbers import pattern_of

from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestTakenNumbers(CertificateCase):
    """After the addon was removed and installed again no number is given twice."""

    def install_anew(self):
        """What is left is at DokStamp: no certificate here, and a new sequence."""
        self.env["dokstamp.certificate"].search([]).number = False
        self.env["dokstamp.certificate"].search([]).state = "failed"
        self.sequence().date_range_ids.unlink()
        self.account.state = "draft"
        self.sandbox.forget_requests()

    def sequence(self):
        return self.env["dokstamp.certificate"]._sequence(self.env.company)

    def upload(self, *names):
        self.account._client().files.upload(
            [
                (name, f"%PDF-1.4 {name} {self.id()}".encode(), "application/pdf")
                for name in names
            ]
        )

    def test_numbers_go_on_after_the_highest_one_at_dokstamp(self):
        self.upload(
            *("CERT-2026-00007.pdf", "CERT-2026-00041.pdf", "CERT-2025-00900.pdf"),
            *("Transcript 2026.pdf", "OTHER-2026-70000.pdf", "CERT-0000-00088.pdf"),
        )
        self.install_anew()
        self.account.with_user(self.manager).action_test_connection()
        self.assertFalse(self.account.numbers_problem)
        certificate = self.draft()
        certificate.action_issue()
        self.assertEqual(certificate.number, "CERT/2026/00042")
        earlier = self.draft(
            student_id=self.student(name="Bo", email="bo@example.com").id,
            enrollment_id=False,
            conferral_date="2025-05-05",
        )
        earlier.action_issue()
        self.assertEqual(earlier.number, "CERT/2025/00901")

    def test_no_number_is_guessed_while_dokstamp_does_not_tell(self):
        self.upload("CERT-2026-00007.pdf")
        self.install_anew()
        self.sandbox.fault("GET", "/files", times=50, status=403)
        self.account.action_test_connection()
        self.assertEqual(self.account.state, "connected")
        certificate = self.draft()
        with self.assertRaisesRegex(UserError, "numbers are in use"):
            certificate.action_issue()
        self.assertFalse(certificate.number)
        self.sandbox.clear_faults()
        self.account.action_test_connection()
        certificate.action_issue()
        self.assertEqual(certificate.number, "CERT/2026/00008")

    def test_a_school_that_has_numbers_here_is_not_asked_again(self):
        self.issued()
        self.account.action_pause()
        self.account.action_resume()
        self.assertFalse(self.requests("GET", "/files"))

    def test_a_sequence_of_ones_own_goes_on_too(self):
        sequence = self.sequence()
        sequence.write(
            {"prefix": "S/%(year)s-", "suffix": "/X", "use_date_range": False}
        )
        self.upload("S-2026-0012-X.pdf", "S-2025-0030-X.pdf", "S-2026-9999.pdf")
        self.install_anew()
        self.account.action_test_connection()
        certificate = self.draft()
        certificate.action_issue()
        self.assertEqual(certificate.number, "S/2026-00031/X")

    def test_what_only_looks_like_a_number_is_none(self):
        pattern = pattern_of("CERT/%(range_year)s/", None)
        self.assertTrue(pattern.fullmatch("CERT-2026-00001"))
        for name in ("CERT-2026-", "CERT-2026-1 (1)", "xCERT-2026-1", "CERT-26-00001"):
            self.assertFalse(pattern.fullmatch(name), name)
