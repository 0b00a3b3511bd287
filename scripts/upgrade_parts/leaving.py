"""The connector is taken out of a school that works with it, and comes back."""

import ast

from demo_parts.dokstamp import KEYS
from demo_parts.show import Step

from . import schema
from .school import School
from .update import doubles, raise_for, writes
from .world import OURS

# What stays is Odoo's: that an addon is known, what was said, and what was mailed.
STAYS = {
    *("ir_module_module", "ir_module_module_dependency", "ir_logging", "bus_bus"),
    "mail_mail",
}
# Rows that are ours where a table holds others too. Odoo leaves the names of what a
# model has from a mixin of another addon, as with every addon that uses one.
OURS_OF = {
    "ir_model_data": "model NOT IN ('ir.module.module', 'ir.model.inherit',"
    " 'ir.model.fields.selection')"
}
# Odoo itself writes this foreign key in either way, whichever model it sets up last.
EITHER_WAY = "rule_group_rel_group_id_fkey"
TABLES = (
    "SELECT table_name FROM information_schema.tables"
    " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
)


def check_leaving(world):
    """
    :param World world: becomes one that left and came back
    :raise Wrong: something is left behind, doubled or logged
    """
    world.make()
    sandbox = world.start_sandbox()
    with Step("A school installs the connector"):
        world.run("--init", ",".join(needed(world)))  # of Odoo's own: these stay
        before = schema.read(world)
        world.run("--init", OURS)
    with Step("It works with it"):
        world.start()
        school = School(world, sandbox)
        school.fill()
    with Step("It is uninstalled, and nothing of it is left") as step:
        since = sandbox.last_request_id()
        uninstall(world)
        rest = schema.differences(schema.read(world), before)
        raise_for([part for part in rest if EITHER_WAY not in part])
        step.note(f"{look_for_rest(world)} tables were searched")
        raise_for(writes(sandbox, since))
    with Step("It is installed and connected again: nothing is doubled") as step:
        come_back(world, sandbox, step)


def needed(world):
    """Names of the addons that ours needs."""
    manifest = world.work.root / OURS / "__manifest__.py"
    return ast.literal_eval(manifest.read_text())["depends"]


def uninstall(world):
    """As a person does in *Apps*; what logs a complaint is a fault."""
    modules = "ir.module.module"
    found = world.admin.call(modules, "search", [("name", "=", OURS)])
    world.admin.call(modules, "button_immediate_uninstall", found)
    world.stop()


def look_for_rest(world):
    """Search every row of every table for our name.

    :return: how many tables there are
    :raise Wrong: a row names us
    """
    tables = sorted(set(world.sql(TABLES).split()) - STAYS)
    parts = (
        f"SELECT '{table}', count(*) FROM \"{table}\" t"
        f" WHERE t::text ILIKE '%dokstamp%' AND {OURS_OF.get(table, 'TRUE')}"
        " HAVING count(*) > 0"
        for table in tables
    )
    found = world.cells(" UNION ALL ".join(parts))
    raise_for(f"{count} rows of {table} name us" for table, count in found)
    return len(tables)


def come_back(world, sandbox, step):
    """:raise Wrong: DokStamp holds something twice"""
    held = {entity: count_of(sandbox, entity) for entity in KEYS}
    world.run("--init", OURS)
    world.start()
    school = School(world, sandbox)
    school.connect()
    school.keep_registry()
    world.let_run("ir_cron_sweep", "ir_cron_flush")
    world.wait_until_quiet()
    raise_for(
        f"{entity}: {before} before, {now} now"
        for entity, before in held.items()
        if (now := count_of(sandbox, entity)) != before
    )
    raise_for(doubles(sandbox))
    step.note(f"{sum(held.values())} records at DokStamp")
    world.stop()


def count_of(sandbox, entity):
    return len(sandbox.rows(entity, deleted=True))
