from lxml import etree

from odoo.tests import Form, tagged

from .common import OpeneducatCase

BUTTON = "dokstamp_connector.dokstamp_certificate_issue_action"


@tagged("post_install", "-at_install")
class TestOpeneducatForms(OpeneducatCase):
    """Registrars see on OpenEduCat's forms how far a record got, and issue there."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.course = self.op_course()
        cls.batch = self.op_batch(cls.course)
        place = {"course_id": cls.course.id, "batch_id": cls.batch.id}
        cls.student = self.op_student(place)
        cls.other = self.op_student(
            place, name="Bo Example", first_name="Bo", email="bo@example.com"
        )
        cls.student.course_detail_ids.state = "finished"
        self.settle()

    def records(self):
        return (self.student, self.student.course_detail_ids, self.batch, self.course)

    def buttons(self, record, user, view_type="form"):
        arch = record.with_user(user).get_view(view_type=view_type)["arch"]
        name = self.env.ref(BUTTON).id
        return etree.fromstring(arch).findall(f".//header/button[@name='{name}']")

    def pressed(self, record):
        """The wizard that a registrar gets by the button on a record's form."""
        action = (
            self.env.ref(BUTTON)
            .with_user(self.registrar)
            .with_context(
                active_model=record._name, active_id=record.id, active_ids=record.ids
            )
            .run()
        )
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        return wizard.with_user(self.registrar)

    def test_a_registrar_sees_state_and_button_on_each_form(self):
        for record in self.records():
            with self.subTest(record._name):
                self.assertEqual(len(self.buttons(record, self.registrar)), 1)
                self.assertEqual(len(self.buttons(record, self.registrar, "list")), 1)
                with Form(record.with_user(self.registrar)) as form:
                    self.assertEqual(form.dokstamp_sync_state, "synced")
                self.assertFalse(self.buttons(record, self.back_office))
                with Form(record.with_user(self.back_office)) as form:
                    self.assertNotIn("dokstamp_sync_state", form._view["fields"])

    def test_a_whole_batch_gets_its_certificates(self):
        self.other.course_detail_ids.state = "finished"
        self.flush()
        wizard = self.pressed(self.batch)
        self.assertEqual(
            wizard.line_ids.student_id.mapped("name"), ["Ada Example", "Bo Example"]
        )
        wizard.confirmed = True
        wizard.action_issue()
        self.run_cron("dokstamp_connector.ir_cron_documents")
        self.flush()
        rows = self.sandbox.rows("certificates")
        self.assertEqual([row["status"] for row in rows], ["issued"] * 2)

    def test_student_and_enrollment_are_about_one(self):
        for record in (self.student, self.student.course_detail_ids):
            wizard = self.pressed(record)
            self.assertEqual(wizard.line_ids.student_id.name, "Ada Example")
            self.assertFalse(wizard.line_ids.obstacle)
        # of a batch and a course those who completed
        for record in (self.batch, self.course):
            wizard = self.pressed(record)
            self.assertEqual(wizard.line_ids.student_id.name, "Ada Example")
