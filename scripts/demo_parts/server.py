"""The running Odoo."""

import socket

import httpx

from .database import odoo_command
from .processes import wait_for

ODOO_PORT = 8069  # Odoo's own default
START_TIME = 60  # seconds


def free_port(wanted):
    """``wanted`` when nobody listens there, else one that is free."""
    for port in (wanted, 0):
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return listener.getsockname()[1]
    raise OSError("no free port")


def start_odoo(work, port, *more, name="odoo", inside=()):
    """Start Odoo with its scheduled actions, and wait until it answers.

    :param more: arguments of Odoo's command line
    :param str name: of the process
    :param inside: a command that starts it
    :return: its address
    """
    url = f"http://127.0.0.1:{port}"
    arguments = ["--http-port", str(port), "--max-cron-threads", "2", *more]
    command = [*inside, *odoo_command(work.config, *arguments, "--log-level=info")]
    log = work.odoo_log.with_stem(name)
    process = work.processes.start(name, command, log, cwd=work.root)
    wait_for(process, lambda: _answers(url), START_TIME, "Odoo")
    return url


def _answers(url):
    try:
        return httpx.get(f"{url}/web/health", timeout=5).is_success
    except httpx.TransportError:
        return False
