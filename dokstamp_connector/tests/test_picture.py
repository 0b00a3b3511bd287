from collections import Counter

from odoo.tests import tagged

from .common import DokstampCase


@tagged("post_install", "-at_install")
class TestPicture(DokstampCase):
    """What a run reads of DokStamp, page by page."""

    def setUp(self):
        super().setUp()
        self.botany = self.course()
        self.semester = self.env["dokstamp.module.group"].create(
            {"course_id": self.botany.id, "name": "Semester 1"}
        )
        modules = [self.module(), self.module(name="Roots", code="ROOT")]
        self.line = self.env["dokstamp.curriculum.line"].create(
            {"course_id": self.botany.id, "module_id": modules[0].id}
        )
        self.students = [
            self.student(name=f"Student {n}", email=f"s{n}@example.com")
            for n in range(5)
        ]
        self.enrolled = self.enrollment(
            student_id=self.students[0].id, course_id=self.botany.id, grade=7.5
        )
        self.flush()
        self.sandbox.set_options(per_page_max=2)
        self.sandbox.forget_requests()
        self.reading = self.env["dokstamp.run"].create(
            {"account_id": self.account.id, "kind": "reconciliation"}
        )

    def pages(self):
        """(path, page) of what was asked for."""
        rows = self.sandbox.requests("GET")
        return [(row["path"], row["query"]["page"]) for row in rows]

    def read_page(self):
        """As the scheduled action does, which commits before it asks."""
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            run = self.reading.with_env(self.env(cr=cr))
            was_left = run._read_next_page()
        self.env.invalidate_all()
        return was_left

    def read_all(self):
        while self.read_page():
            pass

    def uuids(self, records):
        return {record.dokstamp_uuid for record in records}

    def test_each_page_is_asked_for_once_and_its_rows_kept(self):
        self.read_all()
        pages = self.pages()
        self.assertEqual(max(Counter(pages).values()), 1)
        self.assertEqual(sum(self.reading.list_ids.mapped("page_count")), len(pages))
        self.assertEqual(len([p for p in pages if p[0] == "/students"]), 3)
        picture = self.reading._picture("dokstamp.student")
        self.assertEqual(picture.uuids, self.uuids(self.students))
        first = self.students[0]
        [key] = first._held_keys(first._payload())
        self.assertEqual(picture.by_key[key], [first.dokstamp_uuid])

    def test_what_lies_below_a_record_is_read_there(self):
        self.read_all()
        groups = self.reading._picture_values(
            "dokstamp.module.group", [self.semester.dokstamp_uuid]
        )
        self.assertEqual(groups[self.semester.dokstamp_uuid]["name"], "Semester 1")
        path = ("courses", self.botany.dokstamp_uuid, "modules", "groups")
        self.assertTrue(self.reading._has_read("dokstamp.module.group", path))
        self.assertFalse(self.reading._has_read("dokstamp.module.group", path[:2]))
        module = self.line.module_id
        self.assertEqual(
            self.reading._picture("dokstamp.curriculum.line").uuids,
            {f"{self.botany.dokstamp_uuid}/{module.dokstamp_uuid}"},
        )

    def test_what_nobody_keeps_below_records_is_not_asked_for(self):
        self.semester.unlink()
        self.line.unlink()
        self.flush()
        self.sandbox.forget_requests()
        self.read_all()
        asked = [path for path, _page in self.pages()]
        self.assertFalse([path for path in asked if path.startswith("/courses/")])

    def test_a_run_that_was_killed_goes_on_with_the_next_page(self):
        for _step in range(5):
            self.read_page()
        before = self.pages()
        self.env.invalidate_all()
        self.read_all()
        self.assertEqual(self.pages()[: len(before)], before)
        self.assertEqual(max(Counter(self.pages()).values()), 1)

    def test_a_list_that_shifts_while_it_is_read_is_read_again(self):
        while self.reading.list_ids[-1:].res_model != "dokstamp.student":
            self.read_page()
        # the first row is gone: the third one moves to the page that was read
        first = self.sandbox.rows("students")[0]["uuid"]
        self.sandbox.remove("students", first)
        self.read_all()
        seen = self.reading._picture("dokstamp.student").uuids
        self.assertLessEqual(self.uuids(self.students) - {first}, seen)

    def test_values_are_those_of_the_body_and_links_are_uuids(self):
        self.read_all()
        [values] = self.reading._picture_values(
            "dokstamp.enrollment", [self.enrolled.dokstamp_uuid]
        ).values()
        self.assertEqual(values["course_uuid"], self.botany.dokstamp_uuid)
        self.assertIsNone(values["cohort_uuid"])
        payload = self.enrolled._payload()
        self.assertEqual(self.enrolled._differences_from(payload, values), {})
        other = {**values, "grade": "3.00", "enrolled_at": "2026-09-02T00:00:00Z"}
        self.assertEqual(
            self.enrolled._differences_from(payload, other),
            {
                "enrolled_at": ["2026-09-01", "2026-09-02T00:00:00Z"],
                "grade": [7.5, "3.00"],
            },
        )
        # what the list does not show is not known
        del other["grade"], other["enrolled_at"]
        self.assertEqual(self.enrolled._differences_from(payload, other), {})

    def test_a_list_that_this_integration_may_not_read_stops_no_other(self):
        self.sandbox.fault(path="/cohorts", times=None, status=403)
        self.read_all()
        [refused] = self.reading.list_ids.filtered("problem")
        self.assertEqual(refused.path, "cohorts")
        self.assertFalse(self.reading._has_read("dokstamp.cohort", ("cohorts",)))
        self.assertTrue(self.reading._has_read("dokstamp.student", ("students",)))

    def test_the_picture_goes_when_the_run_is_over(self):
        self.read_all()
        self.reading._forget_picture()
        self.assertFalse(self.env["dokstamp.run.remote"].search([]))
