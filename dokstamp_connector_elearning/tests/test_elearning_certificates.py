from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import ElearningCase

BUTTON = "dokstamp_connector.dokstamp_certificate_issue_action"
LIST = "website_slides.slide_channel_partner_view_tree"


@tagged("post_install", "-at_install")
class TestElearningCertificates(ElearningCase):
    """A registrar issues certificates from the list of a course's attendees."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registrar_officer = new_test_user(
            cls.env,
            login="registrar-officer@example.com",
            groups="dokstamp_connector.group_registrar,"
            "website_slides.group_website_slides_officer",
        )
        cls.late = cls.env["res.partner"].create(
            {"name": "Lou Late", "email": "lou@example.com"}
        )

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.attendees = self.enroll(self.learner.partner_id + self.late)
        self.give_birth_date()
        self.give_birth_date(self.late)
        self.complete()
        self.settle()

    def press(self, attendees, user):
        """The button, as the attendee list presses it."""
        button = self.env.ref(BUTTON).with_user(user)
        return button.with_context(
            active_model=attendees._name,
            active_id=attendees[:1].id,
            active_ids=attendees.ids,
        ).run()

    def pressed(self, attendees):
        action = self.press(attendees, self.registrar_officer)
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        return wizard.with_user(self.registrar_officer)

    def buttons(self, user):
        """The buttons for certificates that the attendee list shows this user."""
        attendees = self.env["slide.channel.partner"].with_user(user)
        arch = attendees.get_view(self.env.ref(LIST).id, "list")["arch"]
        name = self.env.ref(BUTTON).id
        return etree.fromstring(arch).findall(f".//button[@name='{name}']")

    def test_the_wizard_tells_who_completed_and_who_did_not(self):
        wizard = self.pressed(self.attendees)
        self.assertEqual(
            {line.student_id.name: line.obstacle for line in wizard.line_ids},
            {"Lea Learner": False, "Lou Late": "Not completed."},
        )

    def test_one_row_is_about_one_attendee(self):
        completed = self.attendees.filtered(lambda a: a.member_status == "completed")
        wizard = self.pressed(completed)
        self.assertEqual(wizard.line_ids.student_id.name, "Lea Learner")

    def test_the_certificate_arrives_for_the_enrollment(self):
        wizard = self.pressed(self.attendees)
        wizard.confirmed = True
        action = wizard.action_issue()
        self.run_cron("dokstamp_connector.ir_cron_documents")
        self.flush()
        certificate = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(
            (certificate.state, certificate.failure_message), ("issued", False)
        )
        remote = self.sandbox.row("certificates", uuid=certificate.dokstamp_uuid)
        enrollment = self.sandbox.row("enrollments", completion_status="completed")
        self.assertEqual(remote["enrollment_uuid"], enrollment["uuid"])
        self.assertEqual(remote["status"], "issued")

    def test_a_second_press_finds_the_certificate(self):
        wizard = self.pressed(self.attendees)
        wizard.confirmed = True
        wizard.action_issue()
        completed = self.attendees.filtered(lambda a: a.member_status == "completed")
        obstacle = self.pressed(completed).line_ids.obstacle
        self.assertIn("There is a certificate already", obstacle)

    def test_the_list_has_the_button_for_several_and_for_one(self):
        self.assertEqual(len(self.buttons(self.registrar_officer)), 2)

    def test_an_officer_without_the_group_sees_no_button_and_is_refused(self):
        self.assertFalse(self.buttons(self.officer))
        with self.assertRaises(AccessError):
            self.press(self.attendees, self.officer)
