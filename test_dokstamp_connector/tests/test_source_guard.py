import logging

from psycopg2.errors import SerializationFailure

from odoo.tests import tagged

from .common import SourceCase

SECRET = "Zenobia Privat"


@tagged("post_install", "-at_install")
class TestSourceGuard(SourceCase):
    """A save never fails because of a source, and no log tells about anybody."""

    def begin_with(self, cls):
        super().begin_with(cls)
        self.line(self.course_source, "area").path = "broken_area"
        self.settle()

    def captured(self):
        """Records all that is logged; no personal data may be in it."""
        captured = self.assertLogs("odoo", logging.INFO)
        self.addCleanup(
            lambda: self.assertNotIn(SECRET, "\n".join(captured.watcher.output))
        )
        return captured

    def saved(self, course):
        """Whether the school app's own record is in the database."""
        self.env.cr.execute(
            "SELECT name->>'en_US' FROM test_dokstamp_school_course WHERE id = %s",
            [course.id],
        )
        return self.env.cr.fetchone()

    def test_a_computation_that_raises_does_not_fail_the_save(self):
        with self.captured():
            course = self.school_course(name=SECRET, category="broken")
            self.commit()
        self.assertEqual(self.saved(course), (SECRET,))
        self.assertIn("KeyError", self.link(course).error)
        self.assertEqual(self.course_source.error_count, 1)

    def test_a_query_that_fails_does_not_fail_the_save(self):
        with self.captured():
            course = self.school_course(name=SECRET, category="sql")
            self.commit()
        self.assertEqual(self.saved(course), (SECRET,))
        self.assertIn("InvalidTextRepresentation", self.link(course).error)

    def test_one_broken_record_holds_up_no_other(self):
        for reason in ("broken", "sql"):
            with self.subTest(reason), self.captured():
                courses = self.env["test.dokstamp.school.course"].create(
                    [
                        {"name": f"{name} {reason}", "category": category}
                        for name, category in (
                            ("One", "fine"),
                            (SECRET, reason),
                            ("Three", "fine"),
                        )
                    ]
                )
                self.commit()
                fed = [bool(self.fed(course)) for course in courses]
                self.assertEqual(fed, [True, False, True])

    def test_a_record_mended_in_the_school_app_goes_out(self):
        with self.captured():
            course = self.school_course(category="broken")
            self.commit()
        course.category = "Science"
        self.flush()
        self.assertFalse(self.link(course).error)
        self.assertEqual(self.sandbox.row("courses", code="BOT-1")["area"], "Science")

    def test_a_field_that_is_gone_does_not_fail_the_save(self):
        course = self.school_course()
        self.settle()
        self.break_line("area", "path", "teacher_id.x_gone")
        course.write({"name": SECRET, "teacher_id": self.teacher.partner_id})
        self.commit()
        self.assertEqual(self.saved(course), (SECRET,))
        self.assertIn("no field “teacher_id.x_gone”", self.link(course).error)
        self.assertEqual(self.fed(course).name, "Botany")

    def test_a_condition_on_a_field_that_is_gone_does_not_fail_the_save(self):
        course = self.school_course()
        self.settle()
        self.break_source("[('x_gone', '=', 1)]")
        course.name = SECRET
        self.commit()
        self.assertEqual(self.saved(course), (SECRET,))
        self.assertIn("no field “x_gone”", self.link(course).error)
        self.assertEqual(self.fed(course).name, "Botany")

    def test_a_condition_that_is_no_condition_does_not_fail_the_save(self):
        self.break_source("[(")
        course = self.school_course(name=SECRET)
        self.commit()
        self.assertEqual(self.saved(course), (SECRET,))

    def test_a_source_that_finds_nothing_does_not_keep_the_sweep_from_the_next(self):
        self.membership_source.active = False
        membership = self.membership()
        self.commit()
        self.membership_source.active = True
        self.break_source("[(")
        self.assertLess(self.course_source.id, self.membership_source.id)
        self.sweep()
        self.assertTrue(self.link(membership))

    def test_a_path_that_cannot_be_followed_back_does_not_fail_a_deletion(self):
        self.break_line("area", "path", "teacher_id.self.name")
        partner = self.env["res.partner"].create({"name": SECRET})
        self.school_course(teacher_id=partner.id)
        self.commit()
        with self.captured():
            partner.name = "Somebody"
            self.commit()
            partner.unlink()
            self.commit()
        self.assertFalse(partner.exists())

    def test_a_transaction_that_was_quicker_leaves_the_record_to_the_sweep(self):
        sources = type(self.env["dokstamp.source"])
        feed = sources._feed

        def lose_the_race(*args):
            raise SerializationFailure(SECRET)

        self.patch(sources, "_feed", lose_the_race)
        with (
            self.captured(),
            self.capture_triggers("dokstamp_connector.ir_cron_sweep") as triggers,
        ):
            course = self.school_course()
            self.commit()
        self.assertEqual(self.saved(course), ("Botany",))
        self.assertIn("read again in the background", self.link(course).error)
        self.assertEqual(len(triggers.records), 1)
        self.patch(sources, "_feed", feed)
        self.sweep()
        self.assertEqual(self.fed(course).name, "Botany")
        self.assertFalse(self.link(course).error)

    def test_a_record_that_stays_broken_wakes_no_sweep(self):
        with (
            self.captured(),
            self.capture_triggers("dokstamp_connector.ir_cron_sweep") as triggers,
        ):
            self.school_course(category="broken")
            self.commit()
        self.assertFalse(triggers.records)

    def test_a_constraint_of_the_school_app_still_reaches_its_user(self):
        with self.assertRaises(Exception) as raised, self.env.cr.savepoint():
            self.school_course().with_user(self.portal).unlink()
        self.assertEqual(type(raised.exception).__name__, "AccessError")

    def test_a_portal_user_saves(self):
        courses = self.env["test.dokstamp.school.course"].with_user(self.portal)
        course = courses.create({"name": "Botany", "code": "BOT-1"})
        self.commit()
        course.name = "Zoology"
        self.flush()
        self.assertEqual(self.sandbox.row("courses", code="BOT-1")["name"], "Zoology")

    def test_an_employee_without_rights_here_saves_archives_and_deletes(self):
        courses = self.env["test.dokstamp.school.course"].with_user(self.teacher)
        course = courses.create({"name": "Botany", "code": "BOT-1"})
        membership = self.membership(course=course)
        self.commit()
        course.active = False
        self.commit()
        membership.with_user(self.teacher).unlink()
        course.unlink()
        self.flush()
        self.assertEqual(self.sandbox.rows("courses"), [])

    def test_the_queue_says_whose_save_it_was(self):
        courses = self.env["test.dokstamp.school.course"].with_user(self.teacher)
        course = courses.create({"name": "Botany", "code": "BOT-1"})
        self.commit()
        self.assertEqual(self.rows_of(self.fed(course)).user_id, self.teacher)
