from odoo.tests import new_test_user, tagged

from .common_browser import BrowserCase
from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestCertificateTour(CertificateCase, BrowserCase):
    """A registrar at the screen: issue, revoke, re-issue, check link in each state."""

    def run_cron(self, xmlid):
        """The registry of a browser test uses the test's transaction already."""
        self.env.cr.flush()
        self.env.ref(xmlid).method_direct_trigger()
        self.env.invalidate_all()

    def begin_with(self, cls):
        super().begin_with(cls)
        # the scheduler's part: the tours run it while their own page waits
        new_test_user(
            self.env,
            login="clockwork@example.com",
            password="clockwork@example.com",
            groups="base.group_system",
        )

    def test_a_registrar_issues_revokes_and_reissues_without_reloading(self):
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

    def test_the_keyboard_alone_issues_a_certificate(self):
        self.start_tour(
            f"/odoo/action-dokstamp_connector.dokstamp_student_action/{self.ada.id}",
            "dokstamp_keyboard",
            login=self.registrar.login,
        )
        self.assertEqual(self.ada.certificate_ids.state, "issued")
        self.assertEqual(len(self.live()), 1)

    def test_who_only_looks_at_a_new_portfolio_page_makes_none(self):
        self.start_tour(
            f"/odoo/action-dokstamp_connector.dokstamp_student_action/{self.ada.id}",
            "dokstamp_portfolio_left",
            login=self.registrar.login,
            timeout=120,
        )
        self.env.invalidate_all()
        self.assertFalse(self.env["dokstamp.portfolio"].search([]))

    def test_a_registrar_sees_a_certificate_expire_and_issues_a_new_one(self):
        first = self.draft(pdf=False)
        first.action_issue()
        self.run_cron("dokstamp_connector.ir_cron_documents")
        self.flush()
        self.sandbox.change("certificates", first.dokstamp_uuid, status="expired")
        self.start_tour(
            f"/odoo/action-dokstamp_connector.dokstamp_certificate_action/{first.id}",
            "dokstamp_certificate_expired",
            login=self.registrar.login,
            timeout=120,
        )
        self.assertEqual(first.state, "expired")
        [remote] = self.live()
        self.assertEqual(first.replaced_by_id.dokstamp_uuid, remote["uuid"])
