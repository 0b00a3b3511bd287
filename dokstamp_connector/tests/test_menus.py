from odoo.tests import tagged

from .common_browser import BrowserCase
from .common_certificates import CertificateCase

CLICKBOT = "odoo.loader.modules.get('@web/webclient/clickbot/clickbot_loader')"
APP = "dokstamp_connector.dokstamp_connector_menu_root"
PATIENCE = 240  # seconds for all menus, every view and filter of each


@tagged("post_install", "-at_install")
class TestMenus(CertificateCase, BrowserCase):
    """Whoever opens all menus, views and filters one after the other sees no error."""

    def run_cron(self, xmlid):
        self.env.cr.flush()
        # HttpCase shares its cursor with all others already
        self.env.ref(xmlid).method_direct_trigger()
        self.env.invalidate_all()

    def test_a_manager_clicks_everywhere(self):
        self.issued()
        self.env.ref("base.group_user").user_ids.tour_enabled = False
        self.browser_js(
            "/odoo",
            f"{CLICKBOT}.startClickEverywhere('{APP}');",
            "odoo.isReady === true",
            login=self.manager.login,
            timeout=PATIENCE,
            success_signal="clickbot test succeeded",
        )
