import logging

from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged

from odoo.addons.dokstamp_connector.models.sources import sweep

from .common import SourceCase


@tagged("post_install", "-at_install")
class TestSourceSweep(SourceCase):
    """What no hook can see is found by the sweep."""

    def sql(self, query, *args):
        """Change the database behind Odoo's back."""
        self.env.flush_all()
        self.env.cr.execute(query, args)
        self.env.invalidate_all()

    def test_a_raw_sql_update_is_found(self):
        course = self.school_course()
        self.settle()
        self.sql(
            "UPDATE test_dokstamp_school_course SET category = %s WHERE id = %s",
            "Science",
            course.id,
        )
        self.flush()
        self.assertFalse(self.sandbox.requests())
        self.sweep()
        self.flush()
        self.assertEqual(self.sandbox.row("courses", code="BOT-1")["area"], "Science")

    def test_a_raw_sql_delete_is_found(self):
        membership = self.membership()
        self.settle()
        self.sql(
            "DELETE FROM test_dokstamp_school_membership WHERE id = %s", membership.id
        )
        self.sweep()
        self.flush()
        [enrollment] = self.sandbox.rows("enrollments")
        self.assertEqual(enrollment["completion_status"], "dropped")

    def test_a_database_cascade_from_a_watched_record_is_seen_at_once(self):
        membership = self.membership()
        self.settle()
        membership.person_id.unlink()
        self.flush()
        [enrollment] = self.sandbox.rows("enrollments")
        self.assertEqual(enrollment["completion_status"], "dropped")

    def test_a_database_cascade_by_sql_is_found(self):
        membership = self.membership()
        self.settle()
        partner = membership.person_id.partner_id
        self.sql("DELETE FROM res_partner WHERE id = %s", partner.id)
        self.sweep()
        self.flush()
        [enrollment] = self.sandbox.rows("enrollments")
        self.assertEqual(enrollment["completion_status"], "dropped")
        self.assertFalse(self.link(membership))

    def test_records_older_than_the_source_are_read(self):
        self.course_source.unlink()
        courses = self.env["test.dokstamp.school.course"].create(
            [{"name": f"Course {n}", "code": f"C-{n}"} for n in range(3)]
        )
        self.commit()
        self.assertFalse(self.link(courses[0]))
        self.make_source(
            "school.course", "course", name={"path": "name"}, code={"path": "code"}
        )
        self.sweep()
        self.flush()
        self.assertEqual(self.sandbox.count("courses"), 3)

    def test_a_sweep_over_what_is_in_step_sends_nothing(self):
        self.membership()
        self.settle()
        self.sweep()
        self.flush()
        self.assertFalse(self.sandbox.requests())

    def test_a_registry_record_deleted_by_a_registrar_comes_back(self):
        course = self.school_course()
        self.settle()
        self.fed(course).with_user(self.registrar).unlink()
        self.flush()
        self.assertEqual(self.sandbox.count("courses"), 0)
        self.sweep()
        self.flush()
        self.assertEqual(self.sandbox.row("courses", code="BOT-1")["name"], "Botany")

    def test_merging_contacts_wakes_the_sweep(self):
        contacts = self.env["res.partner"].create(
            [{"name": "Ada Example", "email": "ada@example.com"} for _n in range(2)]
        )
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        with self.capture_triggers("dokstamp_connector.ir_cron_sweep") as captured:
            merge._merge(contacts.ids, contacts[0])
        self.assertTrue(captured.records)

    def test_a_day_that_passes_is_found_where_the_school_is(self):
        self.account.tz = "Pacific/Auckland"  # half a day before UTC
        self.membership_source.with_user(
            self.manager
        ).domain = "[('finished_at', '>=', 'today -1d')]"
        membership = self.membership(
            finished_at="2026-03-09 12:00:00"
        )  # the 10th there
        with freeze_time("2026-03-11 10:00:00"):  # still the 11th there
            self.sweep()
            self.flush()
            self.assertTrue(self.fed(membership).active)
        with freeze_time("2026-03-11 12:00:00"):
            self.sweep()
            self.flush()
        [enrollment] = self.sandbox.rows("enrollments")
        self.assertEqual(enrollment["completion_status"], "dropped")
        with self.assertRaisesRegex(ValidationError, "today -30d"):
            self.membership_source.domain = "[('joined_at', '>', context_today())]"

    def test_a_contact_takes_person_and_memberships_with_it_at_once(self):
        membership = self.membership()
        self.settle()
        membership.person_id.partner_id.unlink()
        self.flush()
        [enrollment] = self.sandbox.rows("enrollments")
        self.assertEqual(enrollment["completion_status"], "dropped")
        self.assertFalse(self.link(membership))

    def test_what_enters_or_leaves_a_condition_without_a_save_is_found(self):
        self.course_source.domain = "[('category', '=', 'open')]"
        inside = self.school_course(category="open", code="IN")
        outside = self.school_course(category="shut", code="OUT")
        self.settle()
        self.sql(
            "UPDATE test_dokstamp_school_course"
            " SET category = CASE WHEN id = %s THEN 'shut' ELSE 'open' END"
            " WHERE id IN (%s, %s)",
            inside.id,
            inside.id,
            outside.id,
        )
        self.sweep()
        self.assertFalse(self.fed(inside).active)
        self.assertTrue(self.fed(outside).active)

    def test_the_registry_is_compared_from_where_the_time_ran_out(self):
        courses = [self.school_course(code=f"C-{n}") for n in range(5)]
        self.settle()
        broken = self.fed(courses[1])
        # behind Odoo's back, and not read from the school app again
        self.course_source.active = False
        self.sql("UPDATE dokstamp_course SET area = 'Science'")
        crons, kinds = self.registry["ir.cron"], self.registry["dokstamp.course"]
        commit, payload, compared = crons._commit_progress, kinds._payload, []

        def out_of_time(cron, *args, **values):
            commit(cron, *args, **values)
            return 0

        def fail_for_one(record):
            compared.append(record.id)
            if record == broken:
                raise KeyError(record.name)
            return payload(record)

        self.patch(sweep, "BATCH", 2)
        self.patch(crons, "_commit_progress", out_of_time)
        self.patch(kinds, "_payload", fail_for_one)
        last, runs = self.fed(courses[4]).id, 0
        with self.assertLogs("odoo.addons.dokstamp_connector", logging.WARNING):
            while last not in compared and runs < 40:
                self.sweep()
                runs += 1
        self.patch(kinds, "_payload", payload)
        self.assertEqual(compared.count(last), 1, (runs, compared))
        rows = self.env["dokstamp.sync.record"].search(
            [
                ("res_model", "=", "dokstamp.course"),
                ("state", "in", ["pending", "held"]),
            ]
        )
        self.assertEqual(
            set(rows.mapped("res_id")),
            {self.fed(course).id for course in courses} - {broken.id},
        )
