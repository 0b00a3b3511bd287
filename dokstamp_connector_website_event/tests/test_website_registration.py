from odoo import Command, http
from odoo.tests import tagged

from odoo.addons.dokstamp_connector.tests.common_browser import BrowserCase
from odoo.addons.dokstamp_connector_event.tests.common import EventCase


@tagged("post_install", "-at_install")
class TestWebsiteRegistration(EventCase, BrowserCase):
    """A visitor registers on the website, and is told what would be held back."""

    def setUp(self):
        super().setUp()
        self.first_aid = self.event(
            date_begin="2099-01-01 08:00:00", date_end="2099-01-01 16:00:00"
        )
        self.first_aid.write(
            {
                "is_published": True,
                "event_ticket_ids": [
                    Command.clear(),
                    Command.create({"name": "Seat"}),
                ],
            }
        )
        self.question = self.ask_birth_date(self.first_aid)
        self.authenticate(None, None)

    def register_on_website(self, *attendees, lang=""):
        """:param attendees: each a name, an address, and a date of birth as written"""
        data = {"csrf_token": http.Request.csrf_token(self)}
        questions = self.first_aid.question_ids.grouped("question_type")
        for number, answers in enumerate(attendees, 1):
            data[f"{number}-event_ticket_id"] = self.first_aid.event_ticket_ids.id
            for kind, answer in zip(
                ("name", "email", "birth_date"), answers, strict=True
            ):
                data[f"{number}-{kind}-{questions[kind].id}"] = answer
        page = self.url_open(
            f"{lang}/event/{self.first_aid.id}/registration/confirm", data=data
        )
        self.assertIn("registration/success", page.url)
        self.flush()
        return page.text

    def students(self):
        return {
            row["name"]: row["date_of_birth"][:10]
            for row in self.sandbox.rows("students")
        }

    def test_what_the_browsers_field_and_what_people_type_is_read(self):
        page = self.register_on_website(
            ("Ada Example", "ada@example.com", "2001-02-03"),
            ("Ben Example", "ben@example.com", "3 April 2002"),
        )
        self.assertEqual(
            self.students(), {"Ada Example": "2001-02-03", "Ben Example": "2002-04-03"}
        )
        self.assertIn("April 3, 2002", page)
        self.assertNotIn("alert-warning", page)

    def test_a_day_is_read_by_the_language_of_the_page(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["website"].search([]).language_ids |= self.env["res.lang"]._lang_get(
            "fr_FR"
        )
        attendee = ("Ada Example", "ada@example.com", "03/04/2001")
        self.register_on_website(attendee, lang="/fr")
        self.assertEqual(self.students(), {"Ada Example": "2001-04-03"})

    def test_what_cannot_be_read_is_said_and_typed_at_the_desk(self):
        page = self.register_on_website(("Ada Example", "ada@example.com", "03/04/01"))
        self.assertIn("03/04/01", page)
        self.assertFalse(self.students())
        registration = self.first_aid.registration_ids.with_user(self.desk)
        registration.birth_date = "2001-04-03"
        self.flush()
        self.assertEqual(self.students(), {"Ada Example": "2001-04-03"})

    def test_a_shared_address_is_told_and_one_of_two_is_held_back(self):
        page = self.register_on_website(
            ("Ada Example", "family@example.com", "2001-02-03"),
            ("Ben Example", "Family@Example.com", "2002-04-03"),
        )
        self.assertEqual(page.count("is the address of another person"), 2)
        self.assertEqual(len(self.students()), 1)
        self.assertEqual(len(self.first_aid.registration_ids), 2)

    def test_a_shared_address_is_told_while_the_form_is_filled(self):
        self.start_tour(
            f"/event/{self.first_aid.id}/register", "dokstamp_attendee_address"
        )
        self.assertEqual(len(self.first_aid.registration_ids), 2)

    def test_the_form_asks_with_a_field_for_days(self):
        seat = self.first_aid.event_ticket_ids
        page = self.make_jsonrpc_request(
            f"/event/{self.first_aid.id}/registration/new",
            {f"nb_register-{seat.id}": "1"},
        )
        self.assertRegex(
            page, rf'type="date"[^>]*name="1-birth_date-{self.question.id}"'
        )

    def test_what_is_published_is_active(self):
        code = f"EVE-{self.first_aid.id}"
        self.flush()
        self.assertEqual(self.sandbox.row("courses", code=code)["status"], "active")
        self.first_aid.is_published = False
        self.flush()
        self.assertEqual(self.sandbox.row("courses", code=code)["status"], "draft")
