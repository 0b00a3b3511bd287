from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import convert_file

from .common_rights import RightsCase
from .test_portal import PortalCase

NO_PAGES = (
    "javascript:alert(document.domain)",
    " javascript:alert(1)",
    "\x01javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:a",
    "file:///etc/hosts",
    "//a.example.com/verify",
    "\\\\a.example.com",
    "/web/login",
    "https://",
    "https:///verify",
    "https://verify.example.com@a.example.com/",
    "https://verify.example.com/\r\nSet-Cookie: a=b",
    "HTTPS://verify.example.com\\@a.example.com",
)


@tagged("post_install", "-at_install")
class TestPublicPage(PortalCase):
    """What DokStamp calls the public page of a certificate is opened, shown and sent
    as a link when it is a page of the web, whoever answered in DokStamp's place.
    """

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.certificate = self.issued()
        cls.good = cls.certificate.verification_url

    def store(self, url):
        """As an earlier version took it over."""
        self.certificate.sudo().verification_url = url
        self.env.flush_all()

    def answer(self, url):
        """DokStamp, or what answers in its place, says so when it is asked next."""
        row = self.sandbox.row("certificates", uuid=self.certificate.dokstamp_uuid)
        row["public_verification_url"] = url
        path = f"/certificates/{row['uuid']}"
        self.sandbox.clear_faults()
        self.sandbox.fault("GET", path, times=1, status=200, json={"data": row})
        self.certificate.action_sync_now()
        self.make_due()  # or it is being asked again and again already
        self.flush()

    def test_no_other_answer_is_taken_over(self):
        for url in (*NO_PAGES, 7, {"href": "https://a.example.com"}):
            with self.subTest(url):
                self.answer(url)
                self.assertEqual(self.certificate.verification_url, self.good)
        self.store(False)
        for url in NO_PAGES:
            with self.subTest(url):
                self.answer(url)
                self.assertFalse(self.certificate.verification_url)
        self.assertEqual(self.certificate.state, "issued")

    def test_what_was_stored_before_is_gone_with_the_next_answer(self):
        self.store(NO_PAGES[0])
        self.answer(NO_PAGES[1])
        self.assertFalse(self.certificate.verification_url)
        self.answer("HTTPS://Verify.example.com/1")
        self.assertEqual(
            self.certificate.verification_url, "https://verify.example.com/1"
        )

    def test_the_check_link_leads_to_none_of_them(self):
        for url in NO_PAGES:
            with self.subTest(url):
                self.store(url)
                response = self.url_open(
                    f"/dokstamp/check/{self.certificate.check_token}",
                    allow_redirects=False,
                )
                self.assertEqual(response.status_code, 200)
                self.assertNotIn("Location", response.headers)
                self.assertIn("not issued yet", response.text)

    def test_the_portal_shows_none_of_them(self):
        for url in NO_PAGES:
            with self.subTest(url):
                self.store(url)
                links = self.links(self.card_of(self.certificate))
                self.assertNotIn("Verify at DokStamp", links)
                self.assertNotIn("Add to LinkedIn", links)
                self.assertFalse(self.certificate._linkedin_url())

    def test_the_mail_links_to_our_own_page_instead(self):
        self.account.notifies_students = True
        # as it is shipped: a database keeps its own
        file = "data/mail_template_data.xml"
        convert_file(self.env, "dokstamp_connector", file, {}, mode="init")
        for url in NO_PAGES:
            with self.subTest(url):
                self.store(url)
                self.certificate._notify_student()
                mail = self.env["mail.mail"].search(
                    [("model", "=", "dokstamp.certificate")], limit=1
                )
                self.assertIn(self.certificate.check_url, mail.body_html)
                self.assertNotIn("alert", mail.body_html)
                self.assertNotIn("a.example.com", mail.body_html)

    def test_the_button_opens_none_of_them(self):
        for url in (*NO_PAGES, False):
            with self.subTest(url):
                self.store(url)
                with self.assertRaisesRegex(UserError, "no page to open"):
                    self.certificate.action_open_verification()
        self.store(self.good)
        self.assertEqual(self.certificate.action_open_verification()["url"], self.good)

    def test_the_register_writes_down_none_of_them(self):
        self.store(NO_PAGES[0])
        row = self.sandbox.row("certificates", uuid=self.certificate.dokstamp_uuid)
        row |= {"public_verification_url": NO_PAGES[1], "status": "revoked"}
        path = f"/certificates/{row['uuid']}/revoke"
        self.sandbox.fault("PUT", path, status=200, json={"data": row})
        self.certificate.revocation_reason = "Wrong name"
        self.certificate.action_revoke()
        self.flush()
        lines = self.env["dokstamp.register.entry"].search(
            [("certificate_id", "=", self.certificate.id), ("event", "=", "revoked")]
        )
        self.assertEqual(len(lines), 1)
        self.assertFalse(lines.verification_url)


@tagged("post_install", "-at_install")
class TestPatternOfPages(RightsCase):
    """The pattern of DokStamp's pages has two places to fill in, and runs nothing."""

    GOOD = "https://app.example.com/{resource}/{uuid}"
    NO_PATTERNS = (
        *("https://app.example.com/{uuid:>200000000}", "https://a.example.com/{0}"),
        *("https://a.example.com/{uuid.__class__}", "https://a.example.com/{uuid!r}"),
        *("https://a.example.com/{uuid[0]}", "https://a.example.com/{}", "{uuid}"),
        *("https://a.example.com/{resource:9999999999}", "https://a.example.com/{{a}}"),
        *("https://a.example.com/{other}", "https://a.example.com/{uuid", "{resource}"),
        *(
            "https://{uuid}/",
            "https://{resource}.example.com/",
            "{uuid}://a.example.com",
        ),
        *(
            "javascript:alert('{uuid}')",
            "data:text/html,{uuid}",
            "//a.example.com/{uuid}",
        ),
        *(
            " https://a.example.com/{uuid}",
            "https://a.example.com/\n{uuid}",
            "https://",
        ),
        *(
            "https://b.example.com@a.example.com/{uuid}",
            "https://a.example.com\\{uuid}",
        ),
    )

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.uuid = self.botany.dokstamp_uuid

    def test_other_patterns_are_refused_with_a_sentence(self):
        managed = self.account.with_user(self.manager)
        for pattern in self.NO_PATTERNS:
            with self.subTest(pattern):
                answer = self.call(
                    self.manager, self.account, "write", {"page_url_pattern": pattern}
                )
                self.assertEqual(answer, "ValidationError")
                with (
                    self.assertRaisesRegex(ValidationError, "no other braces"),
                    self.cr.savepoint(),
                ):
                    managed.page_url_pattern = pattern

    def test_other_patterns_are_refused_on_the_way_of_defaults_too(self):
        accounts = self.env["dokstamp.account"].with_user(self.manager)
        for pattern in self.NO_PATTERNS:
            suggested = accounts.with_context(default_page_url_pattern=pattern)
            with (
                self.subTest(pattern),
                self.assertRaises(ValidationError),
                self.cr.savepoint(),
            ):
                suggested.create({"name": "New", "tenant": "new"})

    def test_the_two_places_are_filled_in(self):
        for pattern, url in (
            (self.GOOD, f"https://app.example.com/courses/{self.uuid}"),
            (
                "http://127.0.0.1:8099/{uuid}?kind={resource}#{uuid}",
                f"http://127.0.0.1:8099/{self.uuid}?kind=courses#{self.uuid}",
            ),
            ("https://app.example.com", "https://app.example.com"),
        ):
            self.account.page_url_pattern = pattern
            self.botany.invalidate_recordset()
            self.assertEqual(self.botany.dokstamp_page_url, url)
            self.assertEqual(self.botany.action_open_dokstamp_page()["url"], url)

    def test_what_dokstamp_calls_a_uuid_stays_in_its_place(self):
        self.account.page_url_pattern = self.GOOD
        binding = self.botany._bindings()[self.botany.id]
        for uuid, shown in (
            ("../x?y#z", "..%2Fx%3Fy%23z"),
            ("{resource}", "%7Bresource%7D"),
            ('"><b>', "%22%3E%3Cb%3E"),
        ):
            binding.dokstamp_uuid = uuid
            self.botany.invalidate_recordset()
            self.assertEqual(
                self.botany.dokstamp_page_url,
                f"https://app.example.com/courses/{shown}",
            )

    def test_a_pattern_of_an_earlier_version_is_no_link(self):
        for pattern in self.NO_PATTERNS:
            with self.subTest(pattern):
                self.env.cr.execute(
                    "UPDATE dokstamp_account SET page_url_pattern = %s WHERE id = %s",
                    [pattern, self.account.id],
                )
                self.env.invalidate_all()
                self.assertFalse(self.botany.dokstamp_page_url)
                with self.assertRaisesRegex(UserError, "no page to open"):
                    self.botany.action_open_dokstamp_page()
