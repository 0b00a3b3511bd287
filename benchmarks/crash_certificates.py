"""A certificate's way is interrupted at every step: issued, revoked, re-issued."""

import time

from .certificate_check import Verdicts
from .crash import LATER, SILENT, SILENT_AFTER, Matrix, Point, call
from .faults import SOME, answered, dropped, end_tokens, outage
from .graduates import make_graduates

TOGETHER = 3  # certificates that each point interrupts
LOOK_AGAIN = 0.5  # seconds
ISSUE, REVOKE, REISSUE = "issue", "revoke", "reissue"
FILES, CERTIFICATES = "/files", "/certificates"
REVOCATION, LOOK = "/certificates/[^/]*/revoke", "/certificates/[^/]*"
REGISTER_LOCK = "LOCK dokstamp_register_entry IN SHARE MODE"
NO_DOCUMENT = (
    "SELECT count(*) FROM dokstamp_certificate"
    " WHERE state = 'queued' AND pdf_sha256 IS NULL"
)
UPLOAD_QUEUED = (
    "SELECT count(*) FROM dokstamp_sync_record"
    " WHERE state = 'pending' AND operation = 'issue'"
)
REVOCATION_QUEUED = (
    "SELECT count(*) FROM dokstamp_sync_record"
    " WHERE state = 'pending' AND operation = 'revoke'"
)
UNSETTLED = (
    "SELECT (SELECT count(*) FROM dokstamp_certificate WHERE state = 'queued'"
    " OR state = 'draft' AND replaces_id IS NOT NULL)"
    " + (SELECT count(*) FROM dokstamp_sync_record"
    " WHERE state IN ('pending', 'sending'))"
)


def action_stopped(name):
    """A lock that keeps one scheduled action from running."""
    return (
        "UPDATE ir_cron SET priority = priority WHERE id = (SELECT res_id"
        f" FROM ir_model_data WHERE module = 'dokstamp_connector' AND name = '{name}')"
    )


def all_of_them(query):
    """Reached when a query counts every certificate of the point."""
    return lambda stage: stage.number(query) >= TOGETHER


DOCUMENTS_STOPPED = action_stopped("ir_cron_documents")
FLUSH_STOPPED = action_stopped("ir_cron_flush")
POINTS = (
    Point(
        "queued, no document begun",
        ISSUE,
        lock=DOCUMENTS_STOPPED,
        reached=all_of_them(NO_DOCUMENT),
    ),
    Point("documents being made", ISSUE, reached=lambda stage: stage.is_printing()),
    Point("documents made, not kept", ISSUE, lock="LOCK ir_attachment IN SHARE MODE"),
    Point(
        "documents made, not sent",
        ISSUE,
        lock=FLUSH_STOPPED,
        reached=all_of_them(UPLOAD_QUEUED),
    ),
    Point("upload left, not done there", ISSUE, **call(SILENT, FILES)),
    Point("upload left, done there later", ISSUE, **call(LATER, FILES)),
    Point("upload done there", ISSUE, **call(SILENT_AFTER, FILES)),
    Point(
        "upload answered, not noted", ISSUE, lock="LOCK dokstamp_binding IN SHARE MODE"
    ),
    Point("creation left, not done there", ISSUE, **call(SILENT, CERTIFICATES)),
    Point("creation left, done there later", ISSUE, **call(LATER, CERTIFICATES)),
    Point("creation done there", ISSUE, **call(SILENT_AFTER, CERTIFICATES)),
    Point("creation answered, not noted", ISSUE, lock=REGISTER_LOCK),
    Point("some created, others not", ISSUE, arrives=CERTIFICATES, answered=1),
    Point(
        "created, DokStamp still at work on it",
        ISSUE,
        options={"certificate_pipeline": "async", "async_ready_after_reads": 0},
        **call(SILENT, LOOK, "GET"),
    ),
    Point("revocation left, not done there", REVOKE, **call(SILENT, REVOCATION, "PUT")),
    Point(
        "revocation left, done there later", REVOKE, **call(LATER, REVOCATION, "PUT")
    ),
    Point("revocation done there", REVOKE, **call(SILENT_AFTER, REVOCATION, "PUT")),
    Point("revocation answered, not noted", REVOKE, lock=REGISTER_LOCK),
    Point(
        "re-issue: revocation done there",
        REISSUE,
        **call(SILENT_AFTER, REVOCATION, "PUT"),
    ),
    Point(
        "re-issue: document made, not revoked",
        REISSUE,
        lock=FLUSH_STOPPED,
        reached=all_of_them(REVOCATION_QUEUED),
    ),
    Point("re-issue: upload done there", REISSUE, **call(SILENT_AFTER, FILES)),
    Point("re-issue: creation done there", REISSUE, **call(SILENT_AFTER, CERTIFICATES)),
)
ISSUED = f"{FILES}|{CERTIFICATES}"
# What DokStamp may do wrong, to the first calls that it is done to.
FAULTS = (
    Point("connection lost, not done", ISSUE, **call(dropped("before"), ISSUED)),
    Point("connection lost, done", ISSUE, **call(dropped("after"), ISSUED)),
    Point("no answer, not done", ISSUE, **call(SILENT | SOME, ISSUED)),
    Point("no answer, done", ISSUE, **call(SILENT_AFTER | SOME, ISSUED)),
    Point("500, not done", ISSUE, **call(answered(500), ISSUED)),
    Point("500, done", ISSUE, **call({"after_status": 500} | SOME, ISSUED)),
    Point("503, come back in 5 s", ISSUE, **call(answered(503, 5), ISSUED)),
    Point("429, come back in 5 s", ISSUE, **call(answered(429, 5), ISSUED)),
    Point("half an answer, done", ISSUE, **call({"truncate": True} | SOME, ISSUED)),
    Point("the token ends", ISSUE, arrives=FILES, answered=1, then=end_tokens),
    Point(
        "revocation: connection lost, done",
        REVOKE,
        **call(dropped("after"), REVOCATION, "PUT"),
    ),
    Point(
        "revocation: 500, not done", REVOKE, **call(answered(500), REVOCATION, "PUT")
    ),
    Point("re-issue: connection lost, done", REISSUE, **call(dropped("after"), ISSUED)),
    Point(
        "out for a minute", ISSUE, arrives=FILES, answered=1, then=outage("refuse_503")
    ),
)
# What the older generation does in another way: signing in, and how it issues.
OLDER_POINTS = (
    Point("older API: upload done there", ISSUE, **call(SILENT_AFTER, FILES)),
    Point("older API: creation done there", ISSUE, **call(SILENT_AFTER, CERTIFICATES)),
    Point("older API: creation answered, not noted", ISSUE, lock=REGISTER_LOCK),
    Point(
        "older API: revocation done there",
        REVOKE,
        **call(SILENT_AFTER, REVOCATION, "PUT"),
    ),
)


class CertificateMatrix(Matrix):
    """Has a few graduates for each point, and knows what must become of each.

    :param points: all that it will meet
    """

    COLUMNS = Verdicts.COLUMNS

    def __init__(self, stage, points):
        self.verdicts = Verdicts(stage)
        self.saves = 0
        super().__init__(stage)
        self.graduates = make_graduates(stage, TOGETHER * len(points))
        issued_before = [point for point in points if point.act != ISSUE]
        self.live = self.issue(TOGETHER * len(issued_before))
        self.settle()

    def _call(self, kind, method, *args):
        return self.stage.admin.call(f"dokstamp.{kind}", method, *args)

    # What a point interrupts

    def begin(self, point):
        if point.act == ISSUE:
            self.issue(TOGETHER)
            return
        ids = [self.live.pop() for _number in range(TOGETHER)]
        self.verdicts.expect_revoked(ids, has_successor=point.act == REISSUE)
        self._call("certificate", "write", ids, {"revocation_reason": "Wrong name"})
        self._call("certificate", f"action_{point.act}", ids)

    def issue(self, count):
        people = [self.graduates.pop() for _number in range(count)]
        values = [
            {
                "student_id": person["student_id"],
                "course_id": person["course_id"],
                "enrollment_id": person["id"],
            }
            for person in people
        ]
        ids = self._call("certificate", "create", values)
        self.verdicts.expect_issued(ids)
        self._call("certificate", "action_issue", ids)
        return ids

    def _is_reached(self, point, since):
        if point.options:  # what is due later: the scheduler looks once a minute
            self.stage.wake()
            time.sleep(LOOK_AGAIN)
        return super()._is_reached(point, since)

    def save_something(self, person):
        """Something else, whose way is not looked at here."""
        self.saves += 1
        values = {"name": f"Course {self.saves}", "code": f"MEANWHILE-{self.saves}"}
        person.call("dokstamp.course", "create", values)

    # Afterwards

    def is_unsettled(self):
        return bool(self.stage.number(UNSETTLED))

    def compare(self):
        return self.verdicts.counts()

    def summary(self):
        return ["certificates", "in Odoo", "at DokStamp"], self.verdicts.summary()

    def use_older_generation(self):
        """From now on with login, `status` and `issued_at`."""
        self.stage.move_switches({"generation": "older"})
        values = {
            "auth_method": "password",
            "login": "integration@example.com",
            "password": "demo-password",
        }
        account = [self.stage.account]
        self._call("account", "write", account, values)
        self._call("account", "action_test_connection", account)
