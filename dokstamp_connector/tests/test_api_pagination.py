from odoo.tests import tagged

from ..dokstamp_api import AnswerNotUnderstood
from .test_api_common import ScriptedCase, reply


def courses(*numbers):
    return [{"uuid": f"uuid-{n}", "code": f"C{n}", "status": "active"} for n in numbers]


def page(rows, **meta):
    return reply({"data": rows, "meta": meta} if meta else {"data": rows})


@tagged("post_install", "-at_install")
class TestPagination(ScriptedCase):
    def script(self, *pages):
        self.server.on("GET", "/courses", *pages)

    def codes(self, **options):
        return [row["code"] for row in self.client.courses.list(**options)]

    def asked_pages(self):
        return [call.query["page"][0] for call in self.server.calls()]

    def test_all_pages_are_walked_in_order(self):
        self.script(
            page(courses(1, 2), current_page=1, per_page=2, total=3),
            page(courses(3), current_page=2, per_page=2, total=3),
        )
        self.assertEqual(self.codes(per_page=2), ["C1", "C2", "C3"])
        self.assertEqual(self.asked_pages(), ["1", "2"])

    def test_capped_per_page_loses_no_row(self):
        self.script(
            page(courses(1, 2), current_page=1, per_page=2, total=5),
            page(courses(3, 4), current_page=2, per_page=2, total=5),
            page(courses(5), current_page=3, per_page=2, total=5),
        )
        self.assertEqual(self.codes(per_page=100), ["C1", "C2", "C3", "C4", "C5"])

    def test_cap_that_meta_does_not_admit_loses_no_row(self):
        self.script(
            page(courses(1, 2), current_page=1, per_page=100, total=3),
            page(courses(3), current_page=2, per_page=100, total=3),
        )
        self.assertEqual(self.codes(per_page=100), ["C1", "C2", "C3"])

    def test_next_page_is_asked_for_only_when_needed(self):
        self.script(page(courses(1, 2), current_page=1, per_page=2, total=9))
        next(self.client.courses.list(per_page=2))
        self.assertEqual(self.asked_pages(), ["1"])

    def test_ignored_page_parameter_raises_instead_of_looping(self):
        self.script(page(courses(1, 2), current_page=1, per_page=2, total=9))
        with self.assertRaises(AnswerNotUnderstood):
            self.codes()
        self.assertEqual(self.asked_pages(), ["1", "2"])

    def test_page_with_another_number_than_asked_for_raises(self):
        self.script(
            page(courses(1, 2), current_page=1, per_page=2, total=9),
            page(courses(0, 1), current_page=1, per_page=2, total=10),
        )
        with self.assertRaises(AnswerNotUnderstood):
            self.codes()
        self.assertEqual(self.asked_pages(), ["1", "2"])

    def test_same_page_again_without_page_number_raises(self):
        self.script(page(courses(1, 2), total=9))
        with self.assertRaises(AnswerNotUnderstood):
            self.codes()

    def test_list_that_ends_before_its_own_total_raises(self):
        self.script(
            page(courses(1, 2), current_page=1, total=9),
            page([], current_page=2, total=9),
        )
        with self.assertRaises(AnswerNotUnderstood):
            self.codes()

    def test_list_that_shrinks_while_read_is_complete(self):
        self.script(
            page(courses(1, 2), current_page=1, total=3),
            page([], current_page=2, total=2),
        )
        self.assertEqual(self.codes(), ["C1", "C2"])

    def test_row_that_moved_to_the_next_page_comes_once(self):
        self.script(
            page(courses(1, 2), current_page=1, total=3),
            page(courses(2, 3), current_page=2, total=4),
        )
        self.assertEqual(self.codes(), ["C1", "C2", "C3"])

    def test_pages_of_one_row_may_repeat_a_moved_row(self):
        self.script(
            page(courses(1), current_page=1, total=2),
            page(courses(1), current_page=2, total=3),
            page(courses(2), current_page=3, total=3),
        )
        self.assertEqual(self.codes(per_page=1), ["C1", "C2"])

    def test_no_total_reads_until_an_empty_page(self):
        self.script(
            page(courses(1, 2), current_page=1),
            page(courses(3), current_page=2),
            page([], current_page=3),
        )
        self.assertEqual(self.codes(), ["C1", "C2", "C3"])

    def every_code(self, **where):
        return [row["code"] for row in self.client.courses.every(where)]

    def test_list_that_shifts_because_of_a_deletion_is_read_again(self):
        self.script(
            page(courses(1, 2), current_page=1, total=5),
            # 1 was deleted: 3 stands on the first page now
            page(courses(4, 5), current_page=2, total=4),
            page(courses(2, 3), current_page=1, total=4),
            page(courses(4, 5), current_page=2, total=4),
        )
        self.assertEqual(self.every_code(), ["C1", "C2", "C4", "C5", "C3"])

    def test_list_that_shifts_because_of_an_addition_is_read_again(self):
        self.script(
            page(courses(2, 3), current_page=1, total=3),
            page(courses(3, 4), current_page=2, total=4),
            page(courses(1, 2), current_page=1, total=4),
            page(courses(3, 4), current_page=2, total=4),
        )
        self.assertEqual(sorted(self.every_code()), ["C1", "C2", "C3", "C4"])

    def test_list_that_stays_is_read_once(self):
        self.script(
            page(courses(1, 2), current_page=1, total=3),
            page(courses(3), current_page=2, total=3),
        )
        self.assertEqual(self.every_code(), ["C1", "C2", "C3"])
        self.assertEqual(self.asked_pages(), ["1", "2"])

    def test_list_that_never_rests_is_left_after_a_few_readings(self):
        pages = []
        for n in range(20):
            pages += [
                page(courses(n, n + 1), current_page=1, total=5),
                page(courses(n + 2, n + 3), current_page=2, total=4),
            ]
        self.script(*pages)
        self.assertTrue(self.every_code())
        self.assertLess(len(self.asked_pages()), 20)

    def test_no_meta_is_one_page(self):
        self.script(page(courses(1, 2)))
        self.assertEqual(self.codes(), ["C1", "C2"])
        self.assertEqual(self.asked_pages(), ["1"])

    def test_full_page_without_meta_may_have_others_behind_it(self):
        self.script(page(courses(1, 2)), page(courses(3)))
        self.assertEqual(self.codes(per_page=2), ["C1", "C2", "C3"])
        self.script(page(courses(1, 2)), page(courses(1, 2)))
        self.assertEqual(self.codes(per_page=2), ["C1", "C2"])

    def test_empty_list(self):
        self.script(page([], current_page=1, per_page=15, total=0))
        self.assertEqual(self.codes(), [])

    def test_meta_nested_in_data(self):
        meta = {"current_page": 1, "per_page": 15, "total": 2}
        nested = {"data": {"data": courses(1, 2), "meta": meta}}
        self.script(reply(nested))
        self.assertEqual(self.codes(), ["C1", "C2"])
        self.script(reply({"data": {"items": courses(1, 2), "meta": meta}}))
        self.assertEqual(self.codes(), ["C1", "C2"])
        self.assertEqual(self.client.courses.count(), 2)

    def test_page_numbers_beside_the_rows(self):
        flat = [
            reply({"current_page": 1, "data": courses(1), "total": 2}),
            reply({"current_page": 2, "data": courses(2), "total": "2"}),
        ]
        self.script(*flat)
        self.assertEqual(self.codes(), ["C1", "C2"])

    def test_list_without_list_is_not_understood(self):
        for content in ({}, {"data": None}, {"data": "x"}, {"data": [1]}, [], "x"):
            self.script(reply(content))
            with self.assertRaises(AnswerNotUnderstood):
                self.codes()


@tagged("post_install", "-at_install")
class TestSearch(ScriptedCase):
    def query(self):
        return self.server.calls()[-1].query

    def test_filters_and_sorting_are_written_as_documented(self):
        self.server.on("GET", "/modules", page([], total=0))
        where = {"code": "A/1", "institution_uuid": "uuid-1"}
        list(self.client.modules.list(where, sort="name", order="desc", per_page=15))
        self.assertEqual(
            self.query(),
            {
                "where[code]": ["A/1"],
                "where[institution_uuid]": ["uuid-1"],
                "sort[column]": ["name"],
                "sort[order]": ["desc"],
                "per_page": ["15"],
                "page": ["1"],
            },
        )

    def test_plus_and_at_in_an_email_arrive_as_they_are(self):
        self.server.on("GET", "/students", page([], total=0))
        self.client.students.find(email="ana+diploma@example.com")
        self.assertEqual(self.query()["where[email]"], ["ana+diploma@example.com"])

    def test_none_asks_for_null_and_booleans_for_one_and_zero(self):
        self.server.on("GET", "/files", page([], total=0))
        self.client.files.find(used_at=None, is_public=True, is_large=False)
        self.assertEqual(self.query()["where[used_at]"], ["null"])
        self.assertEqual(self.query()["where[is_public]"], ["1"])
        self.assertEqual(self.query()["where[is_large]"], ["0"])

    def test_find_is_one_request(self):
        self.server.on("GET", "/courses", page(courses(1), current_page=1, total=1))
        self.assertEqual(self.client.courses.find(code="c1"), courses(1))
        self.assertEqual(len(self.server.calls()), 1)

    def test_ignored_filter_never_finds_another_record(self):
        self.server.on(
            "GET",
            "/courses",
            page(courses(1, 2), current_page=1, total=3),
            page(courses(1, 2), current_page=1, total=3),
            page(courses(3), current_page=2, total=3),
        )
        self.assertEqual(self.client.courses.find(code="C3"), courses(3))

    def test_ignored_filter_on_a_link_never_finds_another_record(self):
        rows = [
            {"uuid": "e1", "student": {"uuid": "s1", "name": "Ana"}},
            {"uuid": "e2", "student": {"uuid": "s2", "name": "Rui"}},
        ]
        self.server.on("GET", "/enrollments", page(rows, current_page=1, total=2))
        self.assertEqual(self.client.enrollments.find(student_uuid="s2"), rows[1:])

    def test_date_filter_accepts_a_datetime_in_the_answer(self):
        rows = [{"uuid": "e1", "enrolled_at": "2026-01-31T00:00:00.000000Z"}]
        self.server.on("GET", "/enrollments", page(rows, current_page=1, total=1))
        self.assertEqual(self.client.enrollments.find(enrolled_at="2026-01-31"), rows)

    def test_count_reads_the_total(self):
        self.server.on("GET", "/courses", page(courses(1), current_page=1, total=42))
        self.assertEqual(self.client.courses.count(status="active"), 42)
        self.assertEqual(self.query()["per_page"], ["1"])
        self.assertEqual(len(self.server.calls()), 1)

    def test_count_without_total_counts(self):
        self.server.on("GET", "/courses", page(courses(1, 2, 3)))
        self.assertEqual(self.client.courses.count(), 3)

    def test_count_does_not_trust_the_total_of_an_ignored_filter(self):
        self.server.on(
            "GET",
            "/courses",
            page(courses(1), current_page=1, total=2),
            page(courses(1, 2), current_page=1, total=2),
        )
        self.assertEqual(self.client.courses.count(code="C2"), 1)
