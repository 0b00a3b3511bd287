from odoo.fields import Command
from odoo.tests import tagged

from .common import DokstampCase

REFUSALS = (403, 409, 422, 500)  # how DokStamp refuses a deletion is not documented


class RemovalCase(DokstampCase):
    def certify(self, student, course, **links):
        """A certificate at DokStamp, as somebody's dashboard would make it."""
        client = self.account._client()
        [file] = client.files.upload(
            [("diploma.pdf", b"%PDF-1.4 " + student.name.encode(), "application/pdf")]
        )
        client.certificates.create(
            {
                "institution_uuid": self.institution.dokstamp_uuid,
                "course_uuid": course.dokstamp_uuid,
                "student_uuid": student.dokstamp_uuid,
                "file_uuid": file["uuid"],
                "finish": True,
                **links,
            }
        )
        self.sandbox.forget_requests()

    def sent(self, record):
        self.flush()
        self.assertEqual(record.sync_state, "synced")
        self.sandbox.forget_requests()
        return record

    def delete(self, record):
        """Delete as a registrar; return the key under which its rows are found then."""
        key = (record._name, record.id)
        record.with_user(self.registrar).unlink()
        self.flush()
        return key

    def last_row(self, key):
        return self.env["dokstamp.sync.record"].search(
            [("res_model", "=", key[0]), ("res_id", "=", key[1])], limit=1
        )

    def events(self, key):
        domain = [("res_model", "=", key[0]), ("res_id", "=", key[1])]
        return self.env["dokstamp.audit.log"].search(domain, order="id").mapped("event")

    def check_settled(self, key):
        """The removal is done and stays done: nothing is tried for ever."""
        row = self.last_row(key)
        self.assertEqual((row.operation, row.state), ("remove", "done"))
        self.assertFalse(
            self.env["dokstamp.binding"].search(
                [("res_model", "=", key[0]), ("res_id", "=", key[1])]
            )
        )
        self.sandbox.forget_requests()
        self.make_due()
        self.flush()
        self.assertFalse(self.requests("DELETE"))
        return row


@tagged("post_install", "-at_install")
class TestRemoval(RemovalCase):
    """A deletion in Odoo becomes a deletion at DokStamp where nothing leans on the
    record.
    """

    def check_deleted(self, record, entity):
        uuid = self.sent(record).dokstamp_uuid
        key = self.delete(record)
        self.assertEqual(len(self.requests("DELETE")), 1)
        self.assertNotIn(uuid, [one["uuid"] for one in self.sandbox.rows(entity)])
        self.assertEqual(self.events(key)[-1], "deleted")
        self.check_settled(key)

    def test_course_is_deleted(self):
        self.check_deleted(self.course(), "courses")

    def test_module_is_deleted(self):
        self.check_deleted(self.module(), "modules")

    def test_student_is_deleted(self):
        self.check_deleted(self.student(), "students")

    def test_organization_is_deleted(self):
        organization = self.env["dokstamp.organization"].create({"name": "Faculty"})
        self.check_deleted(organization, "organizations")

    def test_institution_is_deleted(self):
        institution = self.env["dokstamp.institution"].create(
            {"name": "Second School", "country": "Portugal"}
        )
        self.check_deleted(institution, "institutions")

    def test_module_group_is_deleted(self):
        group = self.env["dokstamp.module.group"].create(
            {"name": "Term", "course_id": self.course().id}
        )
        self.check_deleted(group, "module_groups")

    def test_cohort_is_deleted(self):
        cohort = self.env["dokstamp.cohort"].create(
            {"code": "2026", "course_id": self.course().id}
        )
        self.check_deleted(cohort, "cohorts")

    def test_enrollment_is_deleted(self):
        enrollment = self.enrollment(
            student_id=self.student().id, course_id=self.course().id
        )
        self.check_deleted(enrollment, "enrollments")

    def test_curriculum_line_is_detached(self):
        line = self.sent(
            self.env["dokstamp.curriculum.line"].create(
                {"course_id": self.course().id, "module_id": self.module().id}
            )
        )
        key = self.delete(line)
        self.assertFalse(self.sandbox.rows("attachments"))
        self.assertEqual(self.sandbox.count("modules"), 1)
        self.assertEqual(self.events(key), ["attached", "detached"])
        self.check_settled(key)

    def test_audit_keeps_the_name_of_what_was_deleted(self):
        student = self.sent(self.student())
        key = self.delete(student)
        line = self.env["dokstamp.audit.log"].search(
            [("res_model", "=", key[0]), ("res_id", "=", key[1])], limit=1
        )
        self.assertEqual(line.res_name, "Ada Example")
        self.assertEqual(self.last_row(key).res_name, "Ada Example")

    def test_what_hangs_on_a_record_goes_before_it(self):
        student, course = self.student(), self.course()
        cohort = self.env["dokstamp.cohort"].create(
            {"code": "2026", "course_id": course.id}
        )
        enrollment = self.sent(
            self.enrollment(
                student_id=student.id, course_id=course.id, cohort_id=cohort.id
            )
        )
        enrollment.unlink()
        cohort.unlink()
        student.unlink()
        course.unlink()
        self.flush()
        for entity in ("enrollments", "cohorts", "students", "courses"):
            self.assertFalse(self.sandbox.rows(entity), entity)
        self.assertFalse(
            [row for row in self.sandbox.requests("DELETE") if row["status"] >= 400]
        )

    def test_never_sent_record_makes_no_call(self):
        course = self.course()
        self.delete(course)
        self.assertFalse(self.sandbox.requests())

    def test_record_with_missing_data_makes_no_call(self):
        student = self.student(date_of_birth=False)
        self.flush()
        self.delete(student)
        self.assertFalse(self.sandbox.requests())

    def test_unanswered_create_is_looked_up_and_removed(self):
        student = self.student()
        self.sandbox.fault("POST", "/students", drop="after")
        self.flush()
        self.assertEqual(self.sandbox.count("students"), 1)
        key = self.delete(student)
        self.assertEqual(self.sandbox.count("students"), 0)
        self.check_settled(key)

    def test_unanswered_create_that_never_arrived_needs_no_removal(self):
        student = self.student()
        self.sandbox.fault("POST", "/students", drop="before")
        self.flush()
        key = self.delete(student)
        self.assertFalse(self.requests("DELETE"))
        self.check_settled(key)

    def test_unanswered_attach_is_undone(self):
        course, module = self.course(), self.module()
        self.flush()
        line = self.env["dokstamp.curriculum.line"].create(
            {"course_id": course.id, "module_id": module.id}
        )
        self.sandbox.fault("POST", "/courses/.*/attach/modules", drop="after")
        self.flush()
        self.assertTrue(self.sandbox.rows("attachments"))
        self.delete(line)
        self.assertFalse(self.sandbox.rows("attachments"))

    def test_somebody_elses_record_with_the_same_code_is_left_alone(self):
        """A server error in the search: nothing of ours can be there."""
        self.account._client().courses.create(
            {
                "name": "Theirs",
                "code": "BOT-1",
                "institution_uuid": self.institution.dokstamp_uuid,
            }
        )
        course = self.course()
        self.sandbox.fault("GET", "/courses", status=503)
        self.flush()
        self.delete(course)
        self.assertFalse(self.requests("DELETE"))
        self.sandbox.row("courses", name="Theirs")

    def test_the_twin_of_a_deleted_record_keeps_its_place(self):
        """Two of ours with one name: what is linked to the one is not removed with the
        other.
        """
        first = self.sent(self.course(code=False))
        second = self.course(code=False)
        self.flush()
        self.assertEqual(second.sync_state, "failed")
        self.delete(second)
        self.assertFalse(self.requests("DELETE"))
        self.sandbox.row("courses", uuid=first.dokstamp_uuid)

    def test_record_deleted_and_made_anew_is_there_once(self):
        student = self.sent(self.student())
        student.unlink()
        anew = self.student()
        self.flush()
        self.assertEqual(anew.sync_state, "synced")
        remote = self.sandbox.row("students", email="ada@example.com")
        self.assertEqual(anew.dokstamp_uuid, remote["uuid"])

    def test_record_made_anew_while_the_removal_waits_takes_its_place(self):
        student = self.sent(self.student())
        student.unlink()
        self.sandbox.fault("DELETE", drop="before")
        self.flush()
        anew = self.student(name="Ada Anew")
        self.flush()
        self.assertEqual(anew.sync_state, "synced")
        self.make_due()
        self.flush()
        remote = self.sandbox.row("students", email="ada@example.com")
        self.assertEqual(anew.dokstamp_uuid, remote["uuid"])
        self.assertEqual(remote["name"], "Ada Anew")

    def test_unanswered_deletion_is_repeated_and_ends(self):
        course = self.sent(self.course())
        self.sandbox.fault("DELETE", drop="after")
        key = self.delete(course)
        self.make_due()
        self.flush()
        self.assertEqual(self.sandbox.count("courses"), 0)
        self.check_settled(key)

    def test_record_of_another_account_of_the_same_tenant_stays(self):
        """Two accounts of one tenant hold one student: the last to delete it takes it
        away.
        """
        company = self.env["res.company"].create({"name": "Sister School"})
        sister = self.account.copy(
            {"name": "Sister", "company_id": company.id, "institution_id": False}
        )
        sister.write({"client_id": "demo-client", "client_secret": "demo-secret"})
        sister.action_test_connection()
        (self.account | sister).is_same_school = True
        student = self.sent(self.student())
        twin = self.student(company_id=company.id)
        self.assertEqual(twin.account_id, sister)
        self.flush()
        self.assertEqual(twin.dokstamp_uuid, student.dokstamp_uuid)
        student.unlink()
        self.flush()
        self.assertEqual(self.sandbox.count("students"), 1)
        twin.unlink()
        self.flush()
        self.assertEqual(self.sandbox.count("students"), 0)


@tagged("post_install", "-at_install")
class TestRefusedRemoval(RemovalCase):
    """What DokStamp does not let go of is archived, once, whatever way it refuses
    (dokstamp-api.md 21.5).
    """

    def make_rooted(self):
        """One of each, leaning on each other."""
        course, student, module = self.course(), self.student(), self.module()
        cohort = self.env["dokstamp.cohort"].create(
            {"code": "2026", "course_id": course.id}
        )
        self.env["dokstamp.curriculum.line"].create(
            {"course_id": course.id, "module_id": module.id}
        )
        enrollment = self.enrollment(
            student_id=student.id, course_id=course.id, cohort_id=cohort.id
        )
        self.sent(enrollment)
        return course, student, module, cohort, enrollment

    def forget_in_odoo(self, *records):
        """Delete in Odoo alone, so that DokStamp still has what leans on others."""
        for record in records:
            self.env["dokstamp.binding"]._forget(
                record.account_id, record._name, record.id
            )
            record.unlink()
        self.flush()
        self.sandbox.forget_requests()

    def for_each_refusal(self, check):
        for status in REFUSALS:
            with self.subTest(status=status):
                with self.env.cr.savepoint() as savepoint:
                    self.sandbox.reset(blocked_delete_status=status)
                    self.env["dokstamp.binding"].search([]).unlink()
                    self.institution._queue_push()
                    check()
                    savepoint.rollback()
                self.env.invalidate_all()

    def test_course_that_others_lean_on_is_archived(self):
        def check():
            course, _student, _module, cohort, enrollment = self.make_rooted()
            uuid = course.dokstamp_uuid
            self.forget_in_odoo(enrollment, cohort)
            key = self.delete(course)
            self.assertEqual(
                self.sandbox.row("courses", uuid=uuid)["status"], "archived"
            )
            self.assertEqual(self.events(key), ["created", "deleted", "archived"])
            self.check_settled(key)

        self.for_each_refusal(check)

    def test_module_of_a_course_is_switched_off(self):
        def check():
            _course, _student, module, _cohort, _enrollment = self.make_rooted()
            uuid = module.dokstamp_uuid
            self.forget_in_odoo(module.curriculum_line_ids)
            key = self.delete(module)
            self.assertFalse(self.sandbox.row("modules", uuid=uuid)["is_active"])
            self.check_settled(key)

        self.for_each_refusal(check)

    def test_institution_with_courses_is_made_inactive(self):
        def check():
            institution = self.env["dokstamp.institution"].create(
                {"name": "Second School", "country": "Portugal"}
            )
            course = self.sent(self.course(institution_id=institution.id))
            uuid = institution.dokstamp_uuid
            self.forget_in_odoo(course)
            key = self.delete(institution)
            self.assertEqual(
                self.sandbox.row("institutions", uuid=uuid)["status"], "inactive"
            )
            self.check_settled(key)

        self.for_each_refusal(check)

    def test_student_with_enrollments_stays_with_a_note(self):
        def check():
            _course, student, _module, _cohort, enrollment = self.make_rooted()
            uuid = student.dokstamp_uuid
            self.forget_in_odoo(enrollment)
            key = self.delete(student)
            self.sandbox.row("students", uuid=uuid)
            row = self.check_settled(key)
            self.assertIn("stays at DokStamp", row.failure_message)

        self.for_each_refusal(check)

    def test_cohort_with_enrollments_stays_with_a_note(self):
        def check():
            _course, _student, _module, cohort, enrollment = self.make_rooted()
            uuid = cohort.dokstamp_uuid
            self.forget_in_odoo(enrollment)
            key = self.delete(cohort)
            self.sandbox.row("cohorts", uuid=uuid)
            row = self.check_settled(key)
            self.assertIn("stays at DokStamp", row.failure_message)

        self.for_each_refusal(check)

    def test_certified_course_is_archived_without_an_attempt_to_delete_it(self):
        course, student, _module, cohort, enrollment = self.make_rooted()
        self.certify(student, course)
        uuid = course.dokstamp_uuid
        self.forget_in_odoo(enrollment, cohort)
        key = self.delete(course)
        self.assertFalse(self.requests("DELETE", "/courses/[^/]*"))
        self.assertEqual(self.sandbox.row("courses", uuid=uuid)["status"], "archived")
        self.check_settled(key)

    def test_certified_enrollment_is_dropped(self):
        course, student, _module, _cohort, enrollment = self.make_rooted()
        uuid = enrollment.dokstamp_uuid
        self.certify(student, course, enrollment_uuid=uuid)
        key = self.delete(enrollment)
        self.assertEqual(
            self.sandbox.row("enrollments", uuid=uuid)["completion_status"], "dropped"
        )
        self.assertFalse(self.requests("DELETE"))
        self.check_settled(key)

    def test_each_kind_is_removed_where_no_filter_but_the_documented_is_allowed(self):
        self.sandbox.set_options(unknown_filter="reject")
        course, student, _module, cohort, enrollment = self.make_rooted()
        other = self.student(name="Bo Example", email="bo@example.com")
        course.enrollment_ids = [
            Command.create({"student_id": other.id, "enrolled_at": "2026-09-01"})
        ]
        dropped = self.sent(course.enrollment_ids - enrollment)
        self.certify(other, course, enrollment_uuid=dropped.dokstamp_uuid)
        for record in (enrollment, dropped, student, cohort):
            key = self.delete(record)
            self.assertEqual(self.last_row(key).state, "done", key)
        [left] = self.sandbox.rows("enrollments")
        self.assertEqual(left["completion_status"], "dropped")

    def test_certified_student_and_cohort_stay(self):
        course, student, _module, cohort, enrollment = self.make_rooted()
        self.certify(student, course, cohort_uuid=cohort.dokstamp_uuid)
        self.forget_in_odoo(enrollment)
        for record in (student, cohort):
            key = self.delete(record)
            self.assertFalse(self.requests("DELETE"))
            self.assertIn("stays", self.last_row(key).failure_message)
        self.assertEqual(self.sandbox.count("students"), 1)
        self.assertEqual(self.sandbox.count("cohorts"), 1)

    def test_archiving_a_course_archives_it_there_and_back(self):
        course = self.sent(self.course())
        course.with_user(self.registrar).active = False
        self.flush()
        self.assertEqual(
            self.sandbox.row("courses", code="BOT-1")["status"], "archived"
        )
        course.with_user(self.registrar).active = True
        self.flush()
        self.assertEqual(self.sandbox.row("courses", code="BOT-1")["status"], "active")
        self.assertEqual(
            self.audit_of(course).mapped("event"), ["created", "archived", "updated"]
        )

    def test_archived_before_it_was_ever_sent_makes_no_call(self):
        course = self.course()
        course.active = False
        self.flush()
        self.assertFalse(self.sandbox.requests())
        self.assertEqual(self.rows_of(course).mapped("state"), ["done"])
