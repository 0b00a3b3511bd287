from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from odoo.addons.dokstamp_connector.models.sources.watch import CACHE

from .common import SourceCase


@tagged("post_install", "-at_install")
class TestSourceDefinition(SourceCase):
    """A source works once it is saved, in every worker, and says what is wrong."""

    def is_watched(self, model, field):
        return field in (self.env["dokstamp.source"]._watches(model) or {})

    def test_a_new_source_works_at_once(self):
        self.course_source.unlink()
        self.school_course(code="BEFORE")
        self.commit()
        self.make_source(
            "school.course", "course", name={"path": "name"}, code={"path": "code"}
        )
        course = self.school_course()
        self.commit()
        self.assertEqual(self.fed(course).name, "Botany")

    def test_a_source_that_is_switched_off_rests_at_once(self):
        course = self.school_course()
        self.settle()
        self.course_source.active = False
        course.name = "Zoology"
        self.flush()
        self.assertFalse(self.sandbox.requests())
        self.assertFalse(self.is_watched(course._name, "name"))
        self.fed(course).with_user(self.registrar).name = "The registrar's again"

    def test_a_source_that_is_switched_on_again_catches_up(self):
        course = self.school_course()
        self.settle()
        self.course_source.active = False
        course.name = "Zoology"
        self.commit()
        self.course_source.active = True
        self.sweep()
        self.flush()
        self.assertEqual(self.sandbox.row("courses", code="BOT-1")["name"], "Zoology")

    def test_a_new_field_of_a_source_is_watched_at_once(self):
        course = self.school_course()
        self.settle()
        self.course_source.field_ids = [
            Command.create({"field_name": "version", "path": "teacher_id.ref"})
        ]
        course.teacher_id = self.env["res.partner"].create({"name": "T", "ref": "7"})
        self.flush()
        self.assertEqual(self.sandbox.row("courses", code="BOT-1")["version"], "7")
        course.teacher_id.ref = "8"
        self.flush()
        self.assertEqual(self.sandbox.row("courses", code="BOT-1")["version"], "8")

    def test_a_removed_field_of_a_source_is_the_registrars(self):
        course = self.school_course(category="Science")
        self.settle()
        self.line(self.course_source, "area").unlink()
        self.fed(course).with_user(self.registrar).area = "Biology"
        course.category = "Chemistry"
        self.flush()
        self.assertEqual(self.sandbox.row("courses", code="BOT-1")["area"], "Biology")

    def test_every_change_of_a_source_tells_the_other_workers(self):
        line = self.line(self.course_source, "area")
        changes = {
            "domain": lambda: self.course_source.write({"domain": "[('id', '>', 0)]"}),
            "path": lambda: line.write({"path": "code"}),
            "field": line.unlink,
            "off": lambda: self.course_source.write({"active": False}),
            "deleted": self.course_source.unlink,
            "new": lambda: self.make_source(
                "school.course", "course", name={"path": "name"}
            ),
        }
        for name, change in changes.items():
            with self.subTest(name):
                self.registry.cache_invalidated.clear()
                change()
                self.assertIn(CACHE, self.registry.cache_invalidated)

    def test_a_deleted_source_is_not_watched_any_more(self):
        self.course_source.unlink()
        self.assertFalse(self.is_watched("test.dokstamp.school.course", "name"))

    def test_a_changed_source_reads_everything_again(self):
        course = self.school_course()
        self.settle()
        self.line(self.course_source, "name").write(
            {"method": "text", "text": "Course: {name}"}
        )
        self.sweep()
        self.flush()
        self.assertEqual(
            self.sandbox.row("courses", code="BOT-1")["name"], "Course: Botany"
        )
        self.assertEqual(self.fed(course).name, "Course: Botany")

    def test_a_source_for_another_kind_lets_go_of_what_it_fed(self):
        source = self.make_source("school.course", "module", name={"path": "name"})
        course = self.school_course()
        self.commit()
        module = self.fed(course, source)
        source.entity = "dokstamp.course"
        self.assertFalse(self.link(course, source))
        self.sweep()
        self.assertEqual(self.fed(course, source)._name, "dokstamp.course")
        module.with_user(self.registrar).name = "Mine"

    def test_a_field_that_does_not_exist_is_refused(self):
        line = self.line(self.course_source, "area")
        with self.assertRaisesRegex(ValidationError, "School Course has no field"):
            line.path = "teacher_id.shoe_size"

    def test_a_condition_that_does_not_fit_is_refused(self):
        for domain in ("[('shoe_size', '>', 40)]", "[(", "hello"):
            with self.subTest(domain), self.assertRaises(ValidationError):
                self.course_source.domain = domain

    def test_a_model_that_does_not_have_the_fields_is_refused(self):
        with self.assertRaises(ValidationError):
            self.course_source.model_id = self.env["ir.model"]._get("res.partner")

    def test_the_registry_cannot_feed_itself(self):
        with self.assertRaisesRegex(ValidationError, "cannot feed itself"):
            self.env["dokstamp.source"].create(
                {
                    "name": "Circle",
                    "model_id": self.env["ir.model"]._get_id("dokstamp.course"),
                    "entity": "dokstamp.course",
                }
            )

    def test_a_manager_cannot_read_through_a_source_what_they_may_not_read(self):
        sources = self.env["dokstamp.source"].with_user(self.manager)
        values = {"name": "Secrets", "entity": "dokstamp.course"}
        line = {"field_name": "name", "path": "value"}
        with self.assertRaises(AccessError):
            sources.create(
                {
                    **values,
                    "model_id": self.env["ir.model"]._get_id("ir.config_parameter"),
                    "field_ids": [Command.create(line)],
                }
            )
        with self.assertRaises(AccessError):
            self.line(self.course_source, "area").with_user(
                self.manager
            ).path = "budget"

    def test_a_manager_sets_up_a_source(self):
        self.course_source.active = False
        self.make_source(
            "school.course", "course", name={"path": "name"}, code={"path": "code"}
        ).with_user(self.manager).domain = "[('category', '=', 'x')]"
        course = self.school_course(category="x")
        self.commit()
        self.assertEqual(self.fed(course).name, "Botany")

    def test_a_source_feeds_its_own_company_only(self):
        other = self.env["res.company"].create({"name": "Other School"})
        theirs = self.school_course(code="THEIRS", company_id=other.id)
        ours = self.school_course(code="OURS", company_id=self.env.company.id)
        nobodys = self.school_course(code="NOBODYS")
        self.flush()
        self.assertFalse(self.link(theirs))
        self.assertEqual(self.fed(ours).company_id, self.env.company)
        self.assertFalse(self.link(nobodys))
        codes = {row["code"] for row in self.sandbox.rows("courses")}
        self.assertEqual(codes, {"OURS"})

    def test_a_record_that_moves_to_another_company_is_archived(self):
        other = self.env["res.company"].create({"name": "Other School"})
        course = self.school_course(company_id=self.env.company.id)
        self.settle()
        course.company_id = other
        self.flush()
        self.assertEqual(
            self.sandbox.row("courses", code="BOT-1")["status"], "archived"
        )

    def test_two_companies_keep_one_person_as_a_student_each(self):
        other = self.env["res.company"].create({"name": "Other School"})
        theirs = [
            source.copy({"company_id": other.id, "active": True})
            for source in (
                self.course_source,
                self.person_source,
                self.membership_source,
            )
        ]
        person = self.person()
        for company in self.env.company + other:
            course = self.school_course(code=company.name, company_id=company.id)
            self.membership(person, course)
        self.commit()
        self.assertEqual(self.fed(person, theirs[1]).company_id, other)
        self.assertNotEqual(
            self.fed(person, theirs[1]), self.fed(person, self.person_source)
        )
