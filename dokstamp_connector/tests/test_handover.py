from odoo.tests import tagged

from .common import DokstampCase
from .test_flush_lanes import LaneCase


class HandoverCase(DokstampCase):
    def begin_with(self, cls):
        super().begin_with(cls)
        cls.ada = self.student(name="Ada Example", email="ada@example.com")
        cls.bob = self.student(name="Bob Example", email="bob@example.com")
        cls.eve = self.student(name="Eve Example", email="eve@example.com")
        self.flush()

    def refused(self):
        rows = self.sandbox.requests()
        return [row for row in rows if row["status"] and row["status"] >= 400]

    def check_arrived(self, **emails):
        """Each student has its address at DokStamp, and nothing was refused on the way.

        :param emails: attribute → address
        """
        for name, email in emails.items():
            student = getattr(self, name)
            self.assertEqual(student.sync_state, "synced", student.sync_message)
            remote = self.sandbox.row("students", uuid=student.dokstamp_uuid)
            self.assertEqual(remote["email"], email)
        self.assertFalse(self.refused())

    def changed_in_order(self):
        """Uuids of the students in the order in which they were changed."""
        return [
            row["path"].rpartition("/")[2] for row in self.sandbox.requests("PATCH")
        ]


@tagged("post_install", "-at_install")
class TestHandover(HandoverCase):
    """A key goes from one to another: who has it lets go first, whoever takes it over
    follows unaided.
    """

    def test_address_handed_on_in_one_transaction_in_any_order_of_ids(self):
        for giver, taker in (("ada", "bob"), ("eve", "bob")):
            with self.subTest(giver=giver):
                self.sandbox.forget_requests()
                one, other = getattr(self, giver), getattr(self, taker)
                address = one.email
                one.with_user(self.registrar).email = f"new-{address}"
                other.with_user(self.registrar).email = address
                self.flush()
                self.check_arrived(**{giver: f"new-{address}", taker: address})
                self.assertEqual(
                    self.changed_in_order(), [one.dokstamp_uuid, other.dokstamp_uuid]
                )

    def test_written_in_another_case(self):
        self.ada.email = "new@example.com"
        self.bob.email = "ADA@example.com"
        self.flush()
        self.check_arrived(ada="new@example.com", bob="ADA@example.com")

    def test_in_two_transactions_that_meet_in_one_flush(self):
        self.eve.email = "new@example.com"
        self.env.cr.flush()
        self.ada.email = "eve@example.com"
        self.env.cr.flush()
        self.flush()
        self.check_arrived(eve="new@example.com", ada="eve@example.com")

    def test_chain(self):
        self.eve.email = "new@example.com"
        self.bob.email = "eve@example.com"
        self.ada.email = "bob@example.com"
        self.flush()
        self.check_arrived(
            eve="new@example.com", bob="eve@example.com", ada="bob@example.com"
        )
        self.assertEqual(
            self.changed_in_order(),
            [s.dokstamp_uuid for s in (self.eve, self.bob, self.ada)],
        )

    def test_taken_over_by_somebody_new(self):
        self.ada.email = "new@example.com"
        self.new = self.student(name="Nina New", email="ada@example.com")
        self.flush()
        self.check_arrived(ada="new@example.com", new="ada@example.com")
        self.assertNotEqual(self.ada.dokstamp_uuid, self.new.dokstamp_uuid)

    def test_from_one_who_is_archived_with_it(self):
        self.ada.write({"active": False, "email": "left@example.com"})
        self.bob.email = "ada@example.com"
        self.flush()
        self.check_arrived(ada="left@example.com", bob="ada@example.com")

    def test_from_one_who_is_deleted(self):
        self.ada.unlink()
        self.bob.email = "ada@example.com"
        self.flush()
        self.check_arrived(bob="ada@example.com")

    def test_from_one_whose_deletion_has_to_be_repeated(self):
        self.ada.unlink()
        self.sandbox.fault("DELETE", "/students/.*", drop="before")
        self.flush()
        self.bob.email = "ada@example.com"
        self.flush()
        self.assertEqual(self.bob.sync_state, "waiting")
        self.assertIn("Ada Example", self.bob.sync_message)
        self.make_due()
        self.flush()
        self.check_arrived(bob="ada@example.com")

    def test_claim_waits_while_the_release_has_to_be_repeated(self):
        self.ada.email = "new@example.com"
        self.bob.email = "ada@example.com"
        self.sandbox.fault("PATCH", f".*{self.ada.dokstamp_uuid}", drop="before")
        self.flush()
        self.assertEqual(self.bob.sync_state, "waiting")
        self.assertIn("Ada Example", self.bob.sync_message)
        self.make_due()
        self.flush()
        self.check_arrived(ada="new@example.com", bob="ada@example.com")

    def test_claim_says_why_the_release_failed_and_follows_when_it_is_mended(self):
        self.ada.write({"email": "new@example.com", "date_of_birth": False})
        self.bob.email = "ada@example.com"
        self.flush()
        self.assertEqual(self.ada.sync_state, "failed")
        self.assertEqual(self.bob.sync_state, "waiting")
        self.assertIn("Ada Example", self.bob.sync_message)
        self.assertIn("No date of birth", self.bob.sync_message)
        self.ada.date_of_birth = "2001-02-03"
        self.flush()
        self.check_arrived(ada="new@example.com", bob="ada@example.com")

    def test_claim_goes_on_when_the_release_is_taken_back(self):
        self.ada.write({"email": "new@example.com", "date_of_birth": False})
        self.bob.email = "ada@example.com"
        self.flush()
        self.bob.email = "bob@example.com"
        self.ada.write({"email": "ada@example.com", "date_of_birth": "2001-02-03"})
        self.flush()
        self.check_arrived(ada="ada@example.com", bob="bob@example.com")

    def test_release_that_was_cancelled_is_named(self):
        self.ada.email = "new@example.com"
        self.env.cr.flush()
        self.rows_of(self.ada)[-1].with_user(self.manager).action_cancel()
        self.bob.email = "ada@example.com"
        self.flush()
        self.assertEqual(self.bob.sync_state, "waiting")
        self.assertIn("taken out of the queue", self.bob.sync_message)
        self.ada.with_user(self.registrar).action_sync_now()
        self.flush()
        self.check_arrived(ada="new@example.com", bob="ada@example.com")

    def test_code_of_a_course(self):
        botany, zoology = self.course(), self.course(name="Zoology", code="ZOO-1")
        self.flush()
        botany.code = "BOT-2"
        zoology.code = "BOT-1"
        new = self.course(name="New", code="ZOO-1")
        self.flush()
        for course, code in ((botany, "BOT-2"), (zoology, "BOT-1"), (new, "ZOO-1")):
            self.assertEqual(course.sync_state, "synced", course.sync_message)
            remote = self.sandbox.row("courses", code=code)
            self.assertEqual(remote["uuid"], course.dokstamp_uuid)
        self.assertFalse(self.refused())

    def test_code_of_a_cohort_where_the_tenant_has_each_once(self):
        course = self.course()
        first, second = self.env["dokstamp.cohort"].create(
            [{"code": code, "course_id": course.id} for code in ("2025", "2026")]
        )
        self.flush()
        second.code = "2027"
        first.code = "2026"
        self.flush()
        self.assertEqual((first + second).mapped("sync_state"), ["synced", "synced"])
        self.assertFalse(self.refused())


@tagged("post_install", "-at_install")
class TestExchange(HandoverCase):
    """What cannot be done in one step says so, and how; nothing is tried for ever."""

    def swap(self):
        self.ada.email = "tmp@example.com"
        self.bob.email = "ada@example.com"
        self.ada.email = "bob@example.com"
        self.flush()

    def check_told(self, *students):
        for student in students:
            self.assertEqual(student.sync_state, "failed")
            self.assertIn("e-mail address", student.sync_message)
            self.assertIn("for the time being", student.sync_message)
        self.assertFalse(self.requests("PATCH"))

    def test_swap_says_how(self):
        self.swap()
        self.check_told(self.ada, self.bob)
        self.assertIn("Bob Example", self.ada.sync_message)
        self.assertIn("Ada Example", self.bob.sync_message)
        self.make_due()
        self.flush()
        self.sweep()
        self.flush()
        self.check_told(self.ada, self.bob)
        self.rows_of(self.ada)[-1].with_user(self.manager).action_retry()
        self.flush()
        self.check_told(self.ada, self.bob)

    def test_swap_whose_halves_meet_in_different_batches(self):
        self.ada.email = "tmp@example.com"
        self.bob.email = "ada@example.com"
        self.ada.email = "bob@example.com"
        self.env.cr.flush()
        later = self.rows_of(self.bob)[-1]
        later.next_attempt_at = "2999-01-01"
        self.flush()
        self.assertEqual(self.ada.sync_state, "waiting")
        self.make_due()
        self.flush()
        self.check_told(self.ada, self.bob)

    def test_circle_of_three(self):
        self.ada.email = "tmp@example.com"
        self.bob.email, bob = "ada@example.com", self.bob.email
        self.eve.email, eve = bob, self.eve.email
        self.ada.email = eve
        self.flush()
        self.check_told(self.ada, self.bob, self.eve)

    def test_the_way_that_is_told_leads_out(self):
        self.swap()
        self.ada.with_user(self.registrar).email = "later@example.com"
        self.flush()
        self.check_arrived(ada="later@example.com", bob="ada@example.com")
        self.ada.with_user(self.registrar).email = "bob@example.com"
        self.flush()
        self.check_arrived(ada="bob@example.com", bob="ada@example.com")

    def test_who_waits_for_one_of_them_follows(self):
        self.swap()
        course = self.course()
        enrollment = self.enrollment(student_id=self.ada.id, course_id=course.id)
        self.flush()
        self.assertEqual(enrollment.sync_state, "synced", enrollment.sync_message)


@tagged("post_install", "-at_install")
class TestCost(LaneCase):
    """Who holds a key is asked once for all that are about to take one."""

    def test_first_load_asks_once_a_batch(self):
        values = [
            {
                "name": f"Student {n}",
                "email": f"{n}@example.com",
                "date_of_birth": "2001-02-03",
            }
            for n in range(40)
        ]
        self.env["dokstamp.student"].create(values)
        flush, lane = self.open_lane()
        row_ids = flush._claim(lane)
        asked = []
        holding = self.registry["dokstamp.binding"]._holding

        def counted(bindings, account, keys):
            asked.append(len(keys))
            return holding(bindings, account, keys)

        self.patch(self.registry["dokstamp.binding"], "_holding", counted)
        flush._plan(lane, row_ids)
        self.assertEqual(asked, [40])
