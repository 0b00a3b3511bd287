from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import DokstampCase


@tagged("post_install", "-at_install")
class TestRegistryRules(DokstampCase):
    """What DokStamp would refuse is refused where a registrar types it, and kept where
    a source brings it.
    """

    def typed(self, model, **values):
        return self.env[model].with_user(self.registrar).create(values)

    def assert_refused(self, pattern, model, **values):
        with self.subTest(values), self.assertRaisesRegex(ValidationError, pattern):
            self.typed(model, **values)

    def test_half_an_hour_is_refused_and_not_dropped(self):
        self.assert_refused(
            "Hours: only whole numbers fit, and 7.5 is none",
            "dokstamp.course",
            name="Botany",
            workload_hours=7.5,
        )
        self.assert_refused(
            "whole numbers", "dokstamp.module", name="Leaves", credits=0.5
        )
        course = self.course(workload_hours=7.0).with_user(self.registrar)
        for value, pattern in (
            (7.2, "whole numbers"),
            (2**31, "too large"),
            (float("inf"), "too large"),
            (float("nan"), "too large"),
        ):
            with (
                self.subTest(value),
                self.assertRaisesRegex(ValidationError, pattern),
            ):
                course.write({"workload_hours": value})
        self.assertEqual(course.workload_hours, 7)

    def test_a_grade_without_end_is_refused(self):
        enrollment = self.enrollment(
            student_id=self.student().id, course_id=self.course().id
        ).with_user(self.registrar)
        for value in (float("nan"), float("inf")):
            with (
                self.subTest(value),
                self.assertRaisesRegex(ValidationError, "too large"),
            ):
                enrollment.write({"grade": value})
        self.assertFalse(enrollment.grade)

    def test_a_registrar_cannot_type_what_dokstamp_would_refuse(self):
        self.assert_refused(
            "not valid", "dokstamp.student", name="Ada", email="ada @example.com"
        )
        self.assert_refused(
            "in the future", "dokstamp.student", name="Ada", date_of_birth="2999-01-01"
        )
        self.assert_refused(
            "25 characters; DokStamp takes 20",
            "dokstamp.module",
            name="Leaves",
            code="X" * 25,
        )
        self.assert_refused(
            "151 characters", "dokstamp.module", name="X" * 151, code="LONG"
        )
        self.assert_refused(
            "below 0", "dokstamp.course", name="Botany", workload_hours=-1
        )
        course = self.course()
        self.assert_refused(
            "end before it starts",
            "dokstamp.cohort",
            code="2026",
            course_id=course.id,
            start_date="2026-09-01",
            end_date="2026-01-01",
        )
        self.assert_refused(
            "above 10",
            "dokstamp.enrollment",
            student_id=self.student().id,
            course_id=course.id,
            grade=11,
        )

    def test_a_later_edit_is_checked_too(self):
        student = self.student().with_user(self.registrar)
        with self.assertRaisesRegex(ValidationError, "not valid"):
            student.email = "nobody"

    def test_a_sources_record_is_kept_and_fails_with_the_same_sentence(self):
        module = self.module(code="X" * 25)  # with elevated rights, as a source writes
        self.flush()
        self.assertEqual(module.sync_state, "failed")
        self.assertIn("25 characters; DokStamp takes 20", module.sync_message)
        self.assertFalse(self.requests("POST", "/modules"))

    def test_another_field_of_such_a_record_can_still_be_edited(self):
        module = self.module(code="X" * 25)
        module.with_user(self.registrar).description = "About leaves"
        self.assertEqual(module.description, "About leaves")

    def test_a_code_is_unique_in_its_institution(self):
        self.course()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(UniqueViolation, "code_per_institution"),
        ):
            self.course(name="Zoology")
            self.env.flush_all()

    def test_the_grade_of_nought_is_sent_and_no_grade_is_not(self):
        enrollment = self.enrollment(
            student_id=self.student().id, course_id=self.course().id
        )
        self.flush()
        self.assertNotIn(
            "grade", self.sandbox.requests("POST", "/enrollments")[0]["body"]
        )
        enrollment.is_graded = True
        self.flush()
        self.assertEqual(
            self.sandbox.requests("PATCH", "/enrollments/.*")[0]["body"], {"grade": 0.0}
        )

    def test_a_copy_does_not_pass_for_the_original(self):
        course = self.course()
        copy = course.with_user(self.registrar).copy()
        self.assertNotEqual(copy.code, course.code)
        student = self.student()
        self.assertFalse(student.with_user(self.registrar).copy().email)

    def test_space_around_texts_is_dropped_and_empty_texts_are_no_value(self):
        course = self.typed("dokstamp.course", name=" Botany ", code=" BOT ")
        self.assertEqual((course.name, course.code), ("Botany", "BOT"))
        first, second = (
            self.typed("dokstamp.course", name=f"Course {n}", code="") for n in (1, 2)
        )
        self.assertFalse(first.code or second.code)
        self.env.flush_all()

    def test_nobody_learns_from_a_refusal_what_a_record_holds(self):
        student = self.student()
        clerk = new_test_user(self.env, login="clerk@example.com")
        with self.assertRaises(AccessError):
            student.with_user(clerk).email = "guess@example.com"
        with self.assertRaises(AccessError):
            student.with_user(clerk).unlink()
        with self.assertRaises(AccessError):
            student.with_user(clerk).action_view_audit_trail()


@tagged("post_install", "-at_install")
class TestRegistrySearch(DokstampCase):
    """What DokStamp knows of a record can be searched for."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.sent = self.course()
        self.flush()
        cls.unsent = self.course(code="NEW")
        self.env.cr.flush()

    def found(self, *leaf):
        both = self.sent | self.unsent
        return self.env["dokstamp.course"].search([leaf, ("id", "in", both.ids)])

    def test_by_uuid(self):
        uuid = self.sent.dokstamp_uuid
        self.assertEqual(self.found("dokstamp_uuid", "=", uuid), self.sent)
        self.assertEqual(self.found("dokstamp_uuid", "ilike", uuid[:6]), self.sent)
        self.assertEqual(self.found("dokstamp_uuid", "!=", False), self.sent)
        self.assertEqual(self.found("dokstamp_uuid", "=", False), self.unsent)
        self.assertEqual(self.found("dokstamp_uuid", "!=", uuid), self.unsent)

    def test_by_the_moment_when_it_was_sent(self):
        self.assertEqual(
            self.found("last_synced_at", ">=", "2020-01-01 00:00:00"), self.sent
        )
        self.assertEqual(self.found("last_synced_at", "=", False), self.unsent)

    def test_by_state(self):
        self.assertEqual(self.found("sync_state", "=", "synced"), self.sent)
        self.assertEqual(self.found("sync_state", "=", "pending"), self.unsent)
        self.assertEqual(self.found("sync_state", "!=", "synced"), self.unsent)
