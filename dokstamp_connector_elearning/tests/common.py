"""A course with sections and contents, made as an eLearning officer makes it."""

from odoo.tests import new_test_user

from odoo.addons.dokstamp_connector.tests.common import DokstampCase


class ElearningCase(DokstampCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # other addons' sources are none of these tests' business
        cls.env["dokstamp.source"].search([]).filtered(
            lambda source: (
                not source.get_external_id()[source.id].startswith(
                    "dokstamp_connector_elearning."
                )
            )
        ).active = False
        cls.officer = new_test_user(
            cls.env,
            login="officer@example.com",
            groups="base.group_user,website_slides.group_website_slides_officer",
        )
        cls.learner = new_test_user(
            cls.env,
            login="learner@example.com",
            name="Lea Learner",
            email="lea@example.com",
            groups="base.group_portal",
        )

    def begin_with(self, cls):
        cls.channel = (
            self.env["slide.channel"]
            .with_user(self.officer)
            .create(
                {
                    "name": "Gardening",
                    "description": "<p>Trees &amp; <b>furniture</b></p>",
                    "enroll": "public",
                    "visibility": "public",
                    "is_published": True,
                }
            )
        )
        # whoever creates a course is made its first attendee
        cls.channel._remove_membership(self.officer.partner_id.ids)
        cls.section = self.slide("Basics", is_category=True, sequence=1)
        cls.slides = self.slide("Soil", sequence=2, completion_time=1.25)
        cls.slides += self.slide("Water", sequence=3, completion_time=0.5)
        self.flush()

    def slide(self, name, **values):
        return (
            self.env["slide.slide"]
            .with_user(self.officer)
            .create(
                {
                    "name": name,
                    "channel_id": self.channel.id,
                    "slide_category": "article",
                    "is_published": True,
                    **values,
                }
            )
        )

    def settle(self):
        self.flush()
        self.sandbox.forget_requests()

    def enroll(self, partner=None):
        return self.channel._action_add_members(partner or self.learner.partner_id)

    def give_birth_date(self, partner=None):
        """What a registrar adds by hand, as eLearning knows no birth dates."""
        partner = partner or self.learner.partner_id
        self.env.cr.flush()
        student = self.env["dokstamp.student"].search([("partner_id", "=", partner.id)])
        student.with_user(self.registrar).date_of_birth = "2001-02-03"

    def complete(self, slides=None):
        """The learner works through contents, in their own portal."""
        for slide in slides or self.slides:
            slide.with_user(self.learner).action_mark_completed()

    def remote_all(self, name, **values):
        """DokStamp's rows with these values."""
        return [row for row in self.sandbox.rows(name) if values.items() <= row.items()]

    def remote_course(self):
        return self.sandbox.row("courses", code=f"ELC-{self.channel.id}")

    def remote_enrollment(self):
        course = self.remote_course()
        return self.sandbox.row("enrollments", course_uuid=course["uuid"])
