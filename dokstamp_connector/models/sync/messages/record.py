"""Messages about one record: find it, make it, change it, take it away."""

from dataclasses import dataclass, field
from datetime import datetime

from ....dokstamp_api import NotFound, OutcomeUnknown, Rejected, RetryLater
from .comparison import (
    comparable,
    is_exactly,
    is_older,
    is_same,
    matches,
    remote_value,
)
from .message import AuditLine, Message, SeveralMatches, Stranger

# Beside what is kept of a body that was sent, under names that no body has: where it
# lies, and, beside the keys of an attempt to create it, what else an attempt has said.
PLACE, BODY = "@path", "@body"
TAKEN_STATUSES = (409, 422)  # how DokStamp may refuse a second record of the same key


@dataclass(kw_only=True)
class Searched(Message):
    """A message about a record that can be found by keys: dokstamp-api.md 21.2.

    :param keys: what finds the record at DokStamp; empty: it cannot be searched for
    :param filters: the keys that DokStamp is documented to filter by
    :param is_listed: the filters give a list of many, which is read once for all
    :param decided: uuid → whether a person has said that this is ours
    """

    keys: dict = field(default_factory=dict)
    filters: tuple = ()
    is_listed: bool = False
    decided: dict = field(default_factory=dict)

    def _search(self):
        """The one record that has our keys, or those of an attempt whose outcome is
        unknown; or None.

        :raise SeveralMatches: there are more
        """
        every_key = [self.keys] if self.keys else []
        every_key += [keys for keys in self._tried_keys() if keys != self.keys]
        found = {
            one["uuid"]: one
            for keys in every_key
            for one in self._with(keys)
            if self.decided.get(one["uuid"]) is not False
        }
        self.unresolved = []
        if len(found) > 1:
            raise SeveralMatches(len(found))
        return next(iter(found.values()), None)

    def _tried_keys(self):
        """Of attempts to create it, each once.

        :rtype: list[dict]
        """
        found = []
        for attempt in self.tried:
            keys = {key: value for key, value in attempt.items() if key != BODY}
            if keys and keys not in found:  # none: it changed what was there
                found.append(keys)
        return found

    def _with(self, keys):
        """What DokStamp holds under these keys; filters may be ignored there.

        :rtype: list[dict]
        """
        where = {key: keys[key] for key in self.filters if key in keys}
        if self.is_listed:
            # the call that read it may be another message's
            candidates, self._last_call = self.memory.listed(
                self.path, where, keys, lambda: self._read(where)
            )
        else:
            candidates = self._at.every(where or None)
        return [one for one in candidates if matches(one, keys)]

    def _read(self, where):
        rows = self._at.every(where or None)
        return rows, self._last_call


@dataclass(kw_only=True)
class Push(Searched):
    """Create or update one record.

    What is found by search is adopted as it is: the flush first makes sure that it is
    no other record's of ours, and the next message sends what differs.

    :param payload: the whole body; None stands for empty
    :param last_payload: the body that was sent last, empty before the first time
    :param moved_from: the path that it has left, and its uuid there
    :param proofs: keys by which one with the same search keys is told from ours
    :param is_absent: DokStamp's lists were read, and it is in none: it is created
        without a search, once
    """

    payload: dict
    last_payload: dict
    moved_from: tuple[tuple[str, ...], str] | None = None
    proofs: tuple[str, ...] = ()
    is_absent: bool = False
    adopted: dict | None = None

    @property
    def sent(self):
        held = self.payload if self.adopted is None else self.adopted
        return {**held, PLACE: list(self.path)} if len(self.path) > 1 else held

    @property
    def is_done(self):
        return self.adopted is None or self.adopted == self.payload

    @property
    def is_found(self):
        return self.adopted is not None

    @property
    def attempt(self):
        if self.uuid:
            changed = self._changed()
            return {BODY: dict.fromkeys(changed)} if changed else None
        return self._creation if self.keys else None

    @property
    def _creation(self):
        said = {key: v for key, v in self.payload.items() if v and key not in self.keys}
        return {**self.keys, BODY: said}

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
        # an attempt of unknown outcome may have made it since
        is_new = self.is_absent and not self._tried_keys()
        if not is_new and (found := self._search()):
            self._adopt(found)
        else:
            self._create()

    def _update(self):
        """PATCH what has changed; False when DokStamp has the record no more."""
        known, changed = self.last_payload, self._changed()
        if not changed:
            return True
        archived = changed.get("status") in ("archived", "inactive")
        self._meaning(
            "archived" if archived else "updated",
            {key: known.get(key) for key in changed},
            changed,
        )
        before, self.unresolved = self.unresolved, [self.attempt]
        try:
            with self._writing():
                self._at.update(self.uuid, changed)
        except NotFound:
            self.memory.drop(self.path, self.uuid)
            return False
        except (RetryLater, Rejected):
            self.unresolved = before
            raise
        self.memory.put(self.path, self.uuid, self.payload)
        self.unresolved = []
        return True

    def _changed(self):
        """What DokStamp is not known to hold: of a change that was not answered nobody
        knows, even where it was taken back since.

        :return: part of the payload
        """
        known = self.last_payload
        unsure = {key for one in self.tried for key in one.get(BODY, ())}
        return {
            key: value
            for key, value in self.payload.items()
            if key in unsure or known.get(key) != value
        }

    def _leave(self, path, uuid):
        self._meaning("deleted", self.last_payload, {})
        try:
            self._collection(path).delete(uuid)
        except NotFound:
            return

    def _adopt(self, found):
        # what an attempt of ours has left is ours, whatever was changed meanwhile
        if not self._tried_keys() and self._is_another(found):
            raise Stranger
        self.uuid = found["uuid"]
        self.adopted = comparable(found, self.payload) | self._emptied(found)
        self.audit.append(
            AuditLine(self._last_call, "adopted", {}, {"uuid": self.uuid})
        )

    def _emptied(self, found):
        """What an attempt of ours has said there, and nobody says any more.

        :return: those values by key
        """
        return {
            key: value
            for one in self.tried
            for key, value in one.get(BODY, {}).items()
            if self.payload.get(key, value) is None
            and is_exactly(value, remote_value(found, key))
        }

    def _is_another(self, found):
        """Whether DokStamp's record says of itself what ours is not: an address alone
        does not tell who somebody is.
        """
        if self.decided.get(found["uuid"]):
            return False
        pairs = ((self.payload[key], remote_value(found, key)) for key in self.proofs)
        return any(own and other and not is_same(own, other) for own, other in pairs)

    def _create(self):
        """POST it; the keys stay unresolved while nobody knows whether it arrived."""
        values = {k: v for k, v in self.payload.items() if v is not None}
        self._meaning("created", {}, values)
        self.unresolved = [self._creation] if self.keys else []
        try:
            with self._writing():
                self.uuid = self._at.create(values)["uuid"]
            self.memory.put(self.path, self.uuid, self.payload)
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
        self.memory.forget(self.path)
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

    @property
    def is_found(self):
        return bool(self.uuid)

    def _run(self):
        found = self._search()
        if found and not is_older(found, self.since):
            self.uuid = found["uuid"]


@dataclass(kw_only=True)
class Remove(Message):
    """Delete a record, or archive it where that is not allowed: dokstamp-api.md 21.5.

    :param archive_values: what stands for "archived" in the body; empty where DokStamp
        has no such flag
    :param certificate_link: a certificate's key that names a record of this kind
    :param certificate_filter: the documented filter of GET /certificates, where that is
        another key; it is one of `last_payload`
    :param last_payload: the body that was sent last, for the audit log
    """

    archive_values: dict
    certificate_link: str | None
    certificate_filter: str | None
    last_payload: dict

    def _run(self):
        if self._has_certificates() or not self._delete():
            self._archive()

    def _has_certificates(self):
        """Whether a certificate leans on the record; checked here too, as the filter
        might be ignored.
        """
        if not self.certificate_link:
            return False
        link = {self.certificate_link: self.uuid}
        return any(matches(one, link) for one in self._certificates(link))

    def _certificates(self, link):
        """Those that might lean on it: a filter that is not documented may be refused
        (dokstamp-api.md 5).
        """
        certificates, key = self.client.certificates, self.certificate_filter
        if not key:
            return certificates.find(**link)
        if not self.last_payload.get(key):
            return certificates.list()
        return certificates.list({key: self.last_payload[key]})

    def _delete(self):
        """Whether DokStamp let go of it. How it refuses is not documented: 403, 409,
        422 and 500 count.
        """
        self._meaning("deleted", self.last_payload, {})
        try:
            with self._writing():
                self._at.delete(self.uuid)
            self.memory.drop(self.path, self.uuid)
        except NotFound:
            self.memory.drop(self.path, self.uuid)
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
            with self._writing():
                self._at.update(self.uuid, self.archive_values)
        except NotFound:
            self.memory.drop(self.path, self.uuid)
            return
        self.memory.put(self.path, self.uuid, self.archive_values)
