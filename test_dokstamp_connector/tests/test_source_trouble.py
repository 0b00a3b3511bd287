import logging

from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo.tests import tagged

from odoo.addons.dokstamp_connector.models.sources import watch

from .common import SourceCase


@tagged("post_install", "-at_install")
class TestSourceTrouble(SourceCase):
    """A source in trouble says so, holds up no other, and keeps nobody waiting."""

    def break_each_way(self):
        """What an upgrade takes away: name → how."""
        line = self.line(self.course_source, "area").id

        def lose_the_model():
            self.env.cr.execute(
                'INSERT INTO ir_model (model, name, state, "order") VALUES'
                " ('x_gone', '{\"en_US\": \"Gone\"}', 'manual', 'id') RETURNING id"
            )
            [model_id] = self.env.cr.fetchone()
            for column, value in (("model_id", model_id), ("model", "x_gone")):
                self.break_column(
                    "dokstamp_source", self.course_source.id, column, value
                )

        return {
            "a field": lambda: self.break_line("area", "path", "x_gone"),
            "a field along a path": lambda: self.break_line(
                "area", "path", "teacher_id.x_gone.name"
            ),
            "a field in a text": lambda: (
                self.break_column("dokstamp_source_field", line, "text", "{x_gone}")
                or self.break_line("area", "method", "text")
            ),
            "a field of the registry": lambda: self.break_line(
                "area", "field_name", "x_gone"
            ),
            "a field of the condition": lambda: self.break_source("[('x_a', '=', 1)]"),
            "the condition": lambda: self.break_source("[("),
            "the kind of record": lambda: self.break_column(
                "dokstamp_source", self.course_source.id, "entity", "dokstamp.x_gone"
            ),
            "the model": lose_the_model,
        }

    def test_what_is_gone_stops_that_source_alone_and_stands_on_it(self):
        for name, lose in self.break_each_way().items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                person = self.person()
                course = self.course()
                self.commit()
                lose()
                self.person_source.trigger = "on_save"
                person.name = "Ada Lovelace"
                with self.assertNoLogs("odoo", logging.WARNING):
                    self.sweep()
                self.assertEqual(self.fed(person).name, "Ada Lovelace")
                [shown] = self.course_source.with_user(self.manager).read(
                    ["name", "reading_problem", "fed_count", "error_count"]
                )
                self.assertIn("reads nothing", shown["reading_problem"])
                self.assertTrue(course.exists())
                savepoint.rollback()
                self.env.invalidate_all()
                self.env["dokstamp.source"]._forget_watches()

    def test_what_it_fed_stays_and_goes_on_once_the_field_is_back(self):
        course = self.school_course(category="Science")
        self.settle()
        self.break_line("area", "path", "x_gone")
        course.category = "Art"
        self.sweep()
        self.flush()
        self.assertFalse(self.sandbox.requests())
        self.assertTrue(self.fed(course).active)
        self.break_line("area", "path", "category")
        self.sweep()
        self.flush()
        self.assertEqual(self.sandbox.row("courses", code="BOT-1")["area"], "Art")
        self.assertFalse(self.course_source.reading_problem)

    def test_a_search_that_fails_is_said_on_the_source_until_it_works(self):
        sources = type(self.env["dokstamp.source"])
        next_ids = sources._next_ids

        def fail_for_courses(source, *args):
            if source == self.course_source:
                source.env.cr.execute("SELECT 1 / 0", log_exceptions=False)
            return next_ids(source, *args)

        membership = self.membership()
        self.patch(sources, "_next_ids", fail_for_courses)
        with self.assertLogs("odoo.addons.dokstamp_connector", logging.WARNING):
            self.sweep()
        self.assertIn("DivisionByZero", self.course_source.reading_problem)
        self.assertTrue(self.link(membership))
        self.patch(sources, "_next_ids", next_ids)
        self.course_source.with_user(self.manager).action_read_all()
        self.sweep()
        self.assertFalse(self.course_source.reading_problem)

    def test_a_user_who_is_quicker_ends_no_sweep(self):
        courses = [self.school_course(code=f"C-{n}") for n in range(3)]
        self.course_source._read_all()
        sweeps = type(self.env["dokstamp.sweep"])
        feed_next, lost = sweeps._feed_next, []

        def lose_the_race_once(sweep, *args):
            if not lost:
                lost.append(True)
                raise SerializationFailure("could not serialize")
            return feed_next(sweep, *args)

        self.patch(sweeps, "_feed_next", lose_the_race_once)
        with self.assertNoLogs("odoo", logging.WARNING):
            self.sweep()
        self.assertTrue(all(self.fed(course) for course in courses))
        self.assertFalse(self.waiting())

    def test_a_user_who_is_always_quicker_leaves_it_to_the_next_sweep(self):
        self.school_course()
        sweeps = type(self.env["dokstamp.sweep"])

        def lose_the_race(*args):
            raise SerializationFailure("could not serialize")

        self.patch(sweeps, "_feed_next", lose_the_race)
        with (
            self.assertNoLogs("odoo", logging.WARNING),
            self.capture_triggers("dokstamp_connector.ir_cron_sweep") as triggers,
        ):
            self.sweep()
        self.assertTrue(triggers.records)
        self.assertTrue(self.waiting())

    def test_a_record_that_somebody_else_holds_for_good_ends_no_sweep(self):
        sources = type(self.env["dokstamp.source"])
        feed, held = sources._feed, self.school_course(code="HELD")
        other = self.school_course(code="FREE")

        def collide(source, ids, only=None):
            if source == self.course_source and held.id in ids:
                raise UniqueViolation("duplicate key")
            return feed(source, ids, only)

        self.patch(sources, "_feed", collide)
        self.course_source._read_all()
        self.sweep()
        self.assertIn("at the same moment", self.link(held).error)
        self.assertTrue(self.fed(other))
        self.assertFalse(self.waiting())

    def waiting(self):
        return self.env["dokstamp.source.reading"]._waiting(
            self.env["dokstamp.source"].search([])
        )

    def test_whoever_edits_a_source_writes_no_line_that_the_sweep_does(self):
        readings = self.env["dokstamp.source.reading"]
        self.sweep()
        self.course_source._read_all()
        before = self.waiting()
        self.env.flush_all()
        writes = self.count_queries('UPDATE "dokstamp_source_reading"')
        line = self.line(self.membership_source, "completion_status")
        line.value_ids[0].with_user(self.manager).from_value = "going on"
        self.course_source.with_user(self.manager).domain = "[('id', '>', 0)]"
        self.env.flush_all()
        self.assertEqual(writes(), 0)
        self.assertLess(before, readings.search([]))

    def test_a_class_in_trouble_is_not_read_one_by_one_while_somebody_waits(self):
        self.line(self.course_source, "area").path = "broken_area"
        self.settle()
        values = [
            {"name": f"Course {n}", "code": f"C-{n}", "category": "sql" if n else "x"}
            for n in range(watch.READ_ALONE + 1)
        ]
        courses = self.env["test.dokstamp.school.course"].create(values)
        self.env.flush_all()
        savepoints = self.count_queries("SAVEPOINT")
        with self.capture_triggers("dokstamp_connector.ir_cron_sweep") as triggers:
            self.commit()
        self.assertLess(savepoints(), watch.READ_ALONE)
        self.assertTrue(triggers.records)
        self.assertFalse(self.link(courses[0]))
        with self.assertLogs("odoo.addons.dokstamp_connector", logging.WARNING):
            self.sweep()
        self.assertTrue(self.fed(courses[0]))
        self.assertTrue(self.link(courses[1]).error)

    def test_an_import_beyond_the_bound_is_left_to_the_sweep(self):
        self.patch(watch, "READ_IN_SAVE", 3)
        courses = self.env["test.dokstamp.school.course"].create(
            [{"name": f"Course {n}", "code": f"C-{n}"} for n in range(5)]
        )
        with self.capture_triggers("dokstamp_connector.ir_cron_sweep") as triggers:
            self.commit()
        self.assertTrue(triggers.records)
        self.assertFalse(self.link(courses[0]))
        self.sweep()
        self.flush()
        self.assertEqual(self.sandbox.count("courses"), 5)
        courses.write({"category": "Science"})
        courses[:4].unlink()
        self.commit()
        self.sweep()
        self.flush()
        live = [r for r in self.sandbox.rows("courses") if r["status"] == "active"]
        self.assertEqual([row["area"] for row in live], ["Science"])

    def test_contacts_that_no_record_refers_to_wake_no_sweep(self):
        self.patch(watch, "READ_IN_SAVE", 3)
        persons = self.env["test.dokstamp.school.person"].create(
            [{"name": f"P {n}", "email": f"p{n}@example.com"} for n in range(5)]
        )
        self.commit()
        with self.capture_triggers("dokstamp_connector.ir_cron_sweep") as triggers:
            persons.write({"name": "Somebody"})
            self.commit()
        self.assertFalse(triggers.records)
