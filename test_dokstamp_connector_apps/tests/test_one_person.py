from odoo import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.dokstamp_connector.tests.common import DokstampCase


@tagged("post_install", "-at_install")
class TestOnePerson(DokstampCase):
    """Somebody who is in several apps is one student; an address makes nobody one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.back_office = new_test_user(
            cls.env,
            login="back-office@example.com",
            groups="openeducat_core.group_op_back_office,"
            "website_slides.group_website_slides_officer,event.group_event_user",
        )

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.op_course = self.saved("op.course", {"name": "Botany", "code": "BOT"})
        cls.channel = self.saved(
            "slide.channel", {"name": "Gardening", "is_published": True}
        )
        # whoever creates a course is made its first attendee
        cls.channel._remove_membership(self.back_office.partner_id.ids)
        cls.event = self.saved(
            "event.event",
            {
                "name": "First aid",
                "date_begin": "2026-09-07 07:00:00",
                "date_end": "2026-09-07 15:00:00",
            },
        )
        cls.contact = self.contact_of("Ada Example")

    def saved(self, model, values):
        return self.env[model].with_user(self.back_office).create(values)

    def contact_of(self, name):
        return self.saved("res.partner", {"name": name, "email": "ada@example.com"})

    def attend_course(self, contact):
        self.channel._action_add_members(contact)

    def attend_event(self, contact):
        place = {"event_id": self.event.id, "partner_id": contact.id}
        self.saved("event.registration", place)

    def study(self, contact):
        place = Command.create({"course_id": self.op_course.id})
        self.saved(
            "op.student",
            {
                "partner_id": contact.id,
                "birth_date": "2001-02-03",
                "course_detail_ids": [place],
            },
        )

    def assert_one_student(self):
        student = self.sandbox.row("students")
        self.assertEqual(student["name"], "Ada Example")
        self.assertEqual(student["date_of_birth"], "2001-02-03")
        rows = self.sandbox.rows("enrollments")
        self.assertEqual({row["student_uuid"] for row in rows}, {student["uuid"]})
        self.assertEqual(len({row["course_uuid"] for row in rows}), 3)

    def test_one_person_in_all_apps_is_one_student(self):
        self.study(self.contact)
        self.flush()
        self.attend_event(self.contact)
        self.attend_course(self.contact)
        self.flush()
        self.assert_one_student()

    def test_so_it_is_where_the_birth_date_comes_last(self):
        self.attend_course(self.contact)
        self.attend_event(self.contact)
        self.flush()
        self.assertFalse(self.sandbox.rows("students"))
        self.study(self.contact)
        self.flush()
        self.assert_one_student()

    def test_two_people_with_one_address_are_held_apart(self):
        self.study(self.contact)
        for attend in (self.attend_course, self.attend_event, self.study):
            attend(self.contact_of("Bo Example"))
        self.flush()
        self.assertEqual(self.sandbox.row("students")["name"], "Ada Example")
        self.assertEqual(len(self.sandbox.rows("enrollments")), 1)
        held = self.env["dokstamp.source.link"].search([("is_held", "=", True)])
        self.assertEqual(set(held.mapped("res_name")), {"Bo Example"})
