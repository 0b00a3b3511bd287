from odoo.tests import new_test_user, tagged

from odoo.addons.dokstamp_connector.tests.common_browser import BrowserCase

from .common import ElearningCase

REFUSAL = {
    "message": "The given data was invalid.",
    "errors": {"course_uuid": ["The selected course is closed."]},
}


@tagged("post_install", "-at_install")
class TestAttendeeTour(ElearningCase, BrowserCase):
    """A registrar at the list of attendees: certificates for all who completed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registrar_officer = new_test_user(
            cls.env,
            login="registrar-officer@example.com",
            groups="dokstamp_connector.group_registrar,"
            "website_slides.group_website_slides_officer",
        )
        # the scheduler's part: the tour runs it while its own page waits
        new_test_user(
            cls.env,
            login="clockwork@example.com",
            password="clockwork@example.com",
            groups="base.group_system",
        )
        cls.late, cls.not_yet = (
            new_test_user(
                cls.env, login=email, name=name, email=email, groups="base.group_portal"
            )
            for name, email in (
                ("Lou Late", "lou@example.com"),
                ("Nora Notyet", "nora@example.com"),
            )
        )

    def begin_with(self, cls):
        super().begin_with(cls)
        for learner in (self.learner, self.late, self.not_yet):
            self.enroll(learner.partner_id)
            self.give_birth_date(learner.partner_id)
        for learner in (self.learner, self.late):
            for slide in self.slides:
                slide.with_user(learner).action_mark_completed()
        self.settle()

    def run_cron(self, xmlid):
        """The registry of a browser test uses the test's transaction already."""
        self.env.cr.flush()
        self.env.ref(xmlid).method_direct_trigger()
        self.env.invalidate_all()

    def test_all_who_completed_get_a_certificate_in_a_run(self):
        self.sandbox.fault(
            method="POST",
            path="/certificates",
            body_contains=self.sandbox.row("students", email="lou@example.com")["uuid"],
            status=422,
            json=REFUSAL,
        )
        self.start_tour(
            "/odoo/action-website_slides.slide_channel_partner_action",
            "dokstamp_attendees",
            login=self.registrar_officer.login,
            timeout=120,
        )
        remote = self.sandbox.rows("certificates")
        self.assertEqual([row["status"] for row in remote], ["issued", "issued"])
        run = self.env["dokstamp.issue.run"].search([])
        self.assertEqual(
            set(run.certificate_ids.mapped("dokstamp_uuid")),
            {row["uuid"] for row in remote},
        )
