"""What dokstamp-api.md leaves open about certificates: DokStamp may do either, and
nothing is lost, doubled or stuck.
"""

import base64

from odoo.tests import tagged

from .common_certificates import CertificateCase

OTHER_UUID = "8d3c1f2e-0b6a-4c57-9a4e-1f2d3c4b5a69"
PDF = b"%PDF-1.4 made by hand"
LOOKS = 12  # more than a certificate is looked at before the daily refresh goes on


class OpenQuestionsCase(CertificateCase):
    def send(self, certificate):
        certificate.action_issue()
        self.flush()
        return certificate

    def settle(self, rounds=4):
        for _round in range(rounds):
            self.make_due()
            self.flush()

    def lost(self):
        """On its way; DokStamp has issued it, and its answer was lost."""
        self.sandbox.fault("POST", "/certificates", drop="after")
        return self.send(self.draft())

    def listed(self, **values):
        """Let DokStamp's list of certificates show the live one, with these values."""
        [remote] = self.live()
        row = {
            "uuid": remote["uuid"],
            "status": "issued",
            "issued_at": remote["issued_at"],
            "public_verification_url": "https://verify.example.com/1",
            "student": {"uuid": self.ada.dokstamp_uuid, "name": self.ada.name},
            "course": {"uuid": self.botany.dokstamp_uuid, "name": self.botany.name},
            **values,
        }
        page = {"data": [row], "meta": {"current_page": 1, "per_page": 15, "total": 1}}
        self.sandbox.fault("GET", "/certificates", times=None, status=200, json=page)

    def refuse(self, **errors):
        """Refuse the next certificate with these errors by field."""
        body = {"message": "The given data was invalid.", "errors": errors}
        self.sandbox.fault("POST", "/certificates", status=422, json=body)

    def assert_issued(self, certificate):
        [remote] = self.live()
        self.assertEqual(certificate.state, "issued")
        self.assertEqual(certificate.dokstamp_uuid, remote["uuid"])


@tagged("post_install", "-at_install")
class TestLostAnswers(OpenQuestionsCase):
    """However DokStamp shows what it has done, a lost answer is found again."""

    def test_a_signed_document_may_be_another_file(self):
        """Whether signing makes a new file is open: dokstamp-api.md 22.5."""
        certificate = self.lost()
        self.listed(files=[{"type": "certificate", "uuid": OTHER_UUID}])
        self.settle()
        self.assert_issued(certificate)

    def test_an_older_certificate_with_another_document_is_not_taken_for_ours(self):
        certificate = self.lost()
        self.listed(
            files=[{"type": "certificate", "uuid": OTHER_UUID}],
            issued_at="2020-01-01T00:00:00.000000Z",
        )
        self.settle()
        self.assertEqual(certificate.state, "failed")
        self.assertFalse(certificate.dokstamp_uuid)

    def test_files_that_do_not_tell_whether_they_are_used(self):
        certificate = self.lost()
        file = {"data": {"uuid": OTHER_UUID, "original_name": "a.pdf"}}
        self.sandbox.fault("GET", "/files/.*", times=None, status=200, json=file)
        self.settle()
        self.assert_issued(certificate)

    def test_files_that_cannot_be_read(self):
        certificate = self.lost()
        missing = {"success": False, "message": "Resource not found."}
        self.sandbox.fault("GET", "/files/.*", times=None, status=404, json=missing)
        self.settle()
        self.assert_issued(certificate)

    def never_arrived(self):
        """On its way; the request was lost, and DokStamp has issued nothing."""
        self.sandbox.fault("POST", "/certificates", drop="before")
        return self.send(self.draft())

    def by_hand(self, **values):
        """Somebody makes a certificate for the same student and course at DokStamp."""
        client = self.account._client()
        [file] = client.files.upload([("by-hand.pdf", PDF, "application/pdf")])
        return client.certificates.create(
            {
                "institution_uuid": self.institution.dokstamp_uuid,
                "student_uuid": self.ada.dokstamp_uuid,
                "course_uuid": self.botany.dokstamp_uuid,
                "file_uuid": file["uuid"],
                "finish": True,
                **values,
            }
        )

    def test_one_made_by_hand_meanwhile_is_not_taken_for_ours(self):
        certificate = self.never_arrived()
        made = self.by_hand()
        self.settle()
        self.assertEqual(certificate.state, "issued")
        self.assertNotEqual(certificate.dokstamp_uuid, made["uuid"])
        self.assertEqual(len(self.live()), 2)

    def test_one_made_by_hand_where_files_cannot_be_read(self):
        """Nothing tells whether ours arrived: a person looks."""
        certificate = self.never_arrived()
        made = self.by_hand()
        missing = {"success": False, "message": "Resource not found."}
        self.sandbox.fault("GET", "/files/.*", times=None, status=404, json=missing)
        self.settle()
        self.assertNotEqual(certificate.dokstamp_uuid, made["uuid"])
        self.assertEqual(certificate.state, "failed")
        self.assertIn("somebody else's", certificate.failure_message)
        self.assertEqual(len(self.live()), 1)

    def test_one_of_another_school_of_the_tenant_is_not_taken_for_ours(self):
        other = self.account._client().institutions.create(
            {"name": "Other School", "country": "Portugal"}
        )
        certificate = self.never_arrived()
        row = {
            "uuid": OTHER_UUID,
            "status": "issued",
            "issued_at": "2999-01-01T00:00:00.000000Z",
            "public_verification_url": "https://verify.example.com/2",
            "institution": {"uuid": other["uuid"], "name": "Other School"},
            "student": {"uuid": self.ada.dokstamp_uuid, "name": self.ada.name},
            "course": {"uuid": self.botany.dokstamp_uuid, "name": self.botany.name},
        }
        page = {"data": [row], "meta": {"current_page": 1, "per_page": 15, "total": 1}}
        self.sandbox.fault("GET", "/certificates", times=None, status=200, json=page)
        missing = {"success": False, "message": "Resource not found."}
        self.sandbox.fault("GET", "/files/.*", times=None, status=404, json=missing)
        self.settle()
        self.assertNotEqual(certificate.dokstamp_uuid, OTHER_UUID)
        self.assert_issued(certificate)

    def test_ours_beside_one_made_by_hand_is_found(self):
        certificate = self.lost()
        made = self.by_hand()
        self.settle()
        self.assertEqual(certificate.state, "issued")
        self.assertNotEqual(certificate.dokstamp_uuid, made["uuid"])
        self.assertEqual(len(self.live()), 2)

    def test_retry_does_not_forget_that_there_was_an_attempt(self):
        certificate = self.lost()
        self.listed(files=[{"type": "certificate", "uuid": OTHER_UUID}])
        self.rows_of(certificate).with_user(self.manager).action_retry()
        self.settle()
        self.assert_issued(certificate)


@tagged("post_install", "-at_install")
class TestAnswers(OpenQuestionsCase):
    """Whatever the answer looks like, what it says arrives."""

    def test_times_of_issue_in_any_shape(self):
        for value, expected in (
            ("2026-10-05", "2026-10-05 00:00:00"),
            ("2026-10-05 10:00:00", "2026-10-05 10:00:00"),
            ("2026-10-05T10:00:00-03:00", "2026-10-05 13:00:00"),
            ("2026-10-05T10:00:00.123Z", "2026-10-05 10:00:00"),
            ("05/10/2026", None),
            (1767225600, None),
            (None, None),
        ):
            with self.subTest(value=value):
                certificate = self.answered(issued_at=value, status="issued")
                self.assertEqual(certificate.state, "issued")
                self.assertTrue(certificate.issued_at)
                if expected:
                    self.assertEqual(str(certificate.issued_at), expected)

    def answered(self, **answer):
        """A certificate of somebody new, to which DokStamp answered this."""
        number = self.env["dokstamp.student"].search_count([])
        student = self.student(email=f"student-{number}@example.com")
        self.flush()
        data = {
            "uuid": f"8d3c1f2e-0b6a-4c57-9a4e-{number:012d}",
            "public_verification_url": "https://verify.example.com/1",
            **answer,
        }
        self.sandbox.fault("POST", "/certificates", status=201, json={"data": data})
        return self.send(self.draft(student_id=student.id, enrollment_id=False))

    def test_what_is_never_finished_says_so(self):
        """As where the tenant knows the older way only: dokstamp-api.md 16.2."""
        self.sandbox.set_options(issue_by="status")
        certificate = self.send(self.draft())
        self.assertFalse(certificate.hindrance)
        self.settle(LOOKS)
        self.assertEqual(certificate.state, "queued")
        self.assertIn("“draft”", certificate.hindrance)
        # somebody finishes it there
        [remote] = self.sandbox.rows("certificates")
        self.sandbox.change("certificates", remote["uuid"], status="issued")
        self.run_cron("dokstamp_connector.ir_cron_refresh_certificates")
        self.flush()
        self.assertEqual(certificate.state, "issued")
        self.assertFalse(certificate.hindrance)

    def still_issued(self, certificate, times):
        """Let the revocation be answered with a certificate that is issued still."""
        data = {"uuid": certificate.dokstamp_uuid, "status": "issued"}
        self.sandbox.fault(
            "PUT",
            "/certificates/.*/revoke",
            times=times,
            status=200,
            json={"data": data},
        )
        certificate.revocation_reason = "Wrong name"
        certificate.action_revoke()

    def test_a_revocation_that_takes_its_time_is_asked_for_again(self):
        certificate = self.issued()
        self.still_issued(certificate, times=1)
        self.settle()
        self.assertEqual(certificate.state, "revoked")
        self.assertFalse(self.live())

    def test_a_revocation_without_effect_is_not_taken_for_done(self):
        certificate = self.issued()
        self.still_issued(certificate, times=None)
        self.settle(LOOKS)
        self.assertEqual(certificate.sync_state, "failed")
        self.assertIn("“issued”", certificate.sync_message)

    def test_what_was_deleted_at_dokstamp_can_be_revoked_and_replaced(self):
        certificate = self.issued()
        self.sandbox.remove("certificates", certificate.dokstamp_uuid)
        certificate.action_sync_now()
        self.flush()
        self.assertEqual(certificate.state, "issued")
        self.assertIn("Revoke", certificate.sync_message)
        self.ada.name = "Ada Correct"
        certificate.revocation_reason = "Wrong name"
        successor = certificate.action_reissue()
        self.flush()
        self.run_cron("dokstamp_connector.ir_cron_documents")
        self.settle()
        self.assertEqual(certificate.state, "revoked")
        self.assertEqual(successor.state, "issued")

    def test_what_cannot_be_found_but_is_listed_is_not_taken_for_revoked(self):
        certificate = self.issued()
        missing = {"success": False, "message": "Resource not found."}
        self.sandbox.fault("PUT", "/certificates/.*/revoke", status=404, json=missing)
        certificate.revocation_reason = "Wrong name"
        certificate.action_revoke()
        self.flush()
        self.assertEqual(certificate.state, "issued")


@tagged("post_install", "-at_install")
class TestAfterARefusal(OpenQuestionsCase):
    """What DokStamp has refused for certain can be corrected, the document too."""

    def test_the_old_document_does_not_go_out_with_a_corrected_name(self):
        self.refuse(student_uuid=["Wrong."])
        certificate = self.send(self.draft())
        self.assertEqual(certificate.state, "failed")
        refused = certificate.pdf_sha256
        self.ada.name = "Ada Correct"
        certificate.action_issue()
        self.run_cron("dokstamp_connector.ir_cron_documents")
        self.settle()
        self.assert_issued(certificate)
        self.assertEqual(certificate.certified_values["name"], "Ada Correct")
        self.assertNotEqual(certificate.pdf_sha256, refused)

    def test_a_document_that_is_used_elsewhere_can_be_exchanged(self):
        certificate = self.draft()
        self.use_elsewhere(certificate)
        self.send(certificate)
        self.assertEqual(certificate.state, "failed")
        certificate.pdf = base64.b64encode(f"%PDF-1.4 fresh {self.id()}".encode())
        certificate.action_issue()
        self.settle()
        self.assertEqual(certificate.state, "issued")

    def use_elsewhere(self, certificate):
        """Let the school issue the same document to somebody else by hand."""
        bob = self.student(name="Bob Example", email="bob@example.com")
        self.flush()
        client = self.account._client()
        name, content = "by-hand.pdf", base64.b64decode(certificate.pdf)
        [file] = client.files.upload([(name, content, "application/pdf")])
        client.certificates.create(
            {
                "institution_uuid": self.institution.dokstamp_uuid,
                "course_uuid": self.botany.dokstamp_uuid,
                "student_uuid": bob.dokstamp_uuid,
                "file_uuid": file["uuid"],
                "finish": True,
            }
        )

    def test_a_lost_attempt_before_the_refusal_is_not_forgotten(self):
        certificate = self.lost()
        self.refuse(file_uuid=["Used."])
        self.settle()
        self.assert_issued(certificate)
