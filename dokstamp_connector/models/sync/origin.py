"""From where a change came: noted in the transaction of the change, kept on its queue
row, and copied to the audit log.

Who knows better than the request tells, by the context: a source, the sweep.
"""

import threading
from urllib.parse import urlsplit

from odoo.http import request

ORIGINS = [
    ("form", "Form in Odoo"),
    ("import", "Import"),
    ("portal", "Portal or website"),
    ("source", "School app"),
    ("automatic", "Automatic rule"),
    ("repair", "Repair"),
    ("rpc", "Programming interface"),
    ("server", "Odoo's server"),
]
FROM_SOURCES = ("source", "repair")  # which a record of a school app belongs to
ORIGIN = "dokstamp_origin"  # context: a key of ORIGINS, and a name that tells more
ORIGIN_FIELDS = ("origin", "origin_name", "origin_model", "origin_id")
IMPORTING = ("import_file", "_import_current_module")  # context of Odoo's imports
CLIENT = "/web/"  # paths of Odoo's own client
INTERFACES = ("/xmlrpc", "/jsonrpc", "/json/")


def origin_of(env):
    """Where what is being changed in this transaction comes from.

    :return: a key of ORIGINS, and a name that tells more, or None
    :rtype: tuple[str, str | None]
    """
    told = env.context.get(ORIGIN)
    if isinstance(told, tuple):  # a context that somebody sends holds lists
        return told
    if any(env.context.get(key) is not None for key in IMPORTING):
        return "import", None
    if cron_id := env.context.get("cron_id"):
        # sudo: the name of a scheduled action is no secret
        return "automatic", env["ir.cron"].sudo().browse(cron_id).cron_name
    return _kind_of_call(), None


def _kind_of_call():
    if not request:
        # Odoo hides the request from what it calls for another program
        url = getattr(threading.current_thread(), "url", "")
        return "rpc" if urlsplit(url).path.startswith(INTERFACES) else "server"
    path = request.httprequest.path
    if path.startswith(INTERFACES):
        return "rpc"
    user = request.env and request.env.user
    is_of_the_house = user and not user.share
    return "form" if is_of_the_house and path.startswith(CLIENT) else "portal"
