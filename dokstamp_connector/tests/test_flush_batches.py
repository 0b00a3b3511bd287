from odoo.tests import tagged

from ..models.sync import lane as lane_module
from .common_certificates import CertificateCase
from .test_flush_lanes import LaneCase

FEW, MANY = 3, 100


@tagged("post_install", "-at_install")
class TestBatches(LaneCase):
    """What a batch costs the database does not grow with it."""

    def begin_with(self, cls):
        super().begin_with(cls)
        # a manager said so: nothing of it is held
        self.account.held_removals_percent = self.account.held_changes_percent = 100

    def students(self, count, **values):
        return self.env["dokstamp.student"].create(
            [
                {
                    "name": f"Student {number}",
                    "email": f"student.{count}.{number}@example.com",
                    "date_of_birth": "2001-02-03",
                    **values,
                }
                for number in range(count)
            ]
        )

    def enrollments(self, count, students=None, course=None):
        course = course or self.course(code=f"BOT-{count}")
        return self.env["dokstamp.enrollment"].create(
            [
                {
                    "student_id": student.id,
                    "course_id": course.id,
                    "enrolled_at": "2026-09-01",
                }
                for student in students or self.students(count)
            ]
        )

    def counted(self, work, *args):
        """:return: how many queries it took, and what came of it"""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        result = work(*args)
        self.env.cr.flush()
        return self.env.cr.sql_log_count - before, result

    def cost(self, count):
        """Queries that it takes to plan and to settle what is due."""
        flush, lane = self.open_lane()
        row_ids = flush._claim(lane)
        self.assertEqual(len(row_ids), count)
        planning, jobs = self.counted(flush._plan, lane, row_ids)
        for job in jobs:
            job.message.send(lane.client, lane.memory)
        settling = 0
        if jobs:
            settling, _none = self.counted(flush._settle_jobs, lane, jobs)
        return planning, settling

    def check_same_cost(self, prepare):
        """:param prepare: leaves as many rows due as it is told"""
        prepare(FEW)
        few = self.cost(FEW)
        prepare(MANY)
        many = self.cost(MANY)
        for one, other in zip(few, many, strict=True):
            self.assertLessEqual(other, one + 2, f"{few} for {FEW}, {many} for {MANY}")

    def test_new_records_cost_the_same_however_many(self):
        self.check_same_cost(self.students)
        self.assertEqual(self.sandbox.count("students"), FEW + MANY)

    def test_changed_records_cost_the_same_however_many(self):
        def change(count):
            students = self.students(count)
            self.flush()
            for student in students:
                student.social_name = f"Called {student.id}"

        self.check_same_cost(change)

    def test_records_that_refer_to_others_cost_the_same_however_many(self):
        def enroll(count):
            students, course = self.students(count), self.course(code=f"BOT-{count}")
            self.flush()
            self.enrollments(count, students, course)

        self.check_same_cost(enroll)
        self.assertEqual(self.sandbox.count("enrollments"), FEW + MANY)

    def test_records_that_others_wait_for_cost_the_same_however_many(self):
        def prepare(count):
            enrollments = self.enrollments(count)
            rows = self.env["dokstamp.sync.record"]
            self.env.cr.flush()
            for enrollment in enrollments:
                self.rows_of(enrollment).write(
                    {"waiting_for": f"dokstamp.student,{enrollment.student_id.id}"}
                )
            rows.search([("res_model", "=", "dokstamp.course")]).state = "done"

        prepare(FEW)
        few = self.cost(FEW)
        rows = self.env["dokstamp.sync.record"]
        rows.search([("state", "=", "pending")]).state = "done"
        prepare(MANY)
        many = self.cost(MANY)
        self.assertLessEqual(many[1], few[1] + 2)
        released = rows.search_count(
            [("state", "=", "pending"), ("waiting_for", "=", False)]
        )
        self.assertEqual(released, MANY)

    def test_incomplete_records_cost_the_same_however_many(self):
        self.check_same_cost(lambda count: self.students(count, date_of_birth=False))

    def test_waiting_records_cost_the_same_however_many(self):
        def prepare(count):
            enrollments = self.enrollments(count)
            self.env.cr.flush()
            rows = self.env["dokstamp.sync.record"].search([("state", "=", "pending")])
            rows.filtered(lambda r: r.res_model != enrollments._name).state = "sending"

        prepare(FEW)
        flush, lane = self.open_lane()
        few, _jobs = self.counted(flush._plan, lane, flush._claim(lane))
        prepare(MANY)
        many, _jobs = self.counted(flush._plan, lane, flush._claim(lane))
        self.assertLessEqual(many, few + 2)

    def test_removals_cost_the_same_however_many(self):
        def remove(count):
            students = self.students(count)
            self.flush()
            students.unlink()

        self.check_same_cost(remove)
        self.assertEqual(self.sandbox.count("students"), 0)

    def test_refused_records_cost_the_same_however_many(self):
        self.sandbox.fault(
            "POST", "/students", times=None, status=422, json={"message": "No."}
        )
        self.check_same_cost(self.students)


@tagged("post_install", "-at_install")
class TestPoison(LaneCase):
    """What breaks the connector in a batch is marked alone; the rest of the batch is
    settled as ever, and what DokStamp answered is kept.
    """

    def test_record_that_breaks_the_settling_is_marked_alone(self):
        courses = self.env["dokstamp.course"].create(
            [{"name": f"Course {n}", "code": f"C{n}"} for n in range(10)]
        )
        bad, address = courses[4], "ada@example.com"

        def broken(record, row, message):
            if record == bad:
                raise KeyError(address)

        self.patch(self.registry["dokstamp.course"], "_note_answer", broken)
        with self.assertLogs("odoo.addons.dokstamp_connector", "INFO") as logged:
            self.flush()
        self.assertNotIn(address, str(logged.output))
        self.assertEqual(bad.sync_state, "failed")
        self.assertIn("fault of the connector", bad.sync_message)
        self.assertEqual(set((courses - bad).mapped("sync_state")), {"synced"})
        for course in courses:
            self.assertEqual(self.audit_of(course).mapped("event"), ["created"])
        self.assertEqual(len(self.requests("POST", "/courses")), 10)

    def test_two_that_dokstamp_takes_for_one_are_not_linked_to_the_same(self):
        """Answered in one batch: the second one sees that the first has it."""
        self.account._client().courses.create(
            {
                "name": "Botany",
                "code": "BOT-1",
                "institution_uuid": self.institution.dokstamp_uuid,
            }
        )
        first, second = self.course(), self.course(name="Zoology", code="ZOO-1")
        flush, lane = self.open_lane()
        jobs = self.load(flush, lane)
        jobs[1].message.keys = jobs[0].message.keys
        self.send(flush, lane, jobs)
        states = {first.sync_state, second.sync_state}
        self.assertIn("failed", states)
        held = self.env["dokstamp.binding"].search(
            [
                ("res_model", "=", "dokstamp.course"),
                ("account_id", "=", self.account.id),
            ]
        )
        self.assertEqual(len(held), 1)

    def test_keys_of_an_earlier_attempt_survive_a_flush_that_is_killed(self):
        course = self.course()
        self.sandbox.fault("POST", "/courses", drop="after")
        flush, lane = self.open_lane()
        self.send(flush, lane, self.load(flush, lane))
        self.rows_of(course)._fail("gave_up", "Gave up.")
        course.code = "BOT-2"
        self.env.cr.flush()
        self.load(flush, lane)  # and then the process is killed
        with self.assertLogs("odoo.addons.dokstamp_connector", "WARNING"):
            self.flush()
        self.make_due()
        self.flush()
        self.assertEqual(self.sandbox.count("courses"), 1)
        self.assertEqual(course.sync_state, "synced")


@tagged("post_install", "-at_install")
class TestBytes(LaneCase, CertificateCase):
    """Documents are held for sending up to a limit, whatever the number of rows."""

    def test_what_is_too_much_to_hold_waits_for_its_turn(self):
        courses = [self.course(code=code) for code in ("ZOO-1", "GEO-1")]
        self.flush()
        others = [
            self.enrollment(
                student_id=self.ada.id,
                course_id=course.id,
                completion_status="completed",
                completed_at="2026-10-01",
            )
            for course in courses
        ]
        self.flush()
        certificates = self.draft()
        for other in others:
            certificates += self.draft(
                course_id=other.course_id.id, enrollment_id=other.id
            )
        certificates.action_issue()
        flush, lane = self.open_lane()
        self.env.invalidate_all()  # the scheduled action has a transaction of its own
        self.patch(lane_module, "BATCH_BYTES", 200)  # two documents are more
        jobs = self.load(flush, lane)
        self.assertEqual(len(jobs), 2)
        last = certificates[2]
        cached = last._fields["pdf"]._get_cache(last.env)
        self.assertNotIn(last.id, set(cached), "what is not sent is not read")
        row = self.rows_of(last)
        self.assertEqual((row.state, row.attempt_count), ("pending", 0))
        lane.jobs = dict(enumerate(jobs))
        self.assertEqual(lane.room, 0, "nothing more is claimed while these are held")
        lane.jobs = {}
        self.send(flush, lane, jobs)
        while row_ids := flush._claim(lane):
            self.send(flush, lane, flush._plan(lane, row_ids))
        self.assertEqual(set(certificates.mapped("state")), {"issued"})
        self.assertEqual(len(self.requests("POST", "/certificates")), 3)
