"""The values that bodies are made of. Strict: 7.5 is not an integer, "7" not a number.

Short texts whose length no page gives end at 255 characters, a column's usual length.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from .store import wire

EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+")
SLUG = re.compile(r"[a-z0-9-]+")
MAX_INTEGER = 2**31 - 1


def _uuid(value: str) -> str:
    try:
        parsed = UUID(value)
    except ValueError:
        parsed = None
    if parsed is None or parsed.version != 4 or str(parsed) != value.lower():
        raise PydanticCustomError("uuid", "The {attribute} must be a valid UUID.")
    return value.lower()


def _day(value: str) -> str:
    try:
        return datetime.strptime(value, "%Y-%m-%d").strftime("%Y-%m-%d")
    except ValueError:
        message = "The {attribute} does not match the format Y-m-d."
        raise PydanticCustomError("day", message) from None


def _day_as_moment(value: str) -> str:
    return wire(datetime.fromisoformat(_day(value)).replace(tzinfo=UTC))


def _moment(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError(
            "moment", "The {attribute} is not a valid date."
        ) from None
    return wire(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _matching(pattern: re.Pattern, message: str):
    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise PydanticCustomError("format", message)
        return value

    return AfterValidator(check)


def _two_decimals(value: float) -> float:
    if Decimal(repr(value)).as_tuple().exponent < -2:
        message = "The {attribute} must have at most 2 decimal places."
        raise PydanticCustomError("decimals", message)
    return value


def text(length: int):
    return Annotated[str, StringConstraints(max_length=length)]


Text = text(255)
LongText = text(65_535)
Email = Annotated[
    Text, _matching(EMAIL, "The {attribute} must be a valid email address.")
]
Url = Annotated[
    Text,
    _matching(re.compile(r"https?://[^\s/]+\S*"), "The {attribute} format is invalid."),
]
Slug = Annotated[Text, _matching(SLUG, "The {attribute} format is invalid.")]
Uuid = Annotated[str, AfterValidator(_uuid)]
Day = Annotated[str, AfterValidator(_day)]
DayAsMoment = Annotated[str, AfterValidator(_day_as_moment)]
Moment = Annotated[str, AfterValidator(_moment)]
Whole = Annotated[int, Field(ge=0, le=MAX_INTEGER)]
Grade = Annotated[float, Field(ge=0, le=10), AfterValidator(_two_decimals)]
