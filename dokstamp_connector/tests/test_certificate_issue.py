from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestCertificateIssue(CertificateCase):
    """A registrar issues; DokStamp's answer appears on the certificate."""

    def test_a_draft_makes_no_request(self):
        certificate = self.draft()
        self.flush()
        self.assertFalse(self.sandbox.requests())
        self.assertEqual(certificate.state, "draft")
        self.assertFalse(certificate.number)

    def test_numbers_count_for_themselves_in_each_year_of_conferral(self):
        self.env.ref("dokstamp_connector.sequence_certificate").date_range_ids.unlink()
        days = ("2024-03-01", "2026-02-01", "2024-09-01", "2026-02-01")
        drafts = [
            self.draft(student_id=person.id, enrollment_id=False, conferral_date=day)
            for person, day in zip(self.people(len(days)), days, strict=True)
        ]
        self.together(drafts).action_issue()
        self.assertEqual(
            [draft.number for draft in drafts],
            [
                "CERT/2024/00001",
                "CERT/2026/00001",
                "CERT/2024/00002",
                "CERT/2026/00002",
            ],
        )

    def test_issuing_many_asks_the_database_for_a_number_each_and_little_more(self):
        people = self.people(30)
        drafts = [self.draft(student_id=one.id, enrollment_id=False) for one in people]
        first = self.draft()
        first.action_issue()  # the first one fills the caches
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.together(drafts).action_issue()
        self.env.flush_all()
        self.assertLess(self.env.cr.sql_log_count - before, 2 * len(drafts))

    def together(self, certificates):
        return certificates[0].concat(*certificates[1:])

    def people(self, count):
        return self.env["dokstamp.student"].create(
            [
                {
                    "name": f"Person {number}",
                    "email": f"person.{number}@example.com",
                    "date_of_birth": "2001-02-03",
                }
                for number in range(count)
            ]
        )

    def test_issuing_uploads_the_document_and_creates_the_certificate(self):
        certificate = self.draft()
        certificate.action_issue()
        self.assertEqual(certificate.state, "queued")
        self.flush()
        self.assertEqual(
            self.requests(), [("POST", "/files"), ("POST", "/certificates")]
        )
        body = self.sandbox.requests("POST", "/certificates")[0]["body"]
        self.assertTrue(body["finish"])
        self.assertNotIn("status", body)
        self.assertEqual(body["enrollment_uuid"], self.completion.dokstamp_uuid)
        [remote] = self.live()
        self.assertEqual(certificate.state, "issued")
        self.assertEqual(certificate.dokstamp_uuid, remote["uuid"])
        self.assertTrue(certificate.verification_url.endswith(remote["uuid"][:8]))
        self.assertTrue(certificate.issued_at)
        self.assertEqual(
            self.audit_of(certificate).mapped("event"), ["created", "issued"]
        )

    def test_the_older_generation_is_told_status_and_date(self):
        self.sandbox.set_options(generation="older")
        self.account.write(
            {
                "auth_method": "password",
                "login": "integration@example.com",
                "password": "demo-password",
            }
        )
        self.account.action_test_connection()
        certificate = self.draft()
        certificate.action_issue()
        self.flush()
        body = self.sandbox.requests("POST", "/certificates")[0]["body"]
        self.assertEqual(body["status"], "issued")
        self.assertTrue(body["issued_at"].endswith("Z"))
        self.assertNotIn("finish", body)
        self.assertEqual(certificate.state, "issued")

    def test_pressing_twice_issues_once(self):
        certificate = self.draft()
        certificate.action_issue()
        certificate.action_issue()
        self.flush()
        certificate.action_issue()
        self.flush()
        self.assertEqual(len(self.requests("POST", "/certificates")), 1)

    def test_a_second_certificate_for_the_same_course_is_refused(self):
        self.issued()
        with self.assertRaisesRegex(UserError, "There is a certificate already"):
            self.draft().action_issue()

    def test_a_certificate_waits_for_its_student_and_goes_out_by_itself(self):
        grace = self.student(
            name="Grace Example", email="grace@example.com", date_of_birth="2000-01-01"
        )
        self.sandbox.fault("POST", "/students", times=1, status=500)
        certificate = self.draft(student_id=grace.id, enrollment_id=False)
        certificate.action_issue()
        self.flush()
        self.assertEqual(certificate.state, "queued")
        self.assertEqual(certificate.sync_state, "waiting")
        self.make_due()
        self.flush()
        self.assertEqual(certificate.state, "issued")

    def test_a_pipeline_that_takes_time_is_looked_at_again(self):
        self.sandbox.set_options(certificate_pipeline="async")
        certificate = self.draft()
        certificate.action_issue()
        self.flush()
        self.assertEqual(certificate.state, "queued")
        self.assertTrue(certificate.dokstamp_uuid)
        for _look in range(5):
            self.make_due()
            self.flush()
        self.assertEqual(certificate.state, "issued")
        self.assertTrue(certificate.verification_url)
        self.assertEqual(len(self.requests("POST", "/certificates")), 1)

    def test_a_refused_certificate_says_why_and_can_be_sent_again(self):
        self.sandbox.fault(
            "POST",
            "/certificates",
            status=422,
            json={
                "message": "The given data was invalid.",
                "errors": {"student_uuid": ["The selected student is invalid."]},
            },
        )
        certificate = self.draft()
        certificate.action_issue()
        self.flush()
        self.assertEqual(certificate.state, "failed")
        self.assertIn("The selected student is invalid.", certificate.failure_message)
        certificate.action_issue()
        self.flush()
        self.assertEqual(certificate.state, "issued")
        self.assertEqual(len(self.live()), 1)

    def test_an_incomplete_student_is_refused_at_the_button(self):
        self.ada.date_of_birth = False
        with self.assertRaisesRegex(UserError, "No date of birth"):
            self.draft().action_issue()

    def test_a_hold_stops_every_certificate_of_the_student(self):
        certificate = self.draft()
        hold = (
            self.env["dokstamp.hold"]
            .with_user(self.registrar)
            .create({"student_id": self.ada.id, "reason": "Library books"})
        )
        with self.assertRaisesRegex(UserError, "Library books"):
            certificate.action_issue()
        hold.action_lift()
        certificate.action_issue()
        self.assertEqual(certificate.state, "queued")

    def test_a_second_person_approves_where_the_account_says_so(self):
        self.account.needs_approval = True
        certificate = self.draft()
        with self.assertRaisesRegex(UserError, "second person"):
            certificate.action_issue()
        certificate.with_user(self.manager).action_issue()
        self.assertEqual(certificate.state, "queued")

    def test_the_same_document_cannot_serve_two_certificates(self):
        certificate = self.draft()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(UniqueViolation, "document_unique"),
        ):
            self.draft(pdf=certificate.pdf)
            self.env.flush_all()

    def test_an_ordinary_user_sees_no_certificate_and_is_refused(self):
        certificate = self.draft()
        clerk = new_test_user(self.env, login="clerk@example.com")
        with self.assertRaises(AccessError):
            certificate.with_user(clerk).action_issue()

    def test_a_registrar_cannot_type_in_what_dokstamp_answers(self):
        certificate = self.draft()
        with self.assertRaises(AccessError):
            certificate.state = "issued"
        with self.assertRaises(AccessError):
            certificate.verification_url = "https://example.com/forged"

    def test_a_registrar_cannot_create_one_that_claims_to_be_issued(self):
        with self.assertRaises(AccessError):
            self.draft(state="issued", verification_url="https://example.com/forged")

    def test_an_issued_certificate_cannot_be_changed_or_deleted(self):
        certificate = self.issued()
        with self.assertRaises(UserError):
            certificate.conferral_date = "2020-01-01"
        with self.assertRaises(UserError):
            certificate.unlink()
