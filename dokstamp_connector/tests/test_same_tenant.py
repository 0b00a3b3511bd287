from odoo.tests import tagged

from .common import CREDENTIALS, DokstampCase

ANOTHER = "DokStamp has this record already, and it is of"


class SameTenantCase(DokstampCase):
    """Two accounts of one tenant, in two companies or in one."""

    def sister(self, **values):
        values.setdefault(
            "company_id", self.env["res.company"].create({"name": "Sister School"}).id
        )
        sister = self.env["dokstamp.account"].create(
            {
                "name": "Sister plan",
                "base_url": self.sandbox.url,
                **CREDENTIALS,
                **values,
            }
        )
        sister.action_test_connection()
        sister.institution_id = self.env["dokstamp.institution"].create(
            {
                "name": "Sister School",
                "country": "Portugal",
                "account_id": sister.id,
                "company_id": sister.company_id.id,
            }
        )
        self.flush()
        return sister

    def one_of_each(self, account):
        """A student, whose address is the tenant's, and a course of an institution of
        its own, with the same code.
        """
        values = {"account_id": account.id, "company_id": account.company_id.id}
        return [
            self.student(name=f"Ada of {account.name}", **values),
            self.course(institution_id=account.institution_id.id, **values),
        ]

    def meet(self, sister):
        """Ours are at DokStamp, then theirs come."""
        ours = self.one_of_each(self.account)[:1]
        self.flush()
        self.sandbox.forget_requests()
        theirs = self.one_of_each(sister)[:1]
        self.flush()
        self.assertEqual({one.sync_state for one in ours}, {"synced"})
        return ours, theirs

    def check_apart(self, ours, theirs):
        self.assertEqual({one.sync_state for one in theirs}, {"failed"})
        self.assertFalse([one.dokstamp_uuid for one in theirs if one.dokstamp_uuid])
        for one in theirs:
            self.assertIn(ANOTHER, one.sync_message)
        for method in ("POST", "PATCH", "DELETE"):
            called = [path for _method, path in self.requests(method)]
            self.assertFalse([p for p in called if p.startswith("/students")])
        remote = self.sandbox.row("students", uuid=ours[0].dokstamp_uuid)
        self.assertEqual(remote["name"], "Ada of Test school")


@tagged("post_install", "-at_install")
class TestApart(SameTenantCase):
    """As long as nobody says that they are one school, neither takes what the other
    one has.
    """

    def test_of_two_companies(self):
        ours, theirs = self.meet(self.sister())
        self.check_apart(ours, theirs)
        for one in theirs:
            self.assertIn("another company's account", one.sync_message)
            self.assertNotIn("Test school", one.sync_message)

    def test_of_one_company(self):
        ours, theirs = self.meet(self.sister(company_id=self.env.company.id))
        self.check_apart(ours, theirs)
        self.assertIn("the account “Test school”", theirs[0].sync_message)

    def test_whatever_way_the_address_is_written(self):
        address = self.sandbox.url.replace("127.0.0.1", "localhost")
        self.check_apart(*self.meet(self.sister(base_url=address)))

    def test_one_word_is_not_enough(self):
        for ours, theirs in ((True, False), (False, True)):
            with self.subTest(ours=ours), self.cr.savepoint() as savepoint:
                sister = self.sister()
                self.account.is_same_school = ours
                sister.is_same_school = theirs
                self.check_apart(*self.meet(sister))
                savepoint.rollback()
            self.env.invalidate_all()
            self.sandbox.reset()
            self.env["dokstamp.binding"].search([]).unlink()
            self.institution._queue_push()
            self.flush()

    def test_what_only_one_has_goes_out(self):
        sister = self.sister()
        theirs = self.one_of_each(sister)
        self.flush()
        self.assertEqual({one.sync_state for one in theirs}, {"synced"})

    def test_found_by_both_at_once(self):
        """Both search before either has made it."""
        sister = self.sister()
        students = self.one_of_each(self.account)[0] + self.one_of_each(sister)[0]
        self.sandbox.fault("GET", "/students", times=2, delay=0.3)
        self.flush()
        self.make_due()
        self.flush()
        self.assertEqual(sorted(students.mapped("sync_state")), ["failed", "synced"])
        self.assertEqual(self.sandbox.count("students"), 1)
        kept = students.filtered(lambda student: student.sync_state == "synced")
        remote = self.sandbox.row("students", uuid=kept.dokstamp_uuid)
        self.assertEqual(remote["name"], kept.name)

    def test_institution_that_is_chosen(self):
        sister = self.sister()
        action = sister.action_choose_institution()
        choice = self.env[action["res_model"]].browse(action["res_id"])
        choice.line_id = choice.line_ids.filtered(lambda one: one.name == "Test School")
        choice.action_use()
        self.assertIn(ANOTHER, choice.problem)
        self.assertEqual(sister.institution_id.name, "Sister School")
        self.assertEqual(self.env["dokstamp.institution"].search_count([]), 2)

    def test_record_that_is_handed_to_the_other_account_stays_the_same(self):
        course = self.course()
        self.flush()
        uuid = course.dokstamp_uuid
        second = self.sister(company_id=self.env.company.id)
        self.account.active = False
        self.assertEqual(course.account_id, second)
        self.flush()
        self.assertEqual((course.sync_state, course.dokstamp_uuid), ("synced", uuid))

    def test_both_accounts_say_what_that_means(self):
        sister = self.sister()
        for account in (self.account, sister):
            self.assertIn("does not take over", account.same_tenant_note)
            self.assertIn("does not say so", account.same_tenant_note)
        self.account.is_same_school = True
        note = self.account.with_user(self.manager).same_tenant_note
        self.assertIn("Missing is the word of an account of another company", note)
        self.assertNotIn("Sister plan", note)

    def test_another_place_of_that_name_is_another_tenant(self):
        other = self.env["dokstamp.account"].create(
            {"name": "Elsewhere", "base_url": "https://api.example.com", **CREDENTIALS}
        )
        self.assertFalse(other.same_tenant_note)
        other.base_url = self.sandbox.url + "/"
        self.assertTrue(other.same_tenant_note)


@tagged("post_install", "-at_install")
class TestOneSchool(SameTenantCase):
    """Where managers of both say so, both share what both have."""

    def test_both_words_make_one_school(self):
        sister = self.sister()
        (self.account | sister).is_same_school = True
        ours, theirs = self.meet(sister)
        self.make_due()
        self.flush()
        self.assertEqual({one.sync_state for one in theirs}, {"synced"})
        self.assertEqual(
            [one.dokstamp_uuid for one in theirs], [one.dokstamp_uuid for one in ours]
        )
        self.assertEqual(self.sandbox.count("students"), 1)
        self.assertIn("as one school", sister.same_tenant_note)

    def test_the_word_that_comes_later_lets_a_retry_succeed(self):
        sister = self.sister()
        ours, theirs = self.meet(sister)
        (self.account | sister).is_same_school = True
        rows = self.rows_of(theirs[0])
        rows[-1].with_user(self.manager).sudo().action_retry()
        self.make_due()
        self.flush()
        self.make_due()
        self.flush()
        self.assertEqual(theirs[0].dokstamp_uuid, ours[0].dokstamp_uuid)

    def test_what_was_shared_before_stays_shared(self):
        sister = self.sister()
        (self.account | sister).is_same_school = True
        _ours, theirs = self.meet(sister)
        self.make_due()
        self.flush()
        sister.is_same_school = False
        theirs[0].name = "Ada Changed"
        self.flush()
        self.assertEqual(theirs[0].sync_state, "synced")
