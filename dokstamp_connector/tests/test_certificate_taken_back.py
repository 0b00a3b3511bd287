from odoo.tests import tagged

from .test_portal import PortalCase, text_of

REFUSAL = {"message": "This action is unauthorized."}


@tagged("post_install", "-at_install")
class TestTakenBack(PortalCase):
    """What the school has revoked is taken back for its students at once, and asking
    DokStamp goes on whatever became of the revocation.
    """

    def revoke(self, certificate):
        certificate.revocation_reason = "Wrong name"
        certificate.action_revoke()

    def refused(self, status=403):
        """A certificate whose revocation DokStamp has refused."""
        certificate = self.issued()
        self.sandbox.fault("PUT", ".*/revoke", None, status=status, json=REFUSAL)
        self.revoke(certificate)
        self.flush()
        self.assertEqual(certificate.state, "issued")
        self.assertEqual(self.rows_of(certificate)[-1].state, "failed")
        self.sandbox.forget_requests()
        return certificate

    def revoke_at_dokstamp(self, certificate):
        self.sandbox.change(
            "certificates",
            certificate.dokstamp_uuid,
            status="revoked",
            revoked_at="2026-11-01T00:00:00.000000Z",
        )

    def check_not_offered(self, certificate):
        card = self.card_of(certificate)
        self.assertNotIn("Valid", text_of(card))
        self.assertIn("revoked", text_of(card))
        for label in ("Download PDF", "Add to LinkedIn", "Verify at DokStamp"):
            self.assertNotIn(label, self.links(card))
        response = self.url_open(f"/my/certificates/{certificate.id}/pdf")
        self.assertEqual(response.status_code, 404)
        check = self.url_open(
            f"/dokstamp/check/{certificate.check_token}", allow_redirects=False
        )
        self.assertEqual(check.status_code, 200, "it leads nowhere")

    def test_asking_after_a_refused_revocation_asks(self):
        for status in (403, 422):
            with self.subTest(status):
                certificate = self.refused(status)
                self.revoke_at_dokstamp(certificate)
                certificate.with_user(self.registrar).action_sync_now()
                self.flush()
                path = f"/certificates/{certificate.dokstamp_uuid}"
                self.assertIn(("GET", path), self.requests())
                self.assertEqual(certificate.state, "revoked")
                self.assertEqual(certificate.sync_state, "synced")
                self.assertNotIn("failed", self.rows_of(certificate).mapped("state"))
                self.sandbox.clear_faults()

    def test_the_daily_question_asks_too(self):
        certificate = self.refused()
        self.revoke_at_dokstamp(certificate)
        self.run_cron("dokstamp_connector.ir_cron_refresh_certificates")
        self.flush()
        self.assertEqual(certificate.state, "revoked")

    def test_an_answer_that_it_is_issued_leaves_the_failure_in_sight(self):
        certificate = self.refused()
        reason = self.rows_of(certificate)[-1].failure_message
        certificate.with_user(self.registrar).action_sync_now()
        self.flush()
        self.assertEqual(certificate.sync_state, "failed")
        self.assertEqual(certificate.sync_message, reason)
        self.check_not_offered(certificate)
        self.sandbox.clear_faults()
        certificate.with_user(self.registrar).action_revoke()
        self.flush()
        self.assertEqual(certificate.state, "revoked")
        self.assertEqual(certificate.sync_state, "synced")

    def test_asking_sends_a_revocation_that_waits_for_its_next_attempt(self):
        certificate = self.issued()
        self.sandbox.fault("PUT", ".*/revoke", status=500)
        self.revoke(certificate)
        self.flush()
        self.assertEqual(certificate.sync_state, "pending")
        certificate.with_user(self.registrar).action_sync_now()
        self.flush()
        self.assertEqual(certificate.state, "revoked")
        self.assertEqual(len(self.live()), 0)

    def test_the_daily_question_leaves_a_revocation_to_its_time(self):
        certificate = self.issued()
        self.sandbox.fault("PUT", ".*/revoke", status=500)
        self.revoke(certificate)
        self.flush()
        self.sandbox.forget_requests()
        self.run_cron("dokstamp_connector.ir_cron_refresh_certificates")
        self.flush()
        self.assertFalse(self.sandbox.requests())

    def test_portal_offers_nothing_whose_revocation_is_on_its_way_or_refused(self):
        certificate = self.issued()
        self.revoke(certificate)
        self.env.cr.flush()
        self.env.invalidate_all()
        self.check_not_offered(certificate)
        self.sandbox.fault("PUT", ".*/revoke", None, status=403, json=REFUSAL)
        self.flush()
        self.check_not_offered(certificate)

    def test_revocation_that_was_given_up_is_offered_again(self):
        certificate = self.refused()
        self.rows_of(certificate)[-1].with_user(self.manager).action_cancel()
        self.env.flush_all()
        self.env.invalidate_all()
        card = self.card_of(certificate)
        self.assertIn("Valid", text_of(card))
        self.assertIn("Download PDF", self.links(card))

    def test_a_reason_that_is_only_typed_takes_nothing_back(self):
        certificate = self.issued()
        certificate.with_user(self.registrar).revocation_reason = "Perhaps"
        self.env.flush_all()
        self.assertIn("Valid", text_of(self.card_of(certificate)))
