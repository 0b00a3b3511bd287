"""What the flush sends: one message per record, run in a worker thread.

Plain Python, no Odoo: a message is given all it needs when it is planned, talks to
DokStamp, and keeps what came back (`uuid`, `audit`, `error`) for the flush to apply.

    Push    create or update a record, searching before creating
    Find    look whether a record that Odoo keeps no more got to DokStamp
    Remove  delete a record, or archive it where a certificate leans on it
    Attach  put a module into a course, or change how it stands there
    Detach  take it out again
    Probe   ask whether DokStamp works again
"""

import logging
import traceback
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ...dokstamp_api import (
    DokStampError,
    NotFound,
    OutcomeUnknown,
    Rejected,
    RetryLater,
)

_logger = logging.getLogger(__name__)

TAKEN_STATUSES = (409, 422)  # how DokStamp may refuse a second record of the same key
CLOCK_TOLERANCE = timedelta(hours=1)  # between DokStamp's clock and ours


class Undecided(Exception):
    """DokStamp answered, and what it says leaves the decision to a person."""


class SeveralMatches(Undecided):
    """DokStamp holds several records with the keys of ours: a person must decide."""

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
    :param parent_uuid: the uuid of the record that the resource lies below, for module
        groups
    :param uuid: the record's uuid at DokStamp, as far as it is known
    :param tried: keys of earlier attempts whose outcome is unknown: DokStamp may hold
        the record under them
    """

    resource: str | None = None
    parent_uuid: str | None = None
    uuid: str | None = None
    tried: list[dict] = field(default_factory=list)
    audit: list[AuditLine] = field(default_factory=list)
    error: Exception | None = None
    left_in_place: bool = False
    was_begun: bool = False

    def __post_init__(self):
        # what of `tried` is still open once the message has run
        self.unresolved = list(self.tried)

    def send(self, client, memory):
        """Talk to DokStamp; never raises, so that one bad record cannot stop the
        others.
        """
        self.was_begun = True
        self.memory = memory
        self.client = client.observed_by(self._note_call)
        try:
            self._run()
        except (DokStampError, Undecided) as error:
            self.error = error
        except Exception as error:  # noqa: BLE001
            _logger.error(
                "%s of %s failed in the connector: %s",
                type(self).__name__,
                self.resource,
                where(error),
            )
            self.error = error
        return self

    def _run(self):
        """Make the calls; set `uuid` as soon as it is known."""
        raise NotImplementedError

    @property
    def sent(self):
        """What DokStamp holds for the record after success; None: nothing that we keep.

        :rtype: dict | None
        """
        return None

    @property
    def is_done(self):
        """Whether success leaves nothing to send for the record."""
        return True

    @property
    def is_relinked(self):
        """Whether the record stands elsewhere now: in another course, say."""
        return False

    @property
    def _at(self):
        """The client's resource that the record lives at."""
        return self._below(self.parent_uuid)

    def _below(self, parent_uuid):
        if self.resource == "groups":
            return self.client.courses.groups(parent_uuid)
        return getattr(self.client, self.resource)

    # === AUDIT === #

    def _note_call(self, call):
        self._last_call = call
        if call.wrote:
            self.audit.append(AuditLine(call, *self._intent))

    def _meaning(self, event, old_values, new_values):
        """Say what the next writing call is for."""
        self._intent = (event, old_values, new_values)


@dataclass(kw_only=True)
class Searched(Message):
    """A message about a record that can be found by keys: dokstamp-api.md 21.2.

    :param keys: what finds the record at DokStamp; empty: it cannot be searched for
    :param filters: the keys that DokStamp is documented to filter by
    """

    keys: dict = field(default_factory=dict)
    filters: tuple = ()

    def _search(self):
        """The one record that has our keys, or those of an attempt whose outcome is
        unknown; or None.

        :raise SeveralMatches: there are more
        """
        every_key = [keys for keys in (self.keys, *self.tried) if keys]
        found = {one["uuid"]: one for keys in every_key for one in self._with(keys)}
        self.unresolved = []
        if len(found) > 1:
            raise SeveralMatches(len(found))
        return next(iter(found.values()), None)

    def _with(self, keys):
        if self.resource == "enrollments":
            # one list per course instead of one search per member; the call that read
            # it may be another message's
            candidates, self._last_call = self.memory.enrollments(
                keys["course_uuid"], self._read_enrollments
            )
        else:
            where = {key: keys[key] for key in self.filters if key in keys}
            candidates = self._at.list(where=where or None)
        return [one for one in candidates if matches(one, keys)]

    def _read_enrollments(self, course_uuid):
        rows = list(self._at.list(where={"course_uuid": course_uuid}))
        return rows, self._last_call


@dataclass(kw_only=True)
class Push(Searched):
    """Create or update one record.

    What is found by search is adopted as it is: the flush first makes sure that it is
    no other record's of ours, and the next message sends what differs.

    :param payload: the whole body; None stands for empty
    :param last_payload: the body that was sent last, empty before the first time
    :param moved_from: the parent's and the record's own uuid at the place that it has
        left
    """

    payload: dict
    last_payload: dict
    moved_from: tuple[str, str] | None = None
    adopted: dict | None = None

    @property
    def sent(self):
        held = self.payload if self.adopted is None else self.adopted
        return {**held, "parent_uuid": self.parent_uuid} if self.parent_uuid else held

    @property
    def is_done(self):
        return self.adopted is None or self.adopted == self.payload

    @property
    def is_relinked(self):
        return any(
            key.endswith("_uuid") and value != self.payload.get(key)
            for key, value in self.last_payload.items()
        )

    def _run(self):
        if self.uuid:
            if self._update():
                return
            self.uuid = None  # DokStamp has it no more
        if self.moved_from:
            self._leave(*self.moved_from)
        if found := self._search():
            self._adopt(found)
        else:
            self._create()

    def _update(self):
        """PATCH what has changed; False when DokStamp has the record no more."""
        known = self.last_payload
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
            self._at.update(self.uuid, changed)
        except NotFound:
            return False
        return True

    def _leave(self, parent_uuid, uuid):
        self._meaning("deleted", self.last_payload, {})
        try:
            self._below(parent_uuid).delete(uuid)
        except NotFound:
            return

    def _adopt(self, found):
        self.uuid = found["uuid"]
        self.adopted = comparable(found, self.payload)
        self.audit.append(
            AuditLine(self._last_call, "adopted", {}, {"uuid": self.uuid})
        )

    def _create(self):
        values = {k: v for k, v in self.payload.items() if v is not None}
        self._meaning("created", {}, values)
        self.unresolved = [self.keys] if self.keys else []
        try:
            self.uuid = self._at.create(values)["uuid"]
        except OutcomeUnknown:
            self.memory.forget(self.resource)
            raise
        except RetryLater:
            self.unresolved = []  # it did not even arrive
            raise
        except Rejected as error:
            self._adopt_faster_one(error)
        self.unresolved = []

    def _adopt_faster_one(self, error):
        """Take what somebody else has created between our search and our call."""
        self.unresolved = []
        if error.status not in TAKEN_STATUSES:
            raise error
        self.memory.forget(self.resource)
        found = self._search()
        if not found:
            raise error
        self._adopt(found)


@dataclass(kw_only=True)
class Find(Searched):
    """Look for what an attempt of unknown outcome may have left of a record that Odoo
    keeps no more.

    :param datetime since: when the record was queued first; what DokStamp had before is
        not ours
    """

    since: datetime

    @property
    def sent(self):
        return {} if self.uuid else None

    @property
    def is_done(self):
        return not self.uuid

    def _run(self):
        found = self._search()
        if found and not is_older(found, self.since):
            self.uuid = found["uuid"]


@dataclass(kw_only=True)
class Remove(Message):
    """Delete a record, or archive it where that is not allowed: dokstamp-api.md 21.5.

    :param archive_values: what stands for "archived" in the body; empty where DokStamp
        has no such flag
    :param certificate_filter: the filter of GET /certificates for this kind of record
    :param last_payload: the body that was sent last, for the audit log
    """

    archive_values: dict
    certificate_filter: str | None
    last_payload: dict

    def _run(self):
        if self._has_certificates() or not self._delete():
            self._archive()

    def _has_certificates(self):
        """Whether a certificate leans on the record; checked here too, as the filter
        might be ignored.
        """
        key = self.certificate_filter
        if not key:
            return False
        found = self.client.certificates.find(**{key: self.uuid})
        return any(matches(certificate, {key: self.uuid}) for certificate in found)

    def _delete(self):
        """Whether DokStamp let go of it. How it refuses is not documented: 403, 409,
        422 and 500 count.
        """
        self._meaning("deleted", self.last_payload, {})
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
        old = {key: self.last_payload.get(key) for key in self.archive_values}
        self._meaning("archived", old, self.archive_values)
        try:
            self._at.update(self.uuid, self.archive_values)
        except NotFound:
            return


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

    def _run(self):
        self._take_out_of(self.items)
        self.unresolved = []


@dataclass(kw_only=True)
class Probe(Message):
    """One reading call, after an outage: does DokStamp work again?"""

    def _run(self):
        self.client.institutions.count()


def where(error):
    """An error's type and the lines that it passed; not its text, which may hold
    personal data.
    """
    lines = traceback.format_tb(error.__traceback__)
    return f"{type(error).__name__}\n{''.join(lines)}"


def shown(item):
    """A curriculum item as the audit log shows it."""
    return {k: v for k, v in item.items() if v is not None and k != "course_uuid"}


def is_older(remote, moment):
    """Whether DokStamp had the record clearly before ``moment``; not all kinds tell."""
    try:
        created_at = datetime.fromisoformat(remote.get("created_at") or "")
    except ValueError:
        return False
    return created_at.replace(tzinfo=None) < moment - CLOCK_TOLERANCE


def remote_value(remote, key):
    """What DokStamp's object says for the body's ``key``: links come back as `{uuid,
    name}` objects.
    """
    if key in remote:
        return remote[key]
    if key.endswith("_uuid"):
        return (remote.get(key.removesuffix("_uuid")) or {}).get("uuid")
    return None


def is_same(sent, received):
    """Whether DokStamp's value says what ours says.

    Dates come back as datetimes and decimals perhaps as text (dokstamp-api.md 1); texts
    that serve as keys are compared without case, since which case DokStamp keeps is not
    documented.
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

    What is empty with us is left as DokStamp has it: a record that is adopted loses
    nothing.
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
