from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common_rights import RightsCase


@tagged("post_install", "-at_install")
class TestHoldRights(RightsCase):
    """Who set a hold, why, and who lifted it can be told afterwards."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.holds = self.env["dokstamp.hold"].with_user(self.registrar)
        cls.hold = cls.holds.with_user(self.manager).create(
            {"student_id": self.ada.id, "reason": "Fees", "end_date": "2099-12-31"}
        )
        self.env.flush_all()

    def test_nobody_sets_a_hold_in_somebody_elses_name(self):
        values = {"student_id": self.ada.id, "reason": "Books"}
        with self.assertRaises(AccessError):
            self.holds.create({**values, "author_id": self.manager.id})
        suggesting = self.holds.with_context(default_author_id=self.manager.id)
        self.assertEqual(suggesting.create(values).author_id, self.registrar)
        self.suggest(self.registrar, "dokstamp.hold", author_id=self.manager.id)
        self.assertEqual(self.holds.create(values).author_id, self.registrar)

    def test_a_hold_stays_as_it_was_set(self):
        grace = self.student(name="Grace Example", email="grace@example.com")
        for values in (
            {"author_id": self.registrar.id},
            {"reason": "None"},
            {"student_id": grace.id},
            {"student_id": False, "enrollment_id": self.completion.id},
            {"end_date": "2020-01-01"},
            {"active": False, "end_date": "2020-01-01"},
            {"lifted_by_id": self.manager.id, "lifted_at": "2020-01-01 00:00:00"},
        ):
            with self.subTest(values):
                answer = self.call(self.registrar, self.hold, "write", values)
                self.assertEqual(answer, "UserError")
                commands = [Command.update(self.hold.id, values)]
                with self.assertRaises(UserError):
                    self.ada.with_user(self.registrar).hold_ids = commands
        self.assertEqual(self.call(self.registrar, self.hold, "unlink"), "AccessError")
        with self.assertRaises(UserError):
            self.draft().action_issue()

    def test_whoever_lifts_a_hold_is_noted(self):
        self.call(self.registrar, self.hold, "action_lift")
        self.assertFalse(self.hold.active)
        self.assertEqual(self.hold.author_id, self.manager)
        self.assertEqual(self.hold.lifted_by_id, self.registrar)
        self.assertTrue(self.hold.lifted_at)

    def test_archiving_a_hold_is_lifting_it(self):
        self.call(self.registrar, self.hold, "action_archive")
        self.assertEqual(self.hold.lifted_by_id, self.registrar)

    def test_a_lifted_hold_is_not_set_again_in_its_authors_name(self):
        self.hold.with_user(self.registrar).action_lift()
        answer = self.call(self.registrar, self.hold, "action_unarchive")
        self.assertEqual(answer, "UserError")
        self.hold.with_user(self.manager).action_lift()
        self.assertEqual(self.hold.lifted_by_id, self.registrar)

    def test_only_registrars_of_the_company_lift_it(self):
        for user in (self.bob, self.eve):
            for method in ("action_lift", "action_archive"):
                with self.subTest(user=user.login, method=method):
                    answer = self.call(user, self.hold, method)
                    self.assertEqual(answer, "AccessError")
        self.assertTrue(self.hold.active)

    def test_a_hold_does_not_vanish_with_its_enrollment(self):
        self.holds.create({"enrollment_id": self.completion.id, "reason": "Cheated"})
        for held in (self.completion, self.ada):
            with self.assertRaisesRegex(UserError, "on hold"):
                held.with_user(self.registrar).unlink()
