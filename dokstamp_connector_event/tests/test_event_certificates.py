from lxml import etree

from odoo.tests import freeze_time, tagged

from .common import EventCase

BUTTON = "dokstamp_connector.dokstamp_certificate_issue_action"


@tagged("post_install", "-at_install")
@freeze_time("2026-10-01 12:00:00")
class TestEventCertificates(EventCase):
    """A registrar issues certificates from an event and from its attendees."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.first_aid = self.event()
        cls.ada = self.register(cls.first_aid)
        self.register(cls.first_aid, "Ben Example")
        cls.ada.action_set_done()
        self.flush()

    def pressed(self, records):
        button = self.env.ref(BUTTON).with_user(self.event_registrar)
        action = button.with_context(
            active_model=records._name, active_id=records[:1].id, active_ids=records.ids
        ).run()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        return wizard.with_user(self.event_registrar)

    def buttons(self, user, view, kind):
        model = self.env[
            "event.event" if "event_form" in view else "event.registration"
        ]
        arch = model.with_user(user).get_view(self.env.ref(view).id, kind)["arch"]
        name = self.env.ref(BUTTON).id
        return len(etree.fromstring(arch).findall(f".//button[@name='{name}']"))

    def test_the_attendee_who_came_gets_a_certificate(self):
        wizard = self.pressed(self.ada)
        wizard.confirmed = True
        wizard.action_issue()
        self.run_cron("dokstamp_connector.ir_cron_documents")
        self.flush()
        [certificate] = self.sandbox.rows("certificates")
        self.assertEqual(
            certificate["enrollment_uuid"], self.remote_of(self.ada)["uuid"]
        )

    def test_of_an_event_all_who_came_are_meant(self):
        wizard = self.pressed(self.first_aid)
        self.assertEqual(wizard.line_ids.student_id.name, "Ada Example")
        self.assertFalse(wizard.line_ids.obstacle)

    def test_registrars_alone_have_buttons_and_see_the_state(self):
        for view, kind, count in (
            ("event.view_event_form", "form", 1),
            ("event.view_event_registration_form", "form", 1),
            ("event.view_event_registration_tree", "list", 2),
        ):
            with self.subTest(view):
                self.assertEqual(self.buttons(self.event_registrar, view, kind), count)
                self.assertEqual(self.buttons(self.organizer, view, kind), 0)
        self.assertEqual(
            self.ada.with_user(self.event_registrar).dokstamp_sync_state, "synced"
        )
        self.assertEqual(
            self.first_aid.with_user(self.event_registrar).dokstamp_sync_state, "synced"
        )
