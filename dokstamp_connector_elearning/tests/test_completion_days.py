from odoo.tests import tagged

from odoo.addons.dokstamp_connector.tests.test_local_days import SAO_PAULO

from .common import ElearningCase


@tagged("post_install", "-at_install")
class TestCompletionDays(ElearningCase):
    """Completed is when all contents are, on the day of the last one."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.attendee = self.enroll()
        self.give_birth_date()
        self.settle()

    def registered(self):
        enrollments = self.env["dokstamp.enrollment"].with_context(active_test=False)
        return enrollments.search([("student_id.partner_id", "=", self.partner.id)])

    @property
    def partner(self):
        return self.learner.partner_id

    def forget_the_day(self, day):
        """As if the course had been completed before the connector came."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE slide_channel_partner SET completed_at = NULL WHERE id = %s",
            [self.attendee.id],
        )
        self.env.cr.execute(
            "UPDATE slide_slide SET create_date = '2025-01-01', date_published = "
            "'2025-01-01' WHERE channel_id = %s",
            [self.channel.id],
        )
        self.env.cr.execute(
            "UPDATE slide_slide_partner SET create_date = %s, write_date = %s "
            "WHERE partner_id = %s",
            [day, day, self.partner.id],
        )
        self.env.invalidate_all()

    def test_the_day_of_an_earlier_completion_is_that_of_the_last_content(self):
        self.account.tz = SAO_PAULO
        self.complete()
        self.forget_the_day("2026-04-18 01:30:00")  # 22:30 of the 17th
        self.registered().unlink()
        self.sweep()
        self.flush()
        enrollment = self.registered()
        self.assertEqual(enrollment.completion_status, "completed")
        self.assertEqual(str(enrollment.completed_at), "2026-04-17")
        remote = self.remote_enrollment()
        self.assertTrue(remote["completed_at"].startswith("2026-04-17"))

    def test_contents_that_came_afterwards_take_nothing_back(self):
        self.complete()
        self.forget_the_day("2026-04-18 15:00:00")
        self.slide("Seeds", sequence=4)
        self.sweep()
        self.assertEqual(str(self.registered().completed_at), "2026-04-18")

    def test_where_a_content_was_deleted_since_the_day_is_empty(self):
        self.complete()
        self.forget_the_day("2026-04-18 15:00:00")
        self.slides[-1].sudo().unlink()
        self.registered().unlink()
        self.sweep()
        self.assertEqual(self.registered().completion_status, "completed")
        self.assertFalse(self.registered().completed_at)

    def test_where_no_content_is_known_the_day_is_empty_and_can_be_typed(self):
        self.attendee.write({"member_status": "completed", "completion": 100})
        self.flush()
        enrollment = self.registered()
        self.assertEqual(enrollment.completion_status, "completed")
        self.assertFalse(enrollment.completed_at)
        enrollment.with_user(self.registrar).completed_at = "2026-03-02"
        self.sweep()
        self.assertEqual(str(enrollment.completed_at), "2026-03-02")

    def test_199_of_200_are_not_all(self):
        many = self.slides
        for number in range(198):
            many += self.slide(f"Content {number}", sequence=10 + number)
        self.assertEqual(self.channel.total_slides, 200)
        *most, last = many
        line = self.env["slide.slide.partner"]
        line.create(
            [
                {"slide_id": one.id, "partner_id": self.partner.id, "completed": True}
                for one in most
            ]
        )
        self.flush()
        self.assertEqual(self.registered().completion_status, "enrolled")
        self.assertFalse(self.registered().completed_at)
        last.with_user(self.learner).action_mark_completed()
        self.flush()
        self.assertEqual(self.registered().completion_status, "completed")
        self.assertTrue(self.registered().completed_at)
        self.assertEqual(self.remote_enrollment()["completion_status"], "completed")

    def test_taken_again_it_has_a_day_of_its_own(self):
        course = self.env["dokstamp.course"].search(
            [("code", "=", f"ELC-{self.channel.id}")]
        )
        course.automatic_issue = "draft"
        self.complete()
        self.flush()
        first = self.registered().certificate_ids
        self.assertEqual(len(first), 1)
        first.unlink()
        self.channel._remove_membership(self.partner.ids)
        seeds = self.slide("Seeds", sequence=4)
        self.flush()
        self.enroll()
        self.flush()
        self.assertEqual(self.registered().completion_status, "enrolled")
        self.assertFalse(self.registered().completed_at)
        self.assertFalse(self.remote_enrollment()["completed_at"])
        self.complete(seeds)
        self.flush()
        self.assertEqual(self.registered().completion_status, "completed")
        self.assertTrue(self.registered().completed_at)
        self.assertEqual(len(self.registered().certificate_ids), 1)
