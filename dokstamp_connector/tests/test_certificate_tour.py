from odoo.tests import HttpCase, new_test_user, tagged

from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestCertificateTour(CertificateCase, HttpCase):
    """A registrar at the screen: issue, revoke, re-issue, check link in each state."""

    def run_cron(self, xmlid):
        """The registry of a browser test uses the test's transaction already."""
        self.env.cr.flush()
        self.env.ref(xmlid).method_direct_trigger()
        self.env.invalidate_all()

    def test_a_registrar_issues_revokes_and_reissues_without_reloading(self):
        # the scheduler's part: the tour runs it while its own page waits
        new_test_user(
            self.env,
            login="clockwork@example.com",
            password="clockwork@example.com",
            groups="base.group_system",
        )
        self.start_tour(
            f"/odoo/action-dokstamp_connector.dokstamp_student_action/{self.ada.id}",
            "dokstamp_certificate",
            login=self.registrar.login,
            timeout=120,
        )
        first, second = self.ada.certificate_ids.sorted("id")
        self.assertEqual(first.state, "revoked")
        self.assertEqual(first.revocation_reason, "The name was misspelt.")
        self.assertEqual(second.state, "issued")
        self.assertEqual(second.replaces_id, first)
        [remote] = self.live()
        self.assertEqual(second.dokstamp_uuid, remote["uuid"])
