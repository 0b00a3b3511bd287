"""A server comes up: what is due goes on at once, whatever has ended the last one.

Odoo's scheduler sleeps for a minute before it looks for the first time, unless it is
notified; and when the registry is loaded it does not listen yet
(odoo/service/server.py: `ThreadedServer.run`, `WorkerCron.start`).
"""

import logging
from contextlib import closing

import psycopg2
from psycopg2.extras import wait_select

import odoo
from odoo import models
from odoo.sql_db import connection_info_for
from odoo.tools import SQL, config

from odoo.addons.base.models.ir_cron import ODOO_NOTIFY_FUNCTION

from .schedule import ADDON

_logger = logging.getLogger(__name__)

# Seconds until the scheduler surely listens: on an idle machine, and on a busy one.
PAUSES = (1, 2, 4)


class DokstampSchedule(models.AbstractModel):
    _inherit = "dokstamp.schedule"

    def _register_hook(self):
        result = super()._register_hook()
        if is_server() and self._is_any_due():
            notify_later(self.env.cr.dbname)
        return result

    def _is_any_due(self):
        """Whether one of our scheduled actions should run now, in the scheduler's eyes.

        :rtype: bool
        """
        ours = SQL(
            "SELECT res_id FROM ir_model_data"
            " WHERE model = 'ir.cron' AND module = %s AND name LIKE 'ir_cron_%%'",
            ADDON,
        )
        due = self.env["ir.cron"]._get_ready_sql_condition(self.env.cr)
        query = SQL("SELECT 1 FROM ir_cron WHERE id IN (%s) AND %s LIMIT 1", ours, due)
        return bool(self.env.execute_query(query))


def is_server():
    """Whether this process was started to serve, with a scheduler; not as a shell, for
    tests, to update a database, or for websockets alone.
    """
    return bool(
        (config.parser.prog or "").endswith(" server")
        and config["max_cron_threads"]
        and not (config["stop_after_init"] or config["test_enable"] or odoo.evented)
    )


def notify_later(database, pauses=PAUSES, *, channel="cron_trigger", home="postgres"):
    """Have PostgreSQL wake the scheduler after each of the pauses, or whoever else
    listens.

    It is PostgreSQL that waits: it carries out to the end what it was sent, though
    nobody stays for the answer. A thread of ours would be in the way of a server that
    forks its workers.

    :param str database: whose scheduled actions are due
    :param pauses: seconds
    :param str channel: of PostgreSQL's notices
    :param str home: the database where that is listened to
    """
    notify = SQL.identifier(ODOO_NOTIFY_FUNCTION)
    step = "BEGIN; SELECT pg_sleep(%s), %s(%s, %s); COMMIT;"
    steps = SQL(" ").join(
        SQL(step, pause, notify, channel, database) for pause in pauses
    )
    # as Odoo's own: notices of the scheduler are given in "postgres"
    _name, address = connection_info_for(home)
    try:
        with closing(psycopg2.connect(**address, async_=True)) as connection:
            wait_select(connection)
            connection.cursor().execute(steps.code, steps.params)
            connection.poll()
    except psycopg2.Error as error:
        _logger.warning(
            "Not woken, the scheduler looks in a minute: %s", type(error).__name__
        )
