from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import Form, freeze_time, tagged

from .common import BEGIN, END, EventCase


@tagged("post_install", "-at_install")
@freeze_time("2026-10-01 12:00:00")
class TestEventFeed(EventCase):
    """What happens in Events arrives at DokStamp."""

    # === COURSES === #

    def test_an_event_arrives_as_a_course_without_odoos_own_description(self):
        event = self.event()
        self.flush()
        remote = self.sandbox.row("courses", code=f"EVE-{event.id}")
        self.assertEqual(remote["name"], "First aid")
        self.assertFalse(remote["description"])
        event.description = "<p>Bandages &amp; <b>breath</b></p>"
        self.flush()
        remote = self.sandbox.row("courses", code=f"EVE-{event.id}")
        self.assertEqual(remote["description"], "Bandages & breath")
        event.active = False
        self.flush()
        remote = self.sandbox.row("courses", code=f"EVE-{event.id}")
        self.assertEqual(remote["status"], "archived")

    def test_odoos_description_is_none_in_another_language_either(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        events = self.env["event.event"].with_context(lang="fr_FR")
        event = events.create({"name": "Secours", "date_begin": BEGIN, "date_end": END})
        self.assertFalse(event.own_description)
        self.assertFalse(event.with_context(lang="en_US").own_description)
        event.with_context(lang="en_US").description = "<p>Bandages</p>"
        event.update_field_translations(
            "description", {"fr_FR": {"Bandages": "Pansements"}}
        )
        self.flush()
        remote = self.sandbox.row("courses", code=f"EVE-{event.id}")
        self.assertEqual(remote["description"], "Bandages")
        self.assertIn("Description", event.dokstamp_language_note)

    # === ATTENDEES === #

    def test_the_attendee_is_the_student_and_not_whoever_booked(self):
        event = self.event()
        ada, ben = (
            self.register(event, name, partner_id=self.parent.id)
            for name in ("Ada Example", "Ben Example")
        )
        self.flush()
        self.assertEqual(
            {row["name"] for row in self.sandbox.rows("students")},
            {"Ada Example", "Ben Example"},
        )
        self.assertFalse(self.env["dokstamp.student"].search([]).partner_id)
        for registration in ada + ben:
            self.assertEqual(
                self.remote_of(registration)["completion_status"], "enrolled"
            )

    def test_who_books_for_themselves_is_known_by_the_contact(self):
        self.register(
            self.event(),
            "Pat Parent",
            email="Pat@Example.com ",
            partner_id=self.parent.id,
        )
        self.flush()
        student = self.env["dokstamp.student"].search([])
        self.assertEqual(student.partner_id, self.parent)
        self.parent.email = "pat.parent@example.com"
        self.flush()
        self.assertEqual(student.partner_id, self.parent)

    def test_two_attendees_with_one_address_are_never_one(self):
        event = self.event()
        self.register(event, email="family@example.com")
        ben = self.register(event, "Ben Example", email="family@example.com")
        self.flush()
        self.assertEqual(self.sandbox.count("students"), 1)
        self.assertIn("family@example.com is the address of Ada", self.error_of(ben))
        opened = ben.with_user(self.event_registrar).action_open_registry_record()
        self.assertIn("address of Ada", opened["params"]["message"])
        ben.email = "ben@example.com"
        self.flush()
        self.assertEqual(self.sandbox.count("students"), 2)

    def test_one_attendee_of_several_events_is_one_student(self):
        first, second = self.event(), self.event(name="Second aid")
        self.register(first)
        self.register(second, "ada  example", birth_date=False)
        self.flush()
        self.assertEqual(self.sandbox.count("students"), 1)
        self.assertEqual(self.sandbox.count("enrollments"), 2)

    def test_what_was_never_confirmed_stays_in_odoo(self):
        event = self.event()
        registration = self.register(event, state="draft")
        registration.action_cancel()
        self.flush()
        self.assertEqual(self.sandbox.count("students"), 0)
        registration.action_confirm()
        self.flush()
        self.assertEqual(self.remote_of(registration)["completion_status"], "enrolled")

    def test_who_cancels_is_dropped_and_counts_again_when_registered_again(self):
        event = self.event()
        first = self.register(event)
        self.flush()
        first.action_cancel()
        self.flush()
        self.assertEqual(self.remote_of(first)["completion_status"], "dropped")
        second = self.register(event)
        self.flush()
        self.assertEqual(self.remote_of(second)["completion_status"], "enrolled")
        second.action_set_done()
        self.flush()
        self.assertEqual(self.remote_of(second)["completion_status"], "completed")
        second.action_cancel()
        self.flush()
        remote = self.remote_of(second)
        self.assertEqual(remote["completion_status"], "dropped")
        self.assertFalse(remote["completed_at"])
        self.assertEqual(self.sandbox.count("enrollments"), 1)

    def test_an_archived_attendee_is_dropped(self):
        registration = self.register(self.event())
        self.flush()
        registration.active = False
        self.flush()
        self.assertEqual(self.remote_of(registration)["completion_status"], "dropped")

    # === DAYS === #

    def test_the_days_are_those_of_the_events_own_time_zone(self):
        event = self.event(
            date_tz="Asia/Tokyo",
            date_begin="2026-09-07 22:00:00",
            date_end="2026-09-08 18:00:00",
        )
        registration = self.register(event)
        self.env.cr.execute(
            "UPDATE event_registration SET create_date = %s WHERE id = %s",
            ["2026-08-31 16:00:00", registration.id],
        )
        registration.invalidate_recordset()
        registration.action_set_done()
        self.flush()
        remote = self.remote_of(registration)
        self.assertTrue(remote["enrolled_at"].startswith("2026-09-01"), remote)
        self.assertTrue(remote["completed_at"].startswith("2026-09-09"), remote)
        event.date_end = "2026-09-08 12:00:00"
        self.flush()
        remote = self.remote_of(registration)
        self.assertTrue(remote["completed_at"].startswith("2026-09-08"), remote)

    def test_the_day_of_a_slot_is_its_own(self):
        event = self.event(date_end="2026-09-20 15:00:00", is_multi_slots=True)
        slot = self.env["event.slot"].create(
            {
                "event_id": event.id,
                "date": "2026-09-11",
                "start_hour": 9,
                "end_hour": 12,
            }
        )
        registration = self.register(event, event_slot_id=slot.id)
        registration.action_set_done()
        self.flush()
        remote = self.remote_of(registration)
        self.assertTrue(remote["completed_at"].startswith("2026-09-11"), remote)

    def test_who_came_on_the_first_of_several_days_completes_on_the_last(self):
        event = self.event(date_end="2026-10-03 15:00:00")
        registration = self.register(event)
        registration.action_set_done()
        self.flush()
        self.assertEqual(self.remote_of(registration)["completion_status"], "enrolled")
        with freeze_time("2026-10-03 08:00:00"):
            self.sweep()
            self.flush()
        remote = self.remote_of(registration)
        self.assertEqual(remote["completion_status"], "completed")
        self.assertTrue(remote["completed_at"].startswith("2026-10-03"), remote)

    # === DATES OF BIRTH === #

    def test_a_written_date_of_birth_is_read_or_asked_for(self):
        event = self.event()
        question = self.ask_birth_date(event)
        answer = {"question_id": question.id, "value_text_box": "03/04/01"}
        registration = self.register(
            event,
            birth_date=False,
            registration_answer_ids=[Command.create(answer)],
        )
        self.flush()
        self.assertIn("“03/04/01”", registration.birth_date_note)
        self.assertIn("date of birth", self.error_of(registration))
        self.assertEqual(self.sandbox.count("students"), 0)
        registration.registration_answer_ids.value_text_box = "3 April 2001"
        self.flush()
        self.assertFalse(registration.birth_date_note)
        [student] = self.sandbox.rows("students")
        self.assertTrue(student["date_of_birth"].startswith("2001-04-03"))
        registration.birth_date = "2026-04-03"
        self.assertIn("less than a year ago", registration.birth_date_note)

    def test_a_date_of_birth_is_never_asked_once_for_all(self):
        question = self.ask_birth_date(self.event())
        with self.assertRaisesRegex(ValidationError, "of each attendee"):
            question.once_per_order = True

    # === WHOSE ADDRESS === #

    def test_a_shared_address_is_told_and_stops_nothing(self):
        event = self.event()
        self.register(event, email="family@example.com")
        with Form(self.env["event.registration"].with_user(self.desk)) as form:
            form.event_id = event
            form.name = "Ben Example"
            form.email = "Family@example.com"
            self.assertIn("another person", form.address_note)
            form.email = "ben@example.com"
            self.assertFalse(form.address_note)
            form.email = "family@example.com"
        self.assertTrue(form.record.id)
        known = self.register(
            self.event(name="Second aid"), "Cy", email="family@example.com"
        )
        self.flush()
        known.invalidate_recordset()
        self.assertIn("another person", known.address_note)
        self.assertIn("warning", known._onchange_address())
