from odoo.tests import tagged

from .common import StudentCase


@tagged("post_install", "-at_install")
class TestSourceTwins(StudentCase):
    """Two records of the school app that mean the same are one in the registry: of
    persons, once a registrar has said so.
    """

    def second(self, **values):
        """Another record of the first one, with its address, in another course; the
        registrar has said that both are the same person.
        """
        person = self.person(**{"name": "Ada B. Example", **values})
        self.in_zoology = self.membership(person, self.zoology)
        self.commit()
        self.say_same_person(person)
        return person

    def test_the_same_person_is_one_student(self):
        second = self.second()
        self.flush()
        self.assertEqual(self.sandbox.count("students"), 1)
        self.assertEqual(self.sandbox.count("enrollments"), 2)
        self.assertEqual(self.fed(self.first), self.fed(second))

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

    def test_the_same_person_stays_one_whatever_the_address_is_later(self):
        second = self.second()
        self.settle()
        second.email = "b@example.com"
        self.flush()
        self.sweep()
        self.assertEqual(self.fed(second), self.fed(self.first))
        self.assertEqual(self.sandbox.count("students"), 1)
        self.assertEqual(self.fed(self.in_zoology).student_id, self.fed(self.first))

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

    def test_what_a_registrar_typed_before_is_taken_up_on_the_registrars_word(self):
        typed = self.student(name="Cy", email="CY@example.com", gender="f")
        person = self.person(name="Cy Example", email="cy@example.com")
        membership = self.membership(person, self.zoology)
        self.flush()
        self.assertFalse(self.fed(person))
        self.say_same_person(person)
        self.flush()
        self.assertEqual(self.fed(person), typed)
        self.assertEqual(typed.partner_id, person.partner_id)
        self.assertEqual(self.fed(membership).student_id, typed)
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
