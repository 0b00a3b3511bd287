"""Getting in, both ways (dokstamp-api.md 2): client credentials, and login."""

import secrets
from typing import NoReturn

from starlette.responses import Response
from starlette.routing import Route

from . import tokens, validation
from .accounts import Actor, find_actor
from .answers import NotFound, Raw, Unauthenticated, reply
from .bodies import LoginBody, RefreshBody
from .calls import Access, Call, endpoint

FORM = "application/x-www-form-urlencoded"
REFRESH_LIFETIME = 2 * 31_536_000  # seconds; the documentation gives none


def service_token(call: Call) -> Response:
    """POST /oauth/token (2.1)."""
    if not call.options.service_tokens():
        raise NotFound()
    form = _token_form(call)
    actor = find_actor("client", form.get("client_id") or "")
    if not _knows_secret(actor, form.get("client_secret")):
        _refuse_token("invalid_client", "Client authentication failed", 401)
    return _granted(call, actor, service=True)


def _token_form(call: Call) -> dict:
    kind = call.request.headers.get("content-type", "").partition(";")[0]
    if call.form is None or kind.strip().lower() != FORM:
        _refuse_token("invalid_request", "The body must be form-urlencoded", 400)
    form = validation.parse_form(call.form)
    if form.get("grant_type") != "client_credentials":
        _refuse_token("unsupported_grant_type", "The grant type is not supported", 400)
    for name in ("client_id", "client_secret"):
        if not form.get(name):
            _refuse_token("invalid_request", f"The {name} is missing", 400)
    return form


def _refuse_token(error: str, description: str, status: int) -> NoReturn:
    body = {"error": error, "error_description": description, "message": description}
    raise Raw(body, status)


def login(call: Call) -> Response:
    """POST /auth/login (2.2)."""
    _require_login(call)
    body = call.read(LoginBody)
    actor = find_actor("user", body.email)
    if not _knows_secret(actor, body.password):
        raise Unauthenticated("These credentials do not match our records.")
    return _granted(call, actor, service=False)


def refresh(call: Call) -> Response:
    """POST /auth/refresh (2.3): the refresh token is spent with it."""
    _require_login(call)
    token = call.read(RefreshBody).refresh_token
    actor = tokens.owner_of(call.db, token, "refresh")
    if actor is None:
        raise Unauthenticated("The refresh token is invalid.")
    tokens.revoke(call.db, token)
    return _granted(call, actor, service=False)


def logout(call: Call) -> Response:
    """POST /auth/logout (2.4): ends the access token only."""
    tokens.revoke(call.db, call.request.headers["authorization"].partition(" ")[2])
    return reply({"message": "Successfully logged out"})


def me(call: Call) -> Response:
    """GET /auth/me (2.5): integer ids in the older generation, uuids in the newer."""
    actor, tenant = call.actor, call.actor.tenant
    if actor.kind == "client" and call.options.me_with_service_token == "401":
        raise Unauthenticated()
    key = "uuid" if call.options.generation == "newer" else "id"
    email = actor.identifier if actor.kind == "user" else None
    return call.data(
        {
            key: getattr(actor, key),
            "name": actor.name,
            "email": email,
            "tenant": {
                key: getattr(tenant, key),
                "name": tenant.name,
                "domain": tenant.domain,
            },
        }
    )


def _require_login(call: Call) -> None:
    if not call.options.login_allowed:
        raise NotFound()


def _knows_secret(actor: Actor | None, secret: str | None) -> bool:
    given = (secret or "").encode()
    return actor is not None and secrets.compare_digest(actor.secret.encode(), given)


def _granted(call: Call, actor: Actor, *, service: bool) -> Response:
    lifetime = call.options.lifetime(service=service)
    body = {
        "token_type": "Bearer",
        "expires_in": lifetime,
        "access_token": tokens.grant(call.db, actor, "access", lifetime),
    }
    if not service:
        body["refresh_token"] = tokens.grant(
            call.db, actor, "refresh", REFRESH_LIFETIME
        )
    return reply(body)


ROUTES = [
    Route("/oauth/token", endpoint(service_token, Access.OPEN), methods=["POST"]),
    Route("/auth/login", endpoint(login, Access.OPEN), methods=["POST"]),
    Route("/auth/refresh", endpoint(refresh, Access.OPEN), methods=["POST"]),
    Route("/auth/logout", endpoint(logout, Access.TOKEN), methods=["POST"]),
    Route("/auth/me", endpoint(me, Access.TOKEN), methods=["GET"]),
]
