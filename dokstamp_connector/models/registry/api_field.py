"""The API document's parameter tables, as data.

Every registry model lists the keys of its request body as `ApiField`s. From that one
list follow the payload, the sentences about missing or refused values, and the order in
which records are sent.
"""

import re
from dataclasses import dataclass

from ..plain_text import cut_at_word

EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+")
EMAIL_LENGTH = 254  # RFC 5321, 4.5.3.1.3
# Of a description, which dokstamp-api.md does not tell: what such a column holds.
LONG_TEXT = 65_535
LONG_TEXT_HELP = (
    "A text longer than DokStamp takes is cut at the end of a word when it is sent."
)
MOST_BYTES = 4  # of a character in UTF-8
URL = re.compile(r"https?://[^\s/?#]+\.[^\s]+", re.IGNORECASE)


@dataclass(frozen=True)
class ApiField:
    """One key of a DokStamp request body.

    :param key: the API's name, where it is neither the field's own name nor, for a
        link, the field's name with `_uuid` for `_id`
    :param needed: DokStamp answers 422 without it
    :param max_length: characters
    :param max_bytes: of UTF-8; longer texts are cut when they are sent
    :param minimum: smallest number
    :param maximum: largest number
    :param pattern: what a text must match as a whole
    :param filterable: DokStamp is documented to filter a list by it
    :param archived: what stands here for "archived"; None: it says nothing of that
    :param tells_apart: whoever has the same key and another value here is another one
    :param hints_apart: whoever has the same key and another value here may be another
        one: where many are matched at once, a person is asked
    :param unique: DokStamp takes each value once, wherever in the tenant it lies
    :param zero_is_empty: Odoo's 0 stands for "not known" and is not sent
    :param winners: its values, the one first that holds where several of a school
        app's records say different ones of the same
    :param told_with: the field with winners that it belongs to: whoever says another
        value there says nothing here
    """

    key: str | None = None
    needed: bool = False
    max_length: int | None = None
    max_bytes: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    pattern: re.Pattern | None = None
    filterable: bool = False
    archived: object = None
    tells_apart: bool = False
    hints_apart: bool = False
    unique: bool = False
    zero_is_empty: bool = False
    winners: tuple[str, ...] = ()
    told_with: str | None = None

    def key_of(self, field):
        """The body's key for the Odoo field ``field``."""
        if self.key:
            return self.key
        if field.type == "many2one":
            return f"{field.name.removesuffix('_id')}_uuid"
        return field.name

    def cut(self, text):
        """As much of a text as DokStamp takes."""
        if not self.max_bytes or len(text) * MOST_BYTES <= self.max_bytes:
            return text
        return cut_at_word(text, self.max_bytes, size=lambda part: len(part.encode()))

    def is_empty(self, value):
        return value is None or value == "" or (self.zero_is_empty and value == 0)
