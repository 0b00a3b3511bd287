"""Rules that make the sandbox misbehave, and what of them meets a request.

The effects, in the order in which they act:

    delay            seconds to wait first; combines with any other
    drop             before       close the connection, the work is not done
                     after        do the work, then close without an answer
                     hang         don't do the work, be silent for `seconds`, close
                     hang_after   do the work, be silent for `seconds`, close
    status           answer this (with headers, body or json); the work is not done
    html             a proxy's HTML page with this status; the work is not done
    repeat           do the work twice, as behind a proxy that sends a request again;
                     the answer is that of the second time
    after_status     do the work, then answer this status instead
    after_body       do the work, then send this body instead
    truncate         do the work, send the first half of the body
    empty            do the work, send no body
    content_type     do the work, send the body under this type
"""

import re
import time
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

EFFECTS = {
    *("delay", "drop", "status", "html", "repeat", "after_status"),
    *("after_body", "truncate", "empty", "content_type"),
}
DEFAULT_HANG = 60  # seconds


class Fault(BaseModel):
    """What a test posts: which requests, how often, and what happens to them.

    `path` is a regular expression for the whole path; `skip` lets that many through
    first; `times` is how often it strikes, null until it is cleared.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    method: str | None = None
    path: str | None = None
    body_contains: str | None = None
    skip: int = Field(default=0, ge=0)
    times: int | None = Field(default=1, ge=1)

    delay: float | None = Field(default=None, ge=0)
    drop: Literal["before", "after", "hang", "hang_after"] | None = None
    seconds: float = Field(default=DEFAULT_HANG, ge=0)
    status: int | None = Field(default=None, ge=200, le=599)
    headers: dict[str, str] = {}
    body: str | None = None
    json_body: Any = Field(default=None, alias="json")
    html: int | None = Field(default=None, ge=200, le=599)
    repeat: bool = False
    after_status: int | None = Field(default=None, ge=200, le=599)
    after_body: str | None = None
    truncate: bool = False
    empty: bool = False
    content_type: str | None = None

    @field_validator("path")
    @classmethod
    def _is_pattern(cls, path: str | None) -> str | None:
        try:
            re.compile(path or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return path

    @model_validator(mode="after")
    def _has_effect(self) -> "Fault":
        if not any(getattr(self, name) not in (None, False) for name in EFFECTS):
            raise ValueError(f"name an effect, one of {', '.join(sorted(EFFECTS))}")
        return self

    def meets(self, method: str, path: str, body: bytes) -> bool:
        """Whether a request is one that this rule is about."""
        if self.method and self.method.upper() != method:
            return False
        if self.path and not re.fullmatch(self.path, path):
            return False
        return not self.body_contains or self.body_contains.encode() in body


@dataclass
class Rule:
    """A fault at work: `seen` matching requests so far, `hits` of them struck."""

    id: int
    fault: Fault
    seen: int = 0
    hits: int = 0

    def strikes(self, method: str, path: str, body: bytes) -> bool:
        """Whether it strikes this request; counts it."""
        if self.spent or not self.fault.meets(method, path, body):
            return False
        self.seen += 1
        if self.seen <= self.fault.skip:
            return False
        self.hits += 1
        return True

    @property
    def spent(self) -> bool:
        return self.fault.times is not None and self.hits >= self.fault.times

    def shown(self) -> dict:
        rule = self.fault.model_dump(by_alias=True, exclude_defaults=True)
        return {"id": self.id, **rule, "seen": self.seen, "hits": self.hits}


class Outage(BaseModel):
    """Nothing works: every request gets 503, or its connection closed.

    :param seconds: it ends by itself after these; null until it is ended
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    mode: Literal["refuse_503", "drop"] = "refuse_503"
    seconds: float | None = Field(default=None, gt=0)


@dataclass
class Faults:
    """All rules and the outage. In memory: a restart behaves again."""

    rules: list[Rule] = field(default_factory=list)
    outage: Outage | None = None
    outage_ends_at: float | None = None  # time.monotonic()
    added: int = 0

    def add(self, fault: Fault) -> Rule:
        self.added += 1
        rule = Rule(self.added, fault)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        self.rules.clear()

    def strike(self, method: str, path: str, body: bytes) -> Fault | None:
        """The first rule that strikes this request."""
        for rule in self.rules:
            if rule.strikes(method, path, body):
                return rule.fault
        return None

    def begin_outage(self, outage: Outage) -> None:
        self.outage = outage
        lasts = outage.seconds
        self.outage_ends_at = time.monotonic() + lasts if lasts else None

    def end_outage(self) -> None:
        self.outage = None

    def current_outage(self) -> Outage | None:
        if self.outage_ends_at and time.monotonic() >= self.outage_ends_at:
            self.outage, self.outage_ends_at = None, None
        return self.outage
