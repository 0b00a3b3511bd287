"""What can happen to a flush at any point of its way, and what people do then."""

from contextlib import nullcontext

from .postgres import IMMEDIATE

FOREVER = 90  # seconds of silence: longer than Odoo lives then
UNTIL_TIMED_OUT = 40  # seconds: the connector waits for 30
MOMENT = 5  # seconds of silence that outlast what is done to PostgreSQL
GOES_ON_WITHIN = 10  # seconds from the server being up, without anybody saving
# The flush's own session, which has the account's lock; while none has it, whatever is
# at work, such as the making of documents.
END_SESSIONS = """
    WITH flush AS (
        SELECT pid FROM pg_locks
         WHERE locktype = 'advisory' AND granted AND classid = x'444B5354'::int)
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'odoo-%'
       AND (pid IN (SELECT pid FROM flush)
            OR NOT EXISTS (SELECT FROM flush) AND state <> 'idle')
"""


class Interruption:
    """Strikes when a point is reached.

    :param str heading: of the table's column of points
    :param float silence: seconds for which DokStamp is silent where a point has it so
    :param bool outlasts: what the sandbox does wrong at the point goes on until it is
        through with it
    :param bool is_left_alone: nobody saves, so that it is seen to go on by itself
    :param bool is_saved_meanwhile: somebody saves all the while
    """

    heading = ""
    silence = MOMENT
    outlasts = False
    is_left_alone = False
    is_saved_meanwhile = False

    def prepared(self, stage):
        """What is there as long as its points are tried."""
        return nullcontext()

    def strike(self, stage, point):
        raise NotImplementedError

    def recover(self, stage):
        """What people do then; nothing where it has to help itself."""


class OdooKilled(Interruption):
    heading = "Odoo was killed"
    silence = FOREVER
    is_left_alone = True

    def strike(self, stage, point):
        stage.kill()

    def recover(self, stage):
        stage.start()


class SessionEnded(Interruption):
    """Odoo goes on."""

    heading = "the session in PostgreSQL was ended"

    def strike(self, stage, point):
        stage.number(END_SESSIONS)


class PostgresRestarted(Interruption):
    """As after a crash of its own; Odoo goes on."""

    heading = "PostgreSQL was restarted"

    def strike(self, stage, point):
        stage.postgres.restart(IMMEDIATE)


class DokStampFails(Interruption):
    """Nobody dies, and somebody saves meanwhile."""

    heading = "what DokStamp did"
    silence = UNTIL_TIMED_OUT
    outlasts = True
    is_saved_meanwhile = True

    def strike(self, stage, point):
        if point.then:
            point.then(stage)
