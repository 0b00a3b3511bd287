"""All values of ours, and what an update made of them."""

import json

# What an update writes by itself; none of it is a value of the school's.
ODOOS = {"write_date", "write_uid"}
# What else the records of other tables are ours.
ROWS = {
    "ir_attachment": "res_model LIKE 'dokstamp.%' AND res_field IS NOT NULL",
    "ir_sequence": "code LIKE 'dokstamp%'",
    "mail_message": "model LIKE 'dokstamp.%'",
    "res_company": "TRUE",
    "res_partner": "TRUE",
    "res_users": "TRUE",
}


def read(world):
    """Table → id, or whole row where there is none → its values.

    :rtype: dict[str, dict]
    """
    tables = world.sql(
        "SELECT table_name FROM information_schema.tables"
        " WHERE table_schema = 'public' AND table_name LIKE 'dokstamp%'"
    )
    chosen = dict.fromkeys(tables.split(), "TRUE") | ROWS
    return {name: _rows(world, name, where) for name, where in chosen.items()}


def _rows(world, table, where):
    lines = world.sql(f'SELECT to_jsonb(t) FROM "{table}" t WHERE {where}').splitlines()
    rows = [json.loads(line) for line in lines]
    return {row.get("id", json.dumps(row, sort_keys=True)): row for row in rows}


def differences(before, after, meant=()):
    """What is gone, and what has another value, without what is meant.

    :param meant: pairs of a table and a column, which may change
    :return: one sentence each
    """
    found = []
    for table, rows in before.items():
        if table not in after:
            if rows:
                found.append(f"{table}: gone, with {len(rows)} rows")
            continue
        gone = rows.keys() - after[table].keys()
        if gone:
            found.append(f"{table}: {len(gone)} rows are gone: {sorted(gone)[:5]}")
        for key in rows.keys() & after[table].keys():
            found += _changes(table, key, rows[key], after[table][key], meant)
    return found


def _changes(table, key, old, new, meant):
    for column, value in old.items():
        if column in ODOOS or (table, column) in meant:
            continue
        if column not in new:
            if value is not None:
                yield f"{table}.{column}: gone, was {value!r} in {key}"
        elif new[column] != value:
            yield f"{table} {key}: {column} was {value!r}, is {new[column]!r}"
