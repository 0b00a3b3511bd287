"""What every message is, and what can stop it."""

import logging
import traceback
from contextlib import contextmanager
from dataclasses import dataclass, field

from ....dokstamp_api import (
    DokStampError,
    NeedsNewToken,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
)
from ....dokstamp_api.resources import Collection, below

_logger = logging.getLogger(__name__)


class Undecided(Exception):
    """DokStamp answered, and what it says leaves the decision to a person."""


class SeveralMatches(Undecided):
    """DokStamp holds several records with the keys of ours: a person must decide."""

    def __init__(self, count):
        super().__init__(f"{count} records match")
        self.count = count


class Stranger(Undecided):
    """What DokStamp holds under our keys is somebody else, by all that it says."""


class RefusedAlone(Undecided):
    """DokStamp refuses this one call, and answers what every client may ask.

    :param DokStampError refusal: what the call was answered with
    """

    def __init__(self, refusal):
        super().__init__(str(refusal))
        self.refusal = refusal


def is_about_access(error):
    """Whether a refusal may be the account's matter rather than the record's.

    That is one of rights or token, and a whole list that is not found: it exists in
    every tenant.
    """
    if isinstance(error, NotFound):
        return "/" not in (error.path or "").strip("/")
    return isinstance(error, NeedsNewToken | NotAllowed)


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

    :param path: parts of the path of the collection that the record lies in, as
        `("courses", uuid, "modules", "groups")`
    :param uuid: the record's uuid at DokStamp, as far as it is known
    :param tried: earlier attempts whose outcome is unknown, as of `attempt`
    """

    path: tuple[str, ...] = ()
    uuid: str | None = None
    tried: list[dict] = field(default_factory=list)
    audit: list[AuditLine] = field(default_factory=list)
    error: Exception | None = None
    left_in_place: bool = False
    # DokStamp holds nothing of the record, as far as an answer can tell
    left_nothing: bool = False
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
            self._run_or_tell_whose_matter()
        except (DokStampError, Undecided) as error:
            self.error = error
        except Exception as error:  # noqa: BLE001
            _logger.error(
                "%s of %s failed in the connector: %s",
                type(self).__name__,
                "/".join(map(str, self.path)),
                where(error),
            )
            self.error = error
        return self

    def _run_or_tell_whose_matter(self):
        """A refusal may be the account's matter, or this record's alone: what every
        client may ask tells.

        :raise RefusedAlone: the record's alone
        """
        try:
            self._run()
        except DokStampError as error:
            if not is_about_access(error):
                raise
            self.memory.prove_access(self.client)
            raise RefusedAlone(error) from error

    def _run(self):
        """Make the calls; set `uuid` as soon as it is known."""
        raise NotImplementedError

    @property
    def attempt(self):
        """What this message may leave at DokStamp if nobody answers: the keys of what
        it creates, and what else it says; None: nothing.

        :rtype: dict | None
        """
        return None

    @property
    def sent(self):
        """What DokStamp holds for the record after success; None: nothing that we keep.

        :rtype: dict | None
        """
        return None

    @property
    def size(self):
        """Bytes of documents that it holds until it is sent."""
        return 0

    @property
    def is_done(self):
        """Whether success leaves nothing to send for the record."""
        return True

    @property
    def is_found(self):
        """Whether DokStamp had the record before: it may be somebody else's."""
        return False

    @property
    def is_relinked(self):
        """Whether the record stands elsewhere now: in another course, say."""
        return False

    @property
    def _at(self):
        """The collection that the record lies in."""
        return self._collection(self.path)

    def _collection(self, path):
        return Collection(self.client, below(*path))

    @contextmanager
    def _writing(self):
        """Around a call that writes: when nobody knows what it did, what was read at
        that place is true no more.
        """
        try:
            yield
        except OutcomeUnknown:
            self.memory.forget(self.path)
            raise

    # === AUDIT === #

    def _note_call(self, call):
        self._last_call = call
        if call.wrote:
            self.audit.append(AuditLine(call, *self._intent))

    def _meaning(self, event, old_values, new_values):
        """Say what the next writing call is for."""
        self._intent = (event, old_values, new_values)


@dataclass(kw_only=True)
class Probe(Message):
    """One reading call, after an outage: does DokStamp work again?"""

    def _run_or_tell_whose_matter(self):
        self.client.institutions.count()


def where(error):
    """An error's type and the lines that it passed; not its text, which may hold
    personal data.
    """
    lines = traceback.format_tb(error.__traceback__)
    return f"{type(error).__name__}\n{''.join(lines)}"
