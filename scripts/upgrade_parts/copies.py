"""A school's database is copied: what the copy may do, and what it may not."""

import os
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from demo_parts.show import Step

from .update import raise_for, writes
from .world import Wrong

NO_SECRETS = (
    "SELECT count(*) FROM dokstamp_account WHERE stored_client_secret IS NULL"
    " AND stored_password IS NULL AND client_id IS NULL AND login IS NULL"
    " AND state = 'draft'"
)
SWITCH_ON = (
    "UPDATE ir_cron SET active = TRUE WHERE id IN (SELECT res_id FROM ir_model_data"
    " WHERE model = 'ir.cron' AND module = 'dokstamp_connector')"
)
ACCOUNTS = "SELECT state, pause_kind FROM dokstamp_account"


@dataclass
class Copy:
    """:param World world: becomes it
    :param School school: of which it is one, with an Odoo that has ended
    """

    world: object
    school: object

    def check_neutralized(self):
        """:raise Wrong: it has secrets, or calls DokStamp"""
        with Step("A copy that is neutralized has no secrets, and calls nobody"):
            self.world.copy_of(self.school.world)
            self.world.command(*neutralize_command(self.world))
            if self.world.number(NO_SECRETS) != 1:
                raise Wrong("the neutralized account still has what it signs in with")
            self.world.sql(SWITCH_ON)  # as a person may do there
            self.save_and_look()
            self.world.stop()

    def check_plain(self, uuid):
        """:param uuid: of the copy, None where it keeps the one that is copied
        :raise Wrong: it calls DokStamp before a person has confirmed it
        """
        told = "another uuid" if uuid else "the same uuid, but another name"
        with Step(f"A copy with {told} pauses until a person presses Resume"):
            self.world.copy_of(self.school.world, uuid)
            self.save_and_look()
            if (paused := self.world.cells(ACCOUNTS)) != [["paused", "copy"]]:
                raise Wrong(f"the copied account is {paused}")
            self.test_then_resume()
            self.world.stop()

    def save_and_look(self):
        """Somebody saves, and the scheduled actions run.

        :raise Wrong: anything at all reached DokStamp
        """
        since = self.school.sandbox.last_request_id()
        self.world.start()
        self.rename("Course 2 of the copy")
        self.world.let_run("ir_cron_sweep", "ir_cron_flush")
        raise_for(self.school.sandbox.requests(since))

    def test_then_resume(self):
        """:raise Wrong: the test sends, or the person's word does not"""
        account = [self.school.ids["account"][0]]
        since = self.school.sandbox.last_request_id()
        self.world.admin.call("dokstamp.account", "action_test_connection", account)
        self.world.let_run("ir_cron_flush")
        raise_for(writes(self.school.sandbox, since))
        self.world.admin.call("dokstamp.account", "action_resume", account)
        self.world.let_run("ir_cron_flush")
        self.world.wait_until_quiet()
        if not writes(self.school.sandbox, since):
            raise Wrong("nothing is sent although a person confirmed the copy")

    def rename(self, name):
        course = [self.school.ids["course"][2]]
        self.world.admin.call("dokstamp.course", "write", course, {"name": name})


def neutralize_command(world):
    python = os.environ["ODOO_PYTHON"]
    script = Path(os.environ.get("ODOO_BIN") or Path(python).with_name("odoo"))
    odoo = [script] if script.exists() else ["-m", "odoo"]
    config = ["-c", world.work.config, "-d", world.database]
    return [python, *odoo, "neutralize", *config, "--log-level=warn"]


def check_copies(world, school):
    """
    :param World world: becomes each copy
    :param School school: whose database is copied
    """
    copy = Copy(world, school)
    copy.check_neutralized()
    for uuid in (uuid4(), None):
        copy.check_plain(uuid)
