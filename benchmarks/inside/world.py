"""An open environment, and how often and how long something was done in it."""

import time
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry


@contextmanager
def environment(database, uid=SUPERUSER_ID):
    """:rtype: odoo.api.Environment"""
    with Registry(database).cursor() as cr:
        yield api.Environment(cr, uid, {})


def seconds_of(work, *args):
    """How long ``work`` takes."""
    started = time.perf_counter()
    work(*args)
    return time.perf_counter() - started
