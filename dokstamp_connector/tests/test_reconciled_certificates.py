from odoo.tests import tagged

from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestReconciledCertificates(CertificateCase):
    def reconcile(self):
        self.run_cron("dokstamp_connector.ir_cron_reconcile")
        return self.env["dokstamp.run"].search([], limit=1)

    def test_what_dokstamp_has_revoked_is_found_and_taken_over(self):
        certificate = self.issued()
        run = self.reconcile()
        self.assertFalse(run.line_ids)
        self.sandbox.change("certificates", certificate.dokstamp_uuid, status="revoked")
        run = self.reconcile()
        [line] = run.line_ids
        self.assertEqual(
            line.differences_text, "State: Issued here, Revoked at DokStamp"
        )
        line.with_user(self.manager).action_repair()
        self.run_cron("dokstamp_connector.ir_cron_run")
        self.flush()
        self.assertEqual(certificate.state, "revoked")
        self.assertEqual(line.outcome, "done")
        self.assertFalse(self.requests("PUT"))
        run = self.reconcile()
        self.assertFalse(run.line_ids)
        self.assertEqual(run.equal_count, run.total_count)

    def test_what_was_revoked_here_and_is_valid_there_is_told(self):
        certificate = self.issued()
        certificate.revocation_reason = "Exchanged"
        certificate.action_revoke()
        self.flush()
        self.assertEqual(certificate.state, "revoked")
        self.sandbox.change("certificates", certificate.dokstamp_uuid, status="issued")
        self.sandbox.forget_requests()
        [line] = self.reconcile().line_ids
        self.assertEqual(line.finding, "refuse")
        self.assertIn("It is revoked here, and DokStamp calls it valid", line.reason)
        self.assertFalse(self.requests("POST"))
        self.assertEqual(certificate.state, "revoked")
