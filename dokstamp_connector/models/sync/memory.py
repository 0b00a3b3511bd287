"""What the flush has read at DokStamp and need not read again.

    Memories   one Memory per account, for as long as this process lives
    Memory     an account's, shared by the threads of its lane
    Listing    a list of DokStamp's, kept as our own calls change it

A list may be trusted while nobody but us has written: our own calls are noted in it.
So a memory is recalled only by the process that was the last to flush the account,
which the database tells (`dokstamp.flush.sender`), with the same client, if no
flush has ended halfway and no other account writes to the tenant. What people change at
DokStamp itself is seen after `LIST_AGE`.
"""

import os
import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from uuid import uuid4

from .messages.comparison import matches, remote_value

LIST_AGE = 300  # seconds that a list is trusted
LIST_ROWS = 20_000  # of all of an account's lists
PROOF_AGE = 10  # seconds for which an account that was let in counts as let in
_birth = uuid4().hex


def process_token():
    """What tells this process from all others.

    :rtype: str
    """
    return f"{_birth}-{os.getpid()}"  # a forked worker has the same birth


class Listing:
    """Rows of one list, by uuid.

    :param rows: as the client gave them
    :param dict filters: that the list was asked for with
    :param call: the client's `Call` that read it
    """

    def __init__(self, rows, filters, call):
        self.call, self.read_at = call, time.monotonic()
        self._filters = filters
        self._rows = {row["uuid"]: row for row in rows}
        self._indexes = {}  # key → its value → uuids

    def __len__(self):
        return len(self._rows)

    @property
    def is_old(self):
        return time.monotonic() - self.read_at > LIST_AGE

    def holding(self, keys):
        """Rows that may have these keys."""
        links = [k for k in keys if k.endswith("_uuid") and k not in self._filters]
        if not links:
            return list(self._rows.values())
        found = self._index(links[0])[_folded(keys[links[0]])]
        return [self._rows[uuid] for uuid in found]

    def put(self, uuid, values):
        """A row has these values now; it stays or enters where the filters let it."""
        row = {**self._rows.get(uuid, {}), **values, "uuid": uuid}
        self.drop(uuid)
        if matches(row, self._filters):
            self._rows[uuid] = row
            for key, index in self._indexes.items():
                index[_folded(remote_value(row, key))].add(uuid)

    def drop(self, uuid):
        row = self._rows.pop(uuid, None)
        if row:
            for key, index in self._indexes.items():
                index[_folded(remote_value(row, key))].discard(uuid)

    def _index(self, key):
        if key not in self._indexes:
            index = self._indexes[key] = defaultdict(set)
            for uuid, row in self._rows.items():
                index[_folded(remote_value(row, key))].add(uuid)
        return self._indexes[key]


def _folded(value):
    return value.strip().casefold() if isinstance(value, str) else None


class Memory:
    """Lists that many messages ask for; shared by the worker threads of a lane."""

    def __init__(self):
        self._listings = {}  # (path, filters) → Listing
        self._attachable = {}  # course uuid → uuids of modules
        self._locks = defaultdict(threading.Lock)
        self._guard = threading.Lock()
        self._proven_at = float("-inf")

    def prove_access(self, client):
        """Ask what every client may ask, unless that was answered a moment ago.

        :raise DokStampError: the account itself is refused, or nobody answers
        """
        with self._lock_of("access"):
            if time.monotonic() - self._proven_at > PROOF_AGE:
                client.prove_access()
                self._proven_at = time.monotonic()

    # === LISTS OF RECORDS === #

    def listed(self, path, filters, keys, read):
        """What a list of DokStamp's holds under ``keys``; the list is read once.

        :param read: called when nobody has read the list yet; returns its rows and the
            call
        :return: rows that may have the keys, and the call that read them
        """
        key = (path, tuple(sorted(filters.items())))
        with self._lock_of(key):  # the second asker waits for the first one's answer
            listing = self._listings.get(key)
            if listing is None or listing.is_old:
                listing = Listing(*_read_with(read, filters))
                with self._guard:
                    self._listings.pop(key, None)  # the newest stands last
                    self._listings[key] = listing
                    self._shrink()
        with self._guard:
            return listing.holding(keys), listing.call

    def put(self, path, uuid, values):
        """Our own call has made a record, or has changed it."""
        for listing in self._of(path):
            with self._guard:
                listing.put(uuid, values)

    def drop(self, path, uuid):
        """DokStamp has a record no more."""
        for listing in self._of(path):
            with self._guard:
                listing.drop(uuid)

    def forget(self, path):
        """Nobody knows what our call did there."""
        with self._guard:
            for key in [key for key in self._listings if key[0] == path]:
                del self._listings[key]

    def tidy(self):
        """Between two flushes: drop what is old, and all that is looked at anew."""
        self._attachable.clear()
        self._locks.clear()
        self._proven_at = float("-inf")
        for key in [key for key, one in self._listings.items() if one.is_old]:
            del self._listings[key]

    def _of(self, path):
        with self._guard:
            return [one for key, one in self._listings.items() if key[0] == path]

    def _shrink(self):
        """Drop the oldest lists, never the newest."""
        while (
            len(self._listings) > 1
            and sum(map(len, self._listings.values())) > LIST_ROWS
        ):
            del self._listings[next(iter(self._listings))]

    # === CURRICULA: read anew in each flush, as attaching twice may double === #

    def course(self, course_uuid):
        """The lock of a course's curriculum: reading, changing and noting it belong
        together.
        """
        return self._lock_of(("course", course_uuid))

    def is_attachable(self, client, course_uuid, module_uuid):
        """Whether the module is not attached to the course; dokstamp-api.md 10.1.

        A module missing from a remembered list may be younger than the list: read it
        again to be sure. Called with the course's lock.
        """
        known = self._attachable.get(course_uuid)
        if known is None or module_uuid not in known:
            modules = client.courses.attachable_modules(course_uuid)
            known = self._attachable[course_uuid] = {one["uuid"] for one in modules}
        return module_uuid in known

    @contextmanager
    def attaching(self, course_uuid, module_uuid):
        """Note that a module is attached; forget the list when nobody knows whether it
        is.
        """
        with self._changing(course_uuid) as attachable:
            yield
            attachable.discard(module_uuid)

    @contextmanager
    def detaching(self, course_uuid, module_uuid):
        with self._changing(course_uuid) as attachable:
            yield
            attachable.add(module_uuid)

    @contextmanager
    def _changing(self, course_uuid):
        try:
            yield self._attachable.get(course_uuid, set())
        except Exception:
            self._attachable.pop(course_uuid, None)
            raise

    def _lock_of(self, key):
        with self._guard:
            return self._locks[key]


def _read_with(read, filters):
    rows, call = read()
    return rows, filters, call


class Memories:
    """The memories of this process, each with the client that read it."""

    def __init__(self):
        self._known = {}  # (database, account id) → client, Memory

    def recall(self, key, client, is_sound):
        """The account's memory; a new one unless the last one can be trusted.

        :param bool is_sound: nobody else has written since
        :rtype: Memory
        """
        known_client, memory = self._known.get(key, (None, None))
        if not is_sound or known_client is not client:
            memory = Memory()
            self._known[key] = (client, memory)
        memory.tidy()
        return memory


memories = Memories()
