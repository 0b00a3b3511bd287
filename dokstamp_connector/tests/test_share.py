from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time, new_test_user, tagged

from .common_rights import RightsCase
from .test_portal import LOGIN, PortalCase, text_of

LINKS = "/my/certificates/links"
SHARED = "/dokstamp/shared"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"


class ShareCase(PortalCase):
    """Ada has two certificates and makes links; a visitor with Firefox opens them."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.first = self.issued()
        zoology = self.course(name="Zoology", code="ZOO-1")
        cls.second = self.issued(course_id=zoology.id, enrollment_id=False)

    def make(self, certificates=None, **typed):
        """Ada fills in the form as a browser would.

        :return: the newest of the links that there are
        """
        self.send(certificates, **typed)
        return self.shares()[:1]

    def send(self, certificates=None, **typed):
        page = self.page(LINKS)
        [form] = page.xpath(f"//form[@action='{LINKS}/new']")
        values = dict(form.form_values())
        chosen = self.first if certificates is None else certificates
        values |= {"certificate_id": chosen.ids, **typed}
        self.env.flush_all()
        response = self.url_open(f"{LINKS}/new", data=values)
        self.env.invalidate_all()
        return response

    def shares(self):
        return self.env["dokstamp.share"].search([("user_id", "=", self.user.id)])

    def path(self, share):
        return f"{SHARED}/{share.sudo().token}"

    def visit(self, share, agent=FIREFOX, **kwargs):
        """A stranger opens the link for the first time."""
        self.env.flush_all()
        self.authenticate(None, None)
        self.opener.cookies.clear()
        headers = {"User-Agent": agent, **kwargs.pop("headers", {})}
        response = self.url_open(self.path(share), headers=headers, **kwargs)
        self.env.invalidate_all()
        return response

    def type_pin(self, share, *pins):
        """A stranger types these PINs, one after the other.

        :return: the last answer
        """
        page = self.visit(share)
        token = html.fromstring(page.content).xpath("//input[@name='csrf_token']")[0]
        for pin in pins:
            data = {"csrf_token": token.get("value"), "pin": pin}
            headers = {"User-Agent": FIREFOX}
            page = self.url_open(self.path(share), data=data, headers=headers)
        self.env.invalidate_all()
        return page

    def take_back(self, share):
        page = self.page(LINKS)
        token = page.xpath("//input[@name='csrf_token']/@value")[0]
        path = f"{LINKS}/{share.id}/take-back"
        response = self.url_open(path, data={"csrf_token": token})
        self.env.invalidate_all()
        return response

    def assert_tells_nothing(self, response, heading):
        page = html.fromstring(response.content)
        self.assertEqual(text_of(page.xpath("//h1")[0]), heading)
        for word in ("Ada Example", "Botany", "Zoology", self.first.number):
            self.assertNotIn(word, response.text)


@tagged("post_install", "-at_install")
class TestShare(ShareCase):
    """A student shows certificates by a link of the own."""

    def test_a_link_shows_what_was_chosen_to_whoever_has_it(self):
        share = self.make(note="Garden Ltd")
        today = share._today(self.user)
        self.assertEqual(share.end_date, today + timedelta(days=90))
        mine = text_of(self.page(LINKS))
        self.assertIn("Garden Ltd", mine)
        self.assertIn("Never", mine)
        response = self.visit(share)
        self.assertEqual(response.status_code, 200)
        page = text_of(html.fromstring(response.content))
        for text in ("Ada Example", "Botany", "Valid", self.first.number):
            self.assertIn(text, page)
        for secret in ("Zoology", "ada@example.com", "2001", "Garden Ltd", "PDF"):
            self.assertNotIn(secret, page)
        for name, value in (
            ("Cache-Control", "no-store"),
            ("X-Robots-Tag", "noindex"),
            ("Referrer-Policy", "no-referrer"),
        ):
            self.assertIn(value, response.headers[name])
        pdf = self.url_open(f"{self.path(share)}/{self.first.id}/pdf")
        self.assertEqual(pdf.status_code, 404)

    def test_the_pdf_is_one_that_is_shown_and_only_where_the_student_says_so(self):
        share = self.make(allows_pdf="1")
        page = html.fromstring(self.visit(share).content)
        [link] = page.xpath("//a[contains(@href, '/pdf')]/@href")
        response = self.url_open(link)
        self.assertTrue(response.content.startswith(b"%PDF-1.4 test document"))
        name = response.headers["Content-Disposition"]
        self.assertIn("Botany", name)
        self.assertIn("noindex", response.headers["X-Robots-Tag"])
        other = self.url_open(f"{self.path(share)}/{self.second.id}/pdf")
        self.assertEqual(other.status_code, 404)

    def test_the_student_sees_who_opened_it_and_previews_do_not_count(self):
        share = self.make(self.first + self.second)
        for agent in ("WhatsApp/2.23", "Slackbot-LinkExpanding 1.0", "LinkedInBot/1"):
            self.visit(share, agent=agent)
        self.visit(share, headers={"Sec-Purpose": "prefetch"})
        self.authenticate(None, None)
        head = self.opener.head(self.base_url() + self.path(share), timeout=10)
        self.assertEqual(head.status_code, 200)
        self.assertEqual(share.opening_count, 0)
        self.visit(share)
        self.visit(share)
        self.assertEqual(share.opening_count, 2)
        opening = share.sudo().opening_ids[0]
        self.assertEqual(opening.device, "Firefox, Windows")
        self.env.flush_all()
        self.env.cr.execute("SELECT row_to_json(o) FROM dokstamp_share_opening o")
        self.assertNotIn("127.0.0.1", str(self.env.cr.fetchall()))
        page = text_of(self.page(LINKS))
        self.assertIn("2 times", page)
        self.assertIn("Firefox, Windows", page)
        with freeze_time(fields.Datetime.now() + timedelta(days=181)):
            self.env["dokstamp.share.opening"]._gc_openings()
            self.assertEqual(share.opening_count, 0)
            self.env["dokstamp.share"]._gc_shares()
            self.assertTrue(share.exists())  # it ended ninety days ago
        with freeze_time(fields.Datetime.now() + timedelta(days=90 + 181)):
            self.env["dokstamp.share"]._gc_shares()
        self.assertFalse(share.exists())

    def test_it_ends_on_its_day_and_when_it_is_taken_back(self):
        today = self.env["dokstamp.share"]._today(self.user)
        share = self.make(end_date=str(today))
        self.assertEqual(self.visit(share).status_code, 200)
        share.sudo().end_date = today - timedelta(days=1)
        response = self.visit(share)
        self.assertEqual(response.status_code, 410)
        self.assert_tells_nothing(response, "This link is over")
        other = self.make(allows_pdf="1")
        self.take_back(other)
        taken_back_at = other.taken_back_at
        self.take_back(other)  # pressed twice
        self.assertEqual(other.taken_back_at, taken_back_at)
        self.assertEqual(other.taken_back_by_id, self.user)
        response = self.visit(other)
        self.assertEqual(response.status_code, 410)
        self.assert_tells_nothing(response, "This link is over")
        pdf = self.url_open(f"{self.path(other)}/{self.first.id}/pdf")
        self.assertEqual(pdf.status_code, 404)
        self.assertFalse(other.opening_count)
        self.assertIn("Taken back", text_of(self.page(LINKS)))

    def test_what_is_no_link_is_not_known(self):
        share = self.make()
        token = share.sudo().token
        for odd in (token[:-1], f"{token}A", "x", "%00", "%27", "..", "a" * 300):
            with self.subTest(odd):
                response = self.url_open(f"{SHARED}/{odd}")
                self.assertEqual(response.status_code, 404)
                self.assertNotIn("Ada Example", response.text)

    def test_the_state_is_the_one_of_the_moment_and_a_successor_follows(self):
        share = self.make(allows_pdf="1")
        self.first.revocation_reason = "Wrong name"
        self.first.action_reissue()
        successor = self.first.replaced_by_id
        successor.pdf = b"JVBERi0xLjQgc3VjY2Vzc29yIHNoYXJl"
        self.flush()
        page = html.fromstring(self.visit(share).content)
        old, new = (
            page.xpath(f"//div[@id='certificate-{one.id}']")[0]
            for one in (self.first, successor)
        )
        self.assertIn("was revoked and is not valid", text_of(old))
        self.assertFalse(old.xpath(".//a[contains(@href, '/pdf')]"))
        self.assertIn("Valid", text_of(new))
        pdf = self.url_open(f"{self.path(share)}/{self.first.id}/pdf")
        self.assertEqual(pdf.status_code, 404)
        # and no link is made to the one that was revoked
        self.send(self.first)
        self.assertEqual(self.shares(), share)
        successor.sudo().state = "expired"
        self.assertIn("Expired", self.visit(share).text)

    def test_what_cannot_be_is_refused_and_stays_typed(self):
        today = self.env["dokstamp.share"]._today(self.user)
        chemistry = self.course(name="Chemistry", code="CHE-1")
        waiting = self.draft(course_id=chemistry.id, enrollment_id=False)
        for typed, words in (
            ({"end_date": str(today - timedelta(days=2))}, "Choose a last day"),
            ({"end_date": str(today + timedelta(days=400))}, "Choose a last day"),
            ({"end_date": "never"}, "Choose a last day"),
            ({"end_date": ""}, "Choose a last day"),
            ({"pin": "123"}, "4 to 10 digits"),
            ({"pin": "abcd"}, "4 to 10 digits"),
            ({"certificate_id": []}, "at least one"),
            ({"certificate_id": waiting.ids}, "at least one"),
            ({"certificate_id": ["0", "x", "9" * 30]}, "at least one"),
            ({"note": "a" * 81}, "too long"),
        ):
            with self.subTest(typed):
                response = self.send(**typed)
                self.assertIn(words, text_of(html.fromstring(response.content)))
        self.assertFalse(self.shares())
        self.make(form_key="once")
        self.make(form_key="once")  # pressed twice
        self.assertEqual(len(self.shares()), 1)
        for _number in range(49):
            self.shares()[0].sudo().copy({"end_date": "2020-01-01"})
        self.assertIn("very many links", text_of(html.fromstring(self.send().content)))

    def test_nobody_shares_or_touches_what_is_somebody_elses(self):
        share = self.make()
        other = self.somebody_elses()
        eve = new_test_user(
            self.env, login="eve-portal@example.com", groups="base.group_portal"
        )
        other.student_id.partner_id = eve.partner_id
        self.send(other)
        self.assertEqual(self.shares(), share)
        mixed = self.make(self.first + other)
        self.assertEqual(mixed.certificate_ids, self.first)
        self.authenticate(eve.login, eve.login)
        self.assertNotIn(self.first.number, self.url_open(LINKS).text)
        token = html.fromstring(self.url_open(LINKS).content)
        data = {"csrf_token": token.xpath("//input[@name='csrf_token']/@value")[0]}
        path = f"{LINKS}/{share.id}/take-back"
        self.assertEqual(self.url_open(path, data=data).status_code, 404)
        self.assertEqual(self.url_open(path, data={"a": "b"}).status_code, 400)
        self.assertEqual(self.url_open(path).status_code, 405)
        self.authenticate(None, None)
        response = self.url_open(LINKS, allow_redirects=False)
        self.assertIn("/web/login", response.headers["Location"])
        self.assertFalse(share.taken_back_at)
        # what is no more the student's own is not shown either
        self.ada.partner_id = eve.partner_id
        self.assert_tells_nothing(self.visit(share), "This link is over")

    def test_it_goes_with_the_portal_user_and_with_the_student(self):
        share = self.make()
        self.user.active = False
        self.assert_tells_nothing(self.visit(share), "This link is over")
        self.user.active = True
        self.ada.active = False  # who left the school keeps the certificates
        self.assertEqual(self.visit(share).status_code, 200)
        wizard = self.ada.with_user(self.manager).action_erase()
        wizard = self.env[wizard["res_model"]].browse(wizard["res_id"])
        self.assertIn("1 link(s)", wizard.going)
        path = self.path(share)
        self.ada.sudo()._erase()
        self.assertFalse(share.exists())
        self.assertFalse(self.env["dokstamp.share.opening"].sudo().search([]))
        self.env.flush_all()
        self.assertEqual(self.url_open(path).status_code, 404)

    def test_odoos_privacy_lookup_finds_it(self):
        share = self.make()
        lookup = self.env["privacy.lookup.wizard"].create(
            {"name": self.ada.name, "email": self.ada.email}
        )
        lookup.action_lookup()
        [line] = lookup.line_ids.filtered(lambda one: one.res_model == share._name)
        line.action_unlink()
        self.assertFalse(share.exists())

    def test_the_page_speaks_the_visitors_language(self):
        french = self.env["res.lang"]._activate_lang("fr_FR")
        if "website" in self.env:  # a website offers the languages that it was given
            self.env["website"].search([]).language_ids += french
        view = self.env.ref("dokstamp_connector.shared_certificates_closed")
        view.update_field_translations(
            "arch_db", {"fr_FR": {"This link is over": "Ce lien est terminé"}}
        )
        share = self.make()
        share.sudo()._take_back(self.user)
        response = self.visit(share, headers={"Accept-Language": "fr-FR,fr;q=0.9"})
        self.assertIn("Ce lien est terminé", response.text)


@tagged("post_install", "-at_install")
class TestShareOnPhone(ShareCase):
    browser_size = "375x667"
    touch_enabled = True

    # the page's scripts come after the page: touched until one of them answers
    TOUCH = """
        const waiting = setInterval(() => {
            if (document.querySelector(".o_dokstamp_copied:not(.d-none)")) {
                clearInterval(waiting);
                const { scrollWidth, clientWidth } = document.documentElement;
                if (scrollWidth > clientWidth) {
                    console.error("the page is wider than the phone");
                }
                console.log("test successful");
            } else {
                document.querySelector(".o_dokstamp_copy").click();
            }
        }, 100);
    """

    def test_a_link_is_copied_with_one_touch(self):
        self.make(note="A name without an end " * 3)
        card = "document.querySelector('.o_dokstamp_copy')"
        self.browser_js(LINKS, self.TOUCH, ready=f"!!{card}", login=LOGIN)


@tagged("post_install", "-at_install")
class TestSharePin(ShareCase):
    """Behind a PIN nothing is told before it, and few are tried."""

    def test_only_the_pin_opens_it(self):
        share = self.make(pin="2468", allows_pdf="1")
        self.assertNotIn("2468", text_of(self.page(LINKS)))
        self.assertNotIn("2468", share.sudo().pin_hash)
        response = self.visit(share)
        self.assert_tells_nothing(response, "This link asks for a PIN")
        document = f"{self.path(share)}/{self.first.id}/pdf"
        self.assertEqual(self.url_open(document).status_code, 404)
        for wrong in ("1357", "", "24680", "x" * 5000):
            response = self.type_pin(share, wrong)
            self.assertIn("That is not the PIN", response.text)
            self.assert_tells_nothing(response, "This link asks for a PIN")
        self.assertFalse(share.opening_count)
        response = self.type_pin(share, "2468")
        self.assertIn("Botany", response.text)
        self.assertTrue(self.url_open(document).content.startswith(b"%PDF"))
        self.assertEqual(share.opening_count, 1)
        self.assertEqual(share.sudo().wrong_pin_count, 0)
        self.assert_tells_nothing(self.visit(share), "This link asks for a PIN")
        # no other site sends the form
        self.assertEqual(
            self.url_open(self.path(share), data={"pin": "2468"}).status_code, 400
        )

    def test_too_many_wrong_ones_close_it_for_longer_and_longer(self):
        share = self.make(pin="2468")
        response = self.type_pin(share, *["1111"] * 5, "2468")
        self.assertEqual(response.status_code, 429)
        self.assert_tells_nothing(response, "This link is closed for a while")
        self.assertIn("wrong PINs too often", text_of(self.page(LINKS)))
        pauses = []
        for _lock in range(2):
            locked_until = share.sudo().locked_until
            pauses.append(locked_until - fields.Datetime.now())
            share.sudo().locked_until = fields.Datetime.now() - timedelta(seconds=1)
            self.type_pin(share, *["1111"] * 5)
        self.assertGreater(pauses[1], pauses[0] * 1.9)
        share.sudo().locked_until = False
        self.assertIn("Botany", self.type_pin(share, "2468").text)


@tagged("post_install", "-at_install")
class TestShareAndSchool(ShareCase, RightsCase):
    """The school sees that there is a link, and can end it; no more than that."""

    def test_a_registrar_takes_it_back_and_reads_no_secret(self):
        share = self.make(pin="2468", note="Garden Ltd")
        self.type_pin(share, "2468")
        student = self.ada.with_user(self.registrar)
        self.assertEqual(student.share_count, 1)
        found = self.env["dokstamp.share"].with_user(self.registrar)
        found = found.search(student.action_view_shares()["domain"])
        self.assertEqual((found.has_pin, found.opening_count), (True, 1))
        self.assertFalse(
            {"token", "pin_hash", "note", "opening_ids", "certificate_ids"}
            & set(found.fields_get())
        )
        for name in ("token", "pin_hash", "note", "opening_ids", "form_key"):
            for user in (self.registrar, self.manager, self.env.ref("base.user_admin")):
                with self.assertRaises(AccessError):
                    share.with_user(user).read([name])
        for user in (self.user, self.bob, self.eve):
            self.assertEqual(self.call(user, share, "read", ["state"]), "AccessError")
            self.assertEqual(self.call(user, share, "action_take_back"), "AccessError")
        self.assertTrue(self.call(self.registrar, share, "action_take_back"))
        self.assertEqual(share.taken_back_by_id, self.registrar)
        self.assertEqual(student.share_count, 0)
        self.assertIn("Your school took it back", text_of(self.page(LINKS)))

    def test_a_school_that_offers_no_links_has_none(self):
        share = self.make()
        self.account.with_user(self.manager).allows_sharing = False
        self.assert_tells_nothing(self.visit(share), "This link is over")
        page = self.page(LINKS)
        self.assertFalse(page.xpath(f"//form[@action='{LINKS}/new']"))
        self.assertNotIn("Share", self.links(self.card_of(self.first)))

    def test_one_link_holds_what_several_schools_conferred(self):
        """Each school sees its own part of it, and decides on that alone."""
        account = self.account.copy(
            {"company_id": self.other_company.id, "institution_id": False}
        )
        there = {"company_id": self.other_company.id, "account_id": account.id}
        self.env["dokstamp.institution"].create({"name": "Other School", **there})
        course = self.course(name="Alchemy", code="ALC-1", **there)
        student = self.student(
            email="ada.other@example.com", partner_id=self.user.partner_id.id, **there
        )
        other = self.env["dokstamp.certificate"].create(
            {
                "student_id": student.id,
                "course_id": course.id,
                "conferral_date": "2026-10-01",
                "company_id": self.other_company.id,
            }
        )
        other.sudo().write({"state": "issued", "number": "ALC-1"})
        share = self.make(self.first + other)
        self.assertEqual(share.certificate_ids, self.first + other)
        text = self.visit(share).text
        self.assertIn("Alchemy", text)
        for user, own in ((self.registrar, self.first), (self.eve, other)):
            values = {"seen_certificate_ids": {"fields": {"number": {}}}}
            [seen] = self.call(user, share, "web_read", values)
            seen = [one["number"] for one in seen["seen_certificate_ids"]]
            self.assertEqual(seen, [own.number])
        account.allows_sharing = False
        text = self.visit(share).text
        self.assertNotIn("Alchemy", text)
        self.assertIn("Botany", text)
        self.assertEqual(share.sudo().certificate_ids, self.first + other)
        share.sudo().certificate_ids = [Command.set(other.ids)]
        self.assertEqual(self.visit(share).status_code, 410)
