from odoo.tests import Form, new_test_user, tagged

from odoo.addons.dokstamp_connector.tests.common_browser import BrowserCase

from .common import ElearningCase


@tagged("post_install", "-at_install")
class TestElearningForms(ElearningCase):
    """Registrars see on eLearning's forms how far a record got; others see nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registrar_officer = new_test_user(
            cls.env,
            login="registrar-officer@example.com",
            groups="dokstamp_connector.group_registrar,"
            "website_slides.group_website_slides_officer",
        )

    def test_a_registrar_sees_the_state_of_a_course(self):
        channel = self.channel.with_user(self.registrar_officer)
        self.assertEqual(channel.dokstamp_sync_state, "synced")
        self.assertFalse(channel.dokstamp_sync_message)
        with Form(channel) as form:
            self.assertEqual(form.dokstamp_sync_state, "synced")

    def test_a_registrar_sees_why_a_course_was_refused(self):
        line = self.env.ref("dokstamp_connector_elearning.source_channel_course_name")
        line.cut = False
        self.channel.name = "x" * 300
        self.flush()
        channel = self.channel.with_user(self.registrar_officer)
        self.assertEqual(channel.dokstamp_sync_state, "failed")
        self.assertIn("300 characters", channel.dokstamp_sync_message)

    def test_the_button_opens_the_registry_record(self):
        action = self.channel.with_user(
            self.registrar_officer
        ).action_open_registry_record()
        course = self.env["dokstamp.course"].search([])
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("dokstamp.course", course.id)
        )

    def test_an_officer_without_the_group_gets_the_form_without_the_state(self):
        with Form(self.channel) as form:
            self.assertNotIn("dokstamp_sync_state", form._view["fields"])

    def test_the_attendee_list_tells_each_ones_state_in_few_queries(self):
        partners = self.env["res.partner"].create(
            [
                {"name": f"Learner {n}", "email": f"learner{n}@example.com"}
                for n in range(40)
            ]
        )
        memberships = self.enroll(partners)
        self.flush()
        memberships = memberships.with_user(self.registrar_officer)
        with self.assertQueryCount(30):
            states = memberships.mapped("dokstamp_sync_state")
        self.assertEqual(set(states), {"waiting"})

    def test_who_is_only_invited_has_no_state(self):
        invited = self.channel._action_add_members(
            self.learner.partner_id, member_status="invited"
        )
        self.flush()
        self.assertFalse(invited.with_user(self.registrar_officer).dokstamp_sync_state)


@tagged("post_install", "-at_install")
class TestElearningConsole(ElearningCase, BrowserCase):
    """The forms open in a browser that has nothing to warn of."""

    def run_cron(self, xmlid):
        self.env.cr.flush()
        # HttpCase shares its cursor with all others already
        self.env.ref(xmlid).method_direct_trigger()
        self.env.invalidate_all()

    def test_the_forms_of_a_course_and_of_its_source_open(self):
        new_test_user(
            self.env,
            login="manager-officer@example.com",
            groups="dokstamp_connector.group_manager,"
            "website_slides.group_website_slides_officer",
        )
        sources = self.env["dokstamp.source"].with_context(active_test=False)
        source = sources.search([]).filtered("relation_choices")[:1]
        for path, shown in (
            (f"slide.channel/{self.channel.id}", "name"),
            (f"dokstamp.source/{source.id}", "relation"),
        ):
            self.browser_js(
                f"/odoo/{path}",
                "console.log('test successful')",
                ready=f"!!document.querySelector('.o_form_view [name={shown}]')",
                login="manager-officer@example.com",
            )
