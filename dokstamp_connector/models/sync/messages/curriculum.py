"""Messages about the modules of courses: dokstamp-api.md 10.1."""

from dataclasses import dataclass

from ....dokstamp_api import NotFound, Rejected
from .message import Message


@dataclass(kw_only=True)
class Curriculum(Message):
    """A message about modules in courses; a course's curriculum is changed by one
    message at a time.

    Items are what the attach call takes, with the `course_uuid` beside it.
    """

    def _put_in(self, item, old_item):
        """Attach a module. Whether attaching it twice updates it, doubles it or fails
        is not documented (dokstamp-api.md 10.1): so look first, and detach it before.
        """
        self._take_out(item)
        values = {k: v for k, v in item.items() if v is not None and k != "course_uuid"}
        self._meaning("attached", shown(old_item), values)
        with self.memory.attaching(item["course_uuid"], item["uuid"]):
            self.client.courses.attach_modules(item["course_uuid"], [values])

    def _take_out(self, item):
        """Detach a module, unless it is out already."""
        course_uuid, module_uuid = item["course_uuid"], item["uuid"]
        if self.memory.is_attachable(self.client, course_uuid, module_uuid):
            return
        self._meaning("detached", shown(item), {})
        with self.memory.detaching(course_uuid, module_uuid):
            self.client.courses.detach_modules(course_uuid, [module_uuid])

    def _take_out_of(self, items):
        for item in items:
            with self.memory.course(item["course_uuid"]):
                try:
                    self._take_out(item)
                except NotFound:  # the course is gone, and its curriculum with it
                    continue


@dataclass(kw_only=True)
class Attach(Curriculum):
    """Put a module into a course's curriculum, with position, group, hours and required
    flag.

    :param item: as it shall be
    :param last_item: as it was sent last, empty before the first time
    :param elsewhere: items that stand where the record stood before
    """

    item: dict
    last_item: dict
    elsewhere: list[dict]

    @property
    def sent(self):
        return self.item

    @property
    def attempt(self):
        return self.item

    def _run(self):
        self._take_out_of(self.elsewhere)
        self.unresolved = [*self.tried, self.item]
        with self.memory.course(self.item["course_uuid"]):
            try:
                self._put_in(self.item, self.last_item)
            except Rejected:
                self.unresolved = []
                raise
        self.unresolved = []


@dataclass(kw_only=True)
class Detach(Curriculum):
    """Take a module out of where it may stand; fine when it is out already."""

    items: list[dict]

    @property
    def attempt(self):
        return self.items[0]

    def _run(self):
        self.unresolved = list(self.items)
        self._take_out_of(self.items)
        self.unresolved = []


def shown(item):
    """A curriculum item as the audit log shows it."""
    return {k: v for k, v in item.items() if v is not None and k != "course_uuid"}
