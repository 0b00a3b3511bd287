"""What the addon's tests share: a sandbox over real HTTP, an account connected to it,
and people with roles.
"""

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ..models.accounts.access import _clients
from ..models.sync import flush
from .sandbox import Sandbox

CREDENTIALS = {
    "tenant": "demo-school",
    "client_id": "demo-client",
    "client_secret": "demo-secret",
}
UNINVITED = {"no_reset_password": True}  # context: no mail to a user who is made


class DokstampCase(TransactionCase, CronMixinCase):
    """A connected account with an institution at an otherwise empty sandbox.

    `flush` runs the scheduled action as the scheduler would; `requests` tells what
    arrived since.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = Sandbox()
        # no sender has died here that DokStamp might be at work for
        cls.classPatch(flush, "ECHO", 0)
        # Odoo's tests empty its caches in the same way.
        cls.addClassCleanup(cls.env["dokstamp.source"]._forget_watches)
        cls.env.company.country_id = cls.env.ref("base.us")
        # An account that the database may hold already would be the company's first.
        cls.env["dokstamp.account"].search([]).active = False
        cls.registrar = new_test_user(
            cls.env,
            login="dokstamp-registrar@example.com",
            groups="dokstamp_connector.group_registrar",
            context=UNINVITED,
        )
        cls.manager = new_test_user(
            cls.env,
            login="dokstamp-manager@example.com",
            groups="dokstamp_connector.group_manager",
            context=UNINVITED,
        )

    def setUp(self):
        cls = type(self)
        if "is_prepared" not in vars(cls):
            # before the savepoint of the first test, so that all begin with it
            self.sandbox.reset()
            self.prepare(cls)
            self.begin_with(cls)
            self.sandbox.keep()
            cls.is_prepared = True
        super().setUp()
        self.addCleanup(self.env["dokstamp.source"]._forget_watches)
        self.sandbox.restore()
        # a client's token is of a test that was rolled back, and so is its memory
        _clients.clear()
        self.account._client().prove_access()
        self.sandbox.forget_requests()

    def prepare(self, cls):
        """Make what all tests of a class begin with, here and at the sandbox.

        :param cls: what it is noted on
        """
        cls.account = self.env["dokstamp.account"].create(
            {"name": "Test school", "base_url": self.sandbox.url, **CREDENTIALS}
        )
        cls.account.action_test_connection()
        cls.account.action_confirm_check_address()  # Odoo's tests are at localhost
        cls.institution = self.env["dokstamp.institution"].create(
            {"name": "Test School", "country": "United States"}
        )
        cls.account.institution_id = cls.institution
        self.flush()

    def begin_with(self, cls):
        """Make what all tests of a class begin with beside the account, likewise."""

    def contact_source(self):
        """One that is on: contacts feed students as soon as others refer to them."""
        return self.env["dokstamp.source"].create(
            {
                "name": "Contacts",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "entity": "dokstamp.student",
                "trigger": "on_demand",
                "active": True,
                "field_ids": [
                    Command.create({"field_name": name, "path": name})
                    for name in ("name", "email")
                ],
            }
        )

    # === RUNNING === #

    def flush(self):
        """End the transaction as a commit would, and run the scheduled action."""
        self.run_cron("dokstamp_connector.ir_cron_flush")

    def sweep(self):
        self.run_cron("dokstamp_connector.ir_cron_sweep")

    def run_cron(self, xmlid):
        self.env.cr.flush()
        with self.enter_registry_test_mode():
            self.env.ref(xmlid).method_direct_trigger()
        self.env.invalidate_all()

    def make_due(self):
        """Let the time of all waiting attempts come."""
        rows = self.env["dokstamp.sync.record"].search([("state", "=", "pending")])
        rows.next_attempt_at = "2020-01-01 00:00:00"
        self.account.call_again_at = False

    def requests(self, method=None, path=None):
        """(method, path) of what arrived since `setUp` or `sandbox.forget_requests`."""
        rows = self.sandbox.requests(method, path)
        return [(row["method"], row["path"]) for row in rows]

    # === DATA === #

    def course(self, **values):
        values = {"name": "Botany", "code": "BOT-1", **values}
        return self.env["dokstamp.course"].create(values)

    def module(self, **values):
        values = {"name": "Leaves", "code": "LEAF", **values}
        return self.env["dokstamp.module"].create(values)

    def student(self, **values):
        values = {
            "name": "Ada Example",
            "email": "ada@example.com",
            "date_of_birth": "2001-02-03",
            **values,
        }
        return self.env["dokstamp.student"].create(values)

    def enrollment(self, **values):
        values = {"enrolled_at": "2026-09-01", **values}
        return self.env["dokstamp.enrollment"].create(values)

    def rows_of(self, record):
        """The queue rows of a registry record, oldest first."""
        return self.env["dokstamp.sync.record"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)], order="id"
        )

    def audit_of(self, record):
        """The audit lines of a registry record, oldest first."""
        return self.env["dokstamp.audit.log"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)], order="id"
        )
