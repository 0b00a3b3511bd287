"""What a pool before the database does to the lock, with a real PgBouncer."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path
from unittest.mock import patch

import psycopg2

from odoo.sql_db import ConnectionPool, Cursor, connection_info_for
from odoo.tests import tagged

from ..models.sync import sessions
from .common import DokstampCase

CONFIG = """\
[databases]
{database} = {address}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
ignore_startup_parameters = extra_float_digits
"""
PATIENCE = 10  # seconds


@tagged("post_install", "-at_install")
class TestFlushSessions(DokstampCase):
    """Where a session is not ours from transaction to transaction, nothing is sent."""

    @contextmanager
    def pool(self, mode):
        """A connection pool of Odoo's that leads through PgBouncer."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        database = self.env.cr.dbname
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o755)
            config = Path(folder, "pgbouncer.ini")
            config.write_text(
                CONFIG.format(
                    database=database, address=self.address(), port=port, mode=mode
                )
            )
            path = f"{os.environ['PATH']}:/usr/sbin"
            command = [shutil.which("pgbouncer", path=path), str(config)]
            if not os.getuid():  # it refuses to run as root
                command[1:1] = ["--user", "postgres"]
            log = Path(folder, "log")
            with log.open("w") as output:
                process = subprocess.Popen(command, stdout=output, stderr=output)
            try:
                address = {"host": "127.0.0.1", "port": port, "dbname": database}
                address["user"] = "odoo"
                self.wait_for(address, process, log)
                yield address
            finally:
                process.terminate()
                process.wait()

    def address(self):
        """Of PostgreSQL, in PgBouncer's words."""
        _name, info = connection_info_for(self.env.cr.dbname)
        with closing(psycopg2.connect(**info)) as connection:
            told = connection.info
            user = told.user if os.getuid() else "postgres"
            words = {"host": told.host, "port": told.port, "user": user}
            if told.password:
                words.update(user=told.user, password=told.password)
        return " ".join(f"{key}={value}" for key, value in words.items())

    def wait_for(self, address, process, log):
        began = time.monotonic()
        while True:
            try:
                psycopg2.connect(**address).close()
            except psycopg2.OperationalError:
                if process.poll() is not None or time.monotonic() > began + PATIENCE:
                    raise AssertionError(log.read_text()) from None
                time.sleep(0.05)
            else:
                return

    def are_kept(self, address):
        """What a flush finds whose connections lead there."""
        connections = ConnectionPool(4)

        class Connect:
            def __init__(self, dbname):
                self.dbname = dbname

            def cursor(self):
                return Cursor(connections, self.dbname, address)

        self.addCleanup(connections.close_all)
        with (
            patch.object(sessions, "db_connect", Connect),
            patch.object(sessions, "_kept", set()),
            Connect(self.env.cr.dbname).cursor() as cr,
        ):
            return sessions.are_kept(cr, cr.commit)

    def test_a_pool_of_sessions_keeps_them(self):
        with self.pool("session") as address:
            self.assertTrue(self.are_kept(address))

    def test_a_pool_of_transactions_is_found_out(self):
        with self.pool("transaction") as address:
            self.assertFalse(self.are_kept(address))

    def test_without_a_pool_they_are_kept(self):
        _name, address = connection_info_for(self.env.cr.dbname)
        self.assertTrue(self.are_kept(address))

    def test_the_account_pauses_and_says_why(self):
        course = self.course()
        with patch.object(sessions, "are_kept", return_value=False):
            self.flush()
        self.assertFalse(self.requests())
        self.assertEqual(self.account.state, "paused")
        self.assertIn("pool_mode = session", self.account._sending_stop())
        self.account.action_resume()
        self.flush()
        self.assertEqual(course.sync_state, "synced")
