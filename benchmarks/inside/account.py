"""An account that may send, of a DokStamp that nobody calls."""

from .world import environment

VALUES = {
    "name": "Benchmark",
    "base_url": "http://127.0.0.1:9",
    "tenant": "school",
    "client_id": "client",
    "client_secret": "secret",
    "sync_mode": "scheduled",
}
CONNECTED = "UPDATE dokstamp_account SET state = 'connected' WHERE id = %s"


def measure(database):
    """:return: its id"""
    with environment(database) as env:
        account = env["dokstamp.account"].create(VALUES)
        env.flush_all()
        env.cr.execute(CONNECTED, [account.id])
        env.cr.commit()
        return account.id
