from odoo.tests import tagged

from .common import CREDENTIALS, DokstampCase


@tagged("post_install", "-at_install")
class TestAccountRegistry(DokstampCase):
    """Records from before the account, or beside it, find their way to it."""

    def test_what_was_kept_before_there_was_an_account_goes_out_with_it(self):
        company = self.env["res.company"].create({"name": "Second School"})
        student = self.student(email="second@example.com", company_id=company.id)
        self.assertFalse(student.account_id)
        account = self.env["dokstamp.account"].create(
            {
                "name": "Second school",
                "company_id": company.id,
                "base_url": self.sandbox.url,
                **CREDENTIALS,
            }
        )
        account.action_test_connection()
        self.assertEqual(student.account_id, account)
        self.flush()
        self.assertEqual(student.sync_state, "synced")

    def test_a_course_without_institution_gets_the_accounts(self):
        course = self.course(institution_id=False)
        course.institution_id = False
        self.flush()
        self.assertIn("No institution", course.sync_message)
        self.account.institution_id = False
        self.account.institution_id = self.institution
        self.flush()
        self.assertEqual(course.sync_state, "synced")

    def test_a_course_saved_while_the_account_got_its_institution_is_found(self):
        course = self.course()
        course.institution_id = False
        self.flush()
        self.sweep()
        self.assertEqual(course.institution_id, self.institution)
        self.flush()
        self.assertEqual(course.sync_state, "synced")
