import base64
import re
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common_rights import RightsCase
from .test_portal import PortalCase, text_of

PAGE = "/my/certificates/details"
PDF = b"%PDF-1.4 passport"


class WordCase(PortalCase, RightsCase):
    """Ada looks at the own details in the portal, as a browser would."""

    def send(self, action, files=None, student=None, **values):
        """Fill in the form of Ada's page that leads there, and send it."""
        student = student or self.ada
        page = self.page(PAGE)
        path = f"{PAGE}/{student.id}/{action}"
        forms = page.xpath(f"//form[@action='{path}']")
        fields_ = dict(forms[0].form_values()) if forms else {}
        fields_ = {"csrf_token": self.token(page), **fields_, **values}
        response = self.url_open(path, data=fields_, files=files)
        self.env.invalidate_all()
        return response

    def token(self, page):
        return page.xpath("//input[@name='csrf_token']/@value")[0]

    def ask(self, name="Ada King", **values):
        return self.send("correction", name=name, **values)

    def asked(self):
        return self.env["dokstamp.correction"].search([]).with_user(self.registrar)

    def words(self, response):
        return re.sub(r"\s+", " ", response.text)

    def mails(self):
        return self.env["mail.mail"].search([("model", "=", "dokstamp.correction")])


@tagged("post_install", "-at_install")
class TestConfirmation(WordCase):
    """A student says in the portal that name and date of birth are right."""

    def test_it_counts_for_the_values_that_were_shown(self):
        page = text_of(self.page(PAGE))
        self.assertIn("Ada Example", page)
        self.assertIn("2001", page)
        self.assertFalse(self.ada.is_confirmed)
        response = self.send("confirm")
        self.assertIn("Thank you", response.text)
        self.send("confirm")  # pressed twice
        said = self.ada.confirmation_ids
        self.assertEqual((said.name, said.user_id), ("Ada Example", self.user))
        self.assertTrue(self.ada.is_confirmed)
        students = self.env["dokstamp.student"]
        self.assertEqual(students.search([("is_confirmed", "=", True)]), self.ada)
        self.ada.name = "Ada King"
        self.assertFalse(self.ada.is_confirmed)
        self.assertIn("other values", self.ada.confirmation_note)
        self.assertNotIn(self.ada, students.search([("is_confirmed", "=", True)]))
        self.ada.name = "Ada Example"
        self.assertTrue(self.ada.is_confirmed)

    def test_what_changed_meanwhile_is_not_confirmed(self):
        response = self.send("confirm", shown_name="Ada King")
        self.assertIn("changed something in the meantime", self.words(response))
        self.assertFalse(self.ada.confirmation_ids)

    def test_nobody_speaks_for_somebody_else(self):
        eve = self.student(name="Eve Other", email="eve@example.com")
        self.env.flush_all()
        for action in ("confirm", "correction", "withdraw"):
            response = self.send(action, student=eve, name="Mallory Example")
            self.assertEqual(response.status_code, 404)
            self.assertNotIn("Eve Other", response.text)
        self.assertFalse(eve.confirmation_ids)
        self.assertFalse(eve.correction_ids)
        self.authenticate(self.registrar.login, self.registrar.login)
        self.assertNotIn("Ada Example", self.url_open(PAGE).text)

    def test_no_other_site_sends_the_form_and_no_visitor(self):
        self.page(PAGE)
        path = f"{PAGE}/{self.ada.id}/confirm"
        self.assertEqual(self.url_open(path, data={"a": "b"}).status_code, 400)
        self.assertEqual(self.url_open(path).status_code, 405)
        self.authenticate(None, None)
        response = self.url_open(PAGE, allow_redirects=False)
        self.assertIn("/web/login", response.headers["Location"])
        self.assertFalse(self.ada.confirmation_ids)

    def test_portal_users_reach_nothing_but_the_page(self):
        self.ada._note_confirmation(self.user)
        correction = self.ada._ask_for_correction({"name": "Ada King"})
        for record in (self.ada, self.ada.confirmation_ids, correction):
            for method, args in (("read", [["name"]]), ("write", [{"name": "X"}])):
                with self.subTest(record._name, method=method):
                    answer = self.call(self.user, record, method, *args)
                    self.assertEqual(answer, "AccessError")
        for method in ("action_accept", "action_decline"):
            self.assertEqual(self.call(self.user, correction, method), "AccessError")
            self.assertEqual(self.call(self.eve, correction, method), "AccessError")


@tagged("post_install", "-at_install")
class TestCorrection(WordCase):
    """A student asks for a correction in the portal, and a registrar decides."""

    def test_a_request_shows_both_sides_and_the_evidence(self):
        hostile = "../../etc/<img src=x onerror=alert(1)>\u202egnp.html"
        self.ask(
            word="<script>alert(1)</script> please",
            files={"evidence": (hostile, PDF, "text/html")},
        )
        asked = self.asked()
        self.assertEqual(asked.summary, "Name: Ada Example → Ada King")
        self.assertEqual(asked.old_name, "Ada Example")
        self.assertEqual(asked.evidence_name, "<img src=x onerror=alert(1)>gnp.pdf")
        page = self.url_open(PAGE).text
        self.assertNotIn("<script>alert", page)
        self.assertIn("You asked for a correction on", page)
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .search([("res_model", "=", asked._name), ("res_field", "=", "evidence")])
        )
        self.assertEqual(
            (attachment.public, attachment.mimetype), (False, "application/pdf")
        )
        path = f"/web/content/{asked._name}/{asked.id}/evidence/x.pdf"
        by_id = f"/web/content/{attachment.id}"
        for user in (self.user, self.bob, self.eve):
            self.sign_in(user)
            for address in (path, by_id):
                self.assertNotIn(PDF, self.url_open(address).content)
        self.sign_in(self.registrar)
        response = self.url_open(path)
        self.assertEqual(response.content, PDF)
        self.assertEqual(response.headers["Content-Type"], "application/pdf")

    def test_one_is_open_at_a_time_and_can_be_withdrawn(self):
        self.ask(files={"evidence": ("passport.pdf", PDF, "application/pdf")})
        self.ask("Ada Queen")  # pressed twice
        self.assertEqual(self.asked().name, "Ada King")
        first = self.asked()
        self.send("withdraw")
        self.assertEqual(first.state, "withdrawn")
        self.assertFalse(first.evidence)
        with self.assertRaisesRegex(UserError, "nothing to decide"):
            first.action_accept()
        self.ask("Ada Queen")
        self.assertEqual(self.asked().mapped("state"), ["open", "withdrawn"])
        for _time in range(4):  # the fifth is the last of a day
            self.send("withdraw")
            response = self.ask("Ada Queen")
        self.assertIn("several corrections today", self.words(response))
        self.assertEqual(len(self.asked()), 5)
        self.assertFalse(self.requests())

    def test_what_cannot_be_is_refused_and_stays_typed(self):
        for values, words in (
            ({"name": " "}, "Type your full legal name"),
            ({"name": "\u200b\0"}, "Type your full legal name"),
            ({"files": {"name": ("a.txt", b"Ada")}}, "Type your full legal name"),
            ({"name": "Ada Example"}, "written already"),
            ({"name": "A" * 201}, "too long"),
            ({"word": "a" * 1001}, "too long"),
            ({"date_of_birth": "2999-01-01"}, "Nobody was born"),
            ({"date_of_birth": "never"}, "Nobody was born"),
            ({"date_of_birth": ""}, "Nobody was born"),
            ({"shown_name": "Ada X"}, "in the meantime"),
            (
                {"files": {"evidence": ("a.pdf", b"<html>", "application/pdf")}},
                "Only a PDF",
            ),
            (
                {"files": {"evidence": ("a.pdf", PDF + b"0" * 5 * 2**20, "x/y")}},
                "at most 5 MB",
            ),
        ):
            with self.subTest(words):
                response = self.ask(**{"name": "Ada Kíng", **values})
                self.assertIn(words, self.words(response))
                if "legal name" not in words and "name" not in values:
                    self.assertIn("Ada Kíng", response.text)
        self.assertFalse(self.asked())
        self.ask(name="Ada\0 Kíng", word="My\0 passport")
        self.assertEqual(self.asked().name, "Ada Kíng")
        self.assertEqual(self.asked().word, "My passport")

    def test_accepting_changes_the_registry_and_opens_the_reissue(self):
        certificate = self.issued()
        self.ask(date_of_birth="2001-02-04")
        action = self.asked().action_accept()
        self.assertEqual(self.ada.name, "Ada King")
        self.assertEqual(str(self.ada.date_of_birth), "2001-02-04")
        self.assertTrue(self.ada.is_confirmed)
        self.assertEqual(self.asked().decided_by_id, self.registrar)
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(wizard.line_ids.replaces_id, certificate)
        self.flush()
        [row] = self.sandbox.rows("students")
        self.assertEqual(
            (row["name"], row["date_of_birth"]), ("Ada King", "2001-02-04")
        )
        self.assertIn("accepted", text_of(self.page(PAGE)))
        with self.assertRaisesRegex(UserError, "nothing to decide"):
            self.asked().action_accept()
        with self.assertRaises(AccessError):
            self.asked().answer = "Later"

    def test_declining_needs_an_answer_that_the_student_reads(self):
        self.user.partner_id.email = "ada.portal@example.com"
        self.ask()
        asked = self.asked()
        with self.assertRaisesRegex(UserError, "Write an answer first"):
            asked.action_decline()
        asked.answer = "The passport says <b>Example</b>."
        asked.action_decline()
        self.assertEqual((asked.state, self.ada.name), ("declined", "Ada Example"))
        page = self.page(PAGE)
        self.assertIn("declined", text_of(page))
        self.assertIn("The passport says <b>Example</b>.", text_of(page))
        mail = self.mails()
        self.assertEqual(mail.email_to, "ada.portal@example.com")
        self.assertIn("&lt;b&gt;Example", mail.body_html)
        self.assertIn("is not made", mail.body_html)

    def test_the_mail_speaks_the_students_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.user.partner_id.write({"email": "ada@example.com", "lang": "fr_FR"})
        template = self.env.ref("dokstamp_connector.mail_template_correction_decided")
        template.with_context(lang="fr_FR").subject = "Vos données"
        self.ask()
        self.asked().action_accept()
        self.assertEqual(self.mails().subject, "Vos données")

    def test_what_a_school_app_feeds_is_changed_there_or_not_at_all(self):
        source = self.contact_source()
        source.write(
            {
                "trigger": "on_save",
                "domain": "[('ref', '=', 'student')]",
                "field_ids": [
                    Command.create({"field_name": "partner_id", "path": "id"})
                ],
            }
        )
        contact = self.user.partner_id
        contact.write(
            {
                "ref": "student",
                "name": "Ada Example",
                "email": "ada@example.com",
                "company_id": self.env.company.id,  # there are several
            }
        )
        self.env.cr.precommit.run()
        self.env.invalidate_all()
        self.assertIn("name", self.ada.fed_fields)
        self.issued()
        self.ask()
        asked = self.asked()
        self.assertIn("you cannot change it", asked.origin_note)
        with self.assertRaisesRegex(UserError, "comes from"):
            asked.action_accept()
        self.assertEqual(self.ada.name, "Ada Example")
        self.registrar.group_ids += self.env.ref("base.group_partner_manager")
        asked.invalidate_recordset()
        self.assertIn("Accept changes it there too", asked.origin_note)
        asked.action_accept()
        self.env.cr.precommit.run()
        self.assertEqual((contact.name, self.ada.name), ("Ada King", "Ada King"))
        self.sweep()
        self.assertEqual(self.ada.name, "Ada King")
        self.assertFalse(self.ada.to_decide_count)

    def test_what_the_student_said_goes_with_an_erasure(self):
        self.issued()
        self.ada._note_confirmation(self.user)
        self.ada._ask_for_correction(
            {"name": "Ada King", "evidence": base64.b64encode(PDF)}
        )
        self.assertIn("in the portal", "".join(self.ada._going_sentences()))
        lookup = self.env["privacy.lookup.wizard"].create(
            {"email": "ada@example.com", "name": "Ada Example"}
        )
        lookup.action_lookup()
        found = set(lookup.line_ids.mapped("res_model"))
        self.assertLessEqual({"dokstamp.confirmation", "dokstamp.correction"}, found)
        self.ada._erase()
        self.assertTrue(self.ada.exists())
        self.assertFalse(self.asked() | self.ada.correction_ids)
        self.assertFalse(self.ada.confirmation_ids)
        evidence = [("res_model", "=", "dokstamp.correction"), ("res_field", "!=", 0)]
        self.assertFalse(self.env["ir.attachment"].search(evidence))


@tagged("post_install", "-at_install")
class TestCertificatesWaitForTheWord(WordCase):
    """Where the account says so, certificates go to students who confirmed."""

    def wizard(self):
        opening = self.env["dokstamp.certificate.issue"].with_user(self.registrar)
        return opening.browse(opening._open_for(self.completion)["res_id"])

    def test_who_has_not_confirmed_waits_or_is_an_exception(self):
        self.assertFalse(self.wizard().line_ids.obstacle)
        self.assertFalse(self.wizard().line_ids.is_confirmed)
        self.account.needs_confirmation = True
        line = self.wizard().line_ids
        self.assertIn("has not confirmed", line.obstacle)
        draft = self.draft()
        with self.assertRaisesRegex(UserError, "has not confirmed"):
            draft.action_issue()
        line.exception_reason = "Confirmed on paper"
        self.assertFalse(line.obstacle)
        self.ada._note_confirmation(self.user)
        line = self.wizard().line_ids
        self.assertTrue(line.is_confirmed)
        self.assertFalse(line.obstacle)
        draft.action_issue()
        self.ada.name = "Ada King"
        self.assertIn("has not confirmed", self.wizard().line_ids.obstacle)

    def test_after_the_last_day_nobody_waits(self):
        today = fields.Date.today()
        self.account.write(
            {
                "needs_confirmation": True,
                "confirmation_ends_on": today + timedelta(days=2),
            }
        )
        self.assertIn("may do so until", self.wizard().line_ids.obstacle)
        self.account.confirmation_ends_on = today - timedelta(days=2)
        self.assertFalse(self.wizard().line_ids.obstacle)
