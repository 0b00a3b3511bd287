"""Where the state lives: one SQLite database, used from one thread.

The server does all its database work on the event loop, one request after the
other, each in a transaction of its own. So what a request checked still holds when
it writes, however many requests are under way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Connection, create_engine, event, select, text

from . import schema


def now() -> str:
    """The time as the API writes it: ISO 8601, UTC, microseconds."""
    return wire(datetime.now(UTC))


def wire(moment: datetime) -> str:
    """An aware datetime as the API writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Store:
    """An open database.

    :param path: the SQLite file, made when missing; None keeps all in memory
    """

    def __init__(self, path: str | None = None):
        self.path = path
        self._engine = create_engine(f"sqlite:///{path}" if path else "sqlite://")
        event.listen(self._engine, "connect", _configure)
        self._connection = self._engine.connect()
        schema.metadata.create_all(self._connection)
        self._connection.commit()
        self._kept: dict = {}

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All that is done inside is kept, or nothing if it raises."""
        with self._connection.begin():
            yield self._connection

    def wipe(self) -> None:
        """Forget everything except the settings."""
        with self.transaction() as db:
            for table in schema.DATA:
                db.execute(table.delete())

    def keep(self) -> None:
        """Remember what is held now, for `restore`."""
        with self.transaction() as db:
            self._kept = {
                table: [dict(row) for row in db.execute(select(table)).mappings()]
                for table in schema.DATA
                if table is not schema.ledger
            }

    def restore(self) -> None:
        """Hold again what was kept last, and nothing else."""
        self.wipe()
        with self.transaction() as db:
            for table, rows in self._kept.items():
                if rows:
                    db.execute(table.insert(), rows)

    def last_ledger_id(self) -> int:
        """The highest ledger id ever given, also of rows that are gone."""
        with self.transaction() as db:
            query = text("SELECT seq FROM sqlite_sequence WHERE name = 'ledger'")
            return db.scalar(query) or 0

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()


def _configure(connection, _record) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    # Survives the death of the process; only a power cut could lose the last writes.
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()
