import re

from lxml import html

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common_browser import BrowserCase
from .common_certificates import CertificateCase

LOGIN = "ada-portal@example.com"


class PortalCase(CertificateCase, BrowserCase):
    """Ada has a portal user, and Odoo's answers come over real HTTP."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.user = new_test_user(self.env, login=LOGIN, groups="base.group_portal")
        self.ada.partner_id = cls.user.partner_id
        self.env.flush_all()

    def page(self, path="/my/certificates"):
        self.authenticate(LOGIN, LOGIN)
        response = self.url_open(path)
        self.assertEqual(response.status_code, 200)
        return html.fromstring(response.content)

    def cards(self, **kwargs):
        return self.page(**kwargs).xpath("//div[starts-with(@id, 'certificate-')]")

    def card_of(self, certificate):
        [card] = self.page().xpath(f"//div[@id='certificate-{certificate.id}']")
        return card

    def links(self, card):
        """Text of a card's link → its address."""
        return {text_of(link): link.get("href") for link in card.xpath(".//a")}

    def somebody_elses(self, **values):
        """A certificate of another student, issued."""
        eve = self.student(name="Eve Other", email="eve@example.com", **values)
        certificate = self.draft(student_id=eve.id, enrollment_id=False)
        certificate.sudo().write({"state": "issued", "number": "OTHER-1"})
        self.env.flush_all()
        return certificate


def text_of(node):
    return re.sub(r"\s+", " ", node.text_content()).strip()


@tagged("post_install", "-at_install")
class TestPortal(PortalCase):
    """A student sees the own certificates, and nobody else's."""

    def test_an_issued_certificate_shows_with_number_date_and_links(self):
        certificate = self.issued(conferral_date="2026-10-05")
        card = self.card_of(certificate)
        for text in ("Botany", "Test School", "Valid", certificate.number, "2026"):
            self.assertIn(text, text_of(card))
        links = self.links(card)
        self.assertEqual(links["Verify at DokStamp"], certificate.verification_url)
        self.assertEqual(
            links["Download PDF"], f"/my/certificates/{certificate.id}/pdf"
        )

    def test_drafts_and_failed_ones_do_not_show(self):
        certificate = self.draft()
        self.assertFalse(self.cards())
        certificate.sudo().state = "queued"
        self.assertFalse(self.cards())
        certificate.sudo().state = "failed"
        self.assertFalse(self.cards())

    def test_the_document_is_downloaded_byte_for_byte(self):
        certificate = self.issued()
        self.authenticate(LOGIN, LOGIN)
        response = self.url_open(f"/my/certificates/{certificate.id}/pdf")
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertIn(certificate.pdf_filename, response.headers["Content-Disposition"])
        self.assertTrue(response.content.startswith(b"%PDF-1.4 test document"))

    def test_numbers_without_end_are_no_certificate(self):
        self.issued()
        self.authenticate(LOGIN, LOGIN)
        for number in ("0", "9" * 30, "00000001"):
            response = self.url_open(f"/my/certificates/{number}/pdf")
            self.assertEqual(response.status_code, 404)
        self.assertTrue(self.cards(path=f"/my/certificates/page/{'9' * 30}"))

    def test_linkedin_is_told_the_link_and_the_uuid(self):
        certificate = self.issued(conferral_date="2026-10-05")
        self.institution.linkedin_organization = "test-school"
        link = certificate._linkedin_url()
        for part in (
            "name=Botany",
            "organizationName=Test+School",
            "issueYear=2026",
            "issueMonth=10",
            f"certId={certificate.dokstamp_uuid}",
        ):
            self.assertIn(part, link)
        self.assertEqual(self.links(self.card_of(certificate))["Add to LinkedIn"], link)
        self.institution.linkedin_organization = "1234567"
        self.assertIn("organizationId=1234567", certificate._linkedin_url())
        self.assertNotIn("organizationName", certificate._linkedin_url())

    def test_a_revoked_certificate_shows_the_reason_and_no_document(self):
        certificate = self.issued()
        certificate.revocation_reason = "Wrong name"
        certificate.action_revoke()
        self.flush()
        card = self.card_of(certificate)
        self.assertIn("Revoked", text_of(card))
        self.assertIn("Wrong name", text_of(card))
        self.assertNotIn("Download PDF", self.links(card))
        self.assertNotIn("Add to LinkedIn", self.links(card))
        response = self.url_open(f"/my/certificates/{certificate.id}/pdf")
        self.assertEqual(response.status_code, 404)

    def test_a_replaced_certificate_leads_to_its_successor(self):
        certificate = self.issued()
        certificate.revocation_reason = "Wrong name"
        certificate.action_reissue()
        certificate.replaced_by_id.pdf = b"JVBERi0xLjQgc3VjY2Vzc29yIHBvcnRhbA=="
        self.flush()
        successor = certificate.replaced_by_id
        self.assertEqual(successor.state, "issued")
        self.assertEqual(
            self.links(self.card_of(certificate))[successor.number],
            f"/my/certificates#certificate-{successor.id}",
        )
        self.assertIn(
            f"Replaces {certificate.number}", text_of(self.card_of(successor))
        )

    def test_somebody_elses_certificate_is_not_found(self):
        other = self.somebody_elses()
        own = self.issued()
        self.assertEqual(
            [card.get("id") for card in self.cards()], [f"certificate-{own.id}"]
        )
        response = self.url_open(f"/my/certificates/{other.id}/pdf")
        self.assertEqual(response.status_code, 404)
        self.assertNotIn("OTHER-1", response.text)

    def test_a_shared_company_does_not_share_certificates(self):
        household = self.env["res.partner"].create(
            {"name": "Example Family", "is_company": True}
        )
        sibling = self.env["res.partner"].create(
            {"name": "Eve Other", "parent_id": household.id}
        )
        self.user.partner_id.parent_id = household
        other = self.somebody_elses(partner_id=sibling.id)
        parents = self.draft(
            student_id=self.student(
                name="Firm", email="firm@example.com", partner_id=household.id
            ).id,
            enrollment_id=False,
        )
        parents.sudo().state = "issued"
        self.assertFalse(self.cards())
        response = self.url_open(f"/my/certificates/{other.id}/pdf")
        self.assertEqual(response.status_code, 404)

    def test_a_registrar_sees_only_the_own_ones_in_the_portal(self):
        certificate = self.issued()
        self.authenticate(self.registrar.login, self.registrar.login)
        self.assertNotIn(certificate.number, self.url_open("/my/certificates").text)
        response = self.url_open(f"/my/certificates/{certificate.id}/pdf")
        self.assertEqual(response.status_code, 404)

    def test_portal_users_reach_no_certificate_over_rpc(self):
        certificate = self.issued().with_user(self.user)
        with self.assertRaises(AccessError):
            certificate.read(["number"])
        with self.assertRaises(AccessError):
            certificate.search([])

    def test_a_visitor_must_log_in(self):
        certificate = self.issued()
        for path in ("/my/certificates", f"/my/certificates/{certificate.id}/pdf"):
            response = self.url_open(path, allow_redirects=False)
            self.assertEqual(response.status_code, 303)
            self.assertIn("/web/login", response.headers["Location"])

    def test_who_left_the_school_keeps_the_certificates(self):
        certificate = self.issued()
        self.ada.active = False
        self.env.flush_all()
        self.assertTrue(self.card_of(certificate).xpath(".//a"))

    def test_many_certificates_come_in_pages(self):
        courses = self.env["dokstamp.course"].create(
            [{"name": f"Course {n}", "code": f"C-{n}"} for n in range(21)]
        )
        for course in courses:
            self.draft(course_id=course.id, enrollment_id=False).sudo().state = "issued"
        self.assertEqual(len(self.cards()), 20)
        self.assertEqual(len(self.cards(path="/my/certificates/page/2")), 1)

    def test_the_home_page_counts_the_own_certificates(self):
        self.issued()
        self.somebody_elses()
        self.authenticate(LOGIN, LOGIN)
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["dokstamp_certificate_count"]}
        )
        self.assertEqual(counters["dokstamp_certificate_count"], 1)
        home = html.fromstring(self.url_open("/my/home").content)
        self.assertTrue(home.xpath("//a[@href='/my/certificates']"))

    def test_the_card_appears_on_the_home_page(self):
        self.issued()
        self.env.flush_all()
        link = '.o_portal_index_card [href="/my/certificates"]'
        card = f"document.querySelector('{link}')"
        self.browser_js(
            "/my/home",
            "console.log('test successful')",
            ready=f"{card} && {card}.checkVisibility()",
            login=LOGIN,
        )

    def test_a_student_without_certificates_is_told_so(self):
        self.assertIn("no certificates yet", text_of(self.page()))


@tagged("post_install", "-at_install")
class TestNotification(CertificateCase):
    """Our own e-mail to the student: off unless the account says so."""

    def mails(self):
        return self.env["mail.mail"].search([("model", "=", "dokstamp.certificate")])

    def test_nothing_is_sent_by_default(self):
        self.issued()._notify_student()
        self.assertFalse(self.mails())

    def test_the_student_is_told_once_the_account_says_so(self):
        self.account.notifies_students = True
        certificate = self.issued()
        self.mails().unlink()
        certificate._notify_student()
        mail = self.mails()
        self.assertEqual(mail.email_to, "ada@example.com")
        self.assertEqual(mail.state, "outgoing")
        self.assertIn("Botany", mail.subject)
        self.assertIn(certificate.number, mail.body_html)
        self.assertIn(certificate.verification_url, mail.body_html)
        self.assertNotIn("replaces", mail.body_html)

    def test_a_successor_names_the_one_that_it_replaces(self):
        self.account.notifies_students = True
        certificate = self.issued()
        certificate.revocation_reason = "Wrong name"
        certificate.action_reissue()
        certificate.replaced_by_id.pdf = b"JVBERi0xLjQgc3VjY2Vzc29yIG1haWw="
        self.flush()
        self.mails().unlink()
        certificate.replaced_by_id._notify_student()
        self.assertIn("It replaces the certificate", self.mails().body_html)
        self.assertIn(certificate.number, self.mails().body_html)

    def test_a_draft_is_not_announced(self):
        self.account.notifies_students = True
        self.draft()._notify_student()
        self.assertFalse(self.mails())

    def test_the_mail_speaks_the_students_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.ada.partner_id = self.env["res.partner"].create(
            {"name": "Ada Example", "lang": "fr_FR"}
        )
        template = self.env.ref("dokstamp_connector.mail_template_certificate_issued")
        template.with_context(
            lang="fr_FR"
        ).subject = "Votre certificat : {{ object.course_id.name }}"
        self.account.notifies_students = True
        certificate = self.issued()
        self.mails().unlink()
        certificate._notify_student()
        self.assertEqual(self.mails().subject, "Votre certificat : Botany")

    def test_a_missing_template_leaves_a_note_and_the_certificate_alone(self):
        self.account.notifies_students = True
        certificate = self.issued()
        self.mails().unlink()
        self.env.ref("dokstamp_connector.mail_template_certificate_issued").unlink()
        logger = "odoo.addons.dokstamp_connector.models.certificates.student_view"
        with self.assertLogs(logger, "ERROR"):
            certificate._notify_student()
        self.assertFalse(self.mails())
        self.assertEqual(certificate.state, "issued")
        self.assertIn("could not be written", certificate.message_ids[0].body)
