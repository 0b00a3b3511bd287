from odoo.exceptions import UserError
from odoo.tests import Form, freeze_time, tagged

from .common import EventCase


@tagged("post_install", "-at_install")
@freeze_time("2026-10-01 12:00:00")
class TestEventCohorts(EventCase):
    """An event is a course of its own, or the cohort of one that somebody chose."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.botany = self.course()
        self.flush()

    def choose(self, event, course):
        """As a registrar does on the event's form."""
        with Form(event.with_user(self.event_registrar)) as form:
            form.dokstamp_course_id = course

    def remote_course(self, registration):
        return self.remote_of(registration)["course_uuid"]

    def test_an_event_of_a_template_is_a_cohort_of_its_course(self):
        template = self.env["event.type"].create(
            {"name": "Course", "dokstamp_course_id": self.botany.id}
        )
        event = self.event(event_type_id=template.id, date_tz="Asia/Tokyo")
        event.date_end = "2026-09-07 18:00:00"
        registration = self.register(event)
        with self.assertNoLogs("odoo.addons.dokstamp_connector", "WARNING"):
            self.flush()
        cohort = self.sandbox.row("cohorts", code=f"EVE-{event.id}")
        self.assertTrue(cohort["start_date"].startswith("2026-09-07"))
        self.assertTrue(cohort["end_date"].startswith("2026-09-08"))
        remote = self.remote_of(registration)
        self.assertEqual(remote["cohort_uuid"], cohort["uuid"])
        self.assertEqual(remote["course_uuid"], self.botany.dokstamp_uuid)
        self.assertEqual(self.sandbox.count("courses"), 1)
        self.assertEqual(event.copy().dokstamp_course_id, self.botany)

    def test_who_has_no_rights_on_the_registry_changes_the_template(self):
        zoology = self.course(name="Zoology", code="ZOO-1")
        first, second = self.env["event.type"].create(
            [
                {"name": course.name, "dokstamp_course_id": course.id}
                for course in (self.botany, zoology)
            ]
        )
        event = self.event(event_type_id=first.id)
        registration = self.register(event)
        self.flush()
        event.event_type_id = second
        self.flush()
        self.assertEqual(self.remote_course(registration), zoology.dokstamp_uuid)
        [change] = event.message_ids.sudo().tracking_value_ids.filtered(
            lambda value: value.field_id.name == "dokstamp_course_id"
        )
        self.assertEqual(change.new_value_char, zoology.display_name)

    def test_another_choice_moves_what_is_there(self):
        event = self.event()
        registration = self.register(event)
        registration.action_set_done()
        self.flush()
        own = self.sandbox.row("courses", code=f"EVE-{event.id}")
        self.assertEqual(self.remote_course(registration), own["uuid"])
        self.choose(event, self.botany)
        self.flush()
        remote = self.remote_of(registration)
        self.assertEqual(remote["course_uuid"], self.botany.dokstamp_uuid)
        self.assertTrue(remote["cohort_uuid"])
        self.assertEqual(remote["completion_status"], "completed")
        own = self.sandbox.row("courses", code=f"EVE-{event.id}")
        self.assertEqual(own["status"], "archived")
        self.choose(event, self.env["dokstamp.course"])
        self.flush()
        remote = self.remote_of(registration)
        self.assertEqual(remote["course_uuid"], own["uuid"])
        self.assertFalse(remote["cohort_uuid"])
        self.assertEqual(self.sandbox.count("enrollments"), 1)
        state = event.with_user(self.event_registrar).dokstamp_link_id.entity_model
        self.assertEqual(state, "dokstamp.course")

    def test_the_choice_stays_once_a_certificate_names_the_course(self):
        event = self.event()
        registration = self.register(event)
        registration.action_set_done()
        self.flush()
        enrollment = self.env["dokstamp.enrollment"].search([])
        self.env["dokstamp.certificate"].create(
            {
                "student_id": enrollment.student_id.id,
                "course_id": enrollment.course_id.id,
                "enrollment_id": enrollment.id,
            }
        ).action_issue()
        with self.assertRaisesRegex(UserError, "that follow from First aid"):
            self.choose(event, self.botany)
        template = self.env["event.type"].create(
            {"name": "Course", "dokstamp_course_id": self.botany.id}
        )
        event.event_type_id = template
        self.assertFalse(event.dokstamp_course_id)
