from odoo.tests import freeze_time, tagged

from .common import ElearningCase


@tagged("post_install", "-at_install")
class TestElearningFeed(ElearningCase):
    """What happens in eLearning arrives at DokStamp."""

    # === COURSES AND SECTIONS === #

    def test_a_course_arrives_with_its_data(self):
        remote = self.remote_course()
        self.assertEqual(remote["name"], "Gardening")
        self.assertEqual(remote["description"], "Trees & furniture")
        self.assertEqual(remote["status"], "active")
        self.assertEqual(remote["workload_hours"], 2)

    def test_a_section_arrives_as_a_module_of_its_course(self):
        module = self.sandbox.row("modules", code=f"ELS-{self.section.id}")
        self.assertEqual(module["name"], "Basics")
        self.assertEqual((module["modality"], module["level"]), ("online", "open"))
        attached = self.sandbox.row("attachments", module_uuid=module["uuid"])
        self.assertEqual(attached["course_uuid"], self.remote_course()["uuid"])

    def test_contents_are_no_modules(self):
        self.assertEqual(self.sandbox.count("modules"), 1)

    def test_sections_keep_their_order(self):
        advanced = self.slide("Advanced", is_category=True, sequence=10)
        self.flush()
        order = {
            row["module_uuid"]: row["order"] for row in self.sandbox.rows("attachments")
        }
        first, second = (
            order[self.sandbox.row("modules", code=f"ELS-{section.id}")["uuid"]]
            for section in (self.section, advanced)
        )
        self.assertLess(first, second)

    def test_a_longer_content_changes_the_hours(self):
        self.slides[0].completion_time = 4
        self.flush()
        self.assertEqual(self.remote_course()["workload_hours"], 5)

    def test_a_renamed_course_is_one_patch(self):
        self.channel.name = "Gardening, revised"
        self.flush()
        [request] = self.sandbox.requests()
        self.assertEqual(request["method"], "PATCH")
        self.assertEqual(request["body"], {"name": "Gardening, revised"})

    def test_a_removed_section_leaves_the_course(self):
        self.section.sudo().unlink()
        self.flush()
        self.assertEqual(self.sandbox.count("attachments"), 0)

    def test_an_archived_course_is_archived_and_comes_back(self):
        self.channel.action_archive()
        self.flush()
        self.assertEqual(self.remote_course()["status"], "archived")
        self.channel.action_unarchive()
        self.flush()
        self.assertEqual(self.remote_course()["status"], "draft")
        self.channel.is_published = True
        self.flush()
        self.assertEqual(self.remote_course()["status"], "active")
        self.assertEqual(self.sandbox.count("attachments"), 1)
        self.assertEqual(self.sandbox.count("courses"), 1)

    # === ATTENDEES === #

    def test_an_attendee_without_a_birth_date_is_held_back_with_a_sentence(self):
        membership = self.enroll()
        self.flush()
        student = self.env["dokstamp.student"].search([])
        self.assertEqual(student.name, "Lea Learner")
        self.assertEqual(student.partner_id, self.learner.partner_id)
        self.assertEqual(student.sync_message, "No date of birth: DokStamp needs one.")
        self.assertEqual(self.sandbox.count("students"), 0)
        self.assertEqual(membership.dokstamp_sync_state, "waiting")

    def test_an_attendee_with_a_birth_date_arrives(self):
        self.enroll()
        self.give_birth_date()
        self.flush()
        student = self.sandbox.row("students", email="lea@example.com")
        self.assertEqual(self.remote_enrollment()["student_uuid"], student["uuid"])
        self.assertEqual(self.remote_enrollment()["completion_status"], "enrolled")

    def test_contacts_who_attend_nothing_stay_in_odoo(self):
        self.learner.partner_id.name = "Lea L. Learner"
        self.flush()
        self.assertFalse(self.env["dokstamp.student"].search([]))

    def test_an_attendee_is_enrolled_on_the_day_of_the_schools_time_zone(self):
        self.env.company.partner_id.tz = "Asia/Tokyo"
        membership = self.enroll()
        self.env.cr.execute(
            "UPDATE slide_channel_partner SET create_date = %s WHERE id = %s",
            ["2026-08-31 22:00:00", membership.id],
        )
        membership.invalidate_recordset()
        self.give_birth_date()
        self.sweep()
        self.flush()
        self.assertTrue(
            self.remote_enrollment()["enrolled_at"].startswith("2026-09-01")
        )

    def test_an_email_changed_on_the_contact_arrives(self):
        self.enroll()
        self.give_birth_date()
        self.flush()
        self.learner.partner_id.email = "lea.learner@example.com"
        self.flush()
        self.assertEqual(
            self.sandbox.rows("students")[0]["email"], "lea.learner@example.com"
        )

    def test_an_invitation_is_no_enrollment(self):
        self.channel._action_add_members(
            self.learner.partner_id, member_status="invited"
        )
        self.flush()
        self.assertFalse(self.env["dokstamp.enrollment"].search([]))
        self.assertFalse(self.env["dokstamp.student"].search([]))

    def test_an_accepted_invitation_is_an_enrollment(self):
        self.channel._action_add_members(
            self.learner.partner_id, member_status="invited"
        )
        self.flush()
        self.channel.with_user(self.learner)._action_add_members(
            self.learner.partner_id
        )
        self.give_birth_date()
        self.flush()
        self.assertEqual(self.remote_enrollment()["completion_status"], "enrolled")

    def test_a_learner_on_the_way_is_enrolled(self):
        self.enroll()
        self.give_birth_date()
        self.complete(self.slides[0])
        self.flush()
        self.assertEqual(self.remote_enrollment()["completion_status"], "enrolled")

    def test_a_portal_user_who_completes_the_course_has_completed(self):
        membership = self.enroll()
        self.give_birth_date()
        self.flush()
        with freeze_time("2026-10-05 12:00:00"):
            self.complete()
        self.flush()
        remote = self.remote_enrollment()
        self.assertEqual(remote["completion_status"], "completed")
        self.assertTrue(remote["completed_at"].startswith("2026-10-05"))
        self.assertEqual(membership.member_status, "completed")

    def test_the_first_completion_date_stays(self):
        membership = self.enroll()
        with freeze_time("2026-10-05 12:00:00"):
            self.complete()
        first = membership.completed_at
        with freeze_time("2026-11-01 12:00:00"):
            membership._post_completion_update_hook(completed=True)
        self.assertEqual(membership.completed_at, first)

    def test_a_taken_back_completion_sets_no_date(self):
        membership = self.enroll()
        membership._post_completion_update_hook(completed=False)
        self.assertFalse(membership.completed_at)

    def test_who_leaves_the_course_is_dropped_and_may_come_back(self):
        self.enroll()
        self.give_birth_date()
        self.flush()
        self.channel._remove_membership(self.learner.partner_id.ids)
        self.flush()
        self.assertEqual(self.remote_enrollment()["completion_status"], "dropped")
        self.enroll()
        self.flush()
        self.assertEqual(self.remote_enrollment()["completion_status"], "enrolled")
        self.assertEqual(self.sandbox.count("enrollments"), 1)

    def test_merged_contacts_are_one_student_after_the_sweep(self):
        other = self.env["res.partner"].create(
            {"name": "Lea at work", "email": "work@example.com"}
        )
        self.enroll(self.learner.partner_id + other)
        self.give_birth_date()
        self.give_birth_date(other)
        self.flush()
        self.assertEqual(self.sandbox.count("enrollments"), 2)
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((self.learner.partner_id + other).ids, self.learner.partner_id)
        self.sweep()
        self.flush()
        statuses = {
            row["completion_status"] for row in self.sandbox.rows("enrollments")
        }
        self.assertEqual(statuses, {"enrolled", "dropped"})
        student = self.env["dokstamp.student"].search([])
        self.assertEqual(student.email, "lea@example.com")

    def test_of_two_contacts_with_one_email_only_one_is_a_student(self):
        twin = self.env["res.partner"].create(
            {"name": "Lea at work", "email": "Lea@Example.com"}
        )
        self.enroll(self.learner.partner_id + twin)
        self.give_birth_date()
        self.flush()
        self.assertEqual(self.sandbox.count("students"), 1)
        self.assertEqual(self.sandbox.count("enrollments"), 1)
