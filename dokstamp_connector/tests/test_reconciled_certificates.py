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
        self.assertFalse(self.reconcile().line_ids)
