"""Odoo logs a query that the database refuses with all values in it, and PostgreSQL's
error quotes the row: names, birth dates, addresses. Of our tables the log says which,
and why, and no value.
"""

import logging
import re

OURS = re.compile(r"\bdokstamp_\w+")
REFUSED = "bad query"  # how Odoo's message begins: odoo/sql_db.py


class Discretion(logging.Filter):
    """Leaves the values of our tables out of Odoo's messages about queries."""

    def filter(self, record):
        if str(record.msg).startswith(REFUSED) and len(record.args or ()) == 2:
            query, error = record.args
            text = query.decode(errors="replace") if isinstance(query, bytes) else query
            if table := OURS.search(str(text)):
                record.args = (f"values of {table[0]} left out", _reason(error))
                record.exc_info = None
        return True


def _reason(error):
    """Why the database refused, without a value."""
    told = getattr(error, "diag", None)
    parts = [getattr(told, n, None) for n in ("sqlstate", "constraint_name")]
    parts.append(getattr(told, "column_name", None))
    return " ".join([type(error).__name__, *filter(None, parts)])


logging.getLogger("odoo.sql_db").addFilter(Discretion())
