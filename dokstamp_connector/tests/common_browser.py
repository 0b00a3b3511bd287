"""What the tests in a browser share."""

from odoo.tests import HttpCase


class BrowserCase(HttpCase):
    """Whatever the browser's console warns of fails the test, as errors do."""

    def browser_js(self, *args, **kwargs):
        with self.assertNoLogs(f"{self._logger.name}.browser", level="WARNING"):
            return super().browser_js(*args, **kwargs)
