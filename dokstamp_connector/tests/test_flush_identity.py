from odoo.tests import tagged

from .common import DokstampCase


@tagged("post_install", "-at_install")
class TestIdentity(DokstampCase):
    """One record here is one record there: searched for once, then known by uuid."""

    def sent(self, record):
        self.flush()
        self.assertEqual(record.sync_state, "synced")
        self.sandbox.forget_requests()
        return record

    def make_remote(self, resource, **values):
        """A record at DokStamp that somebody made in the dashboard."""
        remote = getattr(self.account._client(), resource).create(values)
        self.sandbox.forget_requests()
        return remote["uuid"]

    def make_remote_course(self, **values):
        ours = self.institution.dokstamp_uuid
        values = {"institution_uuid": ours, "name": "Theirs", "code": "BOT-1"} | values
        return self.make_remote("courses", **values)

    # === CHANGED KEYS === #

    def test_renamed_code_is_a_patch_by_uuid(self):
        course = self.sent(self.course())
        course.with_user(self.registrar).code = "BOT-2"
        self.flush()
        self.assertEqual(
            self.requests(), [("PATCH", f"/courses/{course.dokstamp_uuid}")]
        )
        self.assertEqual(self.sandbox.count("courses"), 1)

    def test_changed_email_is_a_patch_by_uuid(self):
        student = self.sent(self.student())
        student.with_user(self.registrar).email = "ada.new@example.com"
        self.flush()
        self.assertEqual(
            self.requests(), [("PATCH", f"/students/{student.dokstamp_uuid}")]
        )
        self.sandbox.row("students", email="ada.new@example.com")

    def test_emptied_field_is_emptied_there(self):
        course = self.sent(self.course(area="Science"))
        course.area = False
        self.flush()
        self.assertIsNone(self.sandbox.row("courses", code="BOT-1")["area"])

    # === ADOPTION === #

    def test_adopted_record_keeps_what_is_empty_here(self):
        uuid = self.make_remote_course(area="Science", workload_hours=40)
        course = self.sent(self.course(name="Botany"))
        self.assertEqual(course.dokstamp_uuid, uuid)
        remote = self.sandbox.row("courses", uuid=uuid)
        self.assertEqual(remote["name"], "Botany")
        self.assertEqual((remote["area"], remote["workload_hours"]), ("Science", 40))
        events = self.audit_of(course).mapped("event")
        self.assertEqual(events, ["adopted", "updated"])

    def test_adopted_record_that_differs_in_nothing_gets_no_patch(self):
        self.make_remote_course(name="Botany", status="active")
        course = self.course()
        self.flush()
        self.assertEqual(course.sync_state, "synced")
        self.assertEqual(self.requests(), [("GET", "/courses")])

    def test_whoever_has_the_address_at_dokstamp_is_not_adopted(self):
        uuid = self.make_remote(
            "students",
            name="Zoe Other",
            email="ada@example.com",
            date_of_birth="1970-01-01",
        )
        student = self.student()
        self.flush()
        self.assertEqual(student.sync_state, "failed")
        self.assertFalse(student.dokstamp_uuid)
        self.assertIn("another date of birth", student.sync_message)
        remote = self.sandbox.row("students", uuid=uuid)
        self.assertEqual(remote["name"], "Zoe Other")
        self.assertTrue(remote["date_of_birth"].startswith("1970-01-01"))
        self.assertEqual(self.sandbox.count("students"), 1)

    def test_who_gets_the_same_birth_date_then_is_adopted(self):
        self.make_remote(
            "students",
            name="Ada Example",
            email="ada@example.com",
            date_of_birth="2001-02-03",
        )
        student = self.student(date_of_birth="2001-03-02")
        self.flush()
        self.assertEqual(student.sync_state, "failed")
        student.with_user(self.registrar).date_of_birth = "2001-02-03"
        self.flush()
        self.assertEqual(student.sync_state, "synced")
        self.assertEqual(self.sandbox.count("students"), 1)

    def test_the_same_person_at_dokstamp_is_adopted_whatever_the_name_is(self):
        uuid = self.make_remote(
            "students",
            name="A. EXAMPLE",
            email="ada@example.com",
            date_of_birth="2001-02-03",
        )
        student = self.sent(self.student())
        self.assertEqual(student.dokstamp_uuid, uuid)

    def test_a_student_renamed_after_a_lost_answer_is_found_again(self):
        self.sandbox.fault("POST", "/students", drop="after")
        student = self.student()
        self.flush()
        student.name = "Ada Exemplary"
        self.make_due()
        self.flush()
        self.assertEqual(student.sync_state, "synced")
        self.assertEqual(self.sandbox.count("students"), 1)

    def test_adoption_that_stops_halfway_goes_on_without_a_second_search(self):
        self.make_remote_course()
        course = self.course()
        self.sandbox.fault("PATCH", drop="before")
        self.flush()
        self.make_due()
        self.sandbox.forget_requests()
        self.flush()
        self.assertEqual(course.sync_state, "synced")
        self.assertFalse(self.requests("GET"))

    def test_course_of_another_institution_is_not_adopted(self):
        other = self.make_remote("institutions", name="Other", country="Portugal")
        self.make_remote_course(institution_uuid=other)
        course = self.sent(self.course())
        self.assertEqual(self.sandbox.count("courses"), 2)
        remote = self.sandbox.row("courses", uuid=course.dokstamp_uuid)
        self.assertEqual(remote["institution_uuid"], self.institution.dokstamp_uuid)

    def test_code_that_dokstamp_wants_unique_everywhere_is_explained(self):
        self.sandbox.set_options(course_code_unique="tenant")
        other = self.make_remote("institutions", name="Other", country="Portugal")
        self.make_remote_course(institution_uuid=other)
        course = self.course()
        self.flush()
        self.assertEqual(course.sync_state, "failed")
        self.assertIn("Code:", course.sync_message)
        course.with_user(self.registrar).code = "BOT-2"
        self.flush()
        self.assertEqual(course.sync_state, "synced")

    def test_email_in_other_letters_is_the_same_student(self):
        for ignore_case in (True, False):
            with self.subTest(ignore_case=ignore_case):
                with self.env.cr.savepoint() as savepoint:
                    self.sandbox.set_options(ignore_case=ignore_case)
                    self.make_remote(
                        "students",
                        name="Ada",
                        email="ada@example.com",
                        date_of_birth="2001-02-03",
                    )
                    self.sent(self.student(email="ada@example.com"))
                    self.assertEqual(self.sandbox.count("students"), 1)
                    savepoint.rollback()
                self.env.invalidate_all()
                [row] = self.sandbox.rows("students")
                self.sandbox.remove("students", row["uuid"])

    def test_enrollment_made_by_hand_is_adopted_with_or_without_a_filter(self):
        for options in (
            {"enrollments_filter_student": True},
            {"enrollments_filter_student": False, "unknown_filter": "reject"},
            {"enrollment_unique": True, "per_page_max": 1},
        ):
            with self.subTest(options=options):
                with self.env.cr.savepoint() as savepoint:
                    self.sandbox.set_options(**options)
                    student, course = self.student(), self.course()
                    self.flush()
                    uuid = self.make_remote(
                        "enrollments",
                        student_uuid=student.dokstamp_uuid,
                        course_uuid=course.dokstamp_uuid,
                        enrolled_at="2026-09-01",
                    )
                    enrollment = self.sent(
                        self.enrollment(
                            student_id=student.id,
                            course_id=course.id,
                            completion_status="completed",
                            grade=9.5,
                        )
                    )
                    self.assertEqual(enrollment.dokstamp_uuid, uuid)
                    [remote] = self.sandbox.rows("enrollments")
                    self.assertEqual(remote["completion_status"], "completed")
                    savepoint.rollback()
                self.env.invalidate_all()
                for entity in ("enrollments", "courses", "students"):
                    for row in self.sandbox.rows(entity):
                        self.sandbox.remove(entity, row["uuid"])

    def test_many_enrollments_are_adopted_from_one_list(self):
        course = self.course()
        students = self.student()
        for number in range(6):
            students += self.student(email=f"s{number}@example.com")
        self.flush()
        for student in students:
            self.make_remote(
                "enrollments",
                student_uuid=student.dokstamp_uuid,
                course_uuid=course.dokstamp_uuid,
                enrolled_at="2026-09-01",
            )
        enrollments = self.env["dokstamp.enrollment"]
        for student in students:
            enrollments += self.enrollment(student_id=student.id, course_id=course.id)
        self.flush()
        self.assertEqual(set(enrollments.mapped("sync_state")), {"synced"})
        self.assertEqual(self.requests(), [("GET", "/enrollments")])
        for enrollment in enrollments:
            self.assertEqual(self.audit_of(enrollment).mapped("event"), ["adopted"])

    def test_small_pages_are_read_to_the_end(self):
        self.sandbox.set_options(per_page_max=2)
        for number in range(7):
            self.make_remote_course(name=f"Course {number}", code=f"C{number}")
        course = self.sent(self.course(name="Course 6", code=False))
        self.assertEqual(self.sandbox.count("courses"), 7)
        self.assertEqual(
            self.sandbox.row("courses", uuid=course.dokstamp_uuid)["code"], "C6"
        )

    def test_cohort_code_per_course_or_per_tenant(self):
        botany, zoology = self.course(), self.course(name="Zoology", code="ZOO-1")
        for scope, state in (("course", "synced"), ("tenant", "failed")):
            with self.subTest(scope=scope), self.env.cr.savepoint() as savepoint:
                self.sandbox.set_options(cohort_code_scope=scope)
                cohorts = self.env["dokstamp.cohort"].create(
                    [
                        {"code": "2026", "course_id": course.id}
                        for course in (botany, zoology)
                    ]
                )
                self.flush()
                states = sorted(cohorts.mapped("sync_state"))
                self.assertEqual(states, sorted([state, "synced"]))
                uuids = [uuid for uuid in cohorts.mapped("dokstamp_uuid") if uuid]
                self.assertEqual(len(set(uuids)), self.sandbox.count("cohorts"))
                savepoint.rollback()
            self.env.invalidate_all()
            for row in self.sandbox.rows("cohorts"):
                self.sandbox.remove("cohorts", row["uuid"])

    # === SEVERAL === #

    def test_several_matches_are_left_to_a_person(self):
        uuids = [self.make_remote_course(name=f"Theirs {n}") for n in range(2)]
        course = self.course()
        self.flush()
        self.assertEqual(course.sync_state, "failed")
        self.assertIn("2 records", course.sync_message)
        self.assertIn("press Retry", course.sync_message)
        self.assertFalse(self.requests("POST") + self.requests("PATCH"))
        self.sandbox.remove("courses", uuids[1])
        self.rows_of(course).with_user(self.manager).action_retry()
        self.flush()
        self.assertEqual(course.dokstamp_uuid, uuids[0])

    def test_two_of_ours_that_match_one_of_theirs(self):
        """The first has it, the second learns so, and what the first sent stays."""
        first = self.sent(self.course(code=False, description="The first"))
        second = self.course(code=False, description="The second")
        self.flush()
        self.assertEqual(second.sync_state, "failed")
        self.assertIn("linked to Botany", second.sync_message)
        self.assertFalse(self.requests("PATCH"))
        remote = self.sandbox.row("courses", uuid=first.dokstamp_uuid)
        self.assertEqual(remote["description"], "The first")
        second.with_user(self.registrar).name = "Botany II"
        self.flush()
        self.assertEqual(second.sync_state, "synced")
        self.assertEqual(self.sandbox.count("courses"), 2)

    def test_two_of_ours_that_find_one_of_theirs_in_the_same_moment(self):
        self.make_remote_course(name="Botany", code=None)
        courses = self.course(code=False) + self.course(code=False)
        self.flush()
        self.assertEqual(sorted(courses.mapped("sync_state")), ["failed", "synced"])
        self.assertEqual(self.sandbox.count("courses"), 1)

    # === GONE THERE === #

    def test_record_deleted_there_is_made_anew_and_what_refers_to_it_is_told(self):
        course, student, module = self.course(), self.student(), self.module()
        group = self.env["dokstamp.module.group"].create(
            {"name": "Term", "course_id": course.id}
        )
        line = self.env["dokstamp.curriculum.line"].create(
            {"course_id": course.id, "module_id": module.id, "group_id": group.id}
        )
        cohort = self.env["dokstamp.cohort"].create(
            {"code": "2026", "course_id": course.id}
        )
        enrollment = self.enrollment(
            student_id=student.id, course_id=course.id, cohort_id=cohort.id
        )
        self.sent(enrollment)
        lost = course.dokstamp_uuid
        self.sandbox.remove("courses", lost)
        course.with_user(self.registrar).name = "Botany, revised"
        self.flush()
        anew = self.sandbox.row("courses", name="Botany, revised")["uuid"]
        self.assertNotEqual(anew, lost)
        self.assertEqual(course.dokstamp_uuid, anew)
        for record in (course, group, line, cohort, enrollment):
            self.assertEqual(record.sync_state, "synced", record.sync_message)
        self.assertEqual(
            self.sandbox.row("enrollments", uuid=enrollment.dokstamp_uuid)[
                "course_uuid"
            ],
            anew,
        )
        self.assertEqual(
            self.sandbox.row("cohorts", uuid=cohort.dokstamp_uuid)["course_uuid"], anew
        )
        self.assertEqual(
            self.sandbox.row("module_groups", uuid=group.dokstamp_uuid)["course_uuid"],
            anew,
        )
        [attached] = [
            row
            for row in self.sandbox.rows("attachments")
            if row["course_uuid"] == anew
        ]
        self.assertEqual(attached["course_module_group_uuid"], group.dokstamp_uuid)

    def test_what_leans_on_a_lost_record_says_so(self):
        course, module = self.course(), self.module()
        self.flush()
        self.sandbox.remove("courses", course.dokstamp_uuid)
        line = self.env["dokstamp.curriculum.line"].create(
            {"course_id": course.id, "module_id": module.id}
        )
        self.flush()
        self.assertEqual(line.sync_state, "failed")
        self.assertIn("lost what this record belongs to", line.sync_message)

    def test_blocked_key_of_a_deleted_record_is_explained(self):
        self.sandbox.set_options(deleted_email_blocks=True)
        student = self.sent(self.student())
        self.sandbox.remove("students", student.dokstamp_uuid)
        student.with_user(self.registrar).name = "Ada Changed"
        self.flush()
        self.assertEqual(student.sync_state, "failed")
        self.assertIn("E-mail address:", student.sync_message)

    # === STRANGERS === #

    def test_link_to_a_record_of_another_account_is_not_sent(self):
        other = self.env["dokstamp.account"].create(
            {
                "name": "Other school",
                "base_url": self.sandbox.url,
                "tenant": "other-school",
                "client_id": "other-client",
                "client_secret": "other-secret",
            }
        )
        other.action_test_connection()
        student, course = self.student(), self.course()
        self.sent(student)
        enrollment = self.enrollment(student_id=student.id, course_id=course.id)
        enrollment.account_id = other
        self.flush()
        self.assertEqual(enrollment.sync_state, "failed")
        self.assertIn(
            "does not belong to the DokStamp account", enrollment.sync_message
        )
        self.assertFalse(self.requests("POST", "/enrollments"))
