from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.certificates import delivery
from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestCertificateRevoke(CertificateCase):
    """Taking back, correcting, and proving it later."""

    def revoke(self, certificate, reason="Wrong name"):
        action = certificate.action_revoke()
        wizard = self.env[action["res_model"]].with_user(self.registrar)
        wizard = wizard.browse(action["res_id"])
        wizard.reason = reason
        wizard.action_confirm()
        self.flush()

    def test_revoking_asks_for_a_reason_and_shows_it_publicly(self):
        certificate = self.issued()
        self.revoke(certificate)
        self.assertEqual(certificate.state, "revoked")
        self.assertTrue(certificate.revoked_at)
        remote = self.sandbox.row("certificates", uuid=certificate.dokstamp_uuid)
        self.assertEqual(remote["revocation_reason"], "Wrong name")
        self.assertEqual(self.audit_of(certificate)[-1].event, "revoked")

    def test_a_draft_cannot_be_revoked(self):
        with self.assertRaises(UserError):
            self.draft().action_revoke()

    def test_one_that_was_revoked_at_dokstamp_counts_as_revoked(self):
        certificate = self.issued()
        self.sandbox.set_options(revoke_again="reject")
        self.sandbox.change(
            "certificates",
            certificate.dokstamp_uuid,
            status="revoked",
            revoked_at="2026-11-01T00:00:00.000000Z",
        )
        self.revoke(certificate)
        self.assertEqual(certificate.state, "revoked")

    def test_reissuing_revokes_first_and_links_both(self):
        certificate = self.issued()
        action = certificate.action_reissue()
        wizard = self.env[action["res_model"]].with_user(self.registrar)
        wizard = wizard.browse(action["res_id"])
        wizard.write({"reason": "Name corrected", "confirmed": True})
        wizard.action_issue()
        successor = certificate.replaced_by_id
        self.assertEqual(successor.state, "draft")
        successor.pdf = b"JVBERi0xLjQgc3VjY2Vzc29y"
        self.flush()
        self.assertEqual(certificate.state, "revoked")
        self.assertEqual(successor.state, "issued")
        self.assertEqual(successor.replaces_id, certificate)
        self.assertEqual(len(self.live()), 1)
        writes = [path for method, path in self.requests() if method != "GET"]
        self.assertTrue(writes[0].endswith("/revoke"))

    def test_the_register_has_a_line_for_each_step_without_gaps(self):
        certificate = self.issued()
        certificate.revocation_reason = "Name corrected"
        certificate.action_reissue()
        certificate.replaced_by_id.pdf = b"JVBERi0xLjQgc3VjY2Vzc29yIDI="
        self.flush()
        entries = self.env["dokstamp.register.entry"].search(
            [("institution_id", "=", self.institution.id)], order="entry_number"
        )
        self.assertEqual(entries.mapped("event"), ["issued", "revoked", "replaced"])
        self.assertEqual(entries.mapped("entry_number"), [1, 2, 3])
        self.assertEqual(entries[2].replaced_number, certificate.number)
        with self.assertRaises(UserError):
            entries[0].student_name = "Somebody Else"
        with self.assertRaises(UserError):
            entries[0].unlink()

    def test_what_changed_since_issue_is_found(self):
        certificate = self.issued()
        changed = self.env["dokstamp.certificate"]
        self.assertFalse(changed.search([("is_changed", "=", True)]))
        self.ada.name = "Ada Byron Example"
        self.botany.workload_hours = 60
        self.assertEqual(changed.search([("is_changed", "=", True)]), certificate)
        self.assertIn("Ada Byron Example", certificate.change_summary)
        self.assertIn("60", certificate.change_summary)
        self.ada.name = "Ada Example"
        self.botany.workload_hours = 40
        self.assertFalse(changed.search([("is_changed", "=", True)]))
        self.assertFalse(certificate.is_changed)

    def test_expiry_at_dokstamp_comes_back_with_the_refresh(self):
        certificate = self.issued()
        self.sandbox.change("certificates", certificate.dokstamp_uuid, status="expired")
        self.run_cron("dokstamp_connector.ir_cron_refresh_certificates")
        self.flush()
        self.assertEqual(certificate.state, "expired")
        self.sandbox.forget_requests()
        self.run_cron("dokstamp_connector.ir_cron_refresh_certificates")
        self.flush()
        self.assertFalse(self.sandbox.requests())

    def test_no_right_to_revoke_holds_up_nothing_else(self):
        certificate = self.issued()
        self.sandbox.fault("PUT", "/certificates/.*/revoke", times=None, status=403)
        self.revoke(certificate)
        self.assertEqual(certificate.state, "issued")
        self.assertIn("Ask DokStamp for that right", certificate.sync_message)
        self.assertEqual(self.account.state, "connected")
        zoology = self.course(name="Zoology", code="ZOO")
        self.flush()
        self.assertEqual(zoology.sync_state, "synced")
        self.sandbox.clear_faults()
        certificate.action_revoke()
        self.flush()
        self.assertEqual(certificate.state, "revoked")

    def test_revoking_what_has_expired_meanwhile_tells_so(self):
        certificate = self.issued()
        self.sandbox.change("certificates", certificate.dokstamp_uuid, status="expired")
        self.revoke(certificate)
        self.assertEqual(certificate.state, "expired")
        self.assertEqual(self.rows_of(certificate)[-1].state, "done")

    def test_what_was_not_heard_of_for_longest_is_asked_for_first(self):
        zoology = self.course(name="Zoology", code="ZOO")
        first = self.issued()
        second = self.issued(course_id=zoology.id, enrollment_id=False)
        bindings = self.env["dokstamp.binding"]
        bindings._of(first).last_synced_at = "2026-10-02 00:00:00"
        bindings._of(second).last_synced_at = "2026-10-01 00:00:00"
        with patch.object(delivery, "REFRESH_AT_ONCE", 1):
            for certificate in (second, first):
                self.sandbox.forget_requests()
                self.run_cron("dokstamp_connector.ir_cron_refresh_certificates")
                self.flush()
                self.assertEqual(
                    self.requests(),
                    [("GET", f"/certificates/{certificate.dokstamp_uuid}")],
                )

    def test_what_dokstamp_answered_is_kept_with_the_certificate(self):
        certificate = self.issued()
        [remote] = self.live()
        self.assertEqual(certificate.answer["uuid"], remote["uuid"])
        self.revoke(certificate)
        self.assertEqual(certificate.answer["revocation_reason"], "Wrong name")
        self.assertIn(remote["uuid"], certificate.answer_text)

    def test_what_two_people_reissue_at_once_has_one_successor(self):
        certificate = self.issued()
        certificate.revocation_reason = "Wrong name"
        successor = certificate.action_reissue()
        # the other one, whose transaction has not seen it
        values = certificate._successor_values()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.env["dokstamp.certificate"].create(values)
        self.assertEqual(certificate.replaced_by_ids, successor)
