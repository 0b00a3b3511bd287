from odoo.tests import tagged

from odoo.addons.dokstamp_connector.tests.common import DokstampCase


@tagged("post_install", "-at_install")
class TestTwoAddons(DokstampCase):
    """Two addons add a field each to what is sent of a course."""

    def test_both_fields_are_sent_beside_the_connectors_own(self):
        self.course(test_language="pt", test_level="advanced")
        self.flush()
        [request] = self.sandbox.requests("POST", "/courses")
        body = request["body"]
        self.assertEqual((body["language"], body["level"]), ("pt", "advanced"))
        self.assertEqual((body["name"], body["code"]), ("Botany", "BOT-1"))

    def test_a_change_of_either_is_sent_alone(self):
        course = self.course(test_language="pt", test_level="advanced")
        self.flush()
        self.sandbox.forget_requests()
        course.with_user(self.registrar).test_level = "basic"
        self.flush()
        [request] = self.sandbox.requests()
        self.assertEqual(request["method"], "PATCH")
        self.assertEqual(request["body"], {"level": "basic"})
