from odoo.tests import tagged

from odoo.addons.dokstamp_connector.tests.common_browser import BrowserCase

from .common import SourceCase

FORM = "/odoo/action-dokstamp_connector.dokstamp_source_action"
MODELS = "/odoo/action-base.action_model_model"


@tagged("post_install", "-at_install")
class TestSourceTour(SourceCase, BrowserCase):
    """Setting up a source in the browser, and looking at one."""

    def test_a_model_made_by_hand_feeds_courses_without_code(self):
        self.addCleanup(self.registry.reset_changes)
        self.start_tour(
            f"{MODELS}/new?debug=1", "dokstamp_model_by_hand", login="admin"
        )
        self.env.invalidate_all()
        for name, code in (("Botany", "BOT-1"), ("Zoology", "ZOO-1")):
            self.env["x_evening_class"].create({"x_name": name, "x_kuerzel": code})
        self.commit()
        self.start_tour(
            f"{FORM}/new", "dokstamp_source_setup", login=self.manager.login
        )
        source = self.env["dokstamp.source"].search([("model", "=", "x_evening_class")])
        self.assertTrue(source.active)
        self.assertEqual(source.reader_id, self.manager)
        # nothing was asked or sent before it was on
        self.assertFalse(self.sandbox.requests())
        self.sweep()
        self.flush()
        for name, code in (("Botany", "EVE-BOT-1"), ("Zoology", "EVE-ZOO-1")):
            self.assertEqual(self.sandbox.row("courses", code=code)["name"], name)
        self.assertEqual(len(self.requests("POST", "/courses")), 2)

    def test_a_registrar_looks_at_a_source_in_the_browser(self):
        self.start_tour(
            f"{FORM}/{self.membership_source.id}",
            "dokstamp_source_seen",
            login=self.registrar.login,
        )
