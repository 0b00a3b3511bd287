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

    def test_archiving_a_wrong_account_hands_its_records_to_the_right_one(self):
        wrong = self.account
        wrong.base_url = "http://127.0.0.1:9"
        course = self.course()
        self.env.cr.flush()
        right = self.env["dokstamp.account"].create(
            {"name": "Right", "base_url": self.sandbox.url, **CREDENTIALS}
        )
        right.action_test_connection()
        self.assertEqual(course.account_id, wrong)
        wrong.active = False
        self.assertEqual(course.account_id, right)
        self.assertEqual(self.course(code="NEW").account_id, right)
        self.institution._queue_push()
        self.flush()
        self.assertEqual(course.sync_state, "synced")
        self.assertFalse(
            self.env["dokstamp.sync.record"].search(
                [("account_id", "=", wrong.id), ("state", "in", ("pending", "failed"))]
            )
        )

    def test_what_an_account_could_not_send_does_not_hold_up_the_next_one(self):
        course = self.course(name="X" * 300)
        self.flush()
        self.assertEqual(course.sync_state, "failed")
        second = self.env["dokstamp.account"].create(
            {"name": "Second", "base_url": self.sandbox.url, **CREDENTIALS}
        )
        (self.institution | course.institution_id).account_id = second
        course.write({"account_id": second.id, "name": "Botany"})
        second.action_test_connection()
        self.flush()
        self.assertEqual(course.sync_state, "synced")

    def test_accounts_that_share_a_tenant_say_so(self):
        self.assertFalse(self.account.same_tenant_note)
        company = self.env["res.company"].create({"name": "Second School"})
        second = self.env["dokstamp.account"].create(
            {
                "name": "Second school",
                "company_id": company.id,
                "base_url": self.sandbox.url,
                **CREDENTIALS,
            }
        )
        self.assertIn("Test school", second.same_tenant_note)
        mine = self.account.with_user(self.manager)
        both = self.env.company + company
        self.manager.company_ids = both
        of_both = mine.with_context(allowed_company_ids=both.ids)
        self.assertIn("Second school", of_both.same_tenant_note)
        second.active = False
        mine.invalidate_recordset(["same_tenant_note"])
        self.assertFalse(mine.same_tenant_note)

    def test_the_note_names_no_account_that_the_reader_may_not_see(self):
        company = self.env["res.company"].create({"name": "Second School"})
        values = {"base_url": self.sandbox.url, **CREDENTIALS}
        theirs = {**values, "company_id": company.id}
        self.env["dokstamp.account"].create(
            [
                {"name": "Hidden plan", **theirs},
                {"name": "Hidden merger", **theirs},
                {"name": "Own second one", **values},
            ]
        )
        for user in (self.manager, self.registrar):
            note = self.account.with_user(user).same_tenant_note
            self.assertNotIn("Hidden", note)
            self.assertIn("Own second one, an account of another company", note)
        # who may see both looks at one of them
        self.manager.company_ids += company
        mine = self.account.with_user(self.manager)
        only = mine.with_context(allowed_company_ids=self.env.company.ids)
        self.assertNotIn("Hidden", only.same_tenant_note)
        self.assertEqual(only.read(["same_tenant_note"])[0]["same_tenant_note"], note)
