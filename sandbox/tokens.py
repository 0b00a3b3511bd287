"""Access and refresh tokens. Opaque texts: a client has no business reading them."""

import secrets
import time

from sqlalchemy import Connection, select

from . import schema
from .accounts import ACTORS, Actor

TOKEN_BYTES = 48

_ACTOR_BY_ID = {actor.id: actor for actor in ACTORS}


def grant(db: Connection, actor: Actor, kind: str, lifetime: float) -> str:
    """A new token.

    :param kind: "access" or "refresh"
    :param lifetime: seconds
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = {
        "token": token,
        "kind": kind,
        "actor_id": actor.id,
        "expires_at": time.time() + lifetime,
    }
    db.execute(schema.tokens.insert(), row)
    return token


def owner_of(db: Connection, token: str, kind: str = "access") -> Actor | None:
    """Whose token this is; None when unknown, revoked or expired."""
    table = schema.tokens.c
    query = select(table.actor_id).where(
        table.token == token, table.kind == kind, table.expires_at > time.time()
    )
    return _ACTOR_BY_ID.get(db.scalar(query))


def revoke(db: Connection, token: str) -> None:
    db.execute(schema.tokens.delete().where(schema.tokens.c.token == token))


def revoke_all(db: Connection, *, refresh_tokens: bool) -> int:
    """End all access tokens at once, and the refresh tokens too if told so.

    :return: how many there were
    """
    query = schema.tokens.delete()
    if not refresh_tokens:
        query = query.where(schema.tokens.c.kind == "access")
    return db.execute(query).rowcount
