"""How a certificate is issued, revoked and looked at: dokstamp-api.md 15 and 16.

Plain Python, like `message`. A certificate takes two messages: its file is uploaded and
the file's uuid kept before anything else may fail; then the certificate is created with
it.

    Upload   the document → file uuid
    Issue    file uuid → certificate; after an attempt whose answer was lost, the file's
             `used_at` tells whether it worked
    Revoke   certificate → revoked
    Refresh  what DokStamp says of it now
"""

from dataclasses import dataclass, field

from ....dokstamp_api import NotFound, Rejected
from .comparison import matches
from .message import AuditLine, Message, SeveralMatches, Undecided

CREATED = ("issued", "revoked", "expired")  # states that count as "it happened"
OVER = ("revoked", "expired")  # there is no way back: dokstamp-api.md 16.4


class FileSpent(Undecided):
    """DokStamp has these bytes already, in the file of another certificate."""


@dataclass(kw_only=True)
class Upload(Message):
    """:param str filename: the document's name at DokStamp
    :param bytes content: a PDF
    """

    filename: str
    content: bytes = field(repr=False)
    file_uuid: str | None = None

    @property
    def sent(self):
        return {"file_uuid": self.file_uuid}

    @property
    def is_done(self):
        return False

    def _run(self):
        self._meaning("created", {}, {"original_name": self.filename})
        files = self.client.files.upload(
            [(self.filename, self.content, "application/pdf")]
        )
        self.file_uuid = files[0]["uuid"]


@dataclass(kw_only=True)
class Certified(Message):
    """A message that is answered with the certificate.

    :param str file_uuid: of the document, kept with the certificate's uuid
    """

    file_uuid: str | None
    remote: dict | None = None

    @property
    def sent(self):
        return {"file_uuid": self.file_uuid}


@dataclass(kw_only=True)
class Issue(Certified):
    """:param dict payload: the body, with the file's uuid
    :param bool finishes: newer generation, `finish`; else `status` and `issued_at`
    :param str issued_at: ISO datetime, for the older generation
    :param bool was_attempted: an earlier attempt may have worked
    :param list siblings: uuids of the student's other certificates for the course
    """

    payload: dict
    finishes: bool
    issued_at: str
    was_attempted: bool
    siblings: list

    def _run(self):
        if self.was_attempted and self._file_is_spent():
            self._adopt()
            return
        body = {**self.payload, **self._issuing()}
        self._meaning("issued", {}, body)
        try:
            self.remote = self.client.certificates.create(body)
        except Rejected:
            # an attempt that we know nothing of, or one that was carried out only
            # after we had looked, may have spent the file
            if not self._file_is_spent():
                raise
            self._adopt()
        self.uuid = self.remote["uuid"]

    def _adopt(self):
        self.remote = self._find_issued()
        self.uuid = self.remote["uuid"]
        self.audit.append(
            AuditLine(self._last_call, "adopted", {}, {"uuid": self.uuid})
        )

    def _issuing(self):
        if self.finishes:
            return {"finish": True}
        return {"status": "issued", "issued_at": self.issued_at}

    def _file_is_spent(self):
        return bool(self.client.files.get(self.file_uuid).get("used_at"))

    def _find_issued(self):
        """The certificate that holds our file.

        :raise FileSpent: none does that could be ours
        """
        keys = {key: self.payload[key] for key in ("student_uuid", "course_uuid")}
        candidates = [
            one
            for one in self.client.certificates.list(where=keys)
            if matches(one, keys) and one["uuid"] not in self.siblings
        ]
        with_file = [one for one in candidates if self._holds_file(one)]
        if len(with_file) == 1:
            return with_file[0]
        unlisted = [one for one in candidates if not one.get("files")]
        if len(unlisted) > 1:
            raise SeveralMatches(len(unlisted))
        if not unlisted:
            raise FileSpent
        return unlisted[0]

    def _holds_file(self, certificate):
        files = certificate.get("files") or []
        return any(one.get("uuid") == self.file_uuid for one in files)


@dataclass(kw_only=True)
class Revoke(Certified):
    """:param str reason: shown publicly by DokStamp"""

    reason: str | None

    def _run(self):
        self._meaning("revoked", {}, {"revocation_reason": self.reason})
        try:
            self.remote = self.client.certificates.revoke(self.uuid, self.reason)
        except NotFound:
            raise
        except Rejected:
            # how DokStamp answers for one that is over already is not documented
            self.remote = self.client.certificates.get(self.uuid)
            if self.remote.get("status") not in OVER:
                raise


@dataclass(kw_only=True)
class Refresh(Certified):
    """Ask what became of a certificate."""

    def _run(self):
        self.remote = self.client.certificates.get(self.uuid)


def is_settled(remote):
    """Whether DokStamp's pipeline is through with it: dokstamp-api.md 16.2 leaves open
    whether that takes time.
    """
    return remote.get("status") in CREATED and bool(
        remote.get("public_verification_url")
    )
