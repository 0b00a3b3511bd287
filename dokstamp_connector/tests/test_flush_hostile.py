import logging

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from ..models.accounts.access import _clients
from .common_certificates import CertificateCase
from .common_hostile import ENVELOPES, HEADERS, few, written

PERSONAL = ("Ada", "Example", "ada@example.com", "2001-02-03", "demo-secret")
ODD = st.sampled_from(("", "<html><body>Hello</body></html>", "[" * 5000, '{"data": '))
BODIES = st.one_of(ENVELOPES.map(lambda value: written(value).decode()), ODD)
# with the work left undone: what a proxy says, and DokStamp when it is in trouble
REFUSALS = st.sampled_from((404, 409, 422, 429, 500, 503))
PASSES = 8  # of the scheduled action, until all must be well again


@tagged("post_install", "-at_install")
class TestHostileAnswersInTheQueue(CertificateCase):
    """Whatever DokStamp answers to one call: the row says a sentence, no log names
    anybody, and when it answers as it should, everything is there, once.
    """

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.leaves = self.module()
        cls.attached = self.env["dokstamp.curriculum.line"].create(
            {"course_id": cls.botany.id, "module_id": cls.leaves.id}
        )
        cls.certificate = self.issued()
        cls.root = logging.getLogger()

    # === WORK === #

    def make_a_student(self):
        self.student(name="Grace Example", email="grace@example.com")

    def change_a_student(self):
        self.ada.name = "Ada King Example"

    def remove_a_student(self):
        self.student(name="Alan Example", email="alan@example.com")
        self.flush()
        self.env["dokstamp.student"].search(
            [("email", "=", "alan@example.com")]
        ).unlink()

    def attach_a_module(self):
        module = self.module(name="Roots", code="ROOT")
        self.env["dokstamp.curriculum.line"].create(
            {"course_id": self.botany.id, "module_id": module.id}
        )

    def detach_a_module(self):
        self.attached.unlink()

    def issue(self):
        zoology = self.course(name="Zoology", code="ZOO-1")
        self.flush()
        self.draft(course_id=zoology.id, enrollment_id=False).action_issue()

    def revoke(self):
        self.certificate.revocation_reason = "By mistake"
        self.certificate.action_revoke()

    def ask(self):
        self.certificate._queue_refresh()

    WORK = {
        make_a_student: (("POST", "/students"), ("GET", "/students")),
        change_a_student: (("PATCH", "/students/.*"),),
        remove_a_student: (("DELETE", "/students/.*"),),
        attach_a_module: (
            ("POST", "/courses/.*/attach/modules"),
            ("GET", "/courses/.*/attach/modules"),
        ),
        detach_a_module: (("DELETE", "/courses/.*/detach/modules"),),
        issue: (("POST", "/files"), ("POST", "/certificates"), ("GET", "/files/.*")),
        revoke: (("PUT", "/certificates/.*"),),
        ask: (("GET", "/certificates/.*"),),
    }
    CASES = [(work, call) for work, calls in WORK.items() for call in calls]
    # what is at DokStamp in the end: of each kind, beside what was there
    MADE = {
        make_a_student: {"students": 1},
        attach_a_module: {"modules": 1, "attachments": 1},
        detach_a_module: {"attachments": -1},
        issue: {"courses": 1, "certificates": 1, "files": 1},
    }

    # the first one that fails is said as it is: each takes a quarter of a second
    @settings(few, max_examples=30, phases=(Phase.explicit, Phase.generate))
    @given(st.sampled_from(CASES), BODIES, HEADERS, st.none() | REFUSALS)
    def test_nothing_is_lost_doubled_or_told(self, case, body, headers, status):
        work, (method, path) = case
        with self.cr.savepoint() as savepoint:
            before = self.held()
            work(self)
            headers = {k: v for k, v in headers.items() if k != "Content-Encoding"}
            self.spoil(method, path, body, headers, status)
            self.check_told(self.flush)
            self.sandbox.clear_faults()
            self.mend()
            expected = {
                k: n + self.MADE.get(work, {}).get(k, 0) for k, n in before.items()
            }
            self.assertEqual(self.held(), expected)
            savepoint.rollback()
        self.env.invalidate_all()
        self.sandbox.restore()
        _clients.clear()

    def spoil(self, method, path, body, headers, status):
        effect = {"after_body": body}
        if status and method == "DELETE":
            # what is refused stays there, and what is not found is gone: it is meant so
            effect = {"status": 503, "body": body}
        elif status:
            effect = {"status": status, "body": body}
        elif method == "GET":
            effect = {"status": 200, "body": body}
        self.sandbox.fault(method, path, headers=headers, **effect)

    def held(self):
        return {
            entity: self.sandbox.count(entity)
            for entity in (
                *("students", "courses", "modules", "attachments"),
                *("certificates", "files"),
            )
        }

    def open_rows(self):
        return self.env["dokstamp.sync.record"].search(
            [("state", "in", ("pending", "sending", "failed"))]
        )

    def check_told(self, work):
        with self.assertLogs(self.root, logging.INFO) as logged:
            self.root.info("something is logged")
            work()
        for line in logged.output:
            self.assertNotIn("failed in the connector", line)
            self.assertNotIn("Traceback", line)
            for word in PERSONAL:
                self.assertNotIn(word, line)
        for row in self.open_rows().filtered("failure_type"):
            self.assertNotEqual(row.failure_type, "internal")
            self.assertTrue(row.failure_message or row.waiting_for)

    def mend(self):
        """As time and a manager do."""
        for _pass in range(PASSES):
            self.make_due()
            self.account.asked_to_wait_until = False
            _clients.clear()
            if self.account.state == "paused":
                self.account.action_test_connection()
            if not (rows := self.open_rows()):
                return
            if failed := rows.filtered(lambda row: row.state == "failed"):
                failed.action_retry()
            self.flush()
        self.assertFalse(self.open_rows().mapped("failure_message"))
