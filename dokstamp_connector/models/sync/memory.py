"""What one flush has read at DokStamp and need not read again."""

import threading
from collections import defaultdict
from contextlib import contextmanager


class Memory:
    """Lists that many messages of one flush ask for; shared by its worker threads.

    Sound because one flush at a time writes for an account: what it read stays true but
    for its own writes, and those note what they touch.
    """

    def __init__(self):
        self._lists = {}
        self._locks = defaultdict(threading.Lock)
        self._guard = threading.Lock()

    def enrollments(self, course_uuid, read):
        """The enrollments of a course; the filter by course is the only documented one.

        dokstamp-api.md 21.2.

        :param read: called with the uuid when nobody has read them yet
        :return: what ``read`` returned
        """
        return self._remembered(("enrollments", course_uuid), lambda: read(course_uuid))

    # === CURRICULA === #

    def course(self, course_uuid):
        """The lock of a course's curriculum: reading, changing and noting it belong
        together.
        """
        return self._lock_of(("course", course_uuid))

    def is_attachable(self, client, course_uuid, module_uuid):
        """Whether the module is not attached to the course; dokstamp-api.md 10.1.

        A module missing from a remembered list may be younger than the list: read it
        again to be sure.
        """
        key = ("attachable", course_uuid)

        def read():
            return {
                one["uuid"] for one in client.courses.attachable_modules(course_uuid)
            }

        is_fresh = key not in self._lists
        if module_uuid in self._remembered(key, read):
            return True
        if is_fresh:
            return False
        self.forget(*key)
        return module_uuid in self._remembered(key, read)

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
        key = ("attachable", course_uuid)
        try:
            yield self._lists.get(key, set())
        except Exception:
            self.forget(*key)
            raise

    def forget(self, *key):
        """Drop what was read under this key, or under all keys that begin with it."""
        with self._guard:
            for known in [k for k in self._lists if k[: len(key)] == key]:
                del self._lists[known]

    def _lock_of(self, key):
        with self._guard:
            return self._locks[key]

    def _remembered(self, key, read):
        with self._lock_of(key):  # the second asker waits for the first one's answer
            found = self._lists.get(key)
            if found is None:
                found = self._lists[key] = read()
            return found
