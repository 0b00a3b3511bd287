from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import DokstampCase


@tagged("post_install", "-at_install")
class TestInstitutionChoice(DokstampCase):
    """The account's institution is picked from DokStamp's, or made of the company."""

    def open_choice(self, user=None):
        account = self.account.with_user(user or self.manager)
        action = account.action_choose_institution()
        self.assertEqual(self.requests("POST"), [], "it only reads")
        return account.env[action["res_model"]].browse(action["res_id"])

    def test_choice_lists_what_dokstamp_has(self):
        self.account._client().institutions.create(
            {"name": "Made By Hand", "country": "Portugal", "tax_id": "123"}
        )
        self.sandbox.forget_requests()
        choice = self.open_choice()
        names = choice.line_ids.mapped("name")
        self.assertEqual(names, ["Test School", "Made By Hand"])

    def test_chosen_institution_is_linked_by_its_uuid_and_not_created(self):
        uuid = self.account._client().institutions.create(
            {"name": "Made By Hand", "country": "Portugal", "tax_id": "123"}
        )["uuid"]
        self.sandbox.forget_requests()
        choice = self.open_choice()
        choice.line_id = choice.line_ids[-1]
        choice.action_use()
        institution = self.account.institution_id
        self.assertEqual(institution.dokstamp_uuid, uuid)
        self.assertEqual(
            (institution.name, institution.tax_id), ("Made By Hand", "123")
        )
        self.flush()
        self.assertFalse(self.requests("POST", "/institutions"))
        self.assertEqual(institution.sync_state, "synced")

    def test_institution_that_is_known_is_not_taken_twice(self):
        choice = self.open_choice()
        choice.line_id = choice.line_ids[0]
        choice.action_use()
        self.assertEqual(self.account.institution_id, self.institution)
        self.assertEqual(self.env["dokstamp.institution"].search_count([]), 1)

    def test_institution_is_made_of_the_company(self):
        self.env.company.write({"name": "Company School", "vat": "BR123"})
        self.open_choice().action_create_from_company()
        self.flush()
        remote = self.sandbox.row("institutions", name="Company School")
        self.assertEqual(remote["country"], "United States")
        self.assertEqual(remote["tax_id"], "BR123")

    def test_company_without_a_country_is_told_so(self):
        self.env.company.country_id = False
        choice = self.open_choice()
        self.check_said(choice, choice.action_create_from_company, "no country")
        self.env.company.country_id = self.env.ref("base.us")
        self.assertIs(choice.action_create_from_company(), True)

    def check_said(self, choice, button, words):
        """The wizard stays open and says it."""
        action = button()
        self.assertEqual(
            (action["res_model"], action["res_id"], action["target"]),
            (choice._name, choice.id, "new"),
        )
        self.assertIn(words, choice.problem)

    def test_nothing_chosen_is_said(self):
        choice = self.open_choice()
        choice.line_id = False
        self.check_said(choice, choice.action_use, "Choose one of the list")

    def test_dokstamp_that_cannot_be_asked_is_explained(self):
        self.account.client_secret = "wrong"
        choice = self.open_choice_that_asks()
        self.assertIn("refused the credentials", choice.problem)
        self.assertFalse(choice.is_listed or choice.line_ids)
        again = choice.action_try_again()
        self.assertEqual(again["target"], "new")
        self.account.client_secret = "demo-secret"
        again = self.env[choice._name].browse(choice.action_try_again()["res_id"])
        self.assertFalse(again.problem)
        self.assertTrue(again.is_listed and again.line_ids)

    def open_choice_that_asks(self):
        action = self.account.with_user(self.manager).action_choose_institution()
        choices = self.env[action["res_model"]].with_user(self.manager)
        return choices.browse(action["res_id"])

    def test_pressed_twice_makes_and_takes_one(self):
        self.env.company.write({"name": "Company School"})
        choice = self.open_choice()
        choice.action_create_from_company()
        choice.action_create_from_company()
        self.open_choice().action_create_from_company()
        self.flush()
        self.sandbox.forget_requests()
        self.assertEqual(self.sandbox.count("institutions"), 2)
        self.assertEqual(self.env["dokstamp.institution"].search_count([]), 2)
        choice = self.open_choice()
        choice.action_use()
        choice.action_use()
        self.assertEqual(self.env["dokstamp.institution"].search_count([]), 2)

    def test_registrar_may_not_choose(self):
        with self.assertRaises(AccessError):
            self.open_choice(self.registrar)
