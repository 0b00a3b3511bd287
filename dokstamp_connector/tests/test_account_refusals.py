import json
import logging

from odoo.tests import HttpCase, tagged

from .common import CREDENTIALS, DokstampCase

_logger = logging.getLogger(__name__)

SECRET, TYPED = CREDENTIALS["client_secret"], "typed-secret"


@tagged("post_install", "-at_install")
class TestAccountRefusals(DokstampCase, HttpCase):
    """What an account cannot be is refused without telling what it is.

    PostgreSQL quotes the whole row that it refuses, secrets included, and Odoo passes
    that on to its log and to the details of the browser's error dialog.
    """

    def refusal(self, values):
        """The error as the browser gets it, and what Odoo logged."""
        self.env.flush_all()
        self.authenticate(self.manager.login, self.manager.login)
        params = {
            "model": "dokstamp.account",
            "method": "web_save",
            "args": [self.account.ids, values],
            "kwargs": {"specification": {"name": {}}},
        }
        with self.assertLogs("odoo", logging.INFO) as logged:
            response = self.url_open(
                "/web/dataset/call_kw/dokstamp.account/web_save",
                json={"jsonrpc": "2.0", "params": params},
            )
            _logger.info("asked")  # one line there must be
        self.env.invalidate_all()
        return response.json()["error"], "\n".join(logged.output)

    def assert_refused(self, values, reason):
        error, log = self.refusal(values)
        self.assertIn(reason, error["data"]["message"])
        for secret in (SECRET, TYPED):
            self.assertNotIn(secret, json.dumps(error))
            self.assertNotIn(secret, log)

    def test_numbers_out_of_range(self):
        for values, reason in (
            ({"max_in_flight": 0}, "between 1 and 32"),
            ({"max_in_flight": 33}, "between 1 and 32"),
            ({"requests_per_minute": -1}, "cannot be negative"),
        ):
            for typed in ({}, {"client_secret": TYPED}):
                with self.subTest(values | typed):
                    self.assert_refused(values | typed, reason)

    def test_what_is_needed_is_not_emptied(self):
        required = [
            name
            for name, field in self.account._fields.items()
            if field.store and field.required and field.type not in ("integer", "float")
        ]
        self.assertIn("company_id", required)
        for name in required:
            for typed in ({}, {"client_secret": TYPED}):
                with self.subTest(name, typed=bool(typed)):
                    self.assert_refused({name: False, **typed}, "")

    def test_a_secret_is_stored_in_a_statement_of_its_own(self):
        too_large = 2**40
        self.assert_refused(
            {"requests_per_minute": too_large, "client_secret": TYPED}, ""
        )
        self.assert_refused(
            {"institution_id": 2**30, "client_secret": TYPED, "name": "Other"}, ""
        )
