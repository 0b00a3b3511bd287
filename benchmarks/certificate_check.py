"""What must be so of certificates, here and at DokStamp, whatever has happened."""

from collections import Counter, defaultdict

FIELDS = ["state", "student_id", "dokstamp_uuid", "pdf_sha256", "replaces_id"]
REGISTER_FIELDS = ["certificate_id", "event", "year", "entry_number"]
REGISTERED = {"issued": ["issued"], "revoked": ["issued", "revoked"]}
REPLACED = "replaced"  # the register's word for one that was issued as a successor


class Verdicts:
    """Knows what was asked for, and compares that with Odoo and the sandbox.

    missing: of a certificate that DokStamp should hold, it holds none.
    doubled: DokStamp holds one that Odoo knows nothing of, or two live ones of a
    student.
    unlike: another state than it should have, in Odoo or there, or another document.
    register: lines that are missing, that are too many, or that leave a gap.
    """

    COLUMNS = ("missing", "doubled", "unlike", "register")

    def __init__(self, stage):
        self.stage = stage
        self.expected = {}  # certificate → state; a successor stands under its old one
        self.successors = set()  # ids of certificates that have one

    def expect_issued(self, ids):
        self.expected |= dict.fromkeys(ids, "issued")

    def expect_revoked(self, ids, *, has_successor):
        self.expected |= dict.fromkeys(ids, "revoked")
        self.successors |= set(ids) if has_successor else set()

    def counts(self):
        """:return: a number for each of `COLUMNS`"""
        ours, theirs = self._ours(), self._theirs()
        found = Counter(
            self._verdict(certificate, theirs) for certificate in ours.values()
        )
        found["missing"] += len(self._not_even_here(ours))
        found["doubled"] += self._doubled(ours, theirs)
        return found["missing"], found["doubled"], found["unlike"], self._register(ours)

    def _ours(self):
        rows = self.stage.admin.read("dokstamp.certificate", [], FIELDS)
        return {row["id"]: row for row in rows}

    def _theirs(self):
        """uuid → certificate at DokStamp, with its document's digest."""
        sandbox = self.stage.sandbox
        files = sandbox.rows("files", deleted=True)
        digests = {file["uuid"]: file["sha256"] for file in files}
        return {
            row["uuid"]: row | {"pdf_sha256": digests[row["file_uuid"]]}
            for row in sandbox.rows("certificates", deleted=True)
        }

    def _expected_state(self, certificate):
        return self.expected.get(certificate["id"], "issued")

    def _verdict(self, certificate, theirs):
        remote = theirs.get(certificate["dokstamp_uuid"])
        if remote is None:
            return "missing"
        states = {certificate["state"], remote["status"]}
        if states != {self._expected_state(certificate)}:
            return "unlike"
        is_its_document = remote["pdf_sha256"] == certificate["pdf_sha256"]
        return None if is_its_document else "unlike"

    def _not_even_here(self, ours):
        """Certificates that were asked for and do not exist in Odoo."""
        replaced = {certificate["replaces_id"] for certificate in ours.values()}
        return (self.expected.keys() - ours.keys()) | (self.successors - replaced)

    def _doubled(self, ours, theirs):
        known = {certificate["dokstamp_uuid"] for certificate in ours.values()}
        live = Counter(
            (row["student_uuid"], row["course_uuid"])
            for row in theirs.values()
            if row["status"] == "issued"
        )
        return len(theirs.keys() - known) + sum(n - 1 for n in live.values())

    def _register(self, ours):
        lines = self.stage.admin.read("dokstamp.register.entry", [], REGISTER_FIELDS)
        events, numbers = defaultdict(list), defaultdict(list)
        for line in sorted(lines, key=lambda line: line["entry_number"]):
            events[line["certificate_id"]].append(line["event"])
            numbers[line["year"]].append(line["entry_number"])
        wrong = sum(
            events[id_] != self._expected_events(certificate)
            for id_, certificate in ours.items()
        )
        gaps = sum(
            found != list(range(1, len(found) + 1)) for found in numbers.values()
        )
        return wrong + gaps

    def _expected_events(self, certificate):
        if certificate["replaces_id"]:
            return [REPLACED]
        return REGISTERED[self._expected_state(certificate)]

    def summary(self):
        """Rows of a table: how many of each there are, here and at DokStamp.

        :rtype: list[list]
        """
        here = Counter(row["state"] for row in self._ours().values())
        rows = self.stage.sandbox.rows("certificates", deleted=True)
        there = Counter(row["status"] for row in rows)
        return [[state, here[state], there[state]] for state in sorted(here | there)]
