from odoo.tests import HttpCase, tagged

from .common import SourceCase

FORM = "/odoo/action-dokstamp_connector.dokstamp_source_action"


@tagged("post_install", "-at_install")
class TestSourceTour(SourceCase, HttpCase):
    """Setting up a source in the browser, and looking at one."""

    def test_a_manager_sets_up_a_source_in_the_browser(self):
        self.course_source.active = False
        for code in ("BOT-1", "ZOO-1"):
            self.school_course(code=code)
        self.commit()
        self.start_tour(
            f"{FORM}/new", "dokstamp_source_setup", login=self.manager.login
        )
        source = self.env["dokstamp.source"].search([("name", "like", "of the school")])
        self.assertTrue(source.active)
        self.assertEqual(source.field_ids.path, "name")
        self.assertEqual(source.reader_id, self.manager)

    def test_a_registrar_looks_at_a_source_in_the_browser(self):
        self.start_tour(
            f"{FORM}/{self.membership_source.id}",
            "dokstamp_source_seen",
            login=self.registrar.login,
        )
