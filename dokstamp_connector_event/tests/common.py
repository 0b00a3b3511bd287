"""An event as an event's user makes it, and attendees as the registration desk does."""

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.dokstamp_connector.tests.common import DokstampCase

ADDON = "dokstamp_connector_event."
BEGIN, END = "2026-09-07 07:00:00", "2026-09-07 15:00:00"


class EventCase(DokstampCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # other addons' sources are none of these tests' business
        names = cls.env["dokstamp.source"].search([])
        names.filtered(
            lambda one: not one.get_external_id()[one.id].startswith(ADDON)
        ).active = False
        cls.organizer = new_test_user(
            cls.env,
            login="organizer@example.com",
            groups="base.group_user,event.group_event_user",
        )
        cls.desk = new_test_user(
            cls.env,
            login="desk@example.com",
            groups="base.group_user,event.group_event_registration_desk",
        )
        cls.event_registrar = new_test_user(
            cls.env,
            login="event-registrar@example.com",
            groups="dokstamp_connector.group_registrar,event.group_event_user",
        )
        cls.parent = cls.env["res.partner"].create(
            {"name": "Pat Parent", "email": "pat@example.com"}
        )

    def event(self, **values):
        values = {"date_begin": BEGIN, "date_end": END, "date_tz": "UTC", **values}
        events = self.env["event.event"].with_user(self.organizer)
        return events.create({"name": "First aid", **values})

    def register(self, event, name="Ada Example", **values):
        """At the desk, with a date of birth unless told otherwise."""
        own = name.split()[0].lower()
        vals = {"email": f"{own}@example.com", "birth_date": "2001-02-03", **values}
        registrations = self.env["event.registration"].with_user(self.desk)
        return registrations.create({"event_id": event.id, "name": name, **vals})

    def remote_of(self, registration):
        """DokStamp's enrollment of an attendee."""
        link = self.env["dokstamp.source.link"].search(
            [
                ("res_model", "=", registration._name),
                ("res_id", "=", registration.id),
                ("entity_model", "=", "dokstamp.enrollment"),
            ]
        )
        enrollment = self.env["dokstamp.enrollment"].browse(link.entity_id)
        return self.sandbox.row("enrollments", uuid=enrollment.dokstamp_uuid)

    def error_of(self, registration):
        """Why it is not at DokStamp, as a registrar sees it on the registration."""
        seen = registration.with_user(self.event_registrar)
        seen.invalidate_recordset()
        return seen.dokstamp_sync_message

    def ask_birth_date(self, event):
        question = self.env.ref(ADDON + "event_question_birth_date")
        event.with_user(self.organizer).question_ids = [Command.link(question.id)]
        return question
