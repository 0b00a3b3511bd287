"""What the flush sends: one message per record, run in a worker thread.

Plain Python, no Odoo: a message is given all it needs when it is planned, talks to DokStamp, and keeps what
came back (`uuid`, `audit`, `error`) for the flush to apply.

    Push    create or update a record, searching before creating
    Remove  delete it, or archive it where a certificate leans on it
    Attach  put a module into a course, or change how it stands there
    Detach  take it out again
"""

import logging
from dataclasses import dataclass, field

from ...dokstamp_api import DokStampError, NotFound, OutcomeUnknown, Rejected

_logger = logging.getLogger(__name__)


class Undecided(Exception):
    """DokStamp answered, and what it says leaves the decision to a person."""


class SeveralMatches(Undecided):
    """DokStamp holds more than one record with the keys of ours: a person must decide."""

    def __init__(self, count):
        super().__init__(f"{count} records match")
        self.count = count


@dataclass
class AuditLine:
    """One call worth keeping: the client's `Call`, and what it was meant to change."""

    call: object
    event: str
    old_values: dict
    new_values: dict


@dataclass(kw_only=True)
class Message:
    """One record's way to DokStamp.

    :param resource: the client's resource name, as `courses`
    :param parent_uuid: the uuid of the record that the resource lies below, for module groups
    :param uuid: the record's uuid at DokStamp, as far as it is known
    """

    resource: str | None = None
    parent_uuid: str | None = None
    uuid: str | None = None
    audit: list[AuditLine] = field(default_factory=list)
    error: Exception | None = None
    # Which `_note_…` of the queue row applies it after success.
    outcome = "sent"
    # The uuid is not the one we knew: DokStamp lost the record, or search found it again.
    is_new: bool = False
    left_in_place: bool = False

    def send(self, client, memory):
        """Talk to DokStamp; never raises, so that one bad record cannot stop the others."""
        self.memory = memory
        self.client = client.observed_by(self._note_call)
        try:
            self._run()
        except (DokStampError, Undecided) as error:
            self.error = error
        except Exception as error:
            # no traceback of the values: they are personal data
            _logger.exception(
                "%s of %s failed in the connector", type(self).__name__, self.resource
            )
            self.error = error
        return self

    def _run(self):
        """Make the calls; set `uuid` as soon as it is known."""
        raise NotImplementedError

    @property
    def _at(self):
        """The client's resource that the record lives at."""
        if self.resource == "groups":
            return self.client.courses.groups(self.parent_uuid)
        return getattr(self.client, self.resource)

    # === AUDIT === #

    def _note_call(self, call):
        self._last_call = call
        if call.wrote:
            self.audit.append(AuditLine(call, *self._intent))

    def _meaning(self, event, old_values, new_values):
        """Say what the next writing call is for."""
        self._intent = (event, old_values, new_values)

    def _note_adopted(self, remote):
        self.audit.append(
            AuditLine(self._last_call, "adopted", {}, {"uuid": remote["uuid"]})
        )


@dataclass(kw_only=True)
class Searched(Message):
    """A message about a record that can be found by keys: dokstamp-api.md 21.2.

    :param keys: what finds the record at DokStamp; empty: it cannot be searched for
    :param filters: the keys that DokStamp is documented to filter by
    """

    keys: dict
    filters: tuple = ()

    def _search(self):
        """The one record that has our keys, or None.

        :raise SeveralMatches: there are more
        """
        if not self.keys:
            return None
        if (
            self.resource == "enrollments"
        ):  # one list per course instead of one search per member
            candidates = self.memory.enrollments(self.client, self.keys["course_uuid"])
        else:
            where = {key: self.keys[key] for key in self.filters if key in self.keys}
            candidates = self._at.list(where=where) if where else self._at.list()
        found = [one for one in candidates if matches(one, self.keys)]
        if len(found) > 1:
            raise SeveralMatches(len(found))
        return found[0] if found else None


@dataclass(kw_only=True)
class Push(Searched):
    """Create or update one record.

    :param payload: the whole body; None stands for empty
    :param last_payload: the body that was sent last, empty before the first time
    """

    payload: dict
    last_payload: dict

    @property
    def sent(self):
        return self.payload

    def _run(self):
        if self.uuid and self._update(self.uuid, self.last_payload):
            return
        self.is_new = True
        found = self._search()
        if found:
            self.uuid = found["uuid"]
            self._note_adopted(found)
            self._update(self.uuid, comparable(found, self.payload))
        else:
            self._create()

    def _update(self, uuid, known):
        """PATCH what differs from ``known``; False when DokStamp has the record no more."""
        changed = {
            key: value for key, value in self.payload.items() if known.get(key) != value
        }
        if not changed:
            return True
        archived = changed.get("status") in ("archived", "inactive")
        self._meaning(
            "archived" if archived else "updated",
            {key: known.get(key) for key in changed},
            changed,
        )
        try:
            self._at.update(uuid, changed)
        except NotFound:
            return False
        return True

    def _create(self):
        values = {k: v for k, v in self.payload.items() if v is not None}
        self._meaning("created", {}, values)
        try:
            self.uuid = self._at.create(values)["uuid"]
        except OutcomeUnknown:
            self.memory.forget(self.resource)
            raise


@dataclass(kw_only=True)
class Remove(Searched):
    """Delete a record, or archive it where that is not allowed: dokstamp-api.md 21.5.

    :param archive_values: what stands for "archived" in the body; empty where DokStamp has no such flag
    :param certificate_filter: the filter of GET /certificates for this kind of record
    """

    archive_values: dict
    certificate_filter: str | None
    outcome = "removed"

    def _run(self):
        if not self.uuid:
            found = self._search()
            if not found:
                return
            self.uuid = found["uuid"]
        if self._has_certificates() or not self._delete():
            self._archive()

    def _has_certificates(self):
        """Whether a certificate leans on the record; checked here too, as the filter might be ignored."""
        key = self.certificate_filter
        if not key:
            return False
        found = self.client.certificates.find(**{key: self.uuid})
        return any(matches(certificate, {key: self.uuid}) for certificate in found)

    def _delete(self):
        """Whether DokStamp let go of it. How it refuses is not documented: 403, 409, 422 and 500 count."""
        self._meaning("deleted", {}, {})
        try:
            self._at.delete(self.uuid)
        except NotFound:
            return True
        except Rejected:
            return False
        except OutcomeUnknown as error:
            if error.status != 500:
                raise
            return False
        return True

    def _archive(self):
        if not self.archive_values:
            self.left_in_place = True
            return
        self._meaning("archived", {}, self.archive_values)
        try:
            self._at.update(self.uuid, self.archive_values)
        except NotFound:
            return


@dataclass(kw_only=True)
class Attach(Message):
    """Put a module into a course's curriculum, with position, group, hours and required flag.

    Whether attaching an attached module updates it, doubles it or fails is not documented
    (dokstamp-api.md 10.1): so look first, and detach before attaching anew.

    :param item: the attach item; its `uuid` is the module's
    :param last_item: the item that was sent last, empty before the first time
    """

    course_uuid: str
    item: dict
    last_item: dict

    @property
    def sent(self):
        return {"course_uuid": self.course_uuid, **self.item}

    def _run(self):
        module_uuid = self.item["uuid"]
        if not self.memory.is_attachable(self.client, self.course_uuid, module_uuid):
            self._meaning("detached", self.last_item, {})
            self.client.courses.detach_modules(self.course_uuid, [module_uuid])
        item = {key: value for key, value in self.item.items() if value is not None}
        self._meaning("attached", self.last_item, item)
        self.memory.forget("attachable", self.course_uuid)
        self.client.courses.attach_modules(self.course_uuid, [item])


@dataclass(kw_only=True)
class Detach(Message):
    """Take a module out of a course's curriculum; fine when it is out already."""

    course_uuid: str
    last_item: dict
    outcome = "removed"

    def _run(self):
        module_uuid = self.last_item["uuid"]
        if self.memory.is_attachable(self.client, self.course_uuid, module_uuid):
            return
        self.memory.forget("attachable", self.course_uuid)
        self._meaning("detached", self.last_item, {})
        try:
            self.client.courses.detach_modules(self.course_uuid, [module_uuid])
        except NotFound:  # the course is gone, and its curriculum with it
            return


def remote_value(remote, key):
    """What DokStamp's object says for the body's ``key``: links come back as `{uuid, name}` objects."""
    if key in remote:
        return remote[key]
    if key.endswith("_uuid"):
        return (remote.get(key.removesuffix("_uuid")) or {}).get("uuid")
    return None


def is_same(sent, received):
    """Whether DokStamp's value says what ours says.

    Dates come back as datetimes and decimals perhaps as text (dokstamp-api.md 1); texts that serve as keys
    are compared without case, since which case DokStamp keeps is not documented.
    """
    if isinstance(sent, str) and isinstance(received, str):
        if len(sent) == 10 and received.startswith(f"{sent}T"):
            return True
        return sent.strip().casefold() == received.strip().casefold()
    if isinstance(sent, float | int) and isinstance(received, str):
        try:
            return float(received) == float(sent)
        except ValueError:
            return False
    return sent == received


def matches(remote, keys):
    return all(is_same(value, remote_value(remote, key)) for key, value in keys.items())


def comparable(remote, payload):
    """DokStamp's object in the shape of our payload, so that the two can be compared.

    What is empty with us is left as DokStamp has it: a record that is adopted loses nothing.
    """
    known = {}
    for key, value in payload.items():
        received = remote_value(remote, key)
        same = value is None or is_exactly(value, received)
        known[key] = value if same else received
    return known


def is_exactly(sent, received):
    if isinstance(sent, str) and isinstance(received, str):
        return sent == received or (len(sent) == 10 and received.startswith(f"{sent}T"))
    return is_same(sent, received)
