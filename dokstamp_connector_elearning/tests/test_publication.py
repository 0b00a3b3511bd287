from odoo.tests import tagged

from .common import ElearningCase


@tagged("post_install", "-at_install")
class TestPublication(ElearningCase):
    """What is not published is a draft at DokStamp, and documentation is no course."""

    def as_officer(self, channel=None):
        return (channel or self.channel).with_user(self.officer)

    def make(self, **values):
        channel = (
            self.env["slide.channel"]
            .with_user(self.officer)
            .create({"name": "Trees", **values})
        )
        self.flush()
        return channel

    def remote(self, channel):
        return self.sandbox.row("courses", code=f"ELC-{channel.id}")

    def test_a_course_that_is_not_published_is_a_draft(self):
        self.assertEqual(self.remote(self.make())["status"], "draft")

    def test_publishing_and_taking_back_arrive_by_either_field(self):
        channel = self.as_officer(self.make())
        for name in ("is_published", "website_published"):
            for value, status in ((True, "active"), (False, "draft")):
                with self.subTest(name, value=value):
                    channel[name] = value
                    self.flush()
                    self.assertEqual(self.remote(channel)["status"], status)

    def test_an_archived_course_is_archived_and_comes_back_as_a_draft(self):
        channel = self.as_officer(self.make(is_published=True))
        channel.action_archive()
        self.flush()
        self.assertEqual(self.remote(channel)["status"], "archived")
        channel.action_unarchive()
        self.flush()
        status = "active" if channel.is_published else "draft"
        self.assertEqual(self.remote(channel)["status"], status)

    def test_attendees_of_a_draft_are_enrolled(self):
        self.enroll()
        self.give_birth_date()
        self.as_officer().is_published = False
        self.flush()
        self.assertEqual(self.remote_course()["status"], "draft")
        self.assertEqual(self.remote_enrollment()["completion_status"], "enrolled")

    def test_documentation_is_no_course_and_its_readers_are_no_students(self):
        channel = self.make(channel_type="documentation", is_published=True)
        self.env["slide.slide"].with_user(self.officer).create(
            {"name": "Chapter", "channel_id": channel.id, "is_category": True}
        )
        membership = channel.sudo()._action_add_members(self.learner.partner_id)
        self.flush()
        self.assertFalse(self.remote_all("courses", code=f"ELC-{channel.id}"))
        self.assertEqual(self.sandbox.count("modules"), 1)
        self.assertFalse(self.env["dokstamp.student"].search([]))
        self.assertFalse(membership.with_user(self.registrar).dokstamp_sync_state)
        sources = self.env["dokstamp.source"].search([])
        self.assertFalse(any(sources.mapped("error_count")))

    def test_documentation_that_becomes_a_training_arrives_with_its_readers(self):
        channel = self.make(channel_type="documentation", is_published=True)
        channel.sudo()._action_add_members(self.learner.partner_id)
        self.flush()
        self.as_officer(channel).channel_type = "training"
        self.give_birth_date()
        self.flush()
        self.assertEqual(self.remote(channel)["status"], "active")
        self.assertTrue(
            self.remote_all("enrollments", course_uuid=self.remote(channel)["uuid"])
        )


@tagged("post_install", "-at_install")
class TestPublicationLanguage(ElearningCase):
    """Whoever keeps a course learns which language of it is sent, on its form."""

    def test_an_officer_who_writes_in_another_language_is_told(self):
        self.env["res.lang"]._activate_lang("pt_BR")
        self.officer.lang = "pt_BR"
        channel = self.channel.with_user(self.officer).with_context(lang="pt_BR")
        self.assertFalse(channel.dokstamp_language_note)
        channel.name = "Jardinagem"
        self.flush()
        self.assertEqual(self.remote_course()["name"], "Gardening")
        note = channel.with_context(lang="en_US").dokstamp_language_note
        self.assertIn("written in English (US)", note)
        self.assertIn("Name", note)
        seen = self.channel.with_user(self.registrar)
        self.assertEqual(seen.dokstamp_sync_state, "synced")
        self.assertEqual(seen.dokstamp_sync_message, note)
        form = self.channel.with_user(self.officer).get_view(view_type="form")
        self.assertIn("dokstamp_language_note", form["arch"])


@tagged("post_install", "-at_install")
class TestCompanies(ElearningCase):
    """A course is its website's company's, or else that of whoever is responsible."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.company_b = self.env["res.company"].create({"name": "School B"})
        cls.website_b = self.env["website"].create(
            {"name": "B", "company_id": cls.company_b.id}
        )
        cls.officer_b = self.officer.copy(
            {
                "login": "officer-b@example.com",
                "company_id": cls.company_b.id,
                "company_ids": cls.company_b.ids,
            }
        )

    def make(self, user=None, **values):
        channel = (
            self.env["slide.channel"]
            .with_user(user or self.officer)
            .create({"name": "Trees", "is_published": True, **values})
        )
        channel.sudo()._action_add_members(self.learner.partner_id)
        self.flush()
        return channel

    def is_sent(self, channel):
        return bool(self.remote_all("courses", code=f"ELC-{channel.id}"))

    def test_a_course_of_bs_website_stays_with_b(self):
        self.assertFalse(self.is_sent(self.make(website_id=self.website_b.id)))
        self.assertFalse(self.env["dokstamp.student"].search([]))

    def test_a_course_of_bs_officer_without_website_stays_with_b(self):
        self.assertFalse(self.is_sent(self.make(self.officer_b)))
        self.assertFalse(self.env["dokstamp.student"].search([]))

    def test_the_website_counts_before_who_is_responsible(self):
        website = self.env["website"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        self.assertTrue(self.is_sent(self.make(website_id=website.id)))
        self.assertFalse(
            self.is_sent(self.make(website_id=self.website_b.id, name="Theirs"))
        )

    def test_a_course_of_nobody_goes_nowhere_and_its_form_says_so(self):
        channel = self.make(self.env.user, user_id=False)
        self.assertFalse(self.is_sent(channel))
        seen = channel.with_user(self.registrar)
        self.assertEqual(seen.dokstamp_sync_state, "none")
        self.assertIn("Website or Responsible", seen.dokstamp_sync_message)
        self.assertEqual(
            seen.action_open_registry_record()["tag"], "display_notification"
        )

    def test_sources_copied_for_b_feed_bs_account(self):
        source = self.env.ref("dokstamp_connector_elearning.source_channel_course")
        [copied] = source.copy({"company_id": self.company_b.id})
        channel = self.make(self.officer_b)
        course = self.env["dokstamp.course"].search(
            [("code", "=", f"ELC-{channel.id}")]
        )
        self.assertEqual(course.company_id, self.company_b)
        self.assertEqual(copied.error_count, 0)
