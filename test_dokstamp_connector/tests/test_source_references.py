from odoo.tests import tagged

from .common import SourceCase


@tagged("post_install", "-at_install")
class TestSourceReferences(SourceCase):
    """Links between registry records follow the sources."""

    def test_a_membership_brings_its_student_along(self):
        membership = self.membership()
        self.flush()
        student = self.sandbox.row("students", email="ada@example.com")
        course = self.sandbox.row("courses", code="BOT-1")
        [enrollment] = self.sandbox.rows("enrollments")
        self.assertEqual(enrollment["student_uuid"], student["uuid"])
        self.assertEqual(enrollment["course_uuid"], course["uuid"])
        entity = self.fed(membership)
        self.assertEqual(entity.student_id.partner_id, membership.person_id.partner_id)

    def test_on_demand_takes_nobody_who_is_not_enrolled(self):
        person = self.person()
        person.name = "Ada Exemplary"
        self.flush()
        self.sweep()
        self.assertFalse(self.link(person))
        self.assertEqual(self.sandbox.count("students"), 0)

    def test_on_demand_follows_whom_it_has_taken(self):
        person = self.membership().person_id
        self.settle()
        person.birth_date = "2000-01-01"
        self.flush()
        [student] = self.sandbox.rows("students")
        self.assertEqual(student["date_of_birth"], "2000-01-01")

    def test_an_invitation_takes_nobody(self):
        membership = self.membership(state="invited")
        self.flush()
        self.assertFalse(self.link(membership))
        self.assertFalse(self.link(membership.person_id))
        membership.state = "running"
        self.flush()
        self.assertEqual(self.sandbox.count("enrollments"), 1)

    def test_a_member_who_leaves_is_dropped(self):
        membership = self.membership()
        self.settle()
        membership.unlink()
        self.flush()
        [enrollment] = self.sandbox.rows("enrollments")
        self.assertEqual(enrollment["completion_status"], "dropped")

    def test_without_a_source_for_students_the_enrollment_says_so(self):
        self.person_source.active = False
        membership = self.membership()
        self.commit()
        self.assertEqual(
            self.link(membership).error,
            "No source makes a student of a School Person.",
        )
        self.assertFalse(self.fed(membership))

    def test_a_course_that_no_source_takes_holds_its_enrollment_back(self):
        self.course_source.domain = "[('category', '=', 'public')]"
        course = self.school_course()
        membership = self.membership(course=course)
        self.commit()
        self.assertEqual(
            self.link(membership).error,
            "Botany is not in the registry: it is archived, no source takes it, or "
            "its source cannot read it.",
        )

    def test_an_enrollment_goes_out_once_its_course_is_taken(self):
        self.course_source.domain = "[('category', '=', 'public')]"
        course = self.school_course()
        membership = self.membership(course=course)
        self.flush()
        course.category = "public"
        self.flush()
        self.assertFalse(self.link(membership).error)
        self.assertEqual(self.sandbox.count("enrollments"), 1)

    def test_an_enrollment_goes_out_once_its_person_is_taken(self):
        self.person_source.domain = "[('gender', '=', 'f')]"
        membership = self.membership()
        self.flush()
        self.assertTrue(self.link(membership).error)
        membership.person_id.gender = "f"
        self.flush()
        self.assertFalse(self.link(membership).error)
        self.assertEqual(self.sandbox.count("enrollments"), 1)

    def test_an_archived_course_takes_no_new_enrollment(self):
        course = self.school_course(active=False)
        membership = self.membership(course=course)
        self.flush()
        self.assertIn("it is archived", self.link(membership).error)
        course.active = True
        self.flush()
        self.assertEqual(self.sandbox.count("enrollments"), 1)

    def test_a_membership_moved_to_another_course_takes_its_enrollment_along(self):
        membership = self.membership()
        self.settle()
        membership.course_id = self.school_course(name="Zoology", code="ZOO")
        self.flush()
        [enrollment] = self.sandbox.rows("enrollments")
        course = self.sandbox.row("courses", code="ZOO")
        self.assertEqual(enrollment["course_uuid"], course["uuid"])

    def test_a_source_switched_on_again_mends_what_failed_meanwhile_at_once(self):
        self.person_source.active = False
        memberships = [
            self.membership(self.person(name=name, email=f"{name}@example.com"))
            for name in ("ada", "bo")
        ]
        self.flush()
        self.assertTrue(all(self.link(one).error for one in memberships))
        self.person_source.active = True
        self.flush()
        self.assertFalse(any(self.link(one).error for one in memberships))
        self.assertEqual(self.sandbox.count("enrollments"), 2)

    def test_so_does_a_wider_condition(self):
        self.course_source.domain = "[('category', '=', 'public')]"
        membership = self.membership(course=self.school_course())
        self.commit()
        self.assertTrue(self.link(membership).error)
        self.course_source.domain = "[]"
        self.commit()
        self.assertTrue(self.fed(membership))
        self.assertFalse(self.link(membership).error)

    def test_so_does_a_field_of_the_source_that_is_put_right(self):
        line = self.line(self.person_source, "name")
        line.path = "birth_date"
        membership = self.membership(self.person(birth_date=False))
        self.commit()
        self.assertTrue(self.link(membership).error)
        line.path = "name"
        self.commit()
        self.assertEqual(self.fed(membership).student_id.name, "Ada Example")
