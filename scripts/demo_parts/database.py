"""The database: eLearning with its demo data, made once and copied for each demo."""

import fcntl
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

from .show import DemoFailed

TEMPLATE = "dokstamp_demo_elearning"
CONFIG = """\
[options]
addons_path = {root}
data_dir = {data}
db_name = {database}
dbfilter = ^{database}$
list_db = False
http_interface = 127.0.0.1
# Mail to eLearning's members goes nowhere: nothing listens on the discard port.
smtp_server = 127.0.0.1
smtp_port = 9
"""


class CommandFailed(DemoFailed):
    """A command of Odoo or PostgreSQL failed; the message is its output."""


def run(*command):
    """Run a command to its end.

    :rtype: str
    :raise CommandFailed: it failed
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandFailed(f"{command[0]}:\n{done.stdout}{done.stderr}")
    return done.stdout


def psql(query, database="postgres"):
    """The answer's cells, a row a line."""
    return run("psql", "-XAtqc", query, "-v", "ON_ERROR_STOP=1", database)


def write_config(folder, root, database):
    """:rtype: pathlib.Path"""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    file = folder / "odoo.conf"
    file.write_text(CONFIG.format(root=root, data=data, database=database))
    return file


def odoo_command(config, *arguments):
    python = os.environ["ODOO_PYTHON"]
    # by its script where there is one: with workers it starts itself once more by that
    script = Path(os.environ.get("ODOO_BIN") or Path(python).with_name("odoo"))
    odoo = [script] if script.exists() else ["-m", "odoo"]
    return [python, *odoo, "server", "-c", config, *arguments]


def install(config, addons):
    once = ["--stop-after-init", "--no-http", "--log-level=warn", "--with-demo"]
    run(*odoo_command(config, "--init", addons, *once))


def drop(database, folder):
    """Drop a database with its files, whoever of us is still connected."""
    # not WITH (FORCE): that is refused while autovacuum, which is not ours, is at work
    # there; a plain DROP ends it by itself
    psql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = '{database}' AND usename = current_user"
    )
    psql(f'DROP DATABASE IF EXISTS "{database}"')
    shutil.rmtree(folder / "data", ignore_errors=True)


@contextmanager
def locked(folder):
    """One at a time makes or copies the template."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def has_template(folder):
    """Whether there is a complete one, of the Odoo that is used now."""
    mark = folder / "made-of"
    exists = psql(f"SELECT 1 FROM pg_database WHERE datname = '{TEMPLATE}'")
    return bool(exists) and mark.exists() and mark.read_text() == _odoo_release()


def make_template(folder, root):
    """eLearning and its demo data, in a database that only ever gets copied."""
    (folder / "made-of").unlink(missing_ok=True)
    drop(TEMPLATE, folder)
    install(write_config(folder, root, TEMPLATE), "website_slides")
    # last, so that a broken-off build starts anew
    (folder / "made-of").write_text(_odoo_release())


def copy_template(folder, work):
    """A database of its own: with the files, and another uuid."""
    drop(work.database, work.folder)
    psql(f'CREATE DATABASE "{work.database}" TEMPLATE "{TEMPLATE}"')
    psql(
        "UPDATE ir_config_parameter SET value = gen_random_uuid()"
        " WHERE key = 'database.uuid'",
        work.database,
    )
    # else they are hours late, and the scheduler, woken while addons are installed,
    # takes that for an installation that hangs, and ends it
    psql(
        "UPDATE ir_cron SET nextcall = now() AT TIME ZONE 'UTC' + interval '1 hour'",
        work.database,
    )
    config = write_config(work.folder, work.root, work.database)
    filestore = folder / "data" / "filestore" / TEMPLATE
    copy = work.folder / "data" / "filestore" / work.database
    if filestore.exists():
        shutil.copytree(filestore, copy)
    return config


def _odoo_release():
    """Which Odoo: its version and where it is."""
    code = "import odoo, odoo.release; print(odoo.release.version, odoo.__path__)"
    return run(os.environ["ODOO_PYTHON"], "-c", code)
