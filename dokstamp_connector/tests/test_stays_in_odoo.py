from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CREDENTIALS, DokstampCase


@tagged("post_install", "-at_install")
class TestStaysInOdoo(DokstampCase):
    """What somebody takes from its account stays in Odoo until somebody chooses one."""

    def kept(self):
        course = self.course().with_user(self.registrar)
        course.account_id = False
        return course

    def another_account(self):
        values = {"name": "Next", "base_url": self.sandbox.url, **CREDENTIALS}
        account = self.env["dokstamp.account"].with_user(self.manager)
        return account.create({**values, "tenant": "next-school"})

    def assert_stays(self, record):
        self.sweep()
        self.flush()
        self.assertFalse(record.account_id)
        self.assertTrue(record.stays_in_odoo)
        self.assertFalse(self.requests())

    def test_no_sweep_gives_it_an_account(self):
        course = self.kept()
        self.assert_stays(course)
        course.name = "Botany, revised"
        self.assert_stays(course)

    def test_no_other_account_takes_it(self):
        course = self.kept()
        self.another_account()
        self.assert_stays(course)
        self.account.active = False
        self.account.active = True
        self.assert_stays(course)

    def test_one_that_is_made_without_an_account_stays(self):
        courses = self.env["dokstamp.course"].with_user(self.registrar)
        course = courses.create({"name": "Zoology", "account_id": False})
        self.assert_stays(course)

    def test_it_is_sent_when_somebody_chooses_an_account(self):
        course = self.kept()
        self.flush()
        course.account_id = self.account
        self.flush()
        self.assertFalse(course.stays_in_odoo)
        self.assertEqual(self.sandbox.count("courses"), 1)

    def test_one_whose_company_has_no_account_yet_is_sent_once_there_is_one(self):
        company = self.env["res.company"].create({"name": "Second School"})
        student = self.student(company_id=company.id)
        self.sweep()
        self.assertFalse(student.account_id)
        self.assertFalse(student.stays_in_odoo)
        values = {"base_url": self.sandbox.url, **CREDENTIALS}
        account = self.env["dokstamp.account"].create(
            {**values, "company_id": company.id, "tenant": "second-school"}
        )
        self.assertEqual(student.account_id, account)

    def test_nobody_types_it(self):
        course = self.course()
        with self.assertRaises(AccessError):
            course.with_user(self.registrar).stays_in_odoo = True

    def test_the_form_says_what_is_so(self):
        company = self.env["res.company"].create({"name": "Second School"})
        kept, nowhere = self.kept(), self.student(company_id=company.id)
        self.assertIn("it stays in Odoo", kept.sync_message)
        self.assertIn("no DokStamp account yet", nowhere.sync_message)
        arch = self.env["dokstamp.course"].get_view(view_type="form")["arch"]
        self.assertIn("sync_state != 'none' or not sync_message", arch)
