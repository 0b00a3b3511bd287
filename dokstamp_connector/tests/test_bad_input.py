from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import DokstampCase

ARABIC = "محمد بن أحمد"
EMOJI = "Ada 🌱 Example"


@tagged("post_install", "-at_install")
class TestBadInput(DokstampCase):
    """What a school app holds may be odd or wrong: it arrives, or it fails with a
    sentence, and nothing else waits for it.

    A source writes with elevated rights and must never fail; so do these tests.
    """

    def check_held_back(self, record, words):
        bystander = self.course(name="Bystander", code="BY")
        self.flush()
        self.assertEqual(record.sync_state, "failed")
        self.assertIn(words, record.sync_message)
        self.assertEqual(bystander.sync_state, "synced")
        writes = self.requests("POST", "/(?!oauth).*") + self.requests("PATCH")
        self.assertEqual(writes, [("POST", "/courses")])

    def complete(self, record, **values):
        record.with_user(self.registrar).write(values)
        self.flush()
        self.assertEqual(record.sync_state, "synced", record.sync_message)

    def test_missing_date_of_birth(self):
        student = self.student(date_of_birth=False)
        self.check_held_back(student, "No date of birth: DokStamp needs one.")
        self.complete(student, date_of_birth="2001-02-03")

    def test_missing_email_address(self):
        student = self.student(email=False)
        self.check_held_back(student, "No e-mail address: DokStamp needs one.")
        self.complete(student, email="ada@example.com")

    def test_email_address_that_is_none(self):
        student = self.student(email="ada at example")
        self.check_held_back(student, "“ada at example” is not valid")
        self.complete(student, email="ada@example.com")

    def test_code_that_is_too_long(self):
        module = self.module(code="X" * 21)
        self.check_held_back(module, "has 21 characters; DokStamp takes 20")
        self.complete(module, code="X" * 20)

    def test_name_that_is_too_long(self):
        module = self.module(name="X" * 151)
        self.check_held_back(module, "has 151 characters; DokStamp takes 150")
        self.complete(module, name="X" * 150)

    def test_grade_out_of_range(self):
        student, course = self.student(), self.course()
        self.flush()
        self.sandbox.forget_requests()
        enrollment = self.enrollment(
            student_id=student.id, course_id=course.id, grade=87.5
        )
        self.check_held_back(enrollment, "above 10")
        self.complete(enrollment, grade=8.75)
        [remote] = self.sandbox.rows("enrollments")
        self.assertEqual(remote["grade"], 8.75)

    def test_grade_of_zero_is_a_grade(self):
        enrollment = self.enrollment(
            student_id=self.student().id,
            course_id=self.course().id,
            grade=0,
            is_graded=True,
        )
        self.flush()
        self.assertEqual(enrollment.sync_state, "synced")
        [remote] = self.sandbox.rows("enrollments")
        self.assertEqual(remote["grade"], 0)

    def test_names_in_any_script_arrive_as_they_are(self):
        for number, name in enumerate((ARABIC, EMOJI, "Zoë O'Brien-Łukasz", "李小龙")):
            with self.subTest(name=name):
                student = self.student(name=name, email=f"s{number}@example.com")
                self.flush()
                self.assertEqual(student.sync_state, "synced", student.sync_message)
                self.sandbox.row("students", name=name)

    def test_email_with_a_plus_is_found_again(self):
        student = self.student(email="ada+botany@example.com")
        self.sandbox.fault("POST", "/students", drop="after")
        self.flush()
        self.make_due()
        self.flush()
        self.assertEqual(student.sync_state, "synced")
        self.assertEqual(self.sandbox.count("students"), 1)

    def test_code_with_signs_of_a_query_is_found_again(self):
        course = self.course(code="A&B=C#D %25")
        self.sandbox.fault("POST", "/courses", drop="after")
        self.flush()
        self.make_due()
        self.flush()
        self.assertEqual(course.sync_state, "synced")
        self.assertEqual(self.sandbox.count("courses"), 1)

    def test_a_person_is_told_while_typing(self):
        with self.assertRaises(ValidationError):
            self.env["dokstamp.module"].with_user(self.registrar).create(
                {"name": "Leaves", "code": "X" * 21}
            )
