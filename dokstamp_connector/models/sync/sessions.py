"""Whether the database's sessions are ours: what locks an account is held by one.

A pool such as PgBouncer with `pool_mode = transaction` carries each transaction in
whichever session is free. The lock would stay in one that is another's by then.
"""

from odoo.sql_db import db_connect

TRIES = 3  # somebody else may have taken the session that we look for
_kept = set()  # databases whose sessions are, as long as this process lives


def are_kept(cr, commit):
    """Whether all transactions of a cursor are carried by one session.

    Looked up once for each process and database.

    :param commit: ends the cursor's transaction
    """
    if cr.dbname not in _kept:
        commit()
        if not all(_is_kept(cr, commit) for _try in range(TRIES)):
            return False
        _kept.add(cr.dbname)
    return True


def _is_kept(cr, commit):
    """Between two transactions of ours somebody else begins one: from a pool they get
    the session that we had, or we get another one after that.
    """
    ours = _session(cr)
    commit()
    with db_connect(cr.dbname).cursor() as other:
        # the same: not asked again, which could wait for the only session that there is
        return _session(other) != ours and _session(cr) == ours


def _session(cr):
    cr.execute("SELECT pg_backend_pid()")
    return cr.fetchone()[0]
