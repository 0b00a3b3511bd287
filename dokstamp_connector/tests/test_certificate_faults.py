from odoo.tests import tagged

from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestCertificateFaults(CertificateCase):
    """However a step ends, there is exactly one live certificate in the end."""

    def settle(self):
        for _round in range(4):
            self.make_due()
            self.flush()

    def assert_one_live(self, certificate):
        self.settle()
        self.assertEqual(certificate.state, "issued")
        [remote] = self.live()
        self.assertEqual(certificate.dokstamp_uuid, remote["uuid"])

    def issue_with(self, path, **effect):
        self.sandbox.fault("POST", path, **effect)
        certificate = self.draft()
        certificate.action_issue()
        self.flush()
        self.assertEqual(certificate.state, "queued")
        self.assert_one_live(certificate)

    def test_upload_cut_before_the_work(self):
        self.issue_with("/files", drop="before")

    def test_upload_cut_after_the_work(self):
        self.issue_with("/files", drop="after")
        self.assertEqual(self.sandbox.count("files"), 1)

    def test_upload_answered_with_a_server_error_after_the_work(self):
        self.issue_with("/files", after_status=500)

    def test_creation_cut_before_the_work(self):
        self.issue_with("/certificates", drop="before")

    def test_creation_cut_after_the_work(self):
        self.issue_with("/certificates", drop="after")

    def test_creation_answered_with_a_server_error_after_the_work(self):
        self.issue_with("/certificates", after_status=502)

    def test_creation_with_half_an_answer(self):
        self.issue_with("/certificates", truncate=True)

    def test_creation_never_answered(self):
        self.issue_with("/certificates", drop="hang_after", seconds=1)

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

    def test_a_list_without_files_still_finds_the_lost_certificate(self):
        self.sandbox.fault("POST", "/certificates", drop="after")
        certificate = self.draft()
        certificate.action_issue()
        self.flush()
        self.assert_one_live(certificate)

    def test_giving_up_and_pressing_issue_again_does_not_double(self):
        self.sandbox.fault("POST", "/certificates", drop="after")
        certificate = self.draft()
        certificate.action_issue()
        self.flush()
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
