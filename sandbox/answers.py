"""Answers in DokStamp's shapes (dokstamp-api.md 4 and 6).

ApiError                 an answer that ends the request
├── Unauthenticated      401
├── Forbidden            403
├── NotFound             404
└── Invalid              422, with messages by field
"""

import json
from typing import Any

from starlette.responses import Response

from .options import Options


class ApiError(Exception):
    """A refusal, raised anywhere in a request; the transaction is rolled back."""

    status = 400

    def __init__(self, message: str, status: int | None = None, **extra):
        super().__init__(message)
        self.message = message
        self.status = status or self.status
        self.extra = extra

    def text(self, generation: str) -> str:
        return self.message

    def response(self, options: Options) -> Response:
        body = {"message": self.text(options.generation), **self.extra}
        # The older generation has no `success` key in its errors.
        if options.generation == "newer":
            body = {"success": False, **body}
        return reply(body, self.status)


class Unauthenticated(ApiError):
    status = 401

    def __init__(self, message: str = "Unauthenticated."):
        super().__init__(message)


class Forbidden(ApiError):
    status = 403

    def __init__(self):
        super().__init__("This action is unauthorized.")


class NotFound(ApiError):
    """Absent, deleted, or somebody else's.

    :param model: class name that the older generation puts into its message
    """

    status = 404

    def __init__(self, model: str | None = None, uuid: str = ""):
        super().__init__("Resource not found.")
        self.model = model
        self.uuid = uuid

    def text(self, generation: str) -> str:
        if generation == "newer" or self.model is None:
            return self.message
        return rf"No query results for model [App\{self.model}] {self.uuid}"


class Invalid(ApiError):
    """422. `errors` maps each field to the list of its messages."""

    status = 422

    def __init__(self, errors: dict[str, list[str]]):
        super().__init__("The given data was invalid.", errors=errors)


class Raw(ApiError):
    """An error answer whose body is not DokStamp's usual one."""

    def __init__(self, body: dict, status: int):
        super().__init__("", status)
        self.body = body

    def response(self, options: Options) -> Response:
        return reply(self.body, self.status)


def reply(body: Any, status: int = 200, headers: dict | None = None) -> Response:
    """A JSON answer, not wrapped in anything."""
    if status == 204:
        return Response(status_code=204, headers=headers)
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(content, status, headers, media_type="application/json")


def data(options: Options, body: Any, status: int = 200, **beside) -> Response:
    """A JSON answer in the envelope: `data`, and `meta` with lists."""
    envelope = {"data": body, **beside}
    if options.success_true_on_success:
        envelope = {"success": True, **envelope}
    return reply(envelope, status)
