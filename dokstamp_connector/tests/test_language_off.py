from odoo.tests import HttpCase, new_test_user, tagged

from .common_certificates import CertificateCase
from .test_certificate_document import text_of

LOGIN = "ada-portal@example.com"


@tagged("post_install", "-at_install")
class TestLanguageSwitchedOff(CertificateCase, HttpCase):
    """Who speaks a language that is switched off by now reads English, everywhere."""

    def setUp(self):
        super().setUp()
        french = self.env["res.lang"]._activate_lang("fr_FR")
        self.user = new_test_user(
            self.env, login=LOGIN, groups="base.group_portal", lang="fr_FR"
        )
        self.ada.partner_id = self.user.partner_id
        partners = self.user.partner_id + self.registrar.partner_id
        (partners + self.env.company.partner_id).lang = "fr_FR"
        self.account.lang = "fr_FR"
        self.account.notifies_students = True
        self.env.flush_all()
        # Odoo refuses to switch off what users speak; an update or SQL does not ask
        self.env.cr.execute(
            "UPDATE res_lang SET active = false WHERE id = %s", [french.id]
        )
        self.forget()

    def forget(self):
        self.env.registry.clear_all_caches()
        self.env.invalidate_all()

    def own(self, **values):
        return self.draft(pdf=False, **values)

    def issue(self, **values):
        certificate = self.own(**values)
        certificate.action_issue()
        self.run_cron("dokstamp_connector.ir_cron_documents")
        self.flush()
        return certificate

    def test_a_certificate_is_printed_announced_and_issued(self):
        certificate = self.issue()
        self.assertEqual(certificate.state, "issued")
        self.assertEqual(len(self.live()), 1)
        text = text_of(self.decoded(certificate))
        self.assertIn("This certifies that Ada Example", text)
        self.assertIn("Conferred on", text)
        mail = self.env["mail.mail"].search(
            [("model", "=", certificate._name), ("res_id", "=", certificate.id)]
        )
        self.assertEqual(mail.subject, "Your certificate: Botany")

    def decoded(self, certificate):
        return certificate._render_document()

    def test_a_language_that_no_odoo_knows_is_as_good_as_switched_off(self):
        self.env.cr.execute(
            "UPDATE res_partner SET lang = 'xx_YY' WHERE id = %s",
            [self.user.partner_id.id],
        )
        self.forget()
        self.assertEqual(self.issue().state, "issued")

    def test_it_is_previewed_and_its_report_is_printed(self):
        certificate = self.own()
        self.assertEqual(certificate._document_lang(), "en_US")
        self.assertTrue(certificate.with_user(self.registrar).action_preview())

    def test_a_re_issue_revokes_and_issues(self):
        certificate = self.issue()
        action = certificate.action_reissue()
        wizard = self.env[action["res_model"]].with_user(self.registrar)
        wizard = wizard.browse(action["res_id"])
        wizard.write({"reason": "Name corrected", "confirmed": True})
        wizard.action_issue()
        successor = certificate.replaced_by_id
        if successor.state == "draft":
            self.run_cron("dokstamp_connector.ir_cron_documents")
            self.flush()
        self.run_cron("dokstamp_connector.ir_cron_documents")
        self.flush()
        self.assertEqual(certificate.state, "revoked")
        self.assertEqual(successor.state, "issued")
        self.assertEqual(len(self.live()), 1)

    def test_the_portal_and_the_check_page_open(self):
        certificate = self.issue()
        self.authenticate(LOGIN, LOGIN)
        self.assertIn("My certificates", self.url_open("/my/certificates").text)
        certificate.sudo().state = "expired"
        self.env.flush_all()
        for lang in ("fr-FR", "xx"):
            response = self.url_open(
                f"/dokstamp/check/{certificate.check_token}",
                headers={"Accept-Language": lang},
            )
            self.assertEqual(response.status_code, 200)
            self.assertIn("This certificate has expired", response.text)

    def test_what_a_registrar_exports_is_exported(self):
        self.registrar.group_ids += self.env.ref("base.group_allow_export")
        self.issue()
        certificates = self.env["dokstamp.certificate"].search([])
        rows = certificates.with_user(self.registrar).export_data(
            ["number", "state", "student_id/name", "course_id/name", "conferral_date"]
        )
        self.assertIn("Ada Example", rows["datas"][0])

    def test_what_fails_is_said(self):
        self.ada.date_of_birth = False
        self.flush()
        self.assertEqual(self.ada.sync_message, "No date of birth: DokStamp needs one.")

    def test_the_rest_is_sent(self):
        self.botany.name = "Plants"
        self.flush()
        self.assertEqual(self.sandbox.row("courses", code="BOT-1")["name"], "Plants")
