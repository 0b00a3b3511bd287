from odoo.tests import tagged

from odoo.addons.dokstamp_connector.tests.common import DokstampCase


@tagged("post_install", "-at_install")
class TestOnePerson(DokstampCase):
    """Somebody who is in several apps is one student; an address makes nobody one."""

    def setUp(self):
        super().setUp()
        self.contact = self.contact_of("Ada Example")
        course = self.env["op.course"].create({"name": "Botany", "code": "BOT"})
        self.env["op.student"].create(
            {
                "partner_id": self.contact.id,
                "birth_date": "2001-02-03",
                "course_detail_ids": [(0, 0, {"course_id": course.id})],
            }
        )
        self.channel = self.env["slide.channel"].create(
            {"name": "Gardening", "is_published": True}
        )

    def contact_of(self, name):
        return self.env["res.partner"].create(
            {"name": name, "email": "ada@example.com"}
        )

    def test_one_person_in_all_apps_is_one_student(self):
        self.channel._action_add_members(self.contact)
        self.flush()
        student = self.sandbox.row("students", email="ada@example.com")
        self.assertEqual(student["name"], "Ada Example")
        rows = self.sandbox.rows("enrollments")
        self.assertEqual(
            [row["student_uuid"] for row in rows], [student["uuid"]] * len(rows)
        )
        self.assertEqual(len({row["course_uuid"] for row in rows}), 2)

    def test_two_people_with_one_address_are_held_apart(self):
        self.channel._action_add_members(self.contact_of("Bo Example"))
        self.flush()
        self.assertEqual(len(self.sandbox.rows("students")), 1)
        held = self.env["dokstamp.source.link"].search([("is_held", "=", True)])
        self.assertEqual(held.res_name, "Bo Example")
