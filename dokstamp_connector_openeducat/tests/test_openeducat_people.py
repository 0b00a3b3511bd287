from odoo.tests import tagged

from .common import OpeneducatCase


@tagged("post_install", "-at_install")
class TestOpeneducatPeople(OpeneducatCase):
    """A student is who the contact is, with the name that stands there."""

    def test_what_is_sent_of_a_student(self):
        student = self.op_student()
        self.flush()
        [request] = self.sandbox.requests("POST", "/students")
        self.assertEqual(
            request["body"],
            {
                "name": "Ada Example",
                "email": "ada@example.com",
                "date_of_birth": "2001-02-03",
            },
        )
        registered = self.env["dokstamp.student"].search([])
        self.assertEqual(registered.partner_id, student.partner_id)

    def test_what_is_changed_on_the_contact_arrives(self):
        student = self.op_student()
        self.settle()
        student.partner_id.write({"name": "Ada B. Example", "email": "b@example.com"})
        self.flush()
        [request] = self.sandbox.requests("PATCH", "/students/.*")
        self.assertEqual(
            request["body"], {"name": "Ada B. Example", "email": "b@example.com"}
        )

    def test_an_import_of_students_arrives(self):
        loaded = self.op("student").load(
            ["name", "email", "birth_date", "gr_no"],
            [
                [f"Student {n}", f"student{n}@example.com", "2001-02-03", f"R{n}"]
                for n in range(20)
            ],
        )
        self.assertFalse(loaded["messages"])
        self.flush()
        self.assertEqual(len(self.sandbox.rows("students")), 20)

    def test_a_name_whose_parts_disagree_is_told(self):
        student = self.op_student()
        self.assertFalse(student.dokstamp_name_note)
        # an import writes the parts; the form alone puts the name together
        student.last_name = "Sample"
        self.assertIn("“Ada Example”", student.dokstamp_name_note)
        self.assertIn("“Ada Sample”", student.dokstamp_name_note)

    def test_two_students_with_one_address_are_two(self):
        self.op_student()
        self.op_student(name="Bo Example", first_name="Bo")
        self.flush()
        self.assertEqual(len(self.sandbox.rows("students")), 1)
        held = self.env["dokstamp.source.link"].search([("is_held", "=", True)])
        self.assertEqual(held.res_name, "Bo Example")

    def test_in_several_companies_the_contact_tells_whose_a_student_is(self):
        other = self.env["res.company"].create({"name": "Other School"})
        # nothing on a course tells a company: the only source for them takes it
        course = self.op_course()
        place = {"course_id": course.id, "batch_id": self.op_batch(course).id}
        companies = (self.env.company, other, self.env["res.company"])
        students = [
            # sudo: the back office is that of one of them
            self.op_student(place, name=name, email=f"{name}@example.com").sudo()
            for name in ("Ada", "Bo", "Cy")
        ]
        for student, company in zip(students, companies, strict=True):
            student.company_id = company
        self.flush()
        self.assertEqual(self.sandbox.row("students")["name"], "Ada")
        self.assertEqual(len(self.sandbox.rows("enrollments")), 1)
        self.assertEqual(self.sandbox.row("courses")["code"], "BOT")
        note = students[2].with_user(self.registrar).dokstamp_sync_message
        self.assertIn("belongs to no company", note)
