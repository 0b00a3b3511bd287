from collections import Counter

import requests

from odoo.tests import tagged

from .common import CREDENTIALS, DokstampCase


class ReconciliationCase(DokstampCase):
    """A small school at DokStamp, of every kind of record."""

    def begin_with(self, cls):
        super().begin_with(cls)
        self.account.reconciles = "nightly"
        cls.botany = self.course()
        cls.zoology = self.course(name="Zoology", code="ZOO-1")
        cls.leaves = self.module()
        cls.roots = self.module(name="Roots", code="ROOT")
        env = self.env
        cls.semester = env["dokstamp.module.group"].create(
            {"course_id": cls.botany.id, "name": "Semester 1"}
        )
        cls.line = env["dokstamp.curriculum.line"].create(
            {"course_id": cls.botany.id, "module_id": cls.leaves.id, "order": 1}
        )
        cls.cohort = env["dokstamp.cohort"].create(
            {"course_id": cls.botany.id, "code": "B-2026", "start_date": "2026-09-01"}
        )
        cls.ada = self.student()
        cls.rui = self.student(name="Rui Example", email="rui@example.com")
        cls.enrolled = self.enrollment(
            student_id=cls.ada.id, course_id=cls.botany.id, cohort_id=cls.cohort.id
        )
        cls.graded = self.enrollment(
            student_id=cls.rui.id, course_id=cls.zoology.id, grade=7.5
        )
        self.flush()

    # === RUNNING === #

    def reconcile(self):
        """The reconciliation that the scheduled action makes.

        :rtype: dokstamp.run
        """
        self.run_cron("dokstamp_connector.ir_cron_reconcile")
        run = self.env["dokstamp.run"].search([], order="id desc", limit=1)
        self.assertEqual((run.kind, run.state), ("reconciliation", "done"))
        return run

    def send_repairs(self):
        self.run_cron("dokstamp_connector.ir_cron_run")
        self.flush()

    def repair(self, lines):
        lines.with_user(self.manager).action_repair()
        self.send_repairs()

    def found(self, run):
        """(finding, cause, name) of each line."""
        return sorted(
            (line.finding, line.cause or "", line.res_name) for line in run.line_ids
        )

    # === DOKSTAMP, behind everybody's back === #

    def change(self, record, **values):
        self.sandbox.change(record._dokstamp_resource, record.dokstamp_uuid, **values)

    def remove(self, record):
        self.sandbox.remove(record._dokstamp_resource, record.dokstamp_uuid)

    def make(self, path, **values):
        """Create a record at DokStamp as somebody else would.

        :return: its uuid
        """
        url = self.sandbox.url
        token = requests.post(
            f"{url}/oauth/token",
            data={
                "grant_type": "client_credentials",
                "client_id": CREDENTIALS["client_id"],
                "client_secret": CREDENTIALS["client_secret"],
            },
            headers={"Accept": "application/json"},
            timeout=10,
        ).json()["access_token"]
        answer = requests.post(
            f"{url}/{path}",
            json=values,
            headers={
                "Accept": "application/json",
                "Authorization": f"Bearer {token}",
                "X-Tenant": CREDENTIALS["tenant"],
            },
            timeout=10,
        )
        answer.raise_for_status()
        data = answer.json()["data"]
        return data["uuid"] if isinstance(data, dict) else data[0]["uuid"]

    def written(self):
        return [row for row in self.requests() if row[0] != "GET"]


@tagged("post_install", "-at_install")
class TestReconciliation(ReconciliationCase):
    def plant(self):
        """A difference of every kind."""
        zoology = self.zoology.dokstamp_uuid
        self.change(self.rui, name="Somebody Else")
        self.change(self.cohort, start_date="2025-01-01T00:00:00Z")
        self.change(self.graded, grade=3.0)
        self.change(self.zoology, status="archived")
        self.remove(self.roots)
        self.sandbox.remove("module_groups", self.semester.dokstamp_uuid)
        [attached] = self.sandbox.rows("attachments")
        self.sandbox.remove("attachments", attached["uuid"])
        self.change(self.enrolled, course_uuid=zoology, cohort_uuid=None)
        eve = self.make(
            "students", name="Eve", email="eve@example.com", date_of_birth="2000-01-01"
        )
        self.make(
            "enrollments",
            student_uuid=eve,
            course_uuid=self.botany.dokstamp_uuid,
            enrolled_at="2026-09-01",
            grade=0,
        )
        self.make(
            "enrollments",
            student_uuid=self.rui.dokstamp_uuid,
            course_uuid=zoology,
            enrolled_at="2026-09-01",
        )
        # what no hook sees: a record of ours that went, a change that was never sent
        faculty = self.env["dokstamp.organization"].create({"name": "Faculty"})
        self.flush()
        cr = self.env.cr
        cr.execute("DELETE FROM dokstamp_organization WHERE id = %s", [faculty.id])
        cr.execute(
            "UPDATE dokstamp_course SET area = 'Life' WHERE id = %s", [self.botany.id]
        )
        self.env.invalidate_all()
        self.sandbox.forget_requests()

    def test_nothing_is_found_and_nothing_sent_where_nothing_was_changed(self):
        run = self.reconcile()
        self.assertEqual(self.found(run), [])
        # institution, 2 courses, 2 modules, group, line, cohort, 2 people, 2 of them in
        self.assertEqual(run.equal_count, 12)
        self.assertEqual(run.difference_count, 0)
        self.assertEqual(self.written(), [])
        asked = [path for _method, path in self.requests("GET")]
        self.assertEqual(len(asked), run.page_count)
        self.assertEqual(max(Counter(asked).values()), 1)
        self.assertFalse(self.env["dokstamp.run.remote"].search([]))

    def test_every_planted_difference_is_found_and_repaired_and_nothing_else(self):
        self.plant()
        run = self.reconcile()
        self.assertEqual(
            self.found(run),
            [
                ("change", "archived", "Zoology"),
                ("change", "edited", "B-2026"),
                ("change", "edited", "Rui Example"),
                ("change", "edited", "Rui Example: Zoology"),
                ("change", "relinked", "Ada Example: Botany"),
                ("change", "unsent", "Botany"),
                ("doubled", "", "Rui Example: Zoology"),
                ("missing_here", "", "Eve"),
                ("missing_here", "", "Eve: Botany"),
                ("missing_there", "", "Botany: Leaves"),
                ("missing_there", "", "Roots"),
                ("missing_there", "", "Semester 1"),
                ("orphan", "", "Faculty"),
            ],
        )
        self.assertEqual(self.written(), [])
        # people read labels
        lines = {line.res_name: line for line in run.line_ids}
        self.assertEqual(
            lines["Zoology"].differences_text,
            "Status: Active here, Archived at DokStamp",
        )
        self.assertEqual(
            lines["Ada Example: Botany"].differences_text,
            "Course: Botany here, Zoology at DokStamp\n"
            "Cohort: B-2026 here, empty at DokStamp",
        )
        self.assertIn("see the last reconciliation", self.account.attention)

        run.with_user(self.manager).action_repair_all()
        self.send_repairs()
        self.assertEqual(
            {(line.finding, line.outcome) for line in run.line_ids},
            {
                ("change", "done"),
                ("missing_there", "done"),
                ("orphan", "done"),
                ("doubled", "none"),
                ("missing_here", "none"),
            },
        )
        doubled = run.line_ids.filtered(lambda line: line.finding == "doubled")
        self.repair(doubled)
        self.assertEqual(doubled.outcome, "done")
        only_there = run.line_ids.filtered(lambda line: line.finding == "missing_here")
        only_there.sorted("id", reverse=True).with_user(self.manager).action_take_in()
        self.assertEqual(set(only_there.mapped("outcome")), {"done"})
        self.sandbox.forget_requests()
        self.flush()
        self.assertEqual(self.requests(), [])
        [student] = self.env["dokstamp.student"].search([("name", "=", "Eve")])
        self.assertEqual(student.sync_state, "synced")
        self.assertTrue(student.enrollment_ids.is_graded)

        self.assertEqual(
            self.sandbox.row("courses", name="Zoology")["status"], "active"
        )
        self.assertEqual(self.sandbox.row("courses", name="Botany")["area"], "Life")
        self.assertEqual(self.sandbox.count("modules"), 2)
        self.assertEqual(self.sandbox.count("module_groups"), 1)
        self.assertEqual(self.sandbox.count("attachments"), 1)
        self.assertEqual(self.sandbox.count("enrollments"), 3)
        self.assertEqual(self.sandbox.count("organizations"), 0)
        self.assertEqual(self.sandbox.count("students"), 3)

        self.sandbox.forget_requests()
        again = self.reconcile()
        self.assertEqual(self.found(again), [])
        self.assertEqual(self.written(), [])

    def test_what_dokstamp_keeps_in_spite_of_a_repair_says_so_on_its_line(self):
        """Its enrollment is there, and was not repaired before."""
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM dokstamp_enrollment WHERE id = %s", [self.graded.id]
        )
        self.env.cr.execute("DELETE FROM dokstamp_student WHERE id = %s", [self.rui.id])
        self.env.invalidate_all()
        lines = self.reconcile().line_ids
        student = lines.filtered(lambda line: line.res_model == "dokstamp.student")
        self.repair(student)
        self.assertEqual(student.outcome, "done")
        self.assertIn("It stays at DokStamp", student.reason)
        self.repair(lines - student)
        self.assertFalse((lines - student).reason)

    def test_what_somebody_leaves_is_not_asked_for_again_until_it_is_another_one(self):
        self.change(self.rui, name="Somebody Else")
        self.make(
            "students", name="Eve", email="eve@example.com", date_of_birth="2000-01-01"
        )
        self.sandbox.forget_requests()
        lines = self.reconcile().line_ids.with_user(self.manager)
        self.assertEqual(len(lines), 2)
        lines.action_leave()
        again = self.reconcile()
        self.assertEqual(self.found(again), [])
        self.assertEqual(again.left_count, 2)
        self.change(self.rui, name="Another One")
        self.assertEqual(
            self.found(self.reconcile()), [("change", "edited", "Rui Example")]
        )
        self.env["dokstamp.left.difference"].search([]).action_ask_again()
        self.assertEqual(len(self.reconcile().line_ids), 2)
        self.assertEqual(self.written(), [])

    def test_our_own_changes_that_are_not_sent_are_no_differences(self):
        self.account.sync_mode = "scheduled"
        self.rui.name = "Rui Novo"
        self.student(name="New", email="new@example.com")
        self.roots.unlink()
        self.env.cr.flush()
        # one that a person took out of the queue
        self.botany.name = "Botany II"
        self.env.cr.flush()
        self.rows_of(self.botany)[-1].with_user(self.manager).action_cancel()
        # one that another account of the same school has as well, and may have changed
        other = self.account.copy({"name": "Other"})
        self.env["dokstamp.binding"].create(
            {
                "account_id": other.id,
                "res_model": self.ada._name,
                "res_id": self.ada.id,
                "dokstamp_uuid": self.ada.dokstamp_uuid,
            }
        )
        self.change(self.ada, name="Ada of the Other Account")
        self.assertEqual(self.found(self.reconcile()), [])
        # what DokStamp has of a record that is on its way will be that one's
        self.make(
            "students", name="New", email="new@example.com", date_of_birth="2001-02-03"
        )
        self.assertEqual(self.found(self.reconcile()), [])

    def test_it_goes_on_with_the_page_that_it_was_killed_before(self):
        self.change(self.rui, name="Somebody Else")
        self.sandbox.set_options(per_page_max=1)
        self.sandbox.fault(method="GET", path="/students", times=1, skip=1, status=503)
        self.run_cron("dokstamp_connector.ir_cron_reconcile")
        run = self.env["dokstamp.run"].search([])
        self.assertEqual(run.state, "reading")
        run.next_step_at = False
        self.run_cron("dokstamp_connector.ir_cron_run")
        self.assertEqual(run.state, "done")
        self.assertEqual(self.found(run), [("change", "edited", "Rui Example")])
        rows = self.sandbox.requests("GET")
        asked = Counter((row["path"], row["query"].get("page")) for row in rows)
        self.assertEqual([p for p, n in asked.items() if n > 1], [("/students", "2")])

    def test_it_runs_as_often_as_the_account_says(self):
        def runs():
            self.run_cron("dokstamp_connector.ir_cron_reconcile")
            return self.env["dokstamp.run"].search_count([])

        self.account.reconciles = "off"
        self.assertEqual(runs(), 0)
        self.account.reconciles = "weekly"
        self.assertEqual((runs(), runs()), (1, 1))
        self.account.reconciles = "nightly"
        self.assertEqual((runs(), runs()), (2, 3))
