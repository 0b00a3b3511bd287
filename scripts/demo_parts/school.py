"""The school in Odoo: its people, its account, what its registry and its queue say."""

import time

from .dokstamp import CLIENT_ID, CLIENT_SECRET, TENANT
from .rpc import OdooError, Session
from .show import DemoFailed

INSTALL_TIME = 30  # seconds in which Odoo must begin to install
QUIET_TIME = 150  # seconds that the queue may take
LOOK_AGAIN = 0.25  # seconds
REGISTRAR = "registrar"  # login and password


class NotQuiet(DemoFailed):
    """The queue still moves although everything should have arrived."""


class School:
    """Its people, each with the rights that their work needs and no more."""

    def __init__(self, url, database):
        self.url = url
        self.database = database
        self.admin = self._login("admin")
        self.officer = self._login("demo")  # eLearning's own: keeps the courses
        self.member = self._login("portal")  # eLearning's own: learns, in the portal
        self.registrar = None

    def _login(self, name):
        return Session(self.url, self.database, name, name)

    def install(self, addon):
        """Press *Activate*; bridges to apps that are there come along by themselves."""
        modules = "ir.module.module"
        self.admin.call(modules, "update_list")
        found = self.admin.call(modules, "search", [("name", "=", addon)])
        deadline = time.monotonic() + INSTALL_TIME
        while True:
            try:
                self.admin.call(modules, "button_immediate_install", found)
                return
            except OdooError:  # not while a scheduled action runs: try again later
                if time.monotonic() > deadline:
                    raise
            time.sleep(1)

    def hire_registrar(self):
        groups = ["dokstamp_connector.group_registrar", "base.group_allow_export"]
        self.admin.call(
            "res.users",
            "create",
            {
                "name": "Rita Registrar",
                "login": REGISTRAR,
                "password": REGISTRAR,
                "email": "registrar@example.com",
                "group_ids": [[6, 0, [self.admin.ref(group) for group in groups]]],
            },
        )
        self.welcome_registrar()

    def welcome_registrar(self):
        self.registrar = self._login(REGISTRAR)

    def connect(self, sandbox_url):
        """Create an account, test it, choose the institution, as a person does."""
        values = {
            "name": "DokStamp (sandbox)",
            "base_url": sandbox_url,
            "tenant": TENANT,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "sync_mode": "realtime",
            "page_url_pattern": f"{sandbox_url}/{{resource}}/{{uuid}}",
        }
        account = self.admin.call("dokstamp.account", "create", values)
        self.admin.call("dokstamp.account", "action_test_connection", [account])
        # its check links lead to this machine, which nobody else reaches
        self.admin.call("dokstamp.account", "action_confirm_check_address", [account])
        wizard = self.admin.call(
            "dokstamp.account", "action_choose_institution", [account]
        )
        self.admin.call(
            wizard["res_model"], "action_create_from_company", [wizard["res_id"]]
        )

    def name_company(self, name):
        company = self.admin.ref("base.main_company")
        self.admin.call("res.company", "write", [company], {"name": name})

    # The queue

    def progress(self):
        """How many rows are sent, still to go, and held back.

        :rtype: tuple[int, int, int]
        """
        rows = "dokstamp.sync.record"
        waiting = self.admin.count(rows, ("waiting_for", "!=", False))
        unfinished = self.admin.count(rows, ("state", "in", ("pending", "sending")))
        sent = self.admin.count(rows, ("state", "=", "done"))
        failed = self.admin.count(rows, ("state", "=", "failed"))
        unread = self.admin.count(
            "dokstamp.source.reading",
            ("source_id.active", "=", True),
            ("from_id", "!=", 0),
        )
        return sent, unfinished - waiting + unread, failed + waiting

    def wait_until_quiet(self, step=None):
        """Wait until nothing moves: all sources read, all that can be sent is sent.

        :raise NotQuiet: the time is up
        """
        deadline = time.monotonic() + QUIET_TIME
        quiet_before = False
        while True:
            sent, to_go, held = self.progress()
            if step:
                step.note(f"{sent} sent, {to_go} to go, {held} held back")
            if not to_go and quiet_before:
                return
            if time.monotonic() > deadline:
                raise NotQuiet(f"{to_go} still to go: {self._stuck()}")
            quiet_before = not to_go
            time.sleep(LOOK_AGAIN)

    def _stuck(self):
        domain = [("state", "in", ("pending", "sending")), ("waiting_for", "=", False)]
        return self.admin.read(
            "dokstamp.sync.record",
            domain,
            ["display_name", "state", "attempt_count", "failure_message"],
            limit=5,
        )

    def held_back(self, model):
        """Sentence, as the registrar reads it → how many records it holds back.

        :rtype: dict[str, int]
        """
        held = [("sync_state", "in", ("failed", "waiting"))]
        sentences = {}
        for record in self.registrar.read(model, held, ["sync_message"]):
            sentence = record["sync_message"]
            sentences[sentence] = sentences.get(sentence, 0) + 1
        return sentences

    # Where a record of eLearning went

    def fed(self, model, res_id, entity):
        """The registry record that a record of eLearning feeds.

        :rtype: dict
        """
        domain = [("res_model", "=", model), ("res_id", "=", res_id)]
        domain.append(("entity_model", "=", entity))
        link = self.admin.read("dokstamp.source.link", domain, ["entity_id"])[0]
        records = self.admin.read(
            entity, [("id", "=", link["entity_id"])], ["dokstamp_uuid", "display_name"]
        )
        return records[0]

    def uuid_of(self, model, res_id, entity):
        return self.fed(model, res_id, entity)["dokstamp_uuid"]
