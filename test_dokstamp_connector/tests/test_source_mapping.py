from odoo.tests import tagged

from .common import SourceCase


@tagged("post_install", "-at_install")
class TestSourceMapping(SourceCase):
    """Each way to fill a field of the registry, and what cannot be filled says so."""

    def remote_course(self, **values):
        self.school_course(**values)
        self.flush()
        return self.sandbox.rows("courses")[-1]

    def test_a_text_with_placeholders(self):
        line = self.line(self.course_source, "code")
        line.write({"method": "text", "text": "ODOO-{id}-{teacher_id.ref}-{category}"})
        teacher = self.env["res.partner"].create({"name": "T", "ref": "T7"})
        course = self.school_course(teacher_id=teacher.id)
        self.flush()
        self.assertEqual(
            self.sandbox.rows("courses")[0]["code"], f"ODOO-{course.id}-T7-"
        )
        teacher.ref = "T8"
        self.flush()
        self.assertEqual(
            self.sandbox.rows("courses")[0]["code"], f"ODOO-{course.id}-T8-"
        )

    def test_html_becomes_text(self):
        remote = self.remote_course(
            description="<h1>Plants</h1><p>Grow &lt;well&gt;</p><script>x()</script>"
        )
        self.assertIn("Grow <well>", remote["description"])
        self.assertNotIn("<p>", remote["description"])
        self.assertNotIn("<h1>", remote["description"])

    def test_hours_are_rounded_up(self):
        for hours, whole in ((0.25, 1), (2.0, 2), (2.0000000001, 2), (39.01, 40)):
            with self.subTest(hours=hours):
                course = self.school_course(code=f"H-{hours}", hours=hours)
                self.commit()
                self.assertEqual(self.fed(course).workload_hours, whole)

    def test_a_date_is_that_of_the_schools_time_zone(self):
        self.line(self.membership_source, "enrolled_at").timezone = "Asia/Tokyo"
        self.membership(joined_at="2026-08-31 23:30:00")
        self.flush()
        [remote] = self.sandbox.rows("enrollments")
        self.assertTrue(remote["enrolled_at"].startswith("2026-09-01"))

    def test_a_date_without_a_time_zone_is_that_of_the_company(self):
        self.env.company.partner_id.tz = "America/New_York"
        self.membership(joined_at="2026-09-01 02:00:00")
        self.flush()
        [remote] = self.sandbox.rows("enrollments")
        self.assertTrue(remote["enrolled_at"].startswith("2026-08-31"))

    def test_a_grade_is_brought_to_dokstamps_scale(self):
        membership = self.membership(mark=15)
        self.flush()
        [remote] = self.sandbox.rows("enrollments")
        self.assertEqual(float(remote["grade"]), 7.5)
        self.assertTrue(self.fed(membership).is_graded)

    def test_a_grade_out_of_range_is_kept_and_says_so(self):
        membership = self.membership(mark=25)
        self.flush()
        enrollment = self.fed(membership)
        self.assertEqual(enrollment.grade, 12.5)
        self.assertEqual(enrollment.sync_state, "failed")
        self.assertEqual(enrollment.sync_message, "The grade must not be above 10.")

    def test_a_text_is_cut_to_dokstamps_length(self):
        self.line(self.course_source, "name").cut = True
        remote = self.remote_course(name="x" * 300)
        self.assertEqual(remote["name"], "x" * 255)

    def test_an_over_long_text_is_kept_and_says_so(self):
        course = self.school_course(name="x" * 300)
        self.flush()
        entity = self.fed(course)
        self.assertEqual(entity.name, "x" * 300)
        self.assertEqual(entity.sync_state, "failed")
        self.assertEqual(
            entity.sync_message, "The name has 300 characters; DokStamp takes 255."
        )
        self.assertEqual(self.sandbox.count("courses"), 0)
        course.name = "Botany"
        self.flush()
        self.assertEqual(entity.sync_state, "synced")

    def test_an_over_long_code_is_kept_and_says_so(self):
        source = self.make_source(
            "school.course",
            "module",
            name={"path": "name"},
            code={"path": "code"},
        )
        course = self.school_course(code="A-CODE-OF-25-CHARACTERS--")
        self.flush()
        module = self.fed(course, source)
        self.assertEqual(module.code, "A-CODE-OF-25-CHARACTERS--")
        self.assertEqual(
            module.sync_message, "The code has 25 characters; DokStamp takes 20."
        )

    def test_a_table_of_values(self):
        membership = self.membership()
        self.settle()
        membership.state = "finished"
        self.flush()
        [remote] = self.sandbox.rows("enrollments")
        self.assertEqual(remote["completion_status"], "completed")

    def test_a_value_that_the_table_does_not_know_says_so(self):
        table = self.line(self.membership_source, "completion_status").value_ids
        table.filtered(lambda line: line.from_value == "finished").unlink()
        membership = self.membership()
        self.settle()
        membership.state = "finished"
        self.flush()
        self.assertEqual(
            self.link(membership).error,
            "The table of values for completion_status has no line for “finished”. "
            "Add one on the source.",
        )
        self.assertEqual(self.membership_source.error_count, 1)
        self.assertEqual(self.fed(membership).sync_state, "failed")
        self.assertIn("finished", self.fed(membership).sync_message)
        self.assertFalse(self.sandbox.requests())

    def test_a_value_added_to_the_table_mends_the_record(self):
        line = self.line(self.membership_source, "completion_status")
        line.value_ids.unlink()
        membership = self.membership()
        self.commit()
        self.assertTrue(self.link(membership).error)
        self.env["dokstamp.source.value"].create(
            {"field_id": line.id, "from_value": "running", "to_value": "enrolled"}
        )
        self.sweep()
        self.assertFalse(self.link(membership).error)
        self.assertTrue(self.fed(membership))
        self.assertEqual(self.membership_source.error_count, 0)

    def test_a_value_that_does_not_fit_says_so(self):
        self.line(self.course_source, "workload_hours").path = "category"
        course = self.school_course(category="many")
        self.commit()
        self.assertEqual(self.link(course).error, "“many” is no value for Hours.")

    def test_a_record_without_a_name_says_so(self):
        self.line(self.course_source, "name").path = "category"
        course = self.school_course()
        self.commit()
        self.assertEqual(
            self.link(course).error, "It has no name, and the registry needs one."
        )
