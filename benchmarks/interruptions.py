"""What can happen to a flush at any point of its way, and what people do then."""

import time
from contextlib import nullcontext

from .postgres import IMMEDIATE

FOREVER = 90  # seconds of silence: longer than Odoo lives then
UNTIL_TIMED_OUT = 40  # seconds: the connector waits for 30
DOWN = 2  # seconds that PostgreSQL takes to be back
MOMENT = 5  # seconds of silence that outlast what is done to PostgreSQL
# The flush's own session, which has the account's lock ...
FLUSH = (
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND classid = x'444B5354'::int"
)
# ... and while none has it, whatever is at work, such as the making of documents.
END_SESSIONS = f"""
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'odoo-%'
       AND (pid IN ({FLUSH}) OR NOT EXISTS ({FLUSH}) AND state <> 'idle')
"""


class Interruption:
    """Strikes when a point is reached.

    :param str heading: of the table's column of points
    :param float silence: seconds for which DokStamp is silent where a point has it so
    :param bool outlasts: what the sandbox does wrong at the point goes on until it is
        through with it
    :param float goes_on_within: seconds in which it has to go on by itself; None:
        it is not left alone, the scheduler is woken, as by people who save
    :param bool is_saved_meanwhile: somebody saves all the while
    """

    heading = ""
    silence = MOMENT
    outlasts = False
    goes_on_within = None
    is_saved_meanwhile = False

    def prepared(self, stage):
        """What is there as long as its points are tried."""
        return nullcontext()

    def strike(self, stage, point):
        raise NotImplementedError

    def recover(self, stage):
        """What people do then; nothing where it has to help itself."""

    def tidy_up(self, stage):
        """What is put right before the next point."""


class OdooKilled(Interruption):
    heading = "Odoo was killed"
    silence = FOREVER
    goes_on_within = 10  # seconds from the server being up

    def strike(self, stage, point):
        stage.kill()

    def recover(self, stage):
        stage.start()


class SessionEnded(Interruption):
    """Odoo goes on."""

    heading = "the session in PostgreSQL was ended"
    goes_on_within = MOMENT + OdooKilled.goes_on_within  # what is silent is waited for

    def strike(self, stage, point):
        stage.number(END_SESSIONS)


class PostgresRestarted(Interruption):
    """As after a crash of its own. Odoo 19 with workers ends when PostgreSQL is away
    (odoo/service/server.py: `PreforkServer.run`), and is started anew as by systemd;
    with threads it stays, without a scheduler.
    """

    heading = "PostgreSQL was restarted"
    goes_on_within = OdooKilled.goes_on_within

    def strike(self, stage, point):
        with stage.postgres.stopped(IMMEDIATE):
            time.sleep(DOWN)

    def recover(self, stage):
        stage.work.processes.stop("odoo")  # what is left of it
        stage.start()


class DokStampFails(Interruption):
    """Nobody dies, and somebody saves meanwhile."""

    heading = "what DokStamp did"
    silence = UNTIL_TIMED_OUT
    outlasts = True
    is_saved_meanwhile = True

    def strike(self, stage, point):
        if point.then:
            point.then(stage)
