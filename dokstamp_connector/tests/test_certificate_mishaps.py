import base64
import time
from functools import partial
from unittest.mock import patch

from odoo.tests import tagged

from ..dokstamp_api import Client
from ..models.accounts import access
from .common_certificates import CertificateCase

UPLOAD = ("POST", "/files")
CREATION = ("POST", "/certificates")
REVOCATION = ("PUT", "/certificates/[^/]*/revoke")
LOOK = ("GET", "/certificates/[^/]*")

PATIENCE = 0.4  # seconds that the client waits for an answer here
LONG = 0.7  # seconds, longer than that
ROUNDS = 5  # flushes until a mishap must be mended

# What can happen to any call: sandbox/faults.py tells what is done of it then.
MISHAPS = {
    "closed before the work": {"drop": "before"},
    "closed after the work": {"drop": "after"},
    "timed out before the work": {"drop": "hang", "seconds": LONG},
    "timed out after the work": {"drop": "hang_after", "seconds": LONG},
    "timed out, the work is done later": {"delay": LONG},
    "500 before the work": {"status": 500},
    "500 after the work": {"after_status": 500},
    "502 and a proxy's page": {"html": 502},
    "200 and a proxy's page": {"html": 200},
    "half of the answer": {"truncate": True},
    "nothing of the answer": {"empty": True},
    "429": {"status": 429, "headers": {"Retry-After": "60"}},
    "401": {"status": 401},
    "409 before the work": {"status": 409},
    "409 after the work": {"after_status": 409},
    "422 before the work": {"status": 422},
    "done twice, answered once": {"repeat": True},
    "done twice, never answered": {"repeat": True, "drop": "after"},
}


@tagged("post_install", "-at_install")
class TestCertificateMishaps(CertificateCase):
    """Whatever happens to a call, in the end one certificate is live, Odoo knows it,
    and the register has each event once. Each mishap has a student of its own.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        hurried = partial(Client, read_timeout=PATIENCE)
        cls.startClassPatcher(patch.object(access, "Client", hurried))

    def test_upload(self):
        self.with_each_mishap_at(UPLOAD, self.issue)

    def test_creation(self):
        self.with_each_mishap_at(CREATION, self.issue)

    def test_look_at_what_dokstamp_is_still_working_on(self):
        self.sandbox.set_options(certificate_pipeline="async")
        self.with_each_mishap_at(LOOK, self.issue)

    def test_revocation_that_a_successor_waits_for(self):
        self.with_each_mishap_at(REVOCATION, self.reissue)

    def with_each_mishap_at(self, call, scenario):
        """Play a scenario for one student after the other, each with another mishap.

        :param call: method and path of the request that goes wrong
        :param scenario: takes a draft with a document
        """
        for draft, mishap in zip(self.drafts(), MISHAPS, strict=True):
            with self.subTest(mishap):
                self.leave_nothing_behind()
                self.sandbox.fault(*call, **MISHAPS[mishap])
                scenario(draft)
                self.assertEqual(self.sandbox.faults()[-1]["hits"], 1)
        self.assert_register_without_gaps()

    # === SCENARIOS === #

    def issue(self, certificate):
        certificate.action_issue()
        self.settle(certificate, "issued")
        self.assert_one_live(certificate)
        self.assert_register(certificate, "issued")

    def reissue(self, certificate):
        self.issue(certificate)
        certificate.revocation_reason = "Wrong name"
        successor = certificate.action_reissue()
        successor.pdf = _document(successor)
        self.settle(certificate, "revoked")
        self.settle(successor, "issued")
        self.assert_one_live(successor)
        remote = self.sandbox.row("certificates", uuid=certificate.dokstamp_uuid)
        self.assertEqual(remote["status"], "revoked")
        self.assertEqual(remote["revocation_reason"], "Wrong name")
        self.assert_register(certificate, "issued", "revoked")
        self.assert_register(successor, "replaced")

    # === GIVEN === #

    def drafts(self):
        """One with a document for each mishap, each of another student."""
        people = self.env["dokstamp.student"].create(
            [
                {
                    "name": f"Student {number}",
                    "email": f"student.{number}@example.com",
                    "date_of_birth": "2001-02-03",
                }
                for number, _mishap in enumerate(MISHAPS)
            ]
        )
        self.flush()
        return [self.draft(student_id=one.id, enrollment_id=False) for one in people]

    def leave_nothing_behind(self):
        """What did not arrive with the last mishap must not meet the next one."""
        self.sandbox.clear_faults()
        self.sandbox.forget_requests()
        self.env.cr.flush()  # also what a button has just queued
        rows = self.env["dokstamp.sync.record"].search(
            [("state", "in", ("pending", "failed"))]
        )
        rows.state = "cancelled"

    # === WHEN === #

    def settle(self, certificate, state):
        """Let time pass until the certificate is in a state; somebody presses the
        button again where DokStamp refused.
        """
        for _round in range(ROUNDS):
            self.flush()
            if certificate.state == state:
                break
            if self.rows_of(certificate)[-1].state == "failed":
                self.press_again(certificate, state)
            self.make_due()
        self.assertEqual(certificate.state, state, certificate.sync_message)
        self.wait_for_stragglers()

    def press_again(self, certificate, state):
        if certificate.state == "failed":
            certificate.action_issue()
        elif state == "revoked":
            certificate.action_revoke()
        else:
            certificate.action_sync_now()

    def wait_for_stragglers(self):
        """What the client has given up is still carried out."""
        while any(row["outcome"] == "open" for row in self.sandbox.requests()):
            time.sleep(0.05)

    # === THEN === #

    def remote(self, student):
        """The student's certificates at DokStamp."""
        rows = self.sandbox.rows("certificates", deleted=True)
        return [row for row in rows if row["student_uuid"] == student.dokstamp_uuid]

    def assert_one_live(self, certificate):
        """Odoo and DokStamp agree that it is the student's only live one, with the
        document that was made for it.
        """
        remote = self.remote(certificate.student_id)
        [live] = [row for row in remote if row["status"] == "issued"]
        self.assertEqual(certificate.state, "issued")
        self.assertEqual(certificate.dokstamp_uuid, live["uuid"])
        self.assertIn(live["short_id"], certificate.verification_url)
        file = self.sandbox.row("files", uuid=live["file_uuid"])
        self.assertEqual(file["sha256"], certificate.pdf_sha256)

    def assert_register(self, certificate, *events):
        lines = self.env["dokstamp.register.entry"].search(
            [("certificate_id", "=", certificate.id)], order="entry_number"
        )
        self.assertEqual(lines.mapped("event"), list(events))

    def assert_register_without_gaps(self):
        lines = self.env["dokstamp.register.entry"].search(
            [("institution_id", "=", self.institution.id)], order="entry_number"
        )
        self.assertEqual(lines.mapped("entry_number"), list(range(1, len(lines) + 1)))


@tagged("post_install", "-at_install")
class TestCertificateMishapsOlderGeneration(TestCertificateMishaps):
    """The same with login, `status` and `issued_at`."""

    def setUp(self):
        super().setUp()
        self.sandbox.set_options(generation="older")
        self.account.write(
            {
                "auth_method": "password",
                "login": "integration@example.com",
                "password": "demo-password",
            }
        )
        self.account.action_test_connection()


def _document(certificate):
    return base64.b64encode(f"%PDF-1.4 certificate {certificate.id}".encode())
