from datetime import timedelta

from odoo import Command
from odoo.tests import freeze_time, tagged

from .common import OpeneducatCase

NIGHT = "2026-11-02 02:30:00"  # in UTC: still the first of November in New York


@tagged("post_install", "-at_install")
class TestOpeneducatEnrollments(OpeneducatCase):
    """A student's course detail is an enrollment, from the admission to its end."""

    def setUp(self):
        super().setUp()
        self.account.tz = "America/New_York"
        self.course = self.op_course()
        self.batch = self.op_batch(self.course)
        self.student = self.op_student(
            {"course_id": self.course.id, "batch_id": self.batch.id}
        )
        self.enrollment = self.student.course_detail_ids
        self.flush()

    def remote(self, **values):
        return self.sandbox.row("enrollments", **values)

    def registered(self, enrollment):
        """The registry's enrollment that ``enrollment`` feeds."""
        link = self.env["dokstamp.source.link"].search(
            [
                ("res_model", "=", enrollment._name),
                ("res_id", "=", enrollment.id),
                ("entity_id", "!=", False),
            ]
        )
        return self.env["dokstamp.enrollment"].browse(link.entity_id)

    def test_a_student_is_created_with_the_enrollment_inside(self):
        *before, last = self.writes()
        self.assertEqual(last, ("POST", "enrollments"))
        # the student goes beside them, at no fixed place
        before.remove(("POST", "students"))
        self.assertEqual(before, [("POST", "courses"), ("POST", "cohorts")])
        [request] = self.sandbox.requests("POST", "/enrollments")
        student = self.sandbox.row("students", email="ada@example.com")
        cohort = self.sandbox.row("cohorts", code="BOT-26")
        self.assertEqual(request["body"]["student_uuid"], student["uuid"])
        self.assertEqual(request["body"]["cohort_uuid"], cohort["uuid"])
        self.assertEqual(request["body"]["enrolled_at"], "2026-02-01")
        self.assertEqual(request["body"]["completion_status"], "enrolled")

    def test_who_finishes_has_completed_on_that_day_at_the_school(self):
        with freeze_time(NIGHT):
            self.enrollment.state = "finished"
            self.flush()
        [request] = self.sandbox.requests("PATCH", "/enrollments/.*")
        self.assertEqual(
            request["body"],
            {"completion_status": "completed", "completed_at": "2026-11-01"},
        )
        # saved again later: it was finished then
        with freeze_time("2026-11-09 12:00:00"):
            self.enrollment.write({"state": "finished", "roll_number": "7"})
            self.flush()
        self.assertEqual(self.remote()["completed_at"][:10], "2026-11-01")
        self.enrollment.state = "running"
        self.flush()
        self.assertEqual(self.remote()["completion_status"], "enrolled")
        self.assertFalse(self.remote()["completed_at"])

    def test_an_import_that_finishes_a_class_keeps_the_day(self):
        other = self.op_student(
            {"course_id": self.course.id, "batch_id": self.batch.id},
            name="Bo Example",
            email="bo@example.com",
        ).course_detail_ids
        self.settle()
        names = ["id", "state", "finished_on"]
        ids = [
            f"__export__.{one._name.replace('.', '_')}_{one.id}"
            for one in self.enrollment + other
        ]
        for record, xmlid in zip(self.enrollment + other, ids, strict=True):
            self.env["ir.model.data"].create(
                {
                    "module": "__export__",
                    "name": xmlid.split(".")[1],
                    "model": record._name,
                    "res_id": record.id,
                }
            )
        with freeze_time(NIGHT):
            loaded = self.op("student.course").load(
                names, [[ids[0], "finished", ""], [ids[1], "finished", "2026-06-30"]]
            )
            self.assertFalse(loaded["messages"])
            self.flush()
        bodies = [r["body"] for r in self.sandbox.requests("PATCH", "/enrollments/.*")]
        self.assertEqual(
            {body["completed_at"] for body in bodies}, {"2026-11-01", "2026-06-30"}
        )

    def test_a_day_that_nobody_knows_is_not_guessed(self):
        self.env.cr.execute(
            "UPDATE op_student_course SET state = 'finished' WHERE id = %s",
            [self.enrollment.id],
        )
        came_so = self.op_student(
            {
                "course_id": self.course.id,
                "batch_id": self.batch.id,
                "state": "finished",
            },
            name="Bo Example",
            email="bo@example.com",
        ).course_detail_ids
        self.env.invalidate_all()
        self.sweep()
        self.flush()
        rows = self.sandbox.rows("enrollments")
        self.assertEqual(
            [(row["completion_status"], row["completed_at"]) for row in rows],
            [("completed", None)] * 2,
        )
        # it can be typed where the school knows it
        came_so.finished_on = "2026-07-01"
        self.flush()
        self.assertEqual(
            self.registered(came_so).completed_at.isoformat(), "2026-07-01"
        )
        # or the school says that all finish on the last day of the batch
        line = self.env.ref(
            "dokstamp_connector_openeducat.source_enrollment_completed_at"
        )
        line.path = "finished_on_or_batch_end"
        self.sweep()
        day = self.registered(self.enrollment).completed_at
        self.assertEqual(day.isoformat(), "2026-12-15")

    def test_a_batch_may_be_empty_and_a_course_taken_again_in_another_one(self):
        second = self.op_batch(self.course, code="BOT-27", start_date="2026-09-01")
        again = self.op("student.course").create(
            {
                "student_id": self.student.id,
                "course_id": self.course.id,
                "batch_id": second.id,
            }
        )
        other = self.op_course(name="Zoology", code="ZOO")
        with freeze_time(NIGHT):
            loose = self.op("student.course").create(
                {"student_id": self.student.id, "course_id": other.id}
            )
            self.flush()
        rows = self.sandbox.rows("enrollments")
        self.assertEqual(len(rows), 3)
        self.assertEqual(len({row["student_uuid"] for row in rows}), 1)
        self.assertNotEqual(self.registered(self.enrollment), self.registered(again))
        zoology = self.sandbox.row("courses", code="ZOO")
        self.assertFalse(self.remote(course_uuid=zoology["uuid"])["cohort_uuid"])
        created = self.registered(loose).enrolled_at
        self.assertLess(created - loose.create_date.date(), timedelta(days=1))

    def test_the_batch_of_a_parent_course_is_no_cohort_of_this_one(self):
        semester = self.op_course(
            name="First semester", code="BOT1", parent_id=self.course.id
        )
        self.op("student.course").create(
            {
                "student_id": self.student.id,
                "course_id": semester.id,
                "batch_id": self.batch.id,
            }
        )
        self.flush()
        course = self.sandbox.row("courses", code="BOT1")
        row = self.remote(course_uuid=course["uuid"])
        self.assertFalse(row["cohort_uuid"])
        self.assertEqual(row["enrolled_at"][:10], "2026-02-01")

    def test_who_left_and_is_enrolled_again_has_the_same_enrollment(self):
        place = {"course_id": self.course.id, "batch_id": self.batch.id}
        self.enrollment.unlink()
        self.flush()
        self.assertEqual(self.remote()["completion_status"], "dropped")
        self.student.course_detail_ids = [Command.create(place)]
        self.flush()
        self.assertEqual(self.remote()["completion_status"], "enrolled")

    def test_an_archived_students_enrollments_are_dropped_and_come_back(self):
        self.sandbox.forget_requests()
        self.student.active = False
        self.flush()
        [request] = self.sandbox.requests("PATCH", "/enrollments/.*")
        self.assertEqual(request["body"], {"completion_status": "dropped"})
        self.student.active = True
        self.flush()
        self.assertEqual(self.remote()["completion_status"], "enrolled")

    def test_deleting_the_contact_drops_the_enrollments_at_once(self):
        # the database deletes student and enrollment, and no hook of theirs is called
        self.sandbox.forget_requests()
        self.student.partner_id.unlink()
        self.assertFalse(self.enrollment.exists())
        self.flush()
        self.assert_gone()

    def test_deleting_the_user_does_so_too(self):
        user = self.env["res.users"].create(
            {"login": "ada", "partner_id": self.student.partner_id.id}
        )
        self.student.user_id = user
        self.settle()
        user.unlink()
        self.assertFalse(self.enrollment.exists())
        self.flush()
        self.assert_gone()

    def assert_gone(self):
        enrollments = self.env["dokstamp.enrollment"].with_context(active_test=False)
        self.assertFalse(enrollments.search([]).active)
        [request] = self.sandbox.requests("PATCH", "/enrollments/.*")
        self.assertEqual(request["body"], {"completion_status": "dropped"})

    def test_a_whole_class_is_moved_on_in_one_request_each(self):
        advanced = self.op_course(name="Botany II", code="BOT2")
        batch = self.op_batch(advanced, code="BOT2-27")
        self.settle()
        # as OpenEduCat's wizard moves them, one by one
        for detail in self.student.course_detail_ids:
            detail.state = "finished"
        self.student.write(
            {
                "course_detail_ids": [
                    Command.create({"course_id": advanced.id, "batch_id": batch.id})
                ]
            }
        )
        self.flush()
        self.assertEqual(
            sorted(self.writes()), [("PATCH", "enrollments"), ("POST", "enrollments")]
        )
