from odoo.tests import tagged

from .common import DokstampCase
from .common_browser import BrowserCase


@tagged("post_install", "-at_install")
class TestTours(DokstampCase, BrowserCase):
    """What a person sees and presses, in a real browser."""

    def run_cron(self, xmlid):
        self.env.cr.flush()
        # HttpCase shares its cursor with all others already
        self.env.ref(xmlid).method_direct_trigger()
        self.env.invalidate_all()

    def test_registrar_completes_a_student_that_then_arrives(self):
        self.student(name="Tess Example", email="tess@example.com", date_of_birth=False)
        self.flush()
        self.start_tour(
            "/odoo", "dokstamp_registrar_student", login=self.registrar.login
        )
        self.flush()
        arrived = self.sandbox.row("students", email="tess@example.com")
        self.assertEqual(arrived["date_of_birth"][:10], "2001-02-03")
        newcomer = self.env["dokstamp.student"].search([("name", "=", "Tariq Example")])
        self.assertEqual(newcomer.sync_state, "failed")
        self.assertEqual(self.rows_of(newcomer).user_id, self.registrar)

    def test_manager_retries_what_dokstamp_refused(self):
        self.sandbox.fault("POST", "/students", status=422)
        student = self.student(name="Tess Example", email="tess@example.com")
        self.flush()
        self.assertEqual(student.sync_state, "failed")
        self.start_tour("/odoo", "dokstamp_manager_retry", login=self.manager.login)
        self.flush()
        self.assertEqual(student.sync_state, "synced")
        self.assertTrue(self.sandbox.row("students", email="tess@example.com"))
