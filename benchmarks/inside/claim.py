"""How long the claim of the next rows takes, in a queue that SQL has filled."""

from contextlib import contextmanager

import psycopg2

from odoo.modules.registry import Registry

from odoo.addons.dokstamp_connector.models.sync.lane import Lane

from .world import environment, seconds_of

ANALYZED = "VACUUM ANALYZE dokstamp_sync_record"
ROWS = """
    INSERT INTO dokstamp_sync_record (
        account_id, company_id, res_model, res_id, operation, state, priority, rank,
        attempt_count, next_attempt_at, done_at, change, user_id, create_date,
        write_date)
    SELECT account.id, account.company_id, 'dokstamp.student', n, 'push', %(state)s,
           50, 20, 0, now() AT TIME ZONE 'UTC' - interval '1 hour',
           now() AT TIME ZONE 'UTC' - interval '2 days', %(change)s, 1,
           now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
      FROM dokstamp_account account,
           generate_series(%(first)s::int, %(first)s::int + %(count)s::int - 1) n
     WHERE account.id = %(account)s
"""


def measure(database, account, settled, waiting, taken, change=None, is_held=False):
    """Claim and settle, as the flush does but for the calls.

    :param int settled: rows of earlier days
    :param int waiting: rows that are due
    :param int taken: of these, so many are claimed
    :param str change: what the waiting rows tell that they change
    :param bool is_held: somebody's snapshot is open meanwhile
    :return: seconds of each claim
    :rtype: list[float]
    """
    _fill(database, account, settled, waiting, change)
    with environment(database) as env:
        flush = env["dokstamp.flush"]
        lane = Lane(account_id=account, lang=None, client=None, width=4)
        with _snapshot(database) if is_held else _nothing():
            found = []
            while taken > 0:
                seconds, count = _take(flush, lane)
                found.append(seconds)
                taken -= count
        lane.close()
    return found


def _take(flush, lane):
    """One batch, through all that is written of it.

    :return: seconds of the claim, and how many rows it took
    """
    claimed = []
    seconds = seconds_of(lambda: claimed.extend(flush._claim(lane)))
    flush.env.cr.commit()
    if not claimed:
        raise RuntimeError("nothing left to claim")
    rows = flush._locked(claimed)
    for row in rows:  # what `_note_try` and the answer to it write
        row.tried_keys = [{"email": f"student.{row.res_id}@example.com"}]
    flush.env.cr.commit()
    rows = flush._locked(claimed)
    rows.tried_keys = False
    rows._finish()
    flush.env.cr.commit()
    return seconds, len(claimed)


def _fill(database, account, settled, waiting, change):
    with Registry(database).cursor() as cr:
        cr.execute("TRUNCATE dokstamp_sync_record CASCADE")
        batches = (("done", settled, None), ("pending", waiting, change))
        first = 1
        for state, count, kind in batches:
            values = {"state": state, "first": first, "count": count, "change": kind}
            cr.execute(ROWS, values | {"account": account})
            first += count
    with _connection(database) as connection:
        connection.autocommit = True
        connection.cursor().execute(ANALYZED)


@contextmanager
def _connection(database):
    connection = psycopg2.connect(dbname=database)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def _snapshot(database):
    """A transaction that reads and stays open, as a long import does."""
    with _connection(database) as connection:
        connection.set_isolation_level(
            psycopg2.extensions.ISOLATION_LEVEL_REPEATABLE_READ
        )
        connection.cursor().execute("SELECT count(*) FROM dokstamp_sync_record")
        yield


@contextmanager
def _nothing():
    yield
