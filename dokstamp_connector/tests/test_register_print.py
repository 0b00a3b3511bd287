from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestRegisterPrint(CertificateCase):
    """A registrar prints a year's book without selecting its entries."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.certificate = self.issued()

    def wizard(self, **values):
        return (
            self.env["dokstamp.register.print"].with_user(self.registrar).create(values)
        )

    def revoke(self):
        self.certificate.revocation_reason = "The name was misspelt."
        self.certificate.action_revoke()
        self.flush()

    def book(self):
        return self.env["dokstamp.register.entry"].search([])

    def test_it_opens_on_the_latest_book_and_counts_its_entries(self):
        wizard = self.wizard()
        self.assertEqual(wizard.institution_id, self.certificate.institution_id)
        self.assertEqual(wizard.year, str(self.book().year))
        self.assertEqual(wizard.summary, "Entries 1 to 1, without gaps.")

    def test_the_whole_book_is_printed_in_its_order(self):
        self.revoke()
        action = self.wizard().action_print()
        printed = self.book().browse(action["context"]["active_ids"])
        self.assertEqual(printed.mapped("event"), ["issued", "revoked"])
        self.assertEqual(action["report_name"], "dokstamp_connector.register_document")

    def test_a_missing_number_is_told(self):
        self.revoke()
        self.env.cr.execute(
            "UPDATE dokstamp_register_entry SET entry_number = 4 "
            "WHERE event = 'revoked'"
        )
        self.env.invalidate_all()
        self.assertEqual(
            self.wizard().summary, "Entries 1 to 4; 2 numbers are missing."
        )

    def test_another_institutions_entries_are_not_in_the_book(self):
        other = self.env["dokstamp.institution"].create({"name": "Evening School"})
        wizard = self.wizard(institution_id=other.id)
        self.assertEqual(wizard.summary, "This book is empty.")
        with self.assertRaisesRegex(UserError, "empty"):
            wizard.action_print()
