import http.client

from lxml import html

from odoo.tests import HOST, HttpCase, tagged
from odoo.tests.common import TEST_CURSOR_COOKIE_NAME, release_test_lock

from ..controllers import pace
from ..controllers.pace import Pace
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
        page = html.fromstring(response.content)
        heading = page.xpath("string(//h1)").strip()
        self.assertEqual(heading, "This certificate was revoked")
        facts = [fact.text_content().strip() for fact in page.xpath("//dd")]
        self.assertEqual(facts[:2], [certificate.number, "Test School"])
        self.assertEqual(facts[3], "Wrong name")
        for secret in ("Ada", "Botany", "ada@example.com", self.registrar.name):
            self.assertNotIn(secret, response.text)

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

    ODD = (
        *("%00", "a%00b", "%ff", "%c3%28", "%0a", "%20", "+"),
        *(
            "",
            "..",
            ".",
            "%2e%2e",
            "%2e",
            "../a",
            "a/../b",
            "a/./b",
            "a/b",
            "a/",
            "a%2fb",
        ),
        *("%5c%5ca.example.com", "a%5cb", "https:%5c%5ca.example.com", "a?b=..", "a#b"),
        *(
            "%c3%a9",
            "%E2%80%AE",
            "%F0%9F%8E%93",
            "%ed%a0%80",
            "a" * 65,
            "a" * 8000,
            "%25",
        ),
        *("%25s", "%27%20OR%201=1--", "<script>", "{{7*7}}", "a;b", "a,b", "@a", "~"),
    )

    def test_odd_characters_are_a_link_that_is_not_known(self):
        for token in self.ODD:
            for method in ("GET", "HEAD"):
                with self.subTest(token=token[:40], method=method):
                    response = self.ask(method, token)
                    self.assertEqual(response.status, 404)
                    self.assertIsNone(response.headers["Location"])
                    if method == "GET":
                        self.assertIn("is not known here", response.body.decode())

    def test_a_known_link_with_something_around_it_is_not_known(self):
        token = self.issued().check_token
        self.env.flush_all()
        for odd in (
            *(f"{token}%00", f"{token}%0a", f"%20{token}", f"{token}/a", f"a/{token}"),
            *(f"{token}.", f"{token}%2e%2e", f"./{token}", f"{token}/..", f"{token};a"),
            *(f"{token[:-1]}", f"{token}A", token[:-1] + "%25", f"{token}%E2%80%8B"),
        ):
            with self.subTest(odd):
                self.assertEqual(self.ask("GET", odd).status, 404)

    def test_whoever_guesses_has_to_wait(self):
        """And reaches nothing meanwhile, neither check page nor student's link."""
        now = [0]
        guesses = Pace(3, clock=lambda: now[0])
        self.patch(pace, "GUESSES", guesses)
        token = self.issued().check_token
        self.env.flush_all()
        statuses = [self.ask("GET", f"guess-{n}").status for n in range(4)]
        self.assertEqual(statuses, [404, 404, 404, 429])
        refused = self.ask("GET", token)
        self.assertEqual(refused.status, 429)
        self.assertEqual(refused.headers["Retry-After"], "61")
        shared = self.url_open("/dokstamp/shared/guess")
        self.assertEqual(shared.status_code, 429)
        now[0] += 61
        self.assertEqual(self.ask("GET", token).status, 302)

    def test_each_house_has_a_pace_of_its_own(self):
        now = [0]
        pace = Pace(2, clock=lambda: now[0])
        for address in ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "192.0.2.1"):
            pace.miss(address)
        self.assertTrue(pace.wait("2001:db8:0:1::9"))
        self.assertFalse(pace.wait("2001:db8:0:2::9"))
        self.assertFalse(pace.wait("192.0.2.1"))
        now[0] += 60
        self.assertFalse(pace.wait("2001:db8:0:1::9"))

    def test_line_breaks_add_no_header(self):
        for token in ("%0d%0aSet-Cookie:%20a=b", "a%0aLocation:%20https:a.example.com"):
            response = self.ask("GET", token)
            self.assertEqual(response.status, 404)
            self.assertIsNone(response.headers["Location"])
            self.assertNotIn("a=b", str(response.headers))

    def test_two_slashes_lead_to_no_other_host(self):
        # Odoo merges them before anybody is asked what the path means
        for odd in ("/", "//", "/a.example.com", "%2f%2fa.example.com", "a//b"):
            with self.subTest(odd):
                response = self.ask("GET", odd)
                hops = 0
                while location := response.headers["Location"]:
                    hops += 1
                    self.assertLess(hops, 9)
                    path = location.removeprefix(self.base_url())
                    self.assertTrue(path.startswith("/dokstamp/check"), location)
                    response = self.ask("GET", path.removeprefix("/dokstamp/check/"))
                self.assertEqual(response.status, 404)

    def ask(self, method, token):
        """Ask for exactly this: other clients correct what they send."""
        connection = http.client.HTTPConnection(HOST, self.http_port(), timeout=30)
        self.addCleanup(connection.close)
        cookie = f"{TEST_CURSOR_COOKIE_NAME}={self.http_request_key}"
        path = f"/dokstamp/check/{token}"
        with release_test_lock():
            connection.request(method, path, headers={"Cookie": cookie})
            response = connection.getresponse()
            response.body = response.read()
        return response

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
