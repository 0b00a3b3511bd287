"""One API request on its way through: headers, rights, body, transaction, answer."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from . import answers, validation
from .accounts import TENANTS, Actor
from .answers import ApiError, Forbidden, NotFound, Unauthenticated
from .bodies import Body
from .options import Options
from .service import Service
from .tokens import owner_of

READING = {"GET", "HEAD"}
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


class Access(Enum):
    """Which headers an endpoint wants (dokstamp-api.md 1)."""

    OPEN = "none"
    TOKEN = "Authorization and Accept"
    TENANT = "Authorization, Accept and X-Tenant"


@dataclass
class Call:
    """What a handler works with; `db` is the transaction that it runs in."""

    service: Service
    request: Request
    body: bytes
    form: FormData | None
    db: Connection
    actor: Actor | None = None

    @property
    def options(self) -> Options:
        return self.service.options

    @property
    def tenant(self) -> str:
        """The domain of the tenant that the caller acts for."""
        return self.actor.tenant.domain

    @property
    def base_url(self) -> str:
        return f"http://{self.request.headers['host']}"

    @property
    def query(self) -> dict[str, str]:
        return dict(self.request.query_params)

    def path(self, name: str) -> str:
        """A part of the path, a uuid in lower case."""
        return self.request.path_params[name].lower()

    def json(self) -> dict[str, Any]:
        """The JSON object sent along.

        :raise ApiError: 400 when the body is not one, or not declared as one
        """
        kind = self.request.headers.get("content-type", "")
        if kind.partition(";")[0].strip().lower() != "application/json":
            raise ApiError("The Content-Type must be application/json.")
        return validation.parse_json(self.body)

    def read(self, model: type[Body]) -> Body:
        """The JSON body, checked.

        :raise Invalid: with the message of each wrong field
        """
        reject = self.options.unknown_keys == "reject"
        return validation.check(model, self.json(), reject_unknown=reject)

    def data(self, body: Any, status: int = 200, **beside) -> Response:
        return answers.data(self.options, body, status, **beside)


def endpoint(handler: Callable[[Call], Response], access: Access = Access.TENANT):
    """Make a request handler of a function that does the work.

    The function runs without a break on the event loop: see store.py.
    """

    async def serve(request: Request) -> Response:
        service = request.app.state.service
        body = await request.body()
        form = None
        if request.headers.get("content-type", "").lower().startswith(FORMS):
            form = await request.form()
        try:
            with service.store.transaction() as db:
                call = Call(service, request, body, form, db)
                admit(call, access)
                return handler(call)
        except ApiError as error:
            return error.response(service.options)

    return serve


def admit(call: Call, access: Access) -> None:
    """Check the headers in the order in which the platform would.

    :raise ApiError: 400, 401, 403 or 404
    """
    if access is Access.OPEN:
        return
    headers = call.request.headers
    if "application/json" not in headers.get("accept", "").lower():
        raise ApiError("The Accept header must be application/json.")
    scheme, _space, token = headers.get("authorization", "").partition(" ")
    call.actor = owner_of(call.db, token) if scheme.lower() == "bearer" else None
    if call.actor is None:
        raise Unauthenticated()
    if access is Access.TENANT:
        _admit_tenant(call, headers.get("x-tenant"))
        if call.request.method not in READING and not call.actor.may_write:
            raise Forbidden()


def _admit_tenant(call: Call, domain: str | None) -> None:
    if domain == call.tenant:
        return
    refusals = {401: Unauthenticated, 403: Forbidden, 404: NotFound}
    if domain in TENANTS:
        raise refusals[call.options.foreign_tenant_status]()
    raise refusals[call.options.missing_tenant_status]()
