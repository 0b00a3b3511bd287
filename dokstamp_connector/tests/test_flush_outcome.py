from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from odoo.tests import tagged

from .common import DokstampCase

# Each kind with the entity that the sandbox keeps it as, and the path that creates it.
KINDS = {
    "dokstamp.institution": ("institutions", "/institutions"),
    "dokstamp.organization": ("organizations", "/organizations"),
    "dokstamp.course": ("courses", "/courses"),
    "dokstamp.module": ("modules", "/modules"),
    "dokstamp.module.group": ("module_groups", "/courses/.*/modules/groups"),
    "dokstamp.curriculum.line": ("attachments", "/courses/.*/attach/modules"),
    "dokstamp.cohort": ("cohorts", "/cohorts"),
    "dokstamp.student": ("students", "/students"),
    "dokstamp.enrollment": ("enrollments", "/enrollments"),
}
# What may happen to a POST whose outcome nobody tells us.
ACCIDENTS = {
    "connection dropped before the work": {"drop": "before"},
    "connection dropped after the work": {"drop": "after"},
    "server error after the work": {"after_status": 500},
    "gateway error after the work": {"after_status": 504},
    "half an answer": {"truncate": True},
    "no answer for a while": {"drop": "hang_after", "seconds": 0.2},
    "a proxy's page instead of the answer": {"html": 502},
}


@tagged("post_install", "-at_install")
class TestOutcomeUnknown(DokstampCase):
    """A call that was not answered is looked up before it is repeated: one record
    there, whatever happened.
    """

    def make(self, model):
        """A record of the kind, not sent yet; what it needs is at DokStamp."""
        values = {
            "dokstamp.institution": {"name": "Second School", "country": "Portugal"},
            "dokstamp.organization": {"name": "Faculty", "code": "FAC"},
            "dokstamp.course": {"name": "Botany", "code": "BOT-1"},
            "dokstamp.module": {"name": "Leaves", "code": "LEAF"},
            "dokstamp.student": {
                "name": "Ada Example",
                "email": "ada@example.com",
                "date_of_birth": "2001-02-03",
            },
        }.get(model)
        if values is None:
            course, module, student = self.course(), self.module(), self.student()
            self.flush()
            values = {
                "dokstamp.module.group": {"name": "Term", "course_id": course.id},
                "dokstamp.curriculum.line": {
                    "course_id": course.id,
                    "module_id": module.id,
                },
                "dokstamp.cohort": {"code": "2026", "course_id": course.id},
                "dokstamp.enrollment": {
                    "student_id": student.id,
                    "course_id": course.id,
                    "enrolled_at": "2026-09-01",
                },
            }[model]
        return self.env[model].with_user(self.registrar).create(values).sudo()

    def check_accident(self, model, effect):
        entity, path = KINDS[model]
        record = self.make(model)
        before = self.sandbox.count(entity)
        self.sandbox.fault("POST", path, **effect)
        self.flush()
        row = self.rows_of(record)[-1]
        self.assertEqual((row.state, row.attempt_count), ("pending", 1))
        self.assertEqual(record.sync_state, "pending")
        self.assertIn("Nothing is lost", record.sync_message)
        self.make_due()
        self.flush()
        self.assertEqual(record.sync_state, "synced")
        self.assertEqual(self.sandbox.count(entity), before + 1)
        if entity != "attachments":
            uuid = record.dokstamp_uuid
            self.assertIn(uuid, [one["uuid"] for one in self.sandbox.rows(entity)])
        lines = self.audit_of(record)
        self.assertEqual(lines[0].succeeded, "truncate" in effect)
        self.assertIn(lines[0].event, ("created", "attached"))
        self.assertTrue(lines[-1].succeeded)
        self.assertFalse(self.rows_of(record).filtered("tried_keys"))

    def check_kind(self, model):
        for name, effect in ACCIDENTS.items():
            with self.subTest(accident=name), self.env.cr.savepoint() as savepoint:
                self.check_accident(model, effect)
                savepoint.rollback()
            self.env.invalidate_all()
            self.sandbox.clear_faults()
            self.forget_remote(model)

    def forget_remote(self, model):
        for entity in dict.fromkeys(
            ["enrollments", "attachments", KINDS[model][0], "courses", "students"]
        ):
            for one in self.sandbox.rows(entity):
                if one.get("name") != "Test School":
                    self.sandbox.remove(entity, one["uuid"])
        for one in self.sandbox.rows("modules"):
            self.sandbox.remove("modules", one["uuid"])

    def check_emptied(self, model, path, **values):
        """What an attempt has said that was not answered, and nobody says any more."""
        record = self.make(model)
        record.write(values)
        self.sandbox.fault("POST", path, drop="after")
        self.flush()
        record.write(dict.fromkeys(values, False))
        self.make_due()
        self.flush()
        [row] = self.sandbox.rows(KINDS[model][0])
        self.assertEqual([row[name] for name in values], [None] * len(values))
        self.assertFalse(self.rows_of(record).filtered("tried_keys"))

    def test_what_an_unanswered_course_has_said_is_emptied(self):
        self.check_emptied("dokstamp.course", "/courses", area="Arts", version="2")

    def test_what_an_unanswered_student_has_said_is_emptied(self):
        self.check_emptied("dokstamp.student", "/students", social_name="Adele")

    def test_completion_that_an_unanswered_enrollment_has_told_is_undone(self):
        enrollment = self.make("dokstamp.enrollment")
        day = "2026-09-20"
        enrollment.write({"completion_status": "completed", "completed_at": day})
        self.sandbox.fault("POST", "/enrollments", drop="after")
        self.flush()
        enrollment.completion_status = "enrolled"
        self.make_due()
        self.flush()
        [row] = self.sandbox.rows("enrollments")
        told = row["completion_status"], row["completed_at"]
        self.assertEqual(told, ("enrolled", None))

    def test_what_others_have_said_of_an_unanswered_course_stays(self):
        course = self.make("dokstamp.course")
        self.sandbox.fault("POST", "/courses", drop="after")
        self.flush()
        [row] = self.sandbox.rows("courses")
        self.sandbox.change("courses", row["uuid"], area="Arts")
        self.make_due()
        self.flush()
        self.assertEqual(course.sync_state, "synced")
        self.assertEqual(self.sandbox.rows("courses")[0]["area"], "Arts")

    def check_taken_back(self, model, path, **values):
        """A change that was not answered, and that was taken back before it was sent
        again.
        """
        record = self.make(model)
        self.flush()
        before = record.read(list(values))[0]
        record.write(values)
        self.sandbox.fault("PATCH", f"{path}/.*", drop="after")
        self.flush()
        record.write({name: before[name] for name in values})
        self.make_due()
        self.flush()
        [row] = self.sandbox.rows(KINDS[model][0])
        sent = {name: row[name] or False for name in values if name in row}
        self.assertEqual(sent, {name: before[name] for name in sent})
        self.assertEqual(row.get("completion_status", "enrolled"), "enrolled")
        self.assertEqual(record.sync_state, "synced")

    def test_unanswered_change_of_a_course_is_taken_back(self):
        self.check_taken_back("dokstamp.course", "/courses", name="Trees", area="Arts")

    def test_unanswered_end_of_an_enrollment_is_taken_back(self):
        self.check_taken_back("dokstamp.enrollment", "/enrollments", active=False)

    def test_unanswered_end_of_a_curriculum_line_is_taken_back(self):
        line = self.make("dokstamp.curriculum.line")
        self.flush()
        line.active = False
        self.sandbox.fault(None, "/courses/.*/detach/modules", drop="after")
        self.flush()
        self.assertFalse(self.sandbox.count("attachments"))
        line.active = True
        self.make_due()
        self.flush()
        self.assertEqual(self.sandbox.count("attachments"), 1)
        self.assertEqual(line.sync_state, "synced")

    def test_unanswered_change_of_a_student_is_taken_back(self):
        self.check_taken_back("dokstamp.student", "/students", social_name="Adele")

    def test_unanswered_institution_is_created_once(self):
        self.check_kind("dokstamp.institution")

    def test_unanswered_organization_is_created_once(self):
        self.check_kind("dokstamp.organization")

    def test_unanswered_course_is_created_once(self):
        self.check_kind("dokstamp.course")

    def test_unanswered_module_is_created_once(self):
        self.check_kind("dokstamp.module")

    def test_unanswered_module_group_is_created_once(self):
        self.check_kind("dokstamp.module.group")

    def test_unanswered_curriculum_line_is_attached_once(self):
        self.check_kind("dokstamp.curriculum.line")

    def test_unanswered_cohort_is_created_once(self):
        self.check_kind("dokstamp.cohort")

    def test_unanswered_student_is_created_once(self):
        self.check_kind("dokstamp.student")

    def test_unanswered_enrollment_is_created_once(self):
        self.check_kind("dokstamp.enrollment")

    def test_code_renamed_after_an_unanswered_create_makes_no_second_course(self):
        course = self.course(code="OLD")
        self.sandbox.fault("POST", "/courses", drop="after")
        self.flush()
        course.code = "NEW"
        self.make_due()
        self.flush()
        remote = self.sandbox.row("courses", name="Botany")
        self.assertEqual(remote["code"], "NEW")
        self.assertEqual(course.dokstamp_uuid, remote["uuid"])

    def test_email_changed_after_an_unanswered_create_makes_no_second_student(self):
        student = self.student()
        self.sandbox.fault("POST", "/students", drop="after")
        self.flush()
        student.email = "ada.new@example.com"
        self.make_due()
        self.sandbox.fault("GET", "/students", status=503)  # and once more
        self.flush()
        self.make_due()
        self.flush()
        self.assertEqual(self.sandbox.count("students"), 1)
        self.sandbox.row("students", email="ada.new@example.com")

    def test_refused_keys_are_not_searched_for_again(self):
        """What DokStamp refused is not there: somebody else's record of that key stays
        theirs.
        """
        student = self.student(email="typo@example.com")
        self.sandbox.fault("POST", "/students", status=422, json={"message": "No."})
        self.flush()
        self.assertEqual(student.sync_state, "failed")
        student.email = "ada@example.com"
        self.sandbox.forget_requests()
        self.flush()
        searches = [r["query"] for r in self.sandbox.requests("GET", "/students")]
        self.assertEqual(len(searches), 1)
        self.assertIn("ada@example.com", str(searches))

    def test_unanswered_update_ends_with_the_last_value(self):
        course = self.course()
        self.flush()
        course.name = "Zoology"
        self.sandbox.fault("PATCH", drop="after")
        self.flush()
        course.name = "Mycology"
        self.make_due()
        self.flush()
        self.assertEqual(self.sandbox.row("courses", code="BOT-1")["name"], "Mycology")
        self.assertEqual(
            self.audit_of(course).mapped("event"), ["created", "updated", "updated"]
        )

    def test_answer_of_a_faster_rival_is_adopted(self):
        """Somebody creates the student between our search and our call."""
        student = self.student()
        self.sandbox.fault(
            "GET", "/students", status=200, json={"data": [], "meta": {"total": 0}}
        )
        self.env["dokstamp.student"].flush_model()
        rival = self.make_rival_student()
        self.flush()
        self.assertEqual(student.sync_state, "synced")
        self.assertEqual(student.dokstamp_uuid, rival)
        self.assertEqual(self.sandbox.count("students"), 1)

    def make_rival_student(self):
        client = self.account._client()
        return client.students.create(
            {
                "name": "Ada Example",
                "email": "ada@example.com",
                "date_of_birth": "2001-02-03",
            }
        )["uuid"]


@tagged("post_install", "-at_install")
class TestRetry(DokstampCase):
    """What failed for a passing reason is sent again: later and later, as DokStamp
    asks, not for ever.
    """

    def test_wait_grows_with_each_attempt(self):
        course = self.course()
        waits = []
        self.sandbox.fault("POST", "/courses", times=None, drop="before")
        for _attempt in range(4):
            self.flush()
            [row] = self.rows_of(course)
            waits.append((row.next_attempt_at - row.write_date).total_seconds())
            self.account.outage_count = 0
            self.make_due()
        self.assertEqual(row.attempt_count, 4)
        # 6, 18, 54, 162 seconds, each with a jitter of half to one and a half
        for wait, middle in zip(waits, (6, 18, 54, 162), strict=True):
            self.assertTrue(middle * 0.5 <= wait <= middle * 1.5 + 2, waits)

    def test_row_gives_up_after_many_attempts_and_retry_sends_it(self):
        course = self.course()
        self.sandbox.fault("POST", "/courses", times=12, status=500)
        for _attempt in range(12):
            self.flush()
            self.account.outage_count = 0
            self.make_due()
        self.assertEqual(course.sync_state, "failed")
        self.assertIn("tried 12 times", course.sync_message)
        self.assertIn("Press Retry", course.sync_message)
        self.flush()
        self.assertEqual(course.sync_state, "failed")
        self.rows_of(course).with_user(self.manager).action_retry()
        self.flush()
        self.assertEqual(course.sync_state, "synced")

    def check_rate_limit(self, header, least, most):
        course = self.course()
        headers = {"Retry-After": header} if header else {}
        self.sandbox.fault("POST", "/courses", status=429, headers=headers)
        self.flush()
        [row] = self.rows_of(course)
        self.assertEqual((row.state, row.failure_type), ("pending", "rate_limit"))
        self.assertEqual(row.attempt_count, 0)
        for moment in (row.next_attempt_at, self.account.call_again_at):
            wait = (moment - row.write_date).total_seconds()
            self.assertTrue(least <= wait <= most, wait)
        self.sandbox.forget_requests()
        self.student()
        self.flush()
        self.assertFalse(self.sandbox.requests(), "the whole account waits")
        self.make_due()
        self.flush()
        self.assertEqual(course.sync_state, "synced")
        self.assertEqual(self.sandbox.count("courses"), 1)

    def test_retry_after_in_seconds_is_obeyed(self):
        self.check_rate_limit("120", 119, 124)

    def test_retry_after_as_a_date_is_obeyed(self):
        date = datetime.now(UTC) + timedelta(seconds=300)
        self.check_rate_limit(format_datetime(date, usegmt=True), 290, 304)

    def test_rate_limit_without_a_time_waits_half_a_minute(self):
        self.check_rate_limit(None, 29, 33)

    def test_what_was_not_begun_when_the_limit_struck_is_not_sent(self):
        self.account.max_in_flight = 1
        for number in range(20):
            self.course(name=f"Course {number}", code=f"C{number}")
        self.sandbox.fault(
            "POST", "/courses", times=None, status=429, headers={"Retry-After": "60"}
        )
        self.flush()
        self.assertLess(len(self.requests("POST", "/courses")), 4)
        rows = self.env["dokstamp.sync.record"].search([("state", "!=", "done")])
        self.assertEqual(set(rows.mapped("state")), {"pending"})
        self.assertEqual(sum(rows.mapped("attempt_count")), 0)

    def test_real_rate_limit_delays_and_loses_nothing(self):
        self.sandbox.set_options(
            rate_limit={
                "per_minute": 600,
                "window_seconds": 1,
                "retry_after": "seconds",
            }
        )
        for number in range(15):
            self.course(name=f"Course {number}", code=f"C{number}")
        self.flush()
        self.assertTrue(self.refusals())
        self.assertEqual(self.sandbox.count("courses"), 15)
        self.assertFalse(
            self.env["dokstamp.sync.record"].search([("attempt_count", ">", 0)])
        )

    def refusals(self):
        return [row for row in self.sandbox.requests() if row["status"] == 429]

    def test_server_that_names_a_time_is_left_alone_until_then(self):
        self.course()
        self.sandbox.fault(
            "POST", "/courses", status=503, headers={"Retry-After": "90"}
        )
        self.flush()
        wait = self.account.call_again_at - self.account.write_date
        self.assertGreaterEqual(wait.total_seconds(), 90)
