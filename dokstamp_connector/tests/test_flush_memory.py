from odoo.tests import BaseCase, tagged

from ..models.sync import memory as memory_module
from ..models.sync.memory import Memory
from .common import DokstampCase
from .test_flush_lanes import OTHER_CREDENTIALS


@tagged("post_install", "-at_install")
class TestMemory(DokstampCase):
    """What was read at DokStamp is read once for several flushes, as long as nobody
    else can have written.
    """

    def setUp(self):
        super().setUp()
        self.botany = self.course()
        self.flush()
        self.first = self.enroll("one")
        self.flush()
        self.sandbox.forget_requests()

    def enroll(self, name, **values):
        student = self.student(name=name, email=f"{name}@example.com")
        return self.enrollment(
            student_id=student.id, course_id=self.botany.id, **values
        )

    def reads(self):
        """How often the list of enrollments was read to send one more."""
        enrollment = self.enroll("another")
        self.flush()
        self.assertEqual(enrollment.sync_state, "synced")
        return len(self.requests("GET", "/enrollments"))

    def test_enrollments_of_a_course_are_read_once_for_several_flushes(self):
        self.assertEqual(self.reads(), 0)
        self.assertEqual(self.sandbox.count("enrollments"), 2)

    def test_they_are_read_anew_when_another_process_has_sent(self):
        senders = self.env["dokstamp.flush.sender"]
        senders.search([("account_id", "=", self.account.id)]).process = "another"
        self.assertEqual(self.reads(), 1)

    def test_they_are_read_anew_with_other_credentials(self):
        self.account.max_in_flight = 2  # as any change that makes another client
        self.assertEqual(self.reads(), 1)

    def test_they_are_read_anew_after_some_time(self):
        self.patch(memory_module, "LIST_AGE", -1)
        self.assertEqual(self.reads(), 1)

    def test_they_are_read_anew_after_a_flush_that_ended_halfway(self):
        self.rows_of(self.first).state = "sending"
        with self.assertLogs("odoo.addons.dokstamp_connector", "WARNING"):
            self.assertEqual(self.reads(), 1)

    def test_they_are_read_anew_where_another_account_writes_to_the_tenant(self):
        company = self.env["res.company"].create({"name": "Sister School"})
        self.env["dokstamp.account"].create(
            {
                "name": "Sister",
                "company_id": company.id,
                "base_url": self.sandbox.url,
                **OTHER_CREDENTIALS,
                "tenant": self.account.tenant,
            }
        )
        self.assertEqual(self.reads(), 1)

    def test_one_whose_answer_was_lost_is_looked_for_and_not_doubled(self):
        self.sandbox.fault("POST", "/enrollments", drop="after")
        enrollment = self.enroll("lost")
        self.flush()
        self.make_due()
        self.flush()
        self.assertEqual(enrollment.sync_state, "synced")
        self.assertEqual(self.sandbox.count("enrollments"), 2)
        self.assertEqual(len(self.requests("POST", "/enrollments")), 1)

    def test_one_that_is_deleted_and_made_anew_is_not_taken_for_the_old_one(self):
        student, old = self.first.student_id, self.first.dokstamp_uuid
        self.first.unlink()
        self.flush()
        anew = self.enrollment(student_id=student.id, course_id=self.botany.id)
        self.flush()
        [remote] = self.sandbox.rows("enrollments")
        self.assertEqual(anew.dokstamp_uuid, remote["uuid"])
        self.assertNotEqual(anew.dokstamp_uuid, old)
        self.assertFalse(self.requests("GET", "/enrollments"))

    def test_one_that_somebody_deleted_at_dokstamp_is_made_anew_once(self):
        self.sandbox.remove("enrollments", self.first.dokstamp_uuid)
        self.first.completion_status = "dropped"
        self.flush()
        [remote] = self.sandbox.rows("enrollments")
        self.assertEqual(remote["completion_status"], "dropped")
        self.assertEqual(len(self.requests("POST", "/enrollments")), 1)

    def test_place_of_one_that_moved_is_free(self):
        cohorts = self.env["dokstamp.cohort"].create(
            [{"code": code, "course_id": self.botany.id} for code in ("A", "B")]
        )
        moving = self.enroll("moving", cohort_id=cohorts[0].id)
        self.flush()
        moving.cohort_id = cohorts[1]
        self.flush()
        second = self.enrollment(
            student_id=moving.student_id.id,
            course_id=self.botany.id,
            cohort_id=cohorts[0].id,
        )
        self.flush()
        self.assertEqual((moving + second).mapped("sync_state"), ["synced"] * 2)
        self.assertEqual(self.sandbox.count("enrollments"), 3)


@tagged("post_install", "-at_install")
class TestMemorySize(BaseCase):
    """A memory is bounded; the list in use is never dropped for its size."""

    def ask(self, memory, course, count):
        rows = [
            {"uuid": f"{course}-{n}", "course": {"uuid": course}} for n in range(count)
        ]
        reads = []

        def read():
            reads.append(course)
            return rows, None

        path, filters = ("enrollments",), {"course_uuid": course}
        memory.listed(path, filters, {"course_uuid": course}, read)
        return len(reads)

    def test_the_oldest_lists_give_way(self):
        self.patch(memory_module, "LIST_ROWS", 10)
        memory = Memory()
        self.assertEqual(self.ask(memory, "a", 6), 1)
        self.assertEqual(self.ask(memory, "b", 6), 1)
        self.assertEqual(self.ask(memory, "b", 6), 0)
        self.assertEqual(self.ask(memory, "a", 6), 1, "it was dropped")

    def test_a_list_that_is_too_long_by_itself_is_kept(self):
        self.patch(memory_module, "LIST_ROWS", 10)
        memory = Memory()
        self.assertEqual(self.ask(memory, "a", 50), 1)
        self.assertEqual(self.ask(memory, "a", 50), 0)
