"""Two Odoo servers on one database, in networks of their own."""

from .interruptions import Interruption

TWO_SERVERS = ()


class TwoServers(Interruption):
    pass
