import logging

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .common import SourceCase

COURSE, TOPIC = "test.dokstamp.school.course", "test.dokstamp.school.topic"


@tagged("post_install", "-at_install")
class TestSourcePairs(SourceCase):
    """Each pair of a course and a topic of its list is a line of the curriculum."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.module_source = self.make_source(
            "school.topic", "module", name={"path": "name"}, code={"path": "code"}
        )
        cls.pair_source = self.curriculum_source("topic_ids")
        cls.course_one, cls.course_two = (
            self.school_course(name=name, code=name) for name in ("Botany", "Zoology")
        )
        cls.leaves, cls.roots, cls.stems = self.env[TOPIC].create(
            [
                {"name": name, "code": name, "sequence": n}
                for n, name in enumerate(("Leaves", "Roots", "Stems"))
            ]
        )
        self.settle()

    def curriculum_source(self, relation, **values):
        return self.make_source(
            "school.course",
            "curriculum.line",
            relation=relation,
            **{
                "course_id": {"path": "id"},
                "module_id": {"path": relation},
                "order": {"method": "position"},
                "is_required": {
                    "path": f"{relation}.kind",
                    "table": {"compulsory": "yes", "elective": "no"},
                },
                **values,
            },
        )

    def attached(self):
        """What DokStamp has: course, module, place, required."""
        self.flush()
        courses = {row["uuid"]: row["code"] for row in self.sandbox.rows("courses")}
        modules = {row["uuid"]: row["code"] for row in self.sandbox.rows("modules")}
        return sorted(
            (
                courses[row["course_uuid"]],
                modules[row["module_uuid"]],
                row["order"],
                row["is_required"],
            )
            for row in self.sandbox.rows("attachments")
        )

    def assert_attached(self, *expected):
        self.assertEqual(self.attached(), sorted(expected))

    def links(self):
        return self.env["dokstamp.source.link"].search(
            [("source_id", "=", self.pair_source.id)]
        )

    def test_each_command_of_the_list_reaches_the_curriculum(self):
        self.roots.kind = "elective"
        self.course_one.topic_ids = self.leaves | self.roots
        self.assert_attached(
            ("Botany", "Leaves", 1, True), ("Botany", "Roots", 2, False)
        )
        self.assertEqual(
            sorted(self.links().mapped("res_name")),
            ["Botany › Leaves", "Botany › Roots"],
        )
        self.course_one.topic_ids = [Command.unlink(self.leaves.id)]
        self.assert_attached(("Botany", "Roots", 1, False))
        self.course_one.topic_ids = [Command.set([self.stems.id, self.leaves.id])]
        self.assert_attached(
            ("Botany", "Leaves", 1, True), ("Botany", "Stems", 2, True)
        )
        self.assertEqual(len(self.links()), 3)  # what comes back is known again
        self.course_one.topic_ids = [
            Command.clear(),
            Command.create({"name": "Seeds", "code": "Seeds"}),
        ]
        self.assert_attached(("Botany", "Seeds", 1, True))

    def test_the_list_is_changed_from_the_other_side(self):
        self.leaves.course_ids = self.course_one | self.course_two
        self.assert_attached(
            ("Botany", "Leaves", 1, True), ("Zoology", "Leaves", 1, True)
        )
        self.leaves.course_ids = [Command.unlink(self.course_one.id)]
        self.assert_attached(("Zoology", "Leaves", 1, True))
        self.env[TOPIC].create(
            {"name": "Seeds", "code": "Seeds", "course_ids": self.course_one.ids}
        )
        self.assert_attached(
            ("Botany", "Seeds", 1, True), ("Zoology", "Leaves", 1, True)
        )
        self.leaves.course_ids = False
        self.assert_attached(("Botany", "Seeds", 1, True))

    def test_what_either_side_says_is_followed(self):
        self.course_one.topic_ids = self.leaves | self.roots
        self.attached()
        self.leaves.kind = "elective"
        self.assert_attached(
            ("Botany", "Leaves", 1, False), ("Botany", "Roots", 2, True)
        )
        self.leaves.sequence = 9
        self.assert_attached(
            ("Botany", "Leaves", 2, False), ("Botany", "Roots", 1, True)
        )
        self.roots.active = False
        self.assert_attached(("Botany", "Leaves", 1, False))
        self.roots.active = True
        self.leaves.unlink()
        self.assert_attached(("Botany", "Roots", 1, True))
        self.assertEqual(self.links().mapped("other_id"), self.roots.ids)
        # an archived course keeps its curriculum at DokStamp
        line = self.fed(self.course_one, self.pair_source)
        self.course_one.active = False
        self.commit()
        self.assertFalse(line.active)
        self.course_one.active = True
        self.assert_attached(("Botany", "Roots", 1, True))
        self.course_one.unlink()
        self.commit()
        self.assertFalse(line.active)
        self.assertFalse(self.links())

    def test_raw_sql_on_either_side_is_found_by_the_sweep(self):
        self.course_one.topic_ids = self.leaves
        self.attached()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE school_topic_rel SET topic_id = %s", [self.roots.id]
        )
        self.env.cr.execute(
            "INSERT INTO school_topic_rel (course_id, topic_id) VALUES (%s, %s)",
            [self.course_two.id, self.leaves.id],
        )
        self.env.invalidate_all()
        self.sweep()
        self.assert_attached(
            ("Botany", "Roots", 1, True), ("Zoology", "Leaves", 1, True)
        )
        self.sandbox.forget_requests()
        self.sweep()
        self.flush()
        self.assertFalse(self.sandbox.requests())

    def test_an_import_brings_lists(self):
        topics = f"{self.leaves.id},{self.roots.id}"
        result = self.env[COURSE].load(
            ["name", "code", "topic_ids/.id"], [["Chemistry", "CHEM", topics]]
        )
        self.assertFalse(result["messages"])
        self.assert_attached(("CHEM", "Leaves", 1, True), ("CHEM", "Roots", 2, True))

    def test_a_pair_in_trouble_stops_no_other(self):
        self.line(self.pair_source, "is_required").value_ids[1].unlink()
        self.stems.kind = "elective"
        # what fails while it is written, and not while it is read
        other = self.env["res.company"].create({"name": "Another School"})
        module = self.fed(self.roots).id
        self.break_column("dokstamp_module", module, "company_id", other.id)
        self.course_one.topic_ids = self.leaves | self.roots | self.stems
        self.assert_attached(("Botany", "Leaves", 1, True))
        errors = {link.res_name: link.error for link in self.links()}
        self.assertFalse(errors["Botany › Leaves"])
        self.assertIn("elective", errors["Botany › Stems"])
        self.assertTrue(errors["Botany › Roots"])

    def test_a_one2many_is_a_list_too(self):
        self.pair_source.unlink()
        self.curriculum_source("led_topic_ids", is_required={"path": "active"})
        self.leaves.lead_course_id = self.course_one
        self.assert_attached(("Botany", "Leaves", 1, True))
        self.leaves.lead_course_id = self.course_two
        self.assert_attached(("Zoology", "Leaves", 1, True))
        self.course_two.led_topic_ids = [
            Command.create({"name": "Seeds", "code": "Seeds"})
        ]
        self.assert_attached(
            ("Zoology", "Leaves", 1, True), ("Zoology", "Seeds", 2, True)
        )

    def test_a_list_that_is_none_or_gone_is_said(self):
        for relation in ("name", "file_id", "x_gone"):
            with self.assertRaises(ValidationError):
                self.pair_source.relation = relation
        with self.assertRaises(ValidationError):
            self.pair_source.trigger = "on_demand"
        with self.assertRaises(ValidationError):
            # what is read one by one is said on the source alone
            self.line(self.pair_source, "order").write(
                {"method": "path", "path": "led_topic_ids.sequence"}
            )
        self.course_one.topic_ids = self.leaves
        self.attached()
        self.break_column(
            "dokstamp_source", self.pair_source.id, "relation", "x_gone_ids"
        )
        with self.assertNoLogs("odoo", logging.WARNING):
            self.course_one.name = "Botany I"
            self.sweep()
        self.assertIn("x_gone_ids", self.pair_source.reading_problem)
        self.assert_attached(("Botany", "Leaves", 1, True))
        self.assertEqual(self.sandbox.row("courses", code="Botany")["name"], "Botany I")

    def test_the_list_is_chosen_on_the_form(self):
        with Form(self.env["dokstamp.source"].with_user(self.manager)) as form:
            form.name = "Curriculum"
            form.model_id = self.env["ir.model"]._get(COURSE)
            form.entity = "dokstamp.curriculum.line"
            self.assertIn("topic_ids", dict(form.relation_choices))
            self.assertNotIn("name", dict(form.relation_choices))
            form.relation = "topic_ids"
