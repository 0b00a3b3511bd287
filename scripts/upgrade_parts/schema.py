"""What a database consists of: tables, and the records that addons bring."""

import json
import re

COLUMNS = (
    "SELECT table_name, column_name, data_type, is_nullable, column_default"
    " FROM information_schema.columns WHERE table_schema = 'public'"
)
INDEXES = "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'"
CONSTRAINTS = (
    "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid)"
    " FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
)
TRIGGERS = "SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE NOT tgisinternal"
FUNCTIONS = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
PARTS = {
    "column": COLUMNS,
    "index": INDEXES,
    "constraint": CONSTRAINTS,
    "trigger": TRIGGERS,
    "function": FUNCTIONS,
}
# Where a model's table is not called as the model.
TABLES = {
    "ir.actions.act_window": "ir_act_window",
    "ir.actions.act_window.view": "ir_act_window_view",
    "ir.actions.act_url": "ir_act_url",
    "ir.actions.client": "ir_act_client",
    "ir.actions.report": "ir_act_report_xml",
    "ir.actions.server": "ir_act_server",
}
REFERENCE = re.compile(r"([a-z_.]+),(\d+)")  # a field that leads to any model
# What a view calls by number: each database counts its own actions.
NUMBER = re.compile(r"((?:name|action)=\\?\")\d+|(%?\()\d+")
# Each installation's own; dates of scheduled actions among them.
OWN = {
    *("id", "create_date", "write_date", "create_uid", "write_uid"),
    *("nextcall", "lastcall", "parent_path", "db_id", "arch_fs", "arch_updated"),
    *("number_next", "uuid", "access_token", "arch_prev"),
}
LINKS = (
    "SELECT source.relname, attribute.attname, target.relname FROM pg_constraint"
    " JOIN pg_class source ON source.oid = conrelid"
    " JOIN pg_class target ON target.oid = confrelid"
    " JOIN pg_attribute attribute ON attrelid = conrelid AND attnum = conkey[1]"
    " WHERE contype = 'f'"
)


def read(world):
    """What the database consists of.

    :return: kind of part → those that there are
    :rtype: dict[str, set[str]]
    """
    return {kind: set(world.sql(query).splitlines()) for kind, query in PARTS.items()}


def differences(one, other):
    """:return: one sentence for each part that only one of them has"""
    return [
        f"{kind}: {word} {part}"
        for kind in one
        for word, parts in (
            ("left over:", one[kind] - other[kind]),
            ("missing:", other[kind] - one[kind]),
        )
        for part in sorted(parts)
    ]


def brought(world):
    """The records that addons of ours bring, each with its values; links by name.

    :return: name → values, None where its name is all that counts
    :rtype: dict[str, dict | None]
    """
    names = {}
    ours = {}
    for module, name, model, res_id in world.cells(
        "SELECT module, name, model, res_id FROM ir_model_data"
    ):
        table = _table_of(model)
        names[table, res_id] = f"{module}.{name}"
        if module.startswith("dokstamp_connector"):
            ours.setdefault((table, model), {})[res_id] = f"{module}.{name}"
    links = {(table, column): to for table, column, to in world.cells(LINKS)}
    records = {}
    for (table, model), found in ours.items():
        if model.startswith("ir.model") and model != "ir.model.access":
            records |= dict.fromkeys(found.values())
            continue
        records |= _named(world, table, found, names, links)
    return records


def _table_of(model):
    return TABLES.get(model, model.replace(".", "_"))


def _named(world, table, found, names, links):
    """Name → values, with the names of what they lead to."""

    def name(column, value):
        if target := links.get((table, column)):
            return names.get((target, str(value)), value)
        if isinstance(value, str) and (reference := REFERENCE.fullmatch(value)):
            return names.get((_table_of(reference[1]), reference[2]), value)
        if column == "arch_db":
            return NUMBER.sub(r"\1", json.dumps(value))
        return value

    ids = ",".join(found)
    lines = world.sql(f'SELECT to_jsonb(t) FROM "{table}" t WHERE id IN ({ids})')
    records = {}
    for line in lines.splitlines():
        row = json.loads(line)
        records[found[str(row["id"])]] = {
            column: name(column, value)
            for column, value in row.items()
            if column not in OWN
        }
    return records


def record_differences(one, other, chosen=()):
    """:param chosen: pairs of a name and a column that a school may have changed
    :return: one sentence for each difference of what addons brought
    """
    found = [f"left over: {name}" for name in sorted(one.keys() - other.keys())]
    found += [f"missing: {name}" for name in sorted(other.keys() - one.keys())]
    for name in sorted(one.keys() & other.keys()):
        for column, value in (one[name] or {}).items():
            fresh = other[name].get(column)
            if value != fresh and (name, column) not in chosen:
                found.append(f"{name}: {column} is {value!r}, newly {fresh!r}")
    return found
