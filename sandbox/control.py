"""The control API below /_sandbox: what a test moves, breaks and looks at.

No credentials; never in the ledger, never subject to faults. Mistakes get a 422 with
`{"message": ...}`, unknown records a 404.
"""

import json
import re
from collections.abc import Callable
from uuid import uuid4

from pydantic import ValidationError
from sqlalchemy import Table, func, select
from sqlalchemy.exc import IntegrityError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from . import schema, tokens
from .accounts import DEMO
from .answers import reply
from .faults import Fault, Outage
from .service import Service
from .store import now

SHOWN = {**schema.RECORDS, "audit": schema.audit}


class Mistake(Exception):
    """The control request itself is wrong."""

    def __init__(self, message: str, status: int = 422):
        super().__init__(message)
        self.status = status


def control(handler: Callable[[Service, Request, dict], object]):
    """Make a request handler of a function (service, request, body) -> JSON."""

    async def serve(request: Request) -> Response:
        try:
            body = _object(await request.body())
            answer = handler(request.app.state.service, request, body)
        except ValidationError as error:
            return reply({"message": str(error)}, 422)
        except (Mistake, IntegrityError) as error:
            return reply({"message": str(error)}, getattr(error, "status", 422))
        return reply(answer, 204 if answer is None else 200)

    return serve


def _object(body: bytes) -> dict:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError as error:
        raise Mistake(f"not JSON: {error}") from None
    if not isinstance(parsed, dict):
        raise Mistake("not a JSON object")
    return parsed


def reset(service: Service, request: Request, body: dict):
    service.reset(is_kept=bool(body.get("kept")), **body.get("options", {}))
    if body.get("seed"):
        service.seed()
    return service.options.model_dump()


def keep(service: Service, request: Request, body: dict):
    service.store.keep()


def read_options(service: Service, request: Request, body: dict):
    return service.options.model_dump()


def move_options(service: Service, request: Request, body: dict):
    service.set_options(**body)
    return service.options.model_dump()


def add_fault(service: Service, request: Request, body: dict):
    return service.faults.add(Fault(**body)).shown()


def list_faults(service: Service, request: Request, body: dict):
    return [rule.shown() for rule in service.faults.rules]


def clear_faults(service: Service, request: Request, body: dict):
    service.faults.clear()


def begin_outage(service: Service, request: Request, body: dict):
    outage = Outage(**body)
    service.faults.begin_outage(outage)
    return outage.model_dump()


def end_outage(service: Service, request: Request, body: dict):
    service.faults.end_outage()


def expire_tokens(service: Service, request: Request, body: dict):
    with service.store.transaction() as db:
        refresh_tokens = body.get("refresh_tokens", True)
        return {"revoked": tokens.revoke_all(db, refresh_tokens=refresh_tokens)}


def read_ledger(service: Service, request: Request, body: dict):
    given = request.query_params
    try:
        since = int(given.get("since", "0"))
        return service.ledger.rows(since, given.get("method"), given.get("path"))
    except (ValueError, re.error) as error:
        raise Mistake(f"since is an id, path a regular expression: {error}") from None


def empty_ledger(service: Service, request: Request, body: dict):
    service.ledger.forget()


def counts(service: Service, request: Request, body: dict):
    """Live records by entity, of all tenants."""
    with service.store.transaction() as db:
        return {name: db.scalar(_count(table)) for name, table in SHOWN.items()}


def _count(table: Table):
    query = select(func.count()).select_from(table)
    if "deleted_at" in table.c:
        query = query.where(table.c.deleted_at.is_(None))
    return query


def rows(service: Service, request: Request, body: dict):
    """Every record of an entity with all its fields, the deleted ones too."""
    table = _table(request)
    with service.store.transaction() as db:
        query = select(table).order_by(table.c.id)
        return [dict(row) for row in db.execute(query).mappings()]


def add_row(service: Service, request: Request, body: dict):
    """Make a record behind everybody's back: no rules, no audit. `tenant` is one of
    sandbox/accounts.py; without it the demo's.
    """
    table = _table(request)
    made = {"uuid": str(uuid4()), "tenant": DEMO.domain}
    made |= {"created_at": now(), "updated_at": now(), **body}
    unknown = made.keys() - table.c.keys()
    if unknown:
        raise Mistake(f"{table.name} has no {', '.join(sorted(unknown))}")
    with service.store.transaction() as db:
        db.execute(table.insert(), made)
    return made


def change_row(service: Service, request: Request, body: dict):
    """Edit a record behind everybody's back: no rules, no audit."""
    table = _table(request)
    unknown = body.keys() - table.c.keys()
    if unknown:
        raise Mistake(f"{table.name} has no {', '.join(sorted(unknown))}")
    return _write(service, table, request.path_params["uuid"], body)


def remove_row(service: Service, request: Request, body: dict):
    """Soft-delete a record behind everybody's back, whatever leans on it."""
    table = _table(request)
    return _write(service, table, request.path_params["uuid"], {"deleted_at": now()})


def _table(request: Request) -> Table:
    name = request.path_params["entity"].replace("-", "_")
    if name not in SHOWN:
        raise Mistake(f"no {name}; there are {', '.join(SHOWN)}", 404)
    return SHOWN[name]


def _write(service: Service, table: Table, uuid: str, values: dict) -> dict:
    if "uuid" not in table.c:
        raise Mistake(f"{table.name} can't be changed")
    with service.store.transaction() as db:
        chosen = table.c.uuid == uuid
        if values:
            db.execute(table.update().where(chosen), values)
        row = db.execute(select(table).where(chosen)).mappings().first()
        if row is None:
            raise Mistake(f"no {uuid} in {table.name}", 404)
        return dict(row)


def _route(method: str, path: str, handler: Callable) -> Route:
    return Route(f"/_sandbox{path}", control(handler), methods=[method])


ROUTES = [
    _route("POST", "/reset", reset),
    _route("POST", "/keep", keep),
    _route("GET", "/options", read_options),
    _route("PATCH", "/options", move_options),
    _route("POST", "/faults", add_fault),
    _route("GET", "/faults", list_faults),
    _route("DELETE", "/faults", clear_faults),
    _route("POST", "/outage", begin_outage),
    _route("DELETE", "/outage", end_outage),
    _route("POST", "/tokens/expire", expire_tokens),
    _route("GET", "/requests", read_ledger),
    _route("DELETE", "/requests", empty_ledger),
    _route("GET", "/state", counts),
    _route("GET", "/state/{entity}", rows),
    _route("POST", "/state/{entity}", add_row),
    _route("PATCH", "/state/{entity}/{uuid}", change_row),
    _route("DELETE", "/state/{entity}/{uuid}", remove_row),
]
