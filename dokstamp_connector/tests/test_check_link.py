from lxml import html

from odoo.tests import HttpCase, tagged

from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestCheckLink(CertificateCase, HttpCase):
    """The QR code of a printed certificate, scanned by a stranger."""

    def check(self, certificate, **kwargs):
        self.env.flush_all()
        path = f"/dokstamp/check/{certificate.check_token}"
        return self.url_open(path, allow_redirects=False, **kwargs)

    def assert_says(self, response, heading):
        """The page has this heading and gives away nothing about the certificate."""
        page = html.fromstring(response.content)
        self.assertEqual(page.xpath("string(//h1)").strip(), heading)
        for secret in ("Ada", "Botany", "ada@example.com", "Test School", "Wrong name"):
            self.assertNotIn(secret, response.text)
        self.assertNotIn("verif", response.text.lower())

    def test_the_code_on_the_paper_is_this_link(self):
        certificate = self.draft()
        self.assertTrue(
            certificate.check_url.endswith(f"/dokstamp/check/{certificate.check_token}")
        )

    def test_an_issued_certificate_leads_to_dokstamp(self):
        certificate = self.issued()
        response = self.check(certificate)
        self.assertEqual(response.status_code, 302)
        self.assertEqual(response.headers["Location"], certificate.verification_url)
        self.assertIn("no-store", response.headers["Cache-Control"])

    def test_a_revoked_certificate_says_so(self):
        certificate = self.issued()
        certificate.revocation_reason = "Wrong name"
        certificate.action_revoke()
        self.flush()
        response = self.check(certificate)
        self.assertEqual(response.status_code, 200)
        self.assert_says(response, "This certificate was revoked")

    def test_an_expired_certificate_says_so(self):
        certificate = self.issued()
        certificate.sudo().state = "expired"
        self.assert_says(self.check(certificate), "This certificate has expired")

    def test_what_is_not_out_yet_is_not_issued_yet(self):
        certificate = self.draft()
        for state in ("draft", "queued", "failed"):
            certificate.sudo().state = state
            self.assert_says(
                self.check(certificate), "This certificate is not issued yet"
            )

    def test_a_certificate_whose_public_page_is_not_up_yet_is_not_issued_yet(self):
        certificate = self.issued()
        certificate.sudo().verification_url = False
        self.assert_says(self.check(certificate), "This certificate is not issued yet")

    def test_an_unknown_link_is_not_found(self):
        response = self.url_open("/dokstamp/check/nothing-of-ours")
        self.assertEqual(response.status_code, 404)
        self.assert_says(response, "This certificate is not known here")

    def test_no_session_is_made(self):
        response = self.check(self.issued())
        self.assertNotIn("session_id", response.headers.get("Set-Cookie", ""))

    def test_the_page_speaks_the_visitors_language(self):
        french = self.env["res.lang"]._activate_lang("fr_FR")
        if "website" in self.env:  # a website offers the languages that it was given
            self.env["website"].search([]).language_ids += french
        view = self.env.ref("dokstamp_connector.certificate_check")
        view.update_field_translations(
            "arch_db",
            {"fr_FR": {"This certificate has expired": "Ce certificat a expiré"}},
        )
        certificate = self.issued()
        certificate.sudo().state = "expired"
        page = self.check(certificate, headers={"Accept-Language": "fr-FR,fr;q=0.9"})
        self.assertEqual(page.status_code, 200)
        self.assert_says(page, "Ce certificat a expiré")
        self.opener.cookies.clear()  # another visitor
        english = self.check(certificate, headers={"Accept-Language": "en-US"})
        self.assert_says(english, "This certificate has expired")
