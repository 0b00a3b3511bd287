import itertools

from odoo import Command
from odoo.tests import tagged

from .common import SourceCase

_codes = itertools.count()
PIXEL = "data:image/png;base64," + "iVBORw0KGgo" * 9000


class SourceValueCase(SourceCase):
    """What a field of a school app becomes in the registry."""

    def fed_from(self, field_name, value, **definition):
        """(value, problem) after ``field_name`` was read from a text or a number."""
        line = self.line(self.course_source, field_name)
        path = "hours" if isinstance(value, float) else "category"
        definition = {"method": "path", "path": path, "conversion": False, **definition}
        if line:
            line.write(definition)
        else:
            values = {"field_name": field_name, **definition}
            self.course_source.field_ids = [Command.create(values)]
        course = self.school_course(code=f"V-{next(_codes)}", **{path: value})
        self.commit()
        entity = self.fed(course)
        return entity[field_name] if entity else None, self.link(course).error


@tagged("post_install", "-at_install")
class TestSourceNumbers(SourceValueCase):
    """A number that does not fit is rounded as somebody chose, or reported."""

    def test_half_an_hour_is_not_dropped_in_silence(self):
        value, problem = self.fed_from("workload_hours", 7.5)
        self.assertIsNone(value)
        self.assertEqual(
            problem,
            "“7.5” is no whole number, and Hours takes whole ones: choose on the "
            "source how it is rounded.",
        )

    def test_it_is_rounded_as_the_source_says(self):
        for conversion, rounded in (
            ("round_up", (8, 8, 2)),
            ("round_nearest", (8, 7, 2)),
            ("round_down", (7, 7, 2)),
        ):
            for hours, whole in zip((7.5, 7.2, 2.0000000001), rounded, strict=True):
                with self.subTest(conversion, hours=hours):
                    value, problem = self.fed_from(
                        "workload_hours", hours, conversion=conversion
                    )
                    self.assertEqual((value, problem), (whole, False))

    def test_a_whole_number_needs_no_conversion(self):
        for number in (7.0, "7", " 12 ", "7.0"):
            with self.subTest(number):
                value, problem = self.fed_from("workload_hours", number)
                self.assertEqual((value, problem), (int(float(number)), False))

    def test_a_text_that_is_no_number_or_two_is_reported(self):
        for text in ("7,5", "1.000", "1 000", "1_000", "many", "nan", "inf", "1e3"):
            for conversion in (False, "round_up", "grade"):
                with self.subTest(text, conversion=conversion):
                    value, problem = self.fed_from(
                        "workload_hours", text, conversion=conversion
                    )
                    self.assertIsNone(value)
                    self.assertEqual(problem, f"“{text}” is no value for Hours.")

    def test_a_number_that_no_column_holds_is_reported(self):
        for hours in (3e9, -3e9, float("inf"), float("nan")):
            for conversion in (False, "round_up", "round_nearest"):
                with self.subTest(hours, conversion=conversion):
                    value, problem = self.fed_from(
                        "workload_hours", hours, conversion=conversion
                    )
                    self.assertIsNone(value)
                    self.assertEqual(problem, f"“{hours}” is no value for Hours.")

    def test_a_negative_number_is_kept_and_says_so(self):
        course = self.school_course(hours=-3)
        self.flush()
        self.assertEqual(
            self.fed(course).sync_message, "The hours must not be below 0."
        )
        self.assertEqual(self.sandbox.count("courses"), 0)

    def test_a_broken_grade_is_reported(self):
        membership = self.membership(mark=float("inf"))
        self.commit()
        self.assertEqual(self.link(membership).error, "“inf” is no value for Grade.")
        self.assertFalse(self.fed(membership))


@tagged("post_install", "-at_install")
class TestSourceGuesses(SourceValueCase):
    """What could mean two things is asked for, not guessed."""

    def truth(self, value, **definition):
        source = self.make_source(
            "school.course",
            "module",
            name={"path": "name"},
            is_required={"path": "category", **definition},
        )
        course = self.school_course(category=value)
        self.commit()
        result = self.fed(course, source), self.link(course, source).error
        source.unlink()
        return result

    def test_yes_and_no_are_understood(self):
        for value, truth in (("yes", True), ("1", True), ("no", False), ("", False)):
            with self.subTest(value):
                module, problem = self.truth(value)
                self.assertEqual((module.is_required, problem), (truth, False))

    def test_any_other_word_is_neither_yes_nor_no(self):
        for value in ("off", "não", "compulsory", "2"):
            with self.subTest(value):
                module, problem = self.truth(value)
                self.assertFalse(module)
                self.assertEqual(
                    problem,
                    f"“{value}” is neither yes nor no for Required: say on the source, "
                    "in the table of values, which one it is.",
                )

    def test_the_table_says_which_it_is(self):
        module, problem = self.truth("compulsory", table={"compulsory": "yes"})
        self.assertEqual((module.is_required, problem), (True, False))

    def test_a_contact_is_called_by_its_own_name(self):
        company = self.env["res.partner"].create({"name": "Acme", "is_company": True})
        teacher = self.env["res.partner"].create(
            {"name": "Tess Teacher", "parent_id": company.id}
        )
        self.line(self.course_source, "area").path = "teacher_id"
        course = self.school_course(teacher_id=teacher.id)
        self.commit()
        self.assertEqual(self.fed(course).area, "Tess Teacher")

    def test_a_day_that_is_two_days_is_reported(self):
        for text in ("03/04/2026", "2026-13-01", "2026-02-30", "2026-09-30 23:30:00"):
            with self.subTest(text):
                self.line(self.membership_source, "enrolled_at").write(
                    {"path": "course_id.category", "conversion": False}
                )
                course = self.school_course(code=text, category=text)
                person = self.person(email=f"{next(_codes)}@example.com")
                membership = self.membership(person, course)
                self.commit()
                self.assertEqual(
                    self.link(membership).error,
                    f"“{text}” is no value for Enrolled on.",
                )
                self.assertFalse(self.fed(membership))

    def test_a_day_written_the_one_way_is_read(self):
        self.line(self.membership_source, "enrolled_at").path = "course_id.category"
        membership = self.membership(course=self.school_course(category="2026-09-30"))
        self.commit()
        self.assertEqual(str(self.fed(membership).enrolled_at), "2026-09-30")


@tagged("post_install", "-at_install")
class TestSourceDescriptions(SourceCase):
    """A description arrives as a person reads it, and holds nothing up."""

    def remote(self, html, **values):
        course = self.school_course(description=html, **values)
        self.flush()
        return self.sandbox.row("courses", code=course.code)["description"]

    def test_it_shows_no_sign_of_what_it_was_made_of(self):
        html = (
            "<h1>Botany</h1>"
            "<p>Some <b>bold</b>, <strong>strong</strong> and <em>fine</em> words, and "
            '<a href="https://example.com/a">a link</a>.</p>'
            f'<p><img src="{PIXEL}" alt="x"/><img src="/web/image/1/leaf.png"/></p>'
            "<ul><li><p>Leaves</p></li><li>Roots<ul><li>Deep</li></ul></li></ul>"
            "<ol><li>Sow</li><li>Wait</li></ol>"
            "<table><tr><th>Day</th><th>At</th></tr>"
            "<tr><td><p>Monday</p></td><td><p>10:00</p></td></tr></table>"
            "<p>5 &lt; 6 &amp; 7&nbsp;&gt;&nbsp;6 &copy; €</p><p><br/></p>"
        )
        self.assertEqual(
            self.remote(html).split("\n"),
            [
                "Botany",
                "Some bold, strong and fine words, and a link.",
                "- Leaves",
                "- Roots",
                "- Deep",
                "1. Sow",
                "2. Wait",
                "Day | At",
                "Monday | 10:00",
                "5 < 6 & 7 > 6 © €",
            ],
        )

    def test_what_the_author_typed_stays(self):
        self.assertEqual(self.remote("<p>2 * 3 [1] /etc/</p>"), "2 * 3 [1] /etc/")

    def test_broken_and_odd_html_is_read_as_far_as_it_goes(self):
        field = self.env["test.dokstamp.school.course"]._fields["description"]
        self.patch(field, "sanitize", False)
        for code, html, text in (
            ("A", "<p>one<div>two<b>three", "one\ntwothree"),
            ("B", "<script>x()</script><style>p {}</style>text", "text"),
            ("C", "<?xml version='1.0' encoding='latin1'?><p>é</p>", "é"),
            ("D", "<p hidden='1'>no</p><p style='display:none'>no</p>yes", "yes"),
            ("E", "no tags &amp; none", "no tags & none"),
            ("F", "<div>" * 2000 + "deep" + "</div>" * 2000, "deep"),
            ("G", "<p></p><br/><!-- note -->", None),
        ):
            with self.subTest(code):
                self.assertEqual(self.remote(html, code=code), text)

    def test_html_without_a_conversion_is_plain_text_too(self):
        self.line(self.course_source, "description").conversion = False
        self.assertEqual(self.remote("<p>Some <b>words</b></p>"), "Some words")

    def test_it_is_cut_at_a_word_and_what_depends_on_it_goes_on(self):
        words = "Blätter " * 20_000
        course = self.school_course(description=f"<p>{words}</p>")
        self.membership(course=course)
        self.flush()
        [remote] = self.sandbox.rows("courses")
        self.assertLessEqual(len(remote["description"].encode()), 65_535)
        self.assertGreater(len(remote["description"].encode()), 65_500)
        self.assertTrue(remote["description"].endswith(" Blätter"))
        self.assertEqual(self.sandbox.count("enrollments"), 1)
        entity = self.fed(course)
        self.assertEqual(entity.sync_state, "synced")
        self.assertEqual(
            entity.sync_message,
            "DokStamp takes no text as long as this one, and gets its beginning: "
            "description.",
        )

    def test_a_long_one_typed_by_a_registrar_is_sent_as_far_as_it_goes(self):
        course = self.course(code="TYPED").with_user(self.registrar)
        course.description = "word " * 20_000
        self.flush()
        remote = self.sandbox.row("courses", code="TYPED")
        self.assertTrue(remote["description"].endswith("word word"))
        self.assertIn("gets its beginning", course.sync_message)
        course.description = "short"
        self.flush()
        self.assertFalse(course.sync_message)

    def test_a_name_is_cut_at_a_word(self):
        self.line(self.course_source, "name").cut = True
        self.school_course(name="Botany for everybody " * 20)
        self.flush()
        [remote] = self.sandbox.rows("courses")
        self.assertLessEqual(len(remote["name"]), 255)
        self.assertTrue(remote["name"].endswith("Botany for everybody"))
