from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestCertificateAutomatic(CertificateCase):
    """A completion can make a certificate, where a course says so, and a person can
    stop it.
    """

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.today = fields.Date.today()
        cls.grace = self.student(name="Grace Example", email="grace@example.com")
        cls.attending = self.enrollment(
            student_id=cls.grace.id, course_id=self.botany.id
        )

    def switch_on(self, mode="issue", **values):
        self.botany.with_user(self.registrar).write(
            {"automatic_issue": mode, "issue_delay": 24, **values}
        )

    def complete(self, enrollment, on=None):
        enrollment.write(
            {"completion_status": "completed", "completed_at": on or self.today}
        )
        return enrollment.certificate_ids

    def run_due(self):
        self.run_cron("dokstamp_connector.ir_cron_issue_due")

    def let_time_pass(self, certificates):
        certificates.issue_at = fields.Datetime.now() - timedelta(minutes=1)

    def test_by_hand_nothing_follows_a_completion(self):
        self.assertFalse(self.complete(self.attending))

    def test_a_draft_follows_and_is_never_sent_by_itself(self):
        self.switch_on("draft")
        certificate = self.complete(self.attending)
        self.assertEqual(certificate.state, "draft")
        self.assertEqual(certificate.conferral_date, self.today)
        self.run_due()
        self.flush()
        self.assertEqual(certificate.state, "draft")
        self.assertFalse(self.requests("POST", "/certificates"))

    def test_what_stops_one_certificate_or_account_stops_no_other(self):
        self.switch_on()
        mine = self.complete(self.attending)
        theirs = self.draft().sudo()
        theirs.issue_at = fields.Datetime.now()
        self.let_time_pass(mine + theirs)
        next_number = self.registry["dokstamp.certificate"]._next_number
        reason = "Certificates have no number sequence any more."

        def broken(certificate, sequence):
            if certificate == theirs:
                raise UserError(reason)
            return next_number(certificate, sequence)

        self.patch(self.registry["dokstamp.certificate"], "_next_number", broken)
        self.patch(
            self.registry["dokstamp.certificate"], "_withdrawal", lambda self: []
        )
        self.run_due()
        self.assertEqual(mine.state, "queued")
        self.assertEqual(theirs.state, "draft")
        self.assertIn("no number sequence", theirs.failure_message)

    def test_issue_waits_for_its_delay(self):
        self.switch_on()
        certificate = self.complete(self.attending)
        self.run_due()
        self.assertEqual(certificate.state, "draft")
        self.let_time_pass(certificate)
        self.run_due()
        self.assertEqual(certificate.state, "queued")

    def test_it_can_be_stopped_within_the_delay(self):
        self.switch_on()
        certificate = self.complete(self.attending)
        certificate.with_user(self.registrar).action_stop_automatic_issue()
        self.run_due()
        self.assertEqual(certificate.state, "draft")

    def test_completions_from_before_the_switch_are_left_alone(self):
        self.switch_on()
        yesterday = self.today - timedelta(days=1)
        self.assertFalse(self.complete(self.attending, on=yesterday))
        self.completion.write({"grade": 9})
        self.completion.write({"completion_status": "completed"})
        self.assertFalse(self.completion.certificate_ids)

    def test_completions_that_arrive_as_completed_count_from_the_next_day(self):
        self.switch_on()
        late = self.student(name="Late Example", email="late@example.com")
        arrived = self.enrollment(
            student_id=late.id,
            course_id=self.botany.id,
            completion_status="completed",
            completed_at=self.today,
        )
        self.assertFalse(arrived.certificate_ids)
        self.botany.sudo().automatic_since -= timedelta(days=2)
        later = self.student(name="Later Example", email="later@example.com")
        arrived = self.enrollment(
            student_id=later.id,
            course_id=self.botany.id,
            completion_status="completed",
            completed_at=self.today,
        )
        self.assertTrue(arrived.certificate_ids)

    def test_completing_twice_makes_one_certificate(self):
        self.switch_on()
        self.complete(self.attending)
        self.attending.completion_status = "enrolled"
        self.complete(self.attending)
        self.assertEqual(len(self.attending.certificate_ids), 1)

    def test_more_than_the_ceiling_wait_for_a_person(self):
        self.switch_on()
        self.account.issue_ceiling = 1
        self.completion.write(
            {"completion_status": "enrolled", "completed_since": False}
        )
        certificates = self.complete(self.attending) | self.complete(self.completion)
        self.let_time_pass(certificates)
        self.run_due()
        self.assertEqual(set(certificates.mapped("state")), {"draft"})
        self.assertIn("ceiling", certificates[0].failure_message)

    def test_a_hold_stops_it_and_says_so(self):
        self.switch_on()
        self.env["dokstamp.hold"].create(
            {"student_id": self.grace.id, "reason": "Unpaid fees"}
        )
        certificate = self.complete(self.attending)
        self.let_time_pass(certificate)
        self.run_due()
        self.assertEqual(certificate.state, "draft")
        self.assertIn("Unpaid fees", certificate.failure_message)

    def test_four_eyes_hold_for_automatic_certificates_too(self):
        self.account.needs_approval = True
        self.switch_on()
        # completions come from school apps' users
        clerk = new_test_user(self.env, login="clerk@example.com")
        certificate = self.complete(self.attending.with_user(clerk).sudo()).sudo(False)
        self.assertEqual(certificate.sudo().create_uid, clerk)
        certificate = certificate.with_env(self.env)
        self.let_time_pass(certificate)
        self.run_due()
        self.assertEqual(certificate.state, "draft")
        certificate.with_user(self.registrar).action_issue()
        self.assertEqual(certificate.state, "queued")
