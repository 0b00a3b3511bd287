"""Everything that one running sandbox consists of."""

import asyncio
from uuid import uuid4

from sqlalchemy import select

from . import schema
from .accounts import DEMO
from .faults import Faults
from .ledger import Ledger
from .options import Options
from .rate import RateMeter
from .store import Store, now


class Service:
    """State, switches, faults and ledger, shared by all requests.

    :param store: the open database
    :param generation: of the API, now and after each reset; None: the one that the
        database was left with, and "newer" after a reset
    """

    def __init__(self, store: Store, generation: str | None = None):
        chosen = {"generation": generation} if generation else {}
        self.store = store
        self.defaults = Options(**chosen)
        self.options = self._stored_options().changed(**chosen)
        self.faults = Faults()
        self.ledger = Ledger(store)
        self.rate_meter = RateMeter()
        self.reset_done = asyncio.Event()
        self._keep_options()

    def set_options(self, **changes) -> None:
        """Move switches.

        :raise pydantic.ValidationError: for a switch or position there is not
        """
        self.options = self.options.changed(**changes)
        self._keep_options()

    def reset(self, *, is_kept: bool = False, **changes) -> None:
        """Forget all data, faults and requests; switches back to the defaults.

        With `is_kept` what was kept last is there again. Requests that still wait (a
        delay, a hang) are cut off: what they would do belongs to the time before.
        """
        options = self.defaults.changed(**changes)
        if is_kept:
            self.store.restore()
        else:
            self.store.wipe()
        self.ledger.forget()
        self.faults = Faults()
        self.rate_meter = RateMeter()
        self.options = options
        self._keep_options()
        self.reset_done.set()
        self.reset_done = asyncio.Event()

    def seed(self) -> None:
        """Give demo-school its institution, as if made by hand in the dashboard."""
        table = schema.institutions
        with self.store.transaction() as db:
            known = select(table.c.id).where(table.c.tenant == DEMO.domain)
            if db.scalar(known.limit(1)) is None:
                db.execute(table.insert(), _seeded_institution())

    def _stored_options(self) -> Options:
        with self.store.transaction() as db:
            query = select(schema.settings.c.value)
            stored = db.scalar(query.where(schema.settings.c.name == "options"))
        return Options(**(stored or {}))

    def _keep_options(self) -> None:
        table = schema.settings
        with self.store.transaction() as db:
            db.execute(table.delete().where(table.c.name == "options"))
            value = self.options.model_dump()
            db.execute(table.insert(), {"name": "options", "value": value})


def _seeded_institution() -> dict:
    moment = now()
    return {
        "uuid": str(uuid4()),
        "tenant": DEMO.domain,
        "name": "Demo School",
        "country": "Portugal",
        "status": "active",
        "is_badges_enabled": False,
        "created_at": moment,
        "updated_at": moment,
    }
