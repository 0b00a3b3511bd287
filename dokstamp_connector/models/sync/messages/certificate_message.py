"""How a certificate is issued, revoked and looked at: dokstamp-api.md 15 and 16.

Plain Python, like `message`. A certificate takes two messages: its file is uploaded and
the file's uuid kept before anything else may fail; then the certificate is created with
it.

    Upload   the document → file uuid
    Issue    file uuid → certificate; after an attempt whose answer was lost, the file's
             `used_at` and the student's certificates tell whether it worked
    Revoke   certificate → revoked
    Refresh  what DokStamp says of it now
"""

from dataclasses import dataclass, field
from datetime import datetime

from ....dokstamp_api import NotAllowed, NotFound, Rejected, objects_in, web_page
from .comparison import is_older, matches, remote_value
from .message import AuditLine, Message, SeveralMatches, Undecided

CREATED = ("issued", "revoked", "expired")  # states that count as "it happened"
OVER = ("revoked", "expired")  # there is no way back: dokstamp-api.md 16.4


class FileSpent(Undecided):
    """DokStamp has these bytes already, in the file of another certificate."""


class MayNotRevoke(Undecided):
    """DokStamp lets the integration read this certificate, and not revoke it."""


class PerhapsOurs(Undecided):
    """DokStamp has a certificate that an attempt of ours may have made, or somebody
    else: nothing of it tells.
    """


class Stopped(Undecided):
    """Nothing was sent: something speaks against it by now; its text says what."""


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
    def size(self):
        return len(self.content)

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

    @property
    def is_settled(self):
        """Whether DokStamp's pipeline is through with it: dokstamp-api.md 16.2 leaves
        open whether that takes time.
        """
        return self.remote.get("status") in CREATED and bool(
            web_page(self.remote.get("public_verification_url"))
        )


@dataclass(kw_only=True)
class Issue(Certified):
    """:param dict payload: the body, with the file's uuid
    :param bool finishes: newer generation, `finish`; else `status` and `issued_at`
    :param str issued_at: ISO datetime, for the older generation
    :param bool was_attempted: an earlier attempt may have worked
    :param str file_name: of the document, with the certificate's number in it
    :param list siblings: uuids of the student's other certificates for the course
    :param datetime since: naive UTC; when it was queued first
    :param str obstacle: why nothing may be created any more; what is there is taken
        over all the same
    """

    payload: dict
    finishes: bool
    issued_at: str
    was_attempted: bool
    file_name: str
    siblings: list
    since: datetime
    obstacle: str | None = None

    def _run(self):
        if self.file_uuid and self.was_attempted and self._was_carried_out():
            return
        if self.obstacle:
            self.left_nothing = True
            raise Stopped(self.obstacle)
        body = {**self.payload, **self._issuing()}
        self._meaning("issued", {}, body)
        try:
            self.remote = self.client.certificates.create(body)
        except Rejected:
            # an attempt that we know nothing of, or one that was carried out only
            # after we had looked, may have spent the file
            if not self._was_carried_out():
                self.left_nothing = True
                raise
        self.uuid = self.remote["uuid"]

    def _was_carried_out(self):
        """Whether an earlier attempt made the certificate; it is taken over then.

        Where the file doesn't tell (`used_at` is documented, GET /files/{uuid} in one
        generation only), the student's certificates do.

        :raise FileSpent: the file is used, by none that could be ours
        """
        is_spent = self._file_is_spent()
        self.remote = None if is_spent is False else self._find_issued(is_spent)
        if self.remote:
            self.uuid = self.remote["uuid"]
            self.audit.append(
                AuditLine(self._last_call, "adopted", {}, {"uuid": self.uuid})
            )
        elif is_spent:
            self.left_nothing = not self.was_attempted
            raise FileSpent
        return bool(self.remote)

    def _issuing(self):
        if self.finishes:
            return {"finish": True}
        return {"status": "issued", "issued_at": self.issued_at}

    def _file_is_spent(self):
        """Whether a certificate uses our file; None where DokStamp does not tell."""
        try:
            file = self.client.files.get(self.file_uuid)
        except NotFound:
            return None
        return bool(file["used_at"]) if "used_at" in file else None

    def _find_issued(self, is_spent):
        """The certificate that holds our file, or that can be no other than ours: a
        student may have one of another school, or one made by hand at DokStamp.

        :param is_spent: as of `_file_is_spent`
        :raise SeveralMatches: more than one could be ours
        :raise PerhapsOurs: one could be, and nothing tells
        """
        keys = {key: self.payload[key] for key in ("student_uuid", "course_uuid")}
        candidates = [
            self._with_files(one)
            for one in self.client.certificates.every(keys)
            if matches(one, keys) and one["uuid"] not in self.siblings
        ]
        with_file = [one for one in candidates if self._holds_file(one)]
        if len(with_file) == 1:
            return with_file[0]
        possible = [one for one in candidates if self._may_be_ours(one)]
        if len(possible) > 1:
            raise SeveralMatches(len(possible))
        if not possible:
            return None
        # only a file that is used proves that there is a certificate of ours
        if not is_spent:
            raise PerhapsOurs
        return possible[0]

    def _with_files(self, certificate):
        """The certificate with its files, which a list may leave out."""
        if certificate.get("files"):
            return certificate
        try:
            return {**certificate, **self.client.certificates.get(certificate["uuid"])}
        except NotFound:
            return certificate

    def _may_be_ours(self, certificate):
        """Of one that doesn't name our file: whether the document that DokStamp signs
        is a new file is open (dokstamp-api.md 22.5), and it may tell of no files.
        """
        links = (key for key in self.payload if key.endswith("_uuid"))
        is_elsewhere = any(
            told and told != self.payload[key]
            for key in links
            if (told := remote_value(certificate, key)) and key != "file_uuid"
        )
        is_old = is_older(certificate, self.since, key="issued_at")
        return self.was_attempted and not is_elsewhere and not is_old

    def _holds_file(self, certificate):
        """By the file itself, or by its name, which holds the certificate's number."""
        return any(
            one.get("uuid") == self.file_uuid
            or one.get("original_name") == self.file_name
            for one in objects_in(certificate, "files")
        )


@dataclass(kw_only=True)
class Revoke(Certified):
    """:param str reason: shown publicly by DokStamp
    :param dict keys: student and course, by which a list finds the certificate
    """

    reason: str | None
    keys: dict

    def _run(self):
        self._meaning("revoked", {}, {"revocation_reason": self.reason})
        try:
            self.remote = self.client.certificates.revoke(self.uuid, self.reason)
        except NotFound:
            if self._is_listed():
                raise
            # somebody deleted it there: it is taken back as far as it can be
            self.remote = {"status": "revoked", "revocation_reason": self.reason}
        except Rejected as error:
            # how DokStamp answers for one that is over already is not documented
            self.remote = self.client.certificates.get(self.uuid)
            if self.remote.get("status") in OVER:
                return
            if isinstance(error, NotAllowed):
                raise MayNotRevoke from error
            raise

    def _is_listed(self):
        """Whether a list still has it: an address alone is not found for other
        reasons too (dokstamp-api.md 6), and then neither is the list.
        """
        listed = self.client.certificates.list(where=self.keys)
        return any(one["uuid"] == self.uuid for one in listed)

    @property
    def is_settled(self):
        return self.remote.get("status") in OVER


@dataclass(kw_only=True)
class Refresh(Certified):
    """Ask what became of a certificate."""

    def _run(self):
        self.remote = self.client.certificates.get(self.uuid)
