from odoo.exceptions import AccessError, UserError
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
        with self.assertRaisesRegex(UserError, "no country"):
            self.open_choice().action_create_from_company()

    def test_nothing_chosen_is_said(self):
        choice = self.open_choice()
        choice.line_id = False
        with self.assertRaisesRegex(UserError, "Choose one of the list"):
            choice.action_use()

    def test_dokstamp_that_cannot_be_asked_is_explained(self):
        self.account.client_secret = "wrong"
        with self.assertRaisesRegex(UserError, "refused the credentials"):
            self.open_choice()

    def test_registrar_may_not_choose(self):
        with self.assertRaises(AccessError):
            self.open_choice(self.registrar)
