"""From what came back to a row, or to the error that says what to do next.

Decided by status alone, never by the text of a message: the generations of the API
word them differently (dokstamp-api.md 6). `success` is ignored for the same reason.
"""

import json
import math
from dataclasses import dataclass, field
from typing import Any

from . import errors, retry
from .address import is_segment

REQUEST_ID_HEADERS = ("X-Request-Id", "X-Correlation-Id", "X-Trace-Id", "CF-Ray")
MESSAGE_LIMIT = 500  # characters that are kept of a server's text
FIELD_LIMIT = 100  # fields of which messages are kept
DEEPEST = 50  # objects and lists within each other; the API's have four
LONGEST_NUMBER = 30  # digits

_MISSING = object()


@dataclass(frozen=True)
class Answer:
    """One HTTP answer and the request that it belongs to.

    `changes` says whether the request changes something that must not happen twice.
    """

    method: str
    path: str
    changes: bool
    status: int
    headers: Any = field(repr=False)
    body: bytes | None = field(repr=False)

    @property
    def request_id(self):
        return request_id(self.headers)

    @property
    def origin(self):
        """Where an error of this answer comes from, as arguments of the error."""
        return {
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "request_id": self.request_id,
        }

    @property
    def retry_after(self):
        """Seconds that the server asks to wait, None when it does not.

        A date is measured by the server's own clock, where the answer tells it: ours
        may go wrong.
        """
        now = retry.told_time(self.headers.get("Date")) or retry.utc_now()
        return retry.parse_retry_after(self.headers.get("Retry-After"), now)

    @property
    def asked_wait(self):
        """Seconds for which nothing at all may be sent to this server; 0: none.

        Any 429 asks for one; an answer that the server is down does if it says so.
        """
        if self.status == 429:
            return self.retry_after or retry.RATE_LIMIT_DELAY
        return (self.status >= 500 and self.retry_after) or 0

    def json(self):
        """Return the parsed body, as a database can keep it; `_MISSING` when there is
        no JSON in it, or one that only breaks what reads it.

        The content type is not looked at: a good body with a wrong one is good.
        """
        try:
            text = self.body.decode(json.detect_encoding(self.body))
            return _kept(json.loads(text, **_NUMBERS))
        except (AttributeError, ValueError, RecursionError):
            return _MISSING


def request_id(headers):
    """Return what the server calls this request, None when it does not say (ND)."""
    for name in REQUEST_ID_HEADERS:
        if headers.get(name):
            return _text(headers[name][:200])
    return None


# ---- what a body may hold


def _kept(value, depth=0):
    """Return a value of JSON with texts that a database takes.

    :raise ValueError: it is nested without sense
    """
    if isinstance(value, str):
        return _text(value)
    if depth > DEEPEST:
        raise ValueError("too deep")
    if isinstance(value, dict):
        return {_text(key): _kept(one, depth + 1) for key, one in value.items()}
    if isinstance(value, list):
        return [_kept(one, depth + 1) for one in value]
    return value


def _text(text):
    """Return a text without zero characters and halves of others, which PostgreSQL and
    UTF-8 do not have.
    """
    if text.isascii():
        return text.replace("\x00", "\ufffd")
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\x00", "\ufffd")


def _finite(text):
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("no number of JSON")
    return number


def _integer(text):
    if len(text) > LONGEST_NUMBER:
        raise ValueError("no number of the API")
    return int(text)


# NaN and infinities are Python's, not JSON's
_NUMBERS = {"parse_constant": _finite, "parse_float": _finite, "parse_int": _integer}


# ---- what an error answer means


def check(answer):
    """Let a 2xx pass.

    :raise DokStampError: named by what to do next, for every other status
    """
    if not 200 <= answer.status < 300:
        raise error_of(answer)


def error_of(answer):
    """Return the error for an answer that is no success."""
    if answer.status == 429:
        return _later(errors.RateLimited, answer, "rate_limit", "too many requests")
    if answer.status == 408:
        # a gateway's time-out; the API itself has no such status (dokstamp-api.md 6)
        return _unsure(answer, "timeout", "it timed out")
    if answer.status >= 500:
        return _unsure(answer, "server", "a server error")
    if answer.status < 400:
        return not_understood(answer, "a redirect, which is not followed")
    if answer.status == 401:
        return errors.NeedsNewToken(
            _sentence(answer, "token or tenant not accepted"), **_details(answer)
        )
    return _rejection(answer)


def _unsure(answer, reason, what):
    kind = errors.OutcomeUnknown if answer.changes else errors.RetryLater
    return _later(kind, answer, reason, what)


def _later(kind, answer, reason, what):
    details = {"delay": answer.retry_after, "reason": reason, **_details(answer)}
    return kind(_sentence(answer, what), **details)


def _rejection(answer):
    if answer.status == 403:
        return not_allowed(answer)
    kind, what = errors.Rejected, "rejected"
    if answer.status == 404:
        kind, what = errors.NotFound, "not found"
    return kind(
        _sentence(answer, what),
        field_messages=_field_messages(answer.json()),
        **_details(answer),
    )


def refused_credentials(answer):
    """Return the error for a token endpoint that says no."""
    return errors.CredentialsRefused(
        _sentence(answer, "credentials not accepted"), **_details(answer)
    )


def not_allowed(answer):
    """Return the error for a public call that was refused."""
    return errors.NotAllowed(_sentence(answer, "not allowed"), **_details(answer))


def not_understood(answer, what):
    """Return the error for an answer that is not what the API documents.

    After a changing call nobody knows what such an answer stands for.
    """
    sentence = _sentence(answer, what)
    if answer.changes:
        return errors.OutcomeUnknown(sentence, reason="server", **answer.origin)
    return errors.AnswerNotUnderstood(sentence, **answer.origin)


def _sentence(answer, what):
    return f"DokStamp answered {answer.status} to {answer.method} {answer.path}: {what}"


def _details(answer):
    return {**answer.origin, "server_message": _server_message(answer.json())}


def _server_message(content):
    if not isinstance(content, dict):
        return None
    for key in ("message", "error_description", "error"):
        if isinstance(content.get(key), str):
            return content[key][:MESSAGE_LIMIT]
    return None


def _field_messages(content):
    found = content.get("errors") if isinstance(content, dict) else None
    if not isinstance(found, dict):
        return {}
    return {
        str(field): _as_messages(messages)
        for field, messages in list(found.items())[:FIELD_LIMIT]
    }


def _as_messages(messages):
    if not isinstance(messages, list):
        messages = [messages]
    return [str(message)[:MESSAGE_LIMIT] for message in messages]


# ---- what a good answer holds


def content_of(answer):
    """Return the JSON object of a good answer (dokstamp-api.md 4)."""
    content = answer.json()
    if not isinstance(content, dict):
        raise not_understood(answer, "no JSON object")
    return content


def row_of(answer):
    """Return the object under `data`."""
    row = content_of(answer).get("data")
    if not isinstance(row, dict):
        raise not_understood(answer, "no object under `data`")
    return row


def created_row_of(answer):
    """Return the object under `data`, which must bear the uuid that it got."""
    row = row_of(answer)
    if not has_uuid(row):
        raise not_understood(answer, "no uuid under `data`")
    return row


def text_in(row, key):
    """Return the text under a key; empty where there is none."""
    text = row.get(key)
    return text if isinstance(text, str) else ""


def object_in(row, key):
    """Return the object under a key; empty where there is none."""
    found = row.get(key)
    return found if isinstance(found, dict) else {}


def objects_in(row, key):
    """Return the objects in the list under a key."""
    found = row.get(key)
    found = found if isinstance(found, list) else []
    return [one for one in found if isinstance(one, dict)]


def has_uuid(row):
    """Say whether this is an object that bears a uuid, good for a path."""
    return isinstance(row, dict) and is_segment(row.get("uuid"))


def changed_row_of(answer):
    """Return the object under `data`, None when the answer brings none.

    Status and body after a change are partly not documented (dokstamp-api.md 7, 10.1):
    204, an empty 200 and JSON without `data` are good, a page of HTML is not.
    """
    if answer.body == b"":
        return None
    content = answer.json()
    if content is _MISSING:
        raise not_understood(answer, "no JSON")
    row = content.get("data") if isinstance(content, dict) else None
    return row if isinstance(row, dict) else None
