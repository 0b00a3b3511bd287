from odoo.tests import tagged

from .common import SourceCase


@tagged("post_install", "-at_install")
class TestSourceTwins(SourceCase):
    """Two records of the school app that mean the same are one in the registry."""

    def setUp(self):
        super().setUp()
        self.botany = self.school_course()
        self.zoology = self.school_course(name="Zoology", code="ZOO")
        self.first = self.person(name="Ada Example")
        self.in_botany = self.membership(self.first, self.botany)
        self.settle()

    def second(self, **values):
        """Another person with the first one's e-mail address, in another course."""
        person = self.person(**{"name": "Ada B. Example", **values})
        self.in_zoology = self.membership(person, self.zoology)
        return person

    def test_the_same_email_is_one_student(self):
        second = self.second()
        self.flush()
        self.assertEqual(self.sandbox.count("students"), 1)
        self.assertEqual(self.sandbox.count("enrollments"), 2)
        self.assertEqual(self.fed(self.first), self.fed(second))

    def test_the_same_email_in_other_letters_is_one_student(self):
        second = self.second(email=" ADA@Example.com ")
        self.flush()
        self.assertEqual(self.fed(self.first), self.fed(second))
        self.assertEqual(self.sandbox.count("students"), 1)

    def test_an_underscore_stands_for_itself(self):
        persons = [
            self.person(email=email) for email in ("a_b@example.com", "axb@example.com")
        ]
        for person in persons:
            self.membership(person, self.zoology)
        self.flush()
        self.assertNotEqual(self.fed(persons[0]), self.fed(persons[1]))

    def test_the_oldest_writes(self):
        second = self.second()
        self.flush()
        second.name = "Somebody Else"
        self.flush()
        self.assertEqual(self.sandbox.rows("students")[0]["name"], "Ada Example")
        self.first.name = "Ada Exemplary"
        self.flush()
        self.assertEqual(self.sandbox.rows("students")[0]["name"], "Ada Exemplary")

    def test_both_imported_at_once_are_one_student(self):
        persons = self.env["test.dokstamp.school.person"].create(
            [
                {"name": name, "email": "bo@example.com", "birth_date": "2000-01-01"}
                for name in ("Bo Example", "Bo T. Example")
            ]
        )
        for person in persons:
            self.membership(person, self.zoology)
        self.flush()
        self.assertEqual(
            self.sandbox.row("students", email="bo@example.com")["name"], "Bo Example"
        )
        self.assertEqual(len({self.fed(person) for person in persons}), 1)

    def test_the_second_takes_over_when_the_first_vanishes(self):
        second = self.second()
        self.settle()
        self.first.unlink()
        self.flush()
        [student] = self.sandbox.rows("students")
        self.assertEqual(student["name"], "Ada B. Example")
        self.assertTrue(self.fed(second).active)

    def test_the_second_takes_over_when_the_first_is_archived(self):
        second = self.second()
        self.settle()
        self.first.partner_id.active = False
        self.flush()
        student = self.fed(second)
        self.assertTrue(student.active)
        self.assertEqual(student.name, "Ada B. Example")
        self.first.partner_id.active = True
        self.commit()
        self.assertEqual(student.name, "Ada Example")

    def test_the_second_takes_over_when_the_first_matches_no_more(self):
        self.person_source.domain = "[('gender', '!=', 'm')]"
        second = self.second()
        self.settle()
        self.first.gender = "m"
        self.flush()
        student = self.fed(second)
        self.assertTrue(student.active)
        self.assertEqual(student.name, "Ada B. Example")

    def test_a_student_nobody_feeds_any_more_is_archived(self):
        student = self.fed(self.first)
        self.first.unlink()
        self.commit()
        self.assertFalse(student.active)

    def test_who_gets_an_email_of_their_own_becomes_a_student_of_their_own(self):
        second = self.second()
        self.settle()
        second.email = "b@example.com"
        self.flush()
        self.assertEqual(self.sandbox.count("students"), 2)
        remote = self.sandbox.row("students", email="b@example.com")
        self.assertEqual(remote["name"], "Ada B. Example")
        enrollment = self.fed(self.in_zoology)
        self.assertEqual(enrollment.student_id, self.fed(second))
        self.assertEqual(enrollment.sync_state, "synced")

    def test_an_email_that_another_student_has_is_refused_with_a_sentence(self):
        other = self.person(name="Bo Example", email="bo@example.com")
        self.membership(other, self.zoology)
        self.settle()
        other.email = "Ada@example.com"
        other.name = "Bo Exemplary"
        self.flush()
        self.assertEqual(
            self.link(other).error,
            "Ada@example.com belongs to Ada Example already, and DokStamp keeps it "
            "once.",
        )
        self.assertEqual(other.name, "Bo Exemplary")
        self.assertEqual(self.sandbox.count("students"), 2)
        other.email = "bo.exemplary@example.com"
        self.flush()
        remote = self.sandbox.row("students", email="bo.exemplary@example.com")
        self.assertEqual(remote["name"], "Bo Exemplary")
        self.assertFalse(self.link(other).error)

    def test_what_a_registrar_typed_before_is_taken_up(self):
        typed = self.student(name="Cy", email="CY@example.com", gender="f")
        person = self.person(name="Cy Example", email="cy@example.com")
        self.membership(person, self.zoology)
        self.flush()
        self.assertEqual(self.fed(person), typed)
        remote = self.sandbox.row("students", email="cy@example.com")
        self.assertEqual((remote["name"], remote["gender"]), ("Cy Example", "f"))

    def test_a_course_that_a_registrar_typed_before_is_taken_up(self):
        typed = self.course(name="Chemistry", code="CHE")
        course = self.school_course(name="Chemistry I", code="CHE")
        self.flush()
        self.assertEqual(self.fed(course), typed)
        self.assertEqual(typed.name, "Chemistry I")

    def test_a_code_that_another_course_has_is_refused_with_a_sentence(self):
        self.botany.code = "ZOO"
        self.flush()
        self.assertEqual(
            self.link(self.botany).error,
            "ZOO belongs to Zoology already, and DokStamp keeps it once.",
        )
        self.assertEqual(self.sandbox.row("courses", code="BOT-1")["name"], "Botany")

    def test_two_memberships_of_one_student_in_one_course_are_one_enrollment(self):
        second = self.second()
        again = self.membership(second, self.botany)
        self.flush()
        self.assertEqual(self.fed(again), self.fed(self.in_botany))
        self.fed(again).with_user(self.registrar).cohort_id = self.env[
            "dokstamp.cohort"
        ].create({"code": "2026", "course_id": self.fed(self.botany).id})
        again.mark = 12
        self.flush()
        self.assertEqual(self.fed(again), self.fed(self.in_botany))
        self.assertEqual(self.sandbox.count("enrollments"), 2)
