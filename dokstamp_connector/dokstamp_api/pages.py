"""Lists, page by page, without trusting what is not documented about them.

Not documented (dokstamp-api.md 4, 5): the name of the page parameter, the largest
`per_page`, the keys of `meta`, what an unknown filter does.
"""

import re
from dataclasses import dataclass, field

from . import answers, errors

LARGEST_COUNT = 2**31 - 1  # rows
# a date may be asked and answered in different forms (dokstamp-api.md 1)
_TIME_FIELD = re.compile(r"(_at|_date|date_of_birth)$")


@dataclass(frozen=True)
class Meta:
    """What an answer says about paging; None for what it does not say.

    `known` is False when it says nothing at all: then the page is the whole list.
    """

    known: bool
    current_page: int | None
    total: int | None


@dataclass
class Progress:
    """How far a list is read; of plain values, to be kept between two pages.

    :param int number: of the page that comes next, from 1
    :param int received: rows that came so far
    :param total: how many there are, as the last page said; None: it said nothing
    :param list last: keys of the rows of the page before
    :param bool has_shifted: others have changed the list meanwhile
    :param bool is_over: no page is left
    """

    number: int = 1
    received: int = 0
    total: int | None = None
    last: list[str] = field(default_factory=list)
    has_shifted: bool = False
    is_over: bool = False


READINGS = 4  # of a list that shifts while it is read


def every_row(new_pages):
    """Return all rows of a list that others may change while it is read.

    What is added before a row moves it to the next page, where it comes again; what is
    deleted moves one to a page that was read already, where nobody would see it. So a
    list that has shifted is read again, and the rows of each reading count.

    :param new_pages: returns `Pages`
    :rtype: list[dict]
    """
    rows = {}
    for _reading in range(READINGS):
        pages = new_pages()
        rows.update((_key(row), row) for row in pages)
        if not pages.has_shifted:
            break
    return list(rows.values())


class Pages:
    """The rows of a list over all its pages, each once.

    `has_shifted` tells after the last row whether the list was another one by then.

    :raise AnswerNotUnderstood: while iterating, when the list cannot be complete
    """

    def __init__(self, client, path, where=None, sort=None, order=None, per_page=100):
        self._client = client
        self._path = path
        self._where = where or {}
        self._params = query(where, sort, order)
        self._per_page = per_page
        self.has_shifted = False

    def fetch(self, number):
        """Return the rows and the `Meta` of one page, counted from 1."""
        params = {**self._params, "per_page": self._per_page, "page": number}
        answer = self._client.request("GET", self._path, params=params)
        return _rows_and_meta(answer)

    def __iter__(self):
        seen = set()
        for rows in self._pages():
            for row in rows:
                # rows move to the next page when others are added before them
                key = _key(row)
                if key in seen:
                    self.has_shifted = True
                    continue
                seen.add(key)
                if fits(row, self._where):
                    yield row

    def _pages(self):
        """Yield the rows of page after page until all that the server counts came."""
        progress = Progress()
        while not progress.is_over:
            yield self.next_page(progress)
            self.has_shifted |= progress.has_shifted

    def next_page(self, progress):
        """Return the rows of the page that is next, and note in ``progress`` that they
        came.

        They are counted as they come, because `per_page` may have been cut down.

        :param Progress progress: of this list
        :rtype: list[dict]
        :raise AnswerNotUnderstood: the list cannot be complete
        """
        rows, meta = self.fetch(progress.number)
        keys = list(map(_key, rows))
        if not meta.known and keys == progress.last:
            rows, keys = [], []  # the page before was the whole list
        if progress.number > 1 and meta.total != progress.total:
            progress.has_shifted = True
        progress.total = meta.total
        self._check_progress(keys, meta, progress)
        progress.received += len(rows)
        if meta.total is not None:
            has_all = progress.received >= meta.total
        else:  # where nothing is said of pages, a full one may have others behind it
            has_all = not meta.known and len(rows) < self._per_page
        progress.is_over = not rows or has_all
        progress.number, progress.last = progress.number + 1, keys
        return rows

    def _check_progress(self, keys, meta, progress):
        if meta.current_page not in (None, progress.number):
            self._fail("another page than the one asked for")
        if not keys and progress.received < (meta.total or 0):
            self._fail("fewer rows than it counts")
        # one row may come twice when another was added before it; a page may not
        repeated = keys and keys == progress.last
        if repeated and (len(keys) > 1 or meta.current_page is None):
            self._fail("the same page again")

    def _fail(self, what):
        raise errors.AnswerNotUnderstood(
            f"DokStamp answered GET {self._path} with {what}",
            method="GET",
            path=self._path,
            status=200,
        )


def query(where=None, sort=None, order=None):
    """Return the query of a list in DokStamp's syntax (dokstamp-api.md 5)."""
    params = {
        f"where[{field}]": _literal(value) for field, value in (where or {}).items()
    }
    if sort:
        params["sort[column]"] = sort
    if order:
        params["sort[order]"] = order
    return params


def _literal(value):
    """Return a filter value as text.

    Booleans are not documented; 1 and 0 are what a database compares a boolean column
    with correctly, whereas the word "true" equals 0 in some.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(int(value))
    return str(value)


def fits(row, where):
    """Say whether a row may be what a filter asked for.

    False only where the row contradicts the filter: then the server has ignored it,
    and taking the row would adopt somebody else's record.
    """
    return all(_field_fits(row, field, value) for field, value in where.items())


def _field_fits(row, field, value):
    link = row.get(field.removesuffix("_uuid"))
    if field in row:
        found = row[field]
    elif field.endswith("_uuid") and isinstance(link, dict):
        found = link.get("uuid")
    else:
        return True
    if value is None or found is None:
        return value is found
    if _TIME_FIELD.search(field) or not isinstance(found, str | int):
        return True
    return _folded(found) == _folded(value)


def _folded(value):
    return _literal(value).strip().casefold()


def _key(row):
    return row["uuid"]


def _rows_and_meta(answer):
    content = answers.content_of(answer)
    if "data" not in content:
        raise answers.not_understood(answer, "no `data`")
    # the rows stand under `data`, or one deeper beside a `meta` of their own
    outer = content if isinstance(content["data"], list) else content["data"]
    rows = _list_in(outer)
    if rows is None or not all(map(answers.has_uuid, rows)):
        raise answers.not_understood(answer, "no list of objects under `data`")
    return rows, _meta(outer, content)


def _list_in(outer):
    if not isinstance(outer, dict):
        return None
    if isinstance(outer.get("data"), list):
        return outer["data"]
    lists = [value for value in outer.values() if isinstance(value, list)]
    return lists[0] if len(lists) == 1 else None


def _meta(*levels):
    """Read `meta` where it is, or its keys where they stand beside the rows."""
    for level in levels:
        meta = level.get("meta") or level
        if isinstance(meta, dict) and {"current_page", "per_page", "total"} & set(meta):
            return Meta(True, _number(meta, "current_page"), _number(meta, "total"))
    return Meta(False, None, None)


def _number(meta, key):
    """Return a count of `meta`; None for what can be none."""
    try:
        number = int(meta[key])
    except (KeyError, TypeError, ValueError):
        return None
    return number if 0 <= number <= LARGEST_COUNT else None
