"""What every API request goes through: ledger, outage, faults, rate limit, the work.

The control API, the page and the verification pages pass by untouched.
"""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from math import ceil

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from .answers import ApiError, reply
from .faults import Fault
from .ledger import Entry, readable
from .message import Answer
from .service import Service

logger = logging.getLogger(__name__)

OWN_PATHS = ("/_sandbox/", "/verify/")
HTML = """<!DOCTYPE html>
<html><head><title>{status}</title></head>
<body><h1>{status}</h1><hr><p>proxy.example.com</p></body></html>
"""


class Cut(Exception):
    """The connection is to be closed without an answer."""

    def __init__(self, outcome: str = "dropped"):
        super().__init__(outcome)
        self.outcome = outcome


class Traffic:
    """ASGI middleware around the app."""

    def __init__(self, app: ASGIApp, service: Service):
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or path == "/" or path.startswith(OWN_PATHS):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            await request.body()
        except ClientDisconnect:
            return
        entry = await self._service.ledger.open(request)
        reset_done = self._service.reset_done
        try:
            answer = await self._answer(request, reset_done)
        except Cut as cut:
            self._service.ledger.close(entry, cut.outcome)
            await _close_connection(scope, receive)
            return
        self._note(scope, entry, answer)
        await _send(answer, send)

    def _note(self, scope: Scope, entry: Entry, answer: Answer) -> None:
        """Write the ledger before the client can ask for it."""
        gone = scope["extensions"]["sandbox.transport"].is_closing()
        outcome = "abandoned" if gone else "answered"
        body = readable(answer.body) if _is_text(answer) else None
        self._service.ledger.close(entry, outcome, answer.status, body)

    async def _answer(self, request: Request, reset_done: asyncio.Event) -> Answer:
        body = await request.body()
        refusal = self._outage() or self._rate_limited(request)
        if refusal:
            return refusal
        fault = self._service.faults.strike(request.method, request.url.path, body)
        if fault is None:
            return await self._work(request)
        if fault.delay:
            await _pause(fault.delay, reset_done)
        if fault.drop == "before":
            raise Cut()
        if fault.drop == "hang":
            await _pause(fault.seconds, reset_done)
            raise Cut("hung")
        if fault.status or fault.html:
            return _made_up(fault)
        if fault.repeat:
            await self._work(request)
        answer = await self._work(request)
        if fault.drop == "after":
            raise Cut()
        if fault.drop == "hang_after":
            await _pause(fault.seconds, reset_done)
            raise Cut("hung")
        return self._spoiled(answer, fault)

    async def _work(self, request: Request) -> Answer:
        """Let the app do what was asked; an accident there is a 500 like any other."""
        answer = Answer()
        body = await request.body()
        try:
            await self._app(request.scope, _replay(body), answer.take)
        except Exception:
            logger.exception("%s %s failed", request.method, request.url.path)
            return self._refusal(500, "Server Error")
        return answer

    def _outage(self) -> Answer | None:
        outage = self._service.faults.current_outage()
        if outage is None:
            return None
        if outage.mode == "drop":
            raise Cut()
        return self._refusal(503, "Service Unavailable")

    def _rate_limited(self, request: Request) -> Answer | None:
        limit = self._service.options.rate_limit
        if limit is None:
            return None
        wait = self._service.rate_meter.refuse(
            request.headers.get("x-tenant", ""), limit
        )
        if wait is None:
            return None
        answer = self._refusal(429, "Too Many Attempts.")
        seconds = max(1, ceil(wait))
        if limit.retry_after == "seconds":
            answer.set_header("Retry-After", str(seconds))
        if limit.retry_after == "date":
            at = datetime.now(UTC) + timedelta(seconds=seconds)
            answer.set_header("Retry-After", format_datetime(at, usegmt=True))
        return answer

    def _refusal(self, status: int, message: str) -> Answer:
        error = ApiError(message, status)
        return Answer.of(error.response(self._service.options))

    def _spoiled(self, answer: Answer, fault: Fault) -> Answer:
        """The answer to work that was done, as the fault would have it."""
        if fault.after_status:
            answer = self._refusal(fault.after_status, "Server Error")
        if fault.after_body is not None:
            answer.set_body(fault.after_body.encode())
        if fault.truncate:
            answer.set_body(answer.body[: len(answer.body) // 2])
        if fault.empty:
            answer.set_body(b"")
        if fault.content_type:
            answer.set_header("Content-Type", fault.content_type)
        for name, value in fault.headers.items():
            answer.set_header(name, value)
        return answer


def _made_up(fault: Fault) -> Answer:
    """The answer to work that was not done."""
    if fault.html:
        page = HTML.format(status=fault.html)
        answer = Answer.of(Response(page, fault.html, media_type="text/html"))
    elif fault.body is not None:
        answer = Answer.of(Response(fault.body, fault.status, media_type="text/plain"))
    elif fault.status == 204:
        answer = Answer.of(Response(status_code=204))
    else:
        body = fault.json_body
        body = {"message": "Sandbox fault."} if body is None else body
        answer = Answer.of(reply(body, fault.status))
    for name, value in fault.headers.items():
        answer.set_header(name, value)
    return answer


def _is_text(answer: Answer) -> bool:
    kind = dict(answer.headers).get(b"content-type", b"")
    return kind.startswith((b"application/json", b"text/")) or not kind


async def _pause(seconds: float, reset_done: asyncio.Event) -> None:
    """Wait; a reset of the sandbox ends the wait and the request."""
    try:
        await asyncio.wait_for(reset_done.wait(), seconds)
    except TimeoutError:
        return
    raise Cut()


def _replay(body: bytes) -> Receive:
    async def receive() -> dict:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _send(answer: Answer, send: Send) -> None:
    start = {"status": answer.status, "headers": answer.headers}
    await send({"type": "http.response.start", **start})
    await send({"type": "http.response.body", "body": answer.body})


async def _close_connection(scope: Scope, receive: Receive) -> None:
    """Cut the TCP connection, and stay until the server has noticed."""
    scope["extensions"]["sandbox.transport"].abort()
    while (await receive())["type"] != "http.disconnect":
        pass
