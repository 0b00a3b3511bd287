from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestEnrollmentDays(CertificateCase):
    """A day of completion that cannot be, or hardly can, is told."""

    def test_a_completion_in_the_future_is_refused_where_it_is_typed(self):
        with self.assertRaisesRegex(ValidationError, "lies in the future"):
            self.completion.with_user(self.registrar).completed_at = "2999-01-01"

    def test_and_waits_with_a_sentence_where_a_source_brings_it(self):
        self.completion.sudo().completed_at = "2999-01-01"
        self.flush()
        self.assertEqual(self.completion.sync_state, "failed")
        self.assertIn("lies in the future", self.completion.sync_message)
        self.assertFalse(self.sandbox.requests("PATCH"))

    def test_a_completion_before_the_enrollment_is_told_and_sent(self):
        self.completion.completed_at = "2026-08-01"
        self.flush()
        self.assertIn("before the day of enrollment", self.completion.sync_message)
        row = self.sandbox.row("enrollments", uuid=self.completion.dokstamp_uuid)
        self.assertTrue(row["completed_at"].startswith("2026-08-01"))
