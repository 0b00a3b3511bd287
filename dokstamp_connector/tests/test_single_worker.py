from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import config

from .test_certificate_document import DocumentCase


@tagged("post_install", "-at_install")
class TestSingleWorker(DocumentCase, HttpCase):
    """The only worker that answers requests never waits for itself."""

    def setUp(self):
        super().setUp()
        self.addCleanup(config.__setitem__, "workers", config["workers"])
        config["workers"] = 1
        new_test_user(
            self.env,
            login="clerk@example.com",
            password="clerk-of-the-school",
            groups="dokstamp_connector.group_registrar",
        )
        self.authenticate("clerk@example.com", "clerk-of-the-school")

    def preview(self, certificate):
        params = {
            "model": certificate._name,
            "method": "action_preview",
            "args": [certificate.ids],
            "kwargs": {},
        }
        answer = self.url_open(
            "/web/dataset/call_button/dokstamp.certificate/action_preview",
            json={"jsonrpc": "2.0", "method": "call", "params": params},
        )
        return answer.json()

    def test_a_preview_that_needs_a_second_worker_says_so_at_once(self):
        report = self.report("dokstamp.certificate", "<b t-out='doc.number'/>")
        certificate = self.certificate(course=self.reported_course(report))
        message = self.preview(certificate)["error"]["data"]["message"]
        self.assertIn("one worker", message)
        config["workers"] = 2
        self.assertIn("url", self.preview(certificate)["result"])

    def test_our_own_page_is_previewed_with_one_worker(self):
        self.assertIn("url", self.preview(self.certificate())["result"])

    def test_what_is_issued_is_printed_with_one_worker(self):
        report = self.report(
            "dokstamp.certificate",
            "<t t-out='doc.number'/> <t t-out='doc.student_id.name'/> Botany",
        )
        certificate = self.certificate("N1", course=self.reported_course(report))
        self.make_documents()
        self.assertEqual(certificate.state, "queued")
        self.assertTrue(certificate.pdf)
