"""Every request that arrived, and what became of it.

Kept in the database when the request is over; until then in memory, so that a
request which hangs can be seen while it hangs.
"""

import hashlib
import json
import re
import time
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import func, select
from starlette.datastructures import UploadFile
from starlette.requests import Request

from . import schema
from .store import Store, now
from .validation import loads

SECRETS = {"client_secret", "password", "access_token", "refresh_token"}
BLANK = "…"
KEPT = 200_000  # rows
PRUNE_EVERY = 5_000  # rows


@dataclass
class Entry:
    """One request.

    :ivar outcome: "open" (still at work), "answered", "dropped", "hung", or
        "abandoned": the client had gone before the answer
    """

    id: int
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    at: str = field(default_factory=now)
    status: int | None = None
    answer: Any = None
    outcome: str = "open"
    duration_ms: float | None = None
    started: float = field(default_factory=time.perf_counter, repr=False)

    def shown(self) -> dict:
        row = asdict(self)
        del row["started"]
        return row


class Ledger:
    """All entries since the last reset; ids rise for ever."""

    def __init__(self, store: Store):
        self._store = store
        self._last_id = store.last_ledger_id()
        self._open: dict[int, Entry] = {}

    async def open(self, request: Request) -> Entry:
        """Note an arrival. The request's body must have been read already."""
        body = await _readable_body(request)
        self._last_id += 1
        entry = Entry(
            id=self._last_id,
            method=request.method,
            path=request.url.path,
            query=dict(parse_qsl(request.url.query, keep_blank_values=True)),
            headers=_headers(request),
            body=body,
        )
        self._open[entry.id] = entry
        return entry

    def close(self, entry: Entry, outcome: str, status=None, answer=None) -> None:
        """Note the end. An entry from before the last reset is forgotten."""
        if self._open.pop(entry.id, None) is None:
            return
        entry.outcome, entry.status, entry.answer = outcome, status, answer
        entry.duration_ms = round((time.perf_counter() - entry.started) * 1000, 3)
        with self._store.transaction() as db:
            row = json.dumps(entry.shown(), ensure_ascii=False)
            db.execute(schema.ledger.insert(), {"id": entry.id, "row": row})
            if entry.id % PRUNE_EVERY == 0:
                old = schema.ledger.c.id <= entry.id - KEPT
                db.execute(schema.ledger.delete().where(old))

    def forget(self) -> None:
        """Empty it; what is still under way is not noted any more."""
        self._open.clear()
        with self._store.transaction() as db:
            db.execute(schema.ledger.delete())

    def rows(self, since: int = 0, method: str | None = None, path: str | None = None):
        """Entries after an id, oldest first.

        :param path: a regular expression for the whole path
        """
        chosen = []
        for row in self._all(since):
            if method and row["method"] != method.upper():
                continue
            if path and not re.fullmatch(path, row["path"]):
                continue
            chosen.append(row)
        return chosen

    def last(self, number: int) -> list[dict]:
        """The newest entries that are over, newest first."""
        table = schema.ledger.c
        with self._store.transaction() as db:
            query = select(table.row).order_by(table.id.desc()).limit(number)
            return [json.loads(row) for row in db.scalars(query)]

    def count(self) -> int:
        with self._store.transaction() as db:
            return db.scalar(select(func.count()).select_from(schema.ledger))

    def _all(self, since: int) -> list[dict]:
        table = schema.ledger.c
        with self._store.transaction() as db:
            stored = db.scalars(select(table.row).where(table.id > since)).all()
        rows = [json.loads(row) for row in stored]
        rows += [entry.shown() for id, entry in self._open.items() if id > since]
        return sorted(rows, key=lambda row: row["id"])


def _headers(request: Request) -> dict[str, str]:
    headers = dict(request.headers)
    if "authorization" in headers:
        scheme = headers["authorization"].partition(" ")[0]
        headers["authorization"] = f"{scheme} {BLANK}"
    return headers


async def _readable_body(request: Request) -> Any:
    kind = request.headers.get("content-type", "").lower()
    body = await request.body()
    if kind.startswith("multipart/form-data"):
        return await _form_summary(request)
    if kind.startswith("application/x-www-form-urlencoded"):
        return blanked(dict(parse_qsl(body.decode(errors="replace"))))
    return readable(body)


async def _form_summary(request: Request) -> dict:
    """Files as name, size and hash; their content is not kept."""
    try:
        form = await request.form()
    except Exception as error:  # noqa: BLE001 - whatever the parser dislikes is noted
        return {"malformed": str(error)}
    summary: dict[str, list] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            value = _file_summary(value)
        summary.setdefault(name, []).append(value)
    await form.close()
    return summary


def _file_summary(upload: UploadFile) -> dict:
    content = upload.file.read()
    return {
        "filename": upload.filename,
        "content_type": upload.content_type,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def readable(body: bytes) -> Any:
    """A body as JSON where it is JSON, else as text; secrets blanked."""
    if not body:
        return None
    try:
        return blanked(loads(body))
    except (ValueError, RecursionError):
        return body.decode(errors="replace")


def blanked(value: Any) -> Any:
    """The same with the values of secret keys replaced."""
    if isinstance(value, dict):
        return {k: BLANK if k in SECRETS else blanked(v) for k, v in value.items()}
    if isinstance(value, list):
        return [blanked(item) for item in value]
    return value
