"""Documented calls, as verbs of the things that they are about."""

import itertools

from . import answers
from .address import is_segment
from .pages import Pages, every_row, fits

FIND_LIMIT = 10  # rows: a search that finds more than one is wrong already


class Collection:
    """Rows of one kind below one path (dokstamp-api.md 7).

    All methods raise `DokStampError`. A uuid goes into the path, values into the JSON.
    """

    def __init__(self, client, path):
        self._client = client
        self.path = path

    def list(self, where=None, sort=None, order=None, per_page=100):
        """Iterate over all rows, page by page as they are needed.

        :param dict where: field → value that it must equal; None: is null
        :param str sort: field to sort by
        :param str order: ``asc`` or ``desc``
        :param int per_page: rows per request, if the server allows as many
        :rtype: Iterator[dict]
        """
        return iter(Pages(self._client, self.path, where, sort, order, per_page))

    def every(self, where=None):
        """Return all rows, also of a list that shifts while it is read.

        :param dict where: as of `list`
        :rtype: list[dict]
        """
        return every_row(lambda: Pages(self._client, self.path, where))

    def find(self, **where):
        """Return the rows that match, at most `FIND_LIMIT`; normally one request.

        A filter that the server does not know and ignores (dokstamp-api.md 5: not
        documented) costs more requests, and still finds what it names.

        :rtype: list[dict]
        """
        pages = Pages(self._client, self.path, where, per_page=FIND_LIMIT)
        rows, _meta = pages.fetch(1)
        if all(fits(row, where) for row in rows):
            return rows[:FIND_LIMIT]
        return list(itertools.islice(self.list(where), FIND_LIMIT))

    def count(self, **where):
        """Return how many rows match; normally one request for one row.

        :rtype: int
        """
        pages = Pages(self._client, self.path, where, per_page=1)
        rows, meta = pages.fetch(1)
        if meta.total is not None and all(fits(row, where) for row in rows):
            return meta.total
        return sum(1 for _row in self.list(where))

    def create(self, values):
        """Create a row and return it, with its uuid.

        :rtype: dict
        """
        return answers.created_row_of(self._call("POST", "", json=values))

    def get(self, uuid):
        """Return one row.

        :rtype: dict
        """
        return answers.row_of(self._call("GET", below(uuid)))

    def update(self, uuid, values):
        """Change the given fields; return the row if the answer holds it.

        :rtype: dict or None
        """
        return answers.changed_row_of(self._call("PATCH", below(uuid), json=values))

    def delete(self, uuid):
        """Soft-delete a row."""
        answers.changed_row_of(self._call("DELETE", below(uuid)))

    def _call(self, method, below_path, **content):
        return self._client.request(method, self.path + below_path, **content)


class Courses(Collection):
    """dokstamp-api.md 10."""

    def attachable_modules(self, uuid):
        """Return the institution's modules that are *not* in this course yet.

        :rtype: list[dict]
        """
        path = self.path + below(uuid, "attach", "modules")
        return every_row(lambda: Pages(self._client, path))

    def attach_modules(self, uuid, items):
        """Put modules into the course.

        :param items: dicts with ``uuid`` and optionally ``order``, ``is_required``,
            ``workload`` (hours), ``course_module_group_uuid``
        """
        path = below(uuid, "attach", "modules")
        answers.changed_row_of(self._call("POST", path, json={"modules": list(items)}))

    def detach_modules(self, uuid, module_uuids):
        """Take modules out of the course; the modules themselves stay."""
        path = below(uuid, "detach", "modules")
        content = {"modules": list(module_uuids)}
        answers.changed_row_of(self._call("DELETE", path, json=content))

    def groups(self, course_uuid):
        """Return the module groups of one course (dokstamp-api.md 10.2).

        :rtype: Collection
        """
        path = self.path + below(course_uuid, "modules", "groups")
        return Collection(self._client, path)


class Certificates(Collection):
    """dokstamp-api.md 16."""

    def revoke(self, uuid, reason=None):
        """Revoke for good; the reason is shown publicly (dokstamp-api.md 16.4).

        :rtype: dict
        """
        content = {} if reason is None else {"revocation_reason": reason}
        return answers.row_of(self._call("PUT", below(uuid, "revoke"), json=content))


class Files(Collection):
    """dokstamp-api.md 15. Files come in through `upload`."""

    create = None

    def upload(self, files):
        """Upload files; the same bytes again give the record that exists.

        :param files: tuples of file name, content (bytes) and MIME type
        :return: one row per file, in the order of the answer; look at ``used_at``
        :rtype: list[dict]
        """
        files = list(files)
        parts = [("files[]", file) for file in files]
        answer = self._call("POST", "", files=parts)
        rows = answers.content_of(answer).get("data")
        rows = [rows] if isinstance(rows, dict) else rows
        contents = {content for _name, content, _mime in files}
        if (
            not isinstance(rows, list)
            or len(rows) < len(contents)
            or not all(map(answers.has_uuid, rows))
        ):
            raise answers.not_understood(answer, "not one file with a uuid for each")
        return rows

    def download(self, uuid):
        """Return a file's content; no token is sent (dokstamp-api.md 1).

        :rtype: bytes
        """
        path = self.path + below(uuid, "download")
        answer = self._client.request_public("GET", path)
        if answer.body is None:
            raise answers.not_understood(answer, "no readable file")
        return answer.body


def below(*parts):
    """Return a path of these parts; each is one step of it and cannot lead elsewhere.

    :raise ValueError: one is empty, or no such step
    """
    if not all(map(is_segment, parts)):
        raise ValueError("a uuid is missing in the path, or is none")
    return "".join(f"/{part}" for part in parts)
