"""Why is this not at DokStamp yet: one sentence on each record, for its reader."""

import re
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import file_open, format_datetime

from .common import DokstampCase
from .common_certificates import CertificateCase

PAGE = "dokstamp_connector/static/docs/errors.html"


class WhyCase(DokstampCase):
    def why(self, record):
        """Kind of reason and sentence, as a registrar reads them."""
        record = record.with_user(self.registrar)
        record.invalidate_recordset()
        return record.sync_reason, record.sync_message


@tagged("post_install", "-at_install")
class TestWhy(WhyCase):
    """Each state that a record can be in."""

    def test_what_was_just_saved(self):
        course = self.course()
        self.assertEqual(self.why(course), ("queued", False))
        self.env.cr.flush()
        self.assertEqual(self.why(course), ("queued", False))
        [row] = self.rows_of(course)
        then = fields.Datetime.now() - timedelta(minutes=5)
        self.env.cr.execute(
            "UPDATE dokstamp_sync_record SET create_date = %s WHERE id = %s",
            (then, row.id),
        )
        row.invalidate_recordset()
        self.assertEqual(self.why(course)[1], "Other changes are sent before it.")
        self.flush()
        self.assertEqual(self.why(course), (False, False))

    def test_an_account_that_sends_at_intervals_names_the_time(self):
        self.account.sync_mode = "scheduled"
        course = self.course()
        self.env.cr.flush()
        kind, sentence = self.why(course)
        nextcall = self.env.ref("dokstamp_connector.ir_cron_flush").nextcall
        self.assertEqual(kind, "interval")
        self.registrar.tz = "America/Sao_Paulo"
        told = course.with_user(self.registrar).with_context(tz="America/Sao_Paulo")
        self.assertIn(format_datetime(told.env, nextcall), told.sync_message)

    def test_what_lacks_a_birth_date_and_what_hangs_on_it(self):
        student = self.student(date_of_birth=False)
        course = self.course()
        enrollment = self.enrollment(student_id=student.id, course_id=course.id)
        self.flush()
        kind, sentence = self.why(student)
        self.assertEqual(kind, "incomplete")
        self.assertIn("date of birth", sentence)
        kind, sentence = self.why(enrollment)
        self.assertEqual(kind, "waiting")
        self.assertIn("date of birth", sentence)
        action = enrollment.with_user(self.registrar).action_open_awaited()
        self.assertEqual(action["res_model"], "dokstamp.student")
        self.assertEqual(action["res_id"], student.id)

    def test_the_root_is_told_where_what_it_waits_for_waits_too(self):
        self.sandbox.fault("POST", "/institutions", times=None, status=422)
        institution = self.env["dokstamp.institution"].create(
            {"name": "Second School", "country": "Portugal"}
        )
        course = self.course(institution_id=institution.id)
        cohort = self.env["dokstamp.cohort"].create(
            {"code": "2026", "course_id": course.id}
        )
        self.flush()
        kind, sentence = self.why(cohort)
        self.assertEqual(kind, "waiting")
        self.assertIn(course.display_name, sentence)
        self.assertIn("Second School, which failed", sentence)
        action = cohort.with_user(self.registrar).action_open_awaited()
        self.assertEqual(action["res_model"], "dokstamp.institution")

    def test_what_dokstamp_refused(self):
        self.sandbox.fault(
            "POST",
            "/courses",
            status=422,
            json={"message": "Invalid.", "errors": {"code": ["The code is taken."]}},
        )
        course = self.course(code="BOT")
        self.flush()
        kind, sentence = self.why(course)
        self.assertEqual(kind, "rejected")
        self.assertIn("The code is taken.", sentence)

    def test_a_pause_says_since_when_and_by_whom(self):
        self.account.with_user(self.manager).action_pause()
        course = self.course()
        self.env.cr.flush()
        kind, sentence = self.why(course)
        self.assertEqual(kind, "paused")
        self.assertIn(self.manager.display_name, sentence)
        told = course.with_user(self.registrar)
        self.assertIn(format_datetime(told.env, self.account.state_since), sentence)

    def test_a_wait_that_dokstamp_asked_for_and_an_outage_say_when_it_goes_on(self):
        self.sandbox.fault(times=1, status=429, headers={"Retry-After": "600"})
        course = self.course()
        self.flush()
        kind, sentence = self.why(course)
        self.assertEqual(kind, "asked_to_wait")
        self.assertIn("asked us to wait", sentence)
        self.account.call_again_at = self.account.asked_to_wait_until = False
        self.sandbox.outage()
        self.make_due()
        self.flush()
        kind, sentence = self.why(course)
        self.assertIn(kind, ("outage", "no_answer"))
        self.assertIn("Next try at", sentence)

    def test_what_a_person_took_out_of_the_queue_says_who(self):
        self.sandbox.fault("POST", "/courses", times=None, status=422)
        new, known = self.course(), self.course(name="Zoology", code="ZOO")
        self.flush()
        rows = self.rows_of(new) | self.rows_of(known)
        rows.with_user(self.manager).action_cancel()
        kind, sentence = self.why(new)
        self.assertEqual(kind, "cancelled")
        self.assertIn(self.manager.name, sentence)

    def test_what_is_not_meant_to_go_anywhere_says_so(self):
        stays = self.course()
        self.env.cr.flush()
        stays.with_user(self.registrar).account_id = False
        self.assertEqual(self.why(stays)[0], "stays")
        company = self.env["res.company"].create({"name": "Second School"})
        nowhere = self.student(company_id=company.id)
        nowhere.invalidate_recordset()
        self.assertEqual(nowhere.sync_reason, "no_account")
        archived = self.course(active=False, code="ZOO")
        self.flush()
        self.assertEqual(self.why(archived)[0], "archived")

    def test_eighty_records_cost_no_more_queries_than_eight(self):
        students = self.student(date_of_birth=False)
        for number in range(79):
            students |= self.student(
                date_of_birth=False, email=f"s{number}@example.com"
            )
        enrollments = self.env["dokstamp.enrollment"]
        course = self.course()
        for student in students:
            enrollments |= self.enrollment(student_id=student.id, course_id=course.id)
        self.flush()

        def cost(records):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.mapped("sync_message")
            return self.env.cr.sql_log_count - before

        cost(enrollments[:8])
        self.assertLessEqual(cost(enrollments), cost(enrollments[:8]) + 2)


@tagged("post_install", "-at_install")
class TestWhyCertificate(CertificateCase, WhyCase):
    def test_its_document_is_made_first(self):
        certificate = self.draft()
        certificate.with_user(self.registrar).action_issue()
        self.env.flush_all()
        kind, sentence = self.why(certificate)
        self.assertIn(kind, ("document_made", "queued"))
        self.env.ref("dokstamp_connector.ir_cron_flush").active = False
        kind, sentence = self.why(certificate)
        self.assertIn(kind, ("document_made", "schedule"))
        self.assertTrue(sentence)


@tagged("post_install", "-at_install")
class TestErrorsPage(DokstampCase):
    """Each kind of reason has its place on the page, and each place its reason."""

    def test_each_kind_of_problem_has_a_place(self):
        with file_open(PAGE) as file:
            anchors = set(re.findall(r'id="([a-z_]+)"', file.read()))
        rows = self.env["dokstamp.sync.record"]
        kinds = {kind for kind, _label in rows._fields["failure_type"].selection}
        self.assertLessEqual(kinds, anchors)
        self.assertLessEqual(TOLD, anchors)
        self.assertFalse(anchors - kinds - TOLD, "a place that nothing leads to")


# What code names, beside the kinds of problem of a queue row.
TOLD = {
    *("queued", "interval", "later", "load", "not_connected", "paused", "schedule"),
    *("asked_to_wait", "outage", "stays", "no_account", "archived", "cancelled"),
    *("unsent", "differs", "source", "predecessor", "document_made"),
    *("sources", "run", "late", "failing", "volume"),
}
