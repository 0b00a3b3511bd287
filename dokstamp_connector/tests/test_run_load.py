from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_runs import RunCase


@tagged("post_install", "-at_install")
class TestFirstLoad(RunCase):
    """A school of 30 pupils, of whom DokStamp knows nine."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.people = self.thirty_pupils()

    def test_what_is_there_is_linked_and_the_rest_created_without_a_search(self):
        run = self.first_load()
        self.work()
        self.assertEqual(
            (run.state, run.create_count, run.adopt_count), ("done", 21, 9)
        )
        self.assertEqual(self.sandbox.count("students"), 30)
        self.assertEqual(set(self.people.mapped("sync_state")), {"synced"})
        searches = self.sandbox.requests("GET", "/students")
        self.assertEqual(len(searches), 1)  # the page of the picture
        self.assertEqual(len(self.requests("POST", "/students")), 21)
        self.assertEqual(len(self.requests("PATCH")), 1)
        self.assertEqual(
            self.sandbox.row("students", name="Pupil 8")["gender"], "female"
        )
        self.assertEqual(self.audit_of(self.people[0]).mapped("event"), ["adopted"])
        self.assertEqual(
            set(run.line_ids.filtered("settled_at").mapped("outcome")), {"done"}
        )
        self.assertEqual(run.progress, 100)

    def test_what_waits_leaves_only_when_the_run_has_looked(self):
        run = self.first_load()
        self.assertEqual(self.account.state, "connected")
        self.flush()
        self.assertEqual(self.requests("POST", "/students"), [])
        self.assertIn("first load", self.people[0].sync_message)
        run.action_cancel()
        self.flush()
        self.assertEqual(self.sandbox.count("students"), 30)

    def test_the_days_work_overtakes(self):
        self.first_load()
        self.run_cron("dokstamp_connector.ir_cron_run")
        self.account.max_in_flight = 1
        new = self.student()
        self.flush()
        first = self.sandbox.requests("POST", "/students")[0]
        self.assertEqual(first["body"]["email"], new.email)

    def test_paused_it_sends_nothing_and_resumes(self):
        run = self.first_load()
        self.run_cron("dokstamp_connector.ir_cron_run")
        run.with_user(self.manager).action_pause()
        course = self.course()
        self.enrollment(student_id=self.people[29].id, course_id=course.id)
        self.flush()
        self.assertEqual(self.requests("POST", "/students"), [])
        # somebody waits for this one: it has its turn before the others
        late, last = (self.rows_of(self.people[n])[-1] for n in (28, 29))
        self.assertGreater(late.priority, last.priority)
        self.assertIn("does not go on", self.account.attention)
        run.with_user(self.manager).action_resume()
        self.work()
        self.assertEqual((run.state, self.sandbox.count("students")), ("done", 30))

    def test_the_next_load_brings_what_a_stopped_one_keeps_back(self):
        stopped = self.first_load()
        self.sandbox.fault("GET", "/students", times=1, status=400)
        self.work()
        self.assertEqual(stopped.state, "failed")
        self.assertIn("does not go on", self.account.attention)
        run = self.first_load()
        self.work()
        self.assertEqual((stopped.state, run.state), ("cancelled", "done"))
        self.assertNotIn("does not go on", self.account.attention)
        self.assertEqual(self.sandbox.count("students"), 30)

    def test_it_goes_on_when_whoever_has_started_it_is_deleted(self):
        run = self.first_load()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE dokstamp_run SET user_id = NULL WHERE id = %s", [run.id]
        )  # as the database does
        self.env.invalidate_all()
        self.work()
        self.assertEqual((run.state, self.sandbox.count("students")), ("done", 30))

    def test_what_waits_for_a_record_that_is_archived_is_not_announced_as_new(self):
        pupil = self.people[29]
        pupil.active = False
        enrollment = self.enrollment(student_id=pupil.id, course_id=self.course().id)
        rehearsal = self.rehearse()
        self.work()
        line = self.line_of(rehearsal, enrollment)
        self.assertEqual(line.finding, "refuse")
        self.assertIn("archived", line.reason)
        run = self.first_load()
        self.work()
        self.assertEqual(run.create_count, rehearsal.create_count)
        self.assertEqual(self.line_of(run, enrollment).outcome, "waiting")
        self.assertEqual(len(self.requests("POST", "/enrollments")), 0)
        pupil.active = True
        self.work()
        self.assertEqual(self.line_of(run, enrollment).outcome, "done")

    def test_an_attempt_of_unknown_outcome_is_searched_for(self):
        self.sandbox.reset()  # it knows nobody
        self.sandbox.fault("POST", "/students", times=1, drop="after")
        run = self.first_load()
        self.work()
        self.make_due()
        self.work()
        self.assertEqual((run.state, self.sandbox.count("students")), ("done", 30))

    def test_what_is_made_there_meanwhile_is_adopted(self):
        run = self.first_load()
        self.run_cron("dokstamp_connector.ir_cron_run")
        self.known(self.people[20])
        self.work()
        self.assertEqual((run.state, self.sandbox.count("students")), ("done", 30))
        self.assertEqual(self.people[20].sync_state, "synced")

    def test_what_hangs_on_what_is_there_is_matched_too(self):
        course = self.course()
        cohort = self.env["dokstamp.cohort"].create(
            {"code": "2026", "course_id": course.id}
        )
        module = self.module()
        unit = self.env["dokstamp.curriculum.line"].create(
            {"course_id": course.id, "module_id": module.id}
        )
        there, new = (
            self.enrollment(
                student_id=self.people[0].id, course_id=course.id, cohort_id=cohort.id
            ),
            self.enrollment(student_id=self.people[1].id, course_id=course.id),
        )
        client = self.account._client()
        course_uuid = client.courses.create(course._payload())["uuid"]
        cohort_uuid = client.cohorts.create(
            {"code": "2026", "course_uuid": course_uuid}
        )["uuid"]
        client.courses.attach_modules(
            course_uuid, [{"uuid": client.modules.create(module._payload())["uuid"]}]
        )
        client.enrollments.create(
            {
                "student_uuid": self.sandbox.row("students", name="Pupil 0")["uuid"],
                "course_uuid": course_uuid,
                "cohort_uuid": cohort_uuid,
                "enrolled_at": "2026-09-01",
            }
        )
        rehearsal = self.rehearse()
        self.work()
        self.assertEqual(self.line_of(rehearsal, there).finding, "adopt")
        self.assertEqual(self.line_of(rehearsal, new).finding, "create")
        self.assertEqual(self.line_of(rehearsal, unit).finding, "adopt")
        self.assertEqual(rehearsal.missing_here_count, 0)
        self.sandbox.forget_requests()
        run = self.first_load()
        self.work()
        self.assertEqual(run.state, "done")
        counts = {kind: self.sandbox.count(kind) for kind in ("courses", "cohorts")}
        self.assertEqual(counts, {"courses": 1, "cohorts": 1})
        self.assertEqual(self.sandbox.count("enrollments"), 2)
        self.assertEqual(self.sandbox.count("attachments"), 1)
        self.assertEqual(unit.sync_state, "synced")
        self.assertEqual(len(self.requests("GET", "/enrollments")), 1)


@tagged("post_install", "-at_install")
class TestDoubt(RunCase):
    """The same address at DokStamp, and perhaps not the same person."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.people = self.pupils(4)
        self.known(cls.people[0], date_of_birth="1999-09-09")
        self.known(cls.people[1], name="Somebody Else")
        self.known(cls.people[2], name="PÚPIL  2")

    def decide(self, line, button):
        getattr(line.with_user(self.registrar), f"action_{button}")()

    def test_it_waits_in_a_list_with_both_sides_until_a_person_says(self):
        run = self.first_load()
        self.work()
        older, named = (self.line_of(run, one) for one in self.people[:2])
        self.assertEqual((run.review_count, run.adopt_count), (2, 1))
        self.assertEqual((older.outcome, older.finding), ("review", "refuse"))
        self.assertIn("Pupil 1", named.here)
        self.assertIn("Somebody Else", named.there)
        self.assertIn("Say whether both are the same", self.people[0].sync_message)

        self.decide(older, "link")
        self.work()
        self.assertEqual((older.outcome, self.people[0].sync_state), ("done", "synced"))
        self.assertEqual(
            self.sandbox.row("students", name="Pupil 0")["date_of_birth"][:10],
            "2001-02-03",
        )

        self.decide(named, "another")
        self.work()
        self.assertEqual(named.outcome, "failed")  # DokStamp takes an address once
        again = self.rehearse()
        self.work()
        self.assertEqual(self.line_of(again, self.people[1]).finding, "create")
        self.decide(named, "decide_again")
        again = self.rehearse()
        self.work()
        self.assertEqual(self.line_of(again, self.people[1]).outcome, "review")
        self.decide(self.line_of(again, self.people[1]), "another")
        self.assertTrue(self.sandbox.row("students", name="Somebody Else"))
        self.people[1].email = "own@example.com"
        self.work()
        self.assertEqual(self.people[1].sync_state, "synced")
        self.assertEqual(run.review_count, 0)

    def test_of_two_candidates_a_person_says_which(self):
        courses = self.course(), self.course(name="Zoology", code="ZOO-1")
        client = self.account._client()
        for course in courses:
            for area in ("old", "new"):
                client.courses.create({**course._payload(), "area": area})
        run = self.first_load()
        self.work()
        one, none = (self.line_of(run, course) for course in courses)
        self.assertEqual((one.outcome, one.candidate_count), ("review", 2))
        with self.assertRaises(UserError):
            self.decide(one, "link")
        newer = one.candidate_ids.filtered(lambda c: c.values["area"] == "new")
        newer.with_user(self.registrar).action_link()
        self.decide(none, "another")
        self.work()
        self.assertEqual(courses[0].dokstamp_uuid, newer.dokstamp_uuid)
        self.assertEqual(self.sandbox.count("courses"), 5)
        self.assertEqual(courses[1].sync_state, "synced")

    def test_a_save_does_not_decide_it(self):
        run = self.rehearse()
        self.work()
        self.account.action_test_connection()
        self.flush()
        self.assertEqual(self.people[1].sync_state, "failed")
        self.assertIn("Say whether both", self.people[1].sync_message)
        self.assertEqual(self.people[2].sync_state, "synced")  # nothing is in doubt

        self.people[1].name = "Somebody Else"  # it was a slip here
        self.decide(self.line_of(run, self.people[0]), "link")
        self.work()
        self.assertEqual(set(self.people.mapped("sync_state")), {"synced"})
        self.assertEqual(self.sandbox.count("students"), 4)

    def test_what_was_decided_in_a_rehearsal_holds_for_the_load(self):
        rehearsal = self.rehearse()
        self.work()
        self.decide(self.line_of(rehearsal, self.people[0]), "link")
        self.assertEqual(self.written(), [])
        with self.assertRaises(UserError):
            rehearsal.with_user(self.manager).unlink()
        run = self.first_load()
        self.work()
        self.assertEqual(run.review_count, 1)
        self.assertEqual(rehearsal.review_count, 0)  # asked once
        self.assertEqual(self.people[0].sync_state, "synced")
