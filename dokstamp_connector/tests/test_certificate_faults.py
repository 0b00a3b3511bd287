from odoo.tests import tagged

from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestCertificateFaults(CertificateCase):
    """What takes more than one mishap of one call: still exactly one live certificate
    in the end.
    """

    def settle(self):
        for _round in range(4):
            self.make_due()
            self.flush()

    def assert_one_live(self, certificate):
        self.settle()
        self.assertEqual(certificate.state, "issued")
        [remote] = self.live()
        self.assertEqual(certificate.dokstamp_uuid, remote["uuid"])

    def lost(self):
        """A certificate that DokStamp has issued, with its answer lost."""
        self.sandbox.fault("POST", "/certificates", drop="after")
        certificate = self.draft()
        certificate.action_issue()
        self.flush()
        self.assertEqual(certificate.state, "queued")
        return certificate

    def test_creation_cut_twice_after_the_work_of_the_first(self):
        self.sandbox.fault("POST", "/certificates", drop="after")
        self.sandbox.fault("GET", "/files/.*", times=2, status=503)
        certificate = self.draft()
        certificate.action_issue()
        self.flush()
        self.assert_one_live(certificate)

    def test_a_flush_that_dies_after_the_creation_is_taken_over(self):
        certificate = self.draft()
        certificate.action_issue()
        self.flush()
        self.sandbox.forget_requests()
        # as if the answer had never been noted
        row = self.rows_of(certificate)
        binding = self.env["dokstamp.binding"]._of(certificate)
        binding.dokstamp_uuid = False
        row.state = "sending"
        certificate.sudo().state = "queued"
        self.env.flush_all()
        self.flush()
        self.assert_one_live(certificate)
        self.assertFalse(self.requests("POST", "/certificates"))

    def test_a_list_that_names_no_files_still_finds_the_lost_certificate(self):
        certificate = self.lost()
        [remote] = self.live()
        student, course = certificate.student_id, certificate.course_id
        row = {
            "uuid": remote["uuid"],
            "status": "issued",
            "public_verification_url": "https://verify.example.com/1",
            "student": {"uuid": student.dokstamp_uuid, "name": student.name},
            "course": {"uuid": course.dokstamp_uuid, "name": course.name},
        }
        page = {"data": [row], "meta": {"current_page": 1, "per_page": 15, "total": 1}}
        self.sandbox.fault("GET", "/certificates", status=200, json=page)
        self.assert_one_live(certificate)

    def test_a_repeated_creation_that_arrives_twice_is_issued(self):
        """The second of the two is refused, as the first has spent the document."""
        self.sandbox.fault("POST", "/certificates", drop="before")
        self.sandbox.fault("POST", "/certificates", repeat=True)
        certificate = self.draft()
        certificate.action_issue()
        self.flush()
        self.assert_one_live(certificate)

    def test_a_document_that_is_stored_twice_is_used_once(self):
        self.sandbox.set_options(file_dedup="none")
        self.sandbox.fault("POST", "/files", repeat=True, drop="after")
        certificate = self.draft()
        certificate.action_issue()
        self.flush()
        self.assert_one_live(certificate)
        used = [file for file in self.sandbox.rows("files") if file["used_at"]]
        self.assertEqual(len(used), 1)

    def test_giving_up_and_pressing_issue_again_does_not_double(self):
        certificate = self.lost()
        row = self.rows_of(certificate)
        row._fail("gave_up", "Gave up.")
        self.assertEqual(certificate.state, "failed")
        certificate.action_issue()
        self.assert_one_live(certificate)

    def test_a_revocation_that_is_lost_is_not_lost(self):
        certificate = self.issued()
        for effect in ({"drop": "before"}, {"drop": "after"}, {"after_status": 500}):
            self.sandbox.fault("PUT", "/certificates/.*/revoke", **effect)
        certificate.revocation_reason = "Wrong name"
        certificate.action_revoke()
        self.settle()
        self.assertEqual(certificate.state, "revoked")
        self.assertFalse(self.live())
