from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .test_source_rights import SourceRightsCase


@tagged("post_install", "-at_install")
class TestSourceSwitching(SourceRightsCase):
    """A source is off until it is complete; whoever switches it knows what follows."""

    def new_source(self, model="school.course", entity="course", **lines):
        """What a manager sets up over RPC, saying nothing of whether it is on."""
        vals = {
            "name": "New",
            "model_id": self.env["ir.model"]._get_id(f"test.dokstamp.{model}"),
            "entity": f"dokstamp.{entity}",
            "takes_unassigned": True,
            "field_ids": [
                Command.create({"field_name": name, "path": path})
                for name, path in lines.items()
            ],
        }
        answer = self.call(self.manager, self.env["dokstamp.source"], "create", [vals])
        self.assertIsInstance(answer, list, answer)
        return self.env["dokstamp.source"].browse(answer)

    def test_a_new_source_is_off_and_reads_nothing(self):
        self.course_source.active = False
        course = self.school_course()
        self.commit()
        source = self.new_source(name="name", code="code")
        self.assertFalse(source.active)
        course.name = "Zoology"
        self.sweep()
        self.flush()
        self.assertFalse(self.link(course, source))
        self.assertFalse(self.sandbox.requests())

    def test_a_copy_is_off(self):
        self.assertFalse(self.course_source.copy().active)

    def test_what_is_incomplete_is_not_switched_on_by_any_way(self):
        sources = self.env["dokstamp.source"]
        source = self.new_source(code="code")
        on = {"active": True}
        self.assertEqual(
            self.call(self.manager, source, "write", on), "ValidationError"
        )
        self.assertEqual(
            self.call(self.manager, source, "action_switch_on"), "ValidationError"
        )
        self.assertEqual(
            self.call(self.manager, source, "action_unarchive"), "ValidationError"
        )
        with (
            self.assertRaisesRegex(ValidationError, r"come from .*Name \(name\)"),
            self.env.cr.savepoint(),
        ):
            source.active = True
        model_id = source.model_id.id
        vals = {"name": "X", "model_id": model_id, "entity": "dokstamp.course", **on}
        self.assertEqual(
            self.call(self.manager, sources, "create", [vals]), "ValidationError"
        )
        loaded = self.call(
            self.manager,
            sources,
            "load",
            ["name", "model_id/.id", "entity", "active"],
            [["X", str(model_id), "Course", "True"]],
        )
        self.assertFalse(loaded["ids"])
        self.assertFalse(source.active)

    def test_what_it_lacks_follows_from_the_kind_of_record(self):
        lacking = {
            "course": ["name"],
            "module": ["name"],
            "cohort": ["course_id", "code"],
            "student": ["name", "email"],
            "enrollment": ["student_id", "course_id"],
            "curriculum.line": ["course_id", "module_id"],
        }
        for entity, names in lacking.items():
            with self.subTest(entity):
                source = self.new_source(entity=entity)
                self.assertCountEqual(source._lacking(), names)
                for name in names:
                    self.assertIn(f"({name})", source.setup_problem)

    def test_it_can_be_on_once_it_lacks_nothing(self):
        self.course_source.active = False
        course = self.school_course()
        self.commit()
        source = self.new_source(code="code")
        source.field_ids = [Command.create({"field_name": "name", "path": "name"})]
        self.call(self.manager, source, "write", {"active": True})
        self.assertTrue(source.active)
        self.sweep()
        self.assertEqual(self.fed(course, source).name, "Botany")

    def test_what_people_have_to_type_is_said_and_stops_nothing(self):
        source = self.new_source("school.person", "student", name="name", email="email")
        self.assertIn("date_of_birth", source.setup_hint)
        self.assertFalse(source.setup_problem)
        self.call(self.manager, source, "write", {"active": True})
        self.assertTrue(source.active)

    def test_a_field_may_be_chosen_later_while_it_is_off(self):
        source = self.new_source(name=False, code="code")
        with (
            self.assertRaisesRegex(ValidationError, r"Name \(name\)"),
            self.env.cr.savepoint(),
        ):
            source.active = True
        source.field_ids.filtered(lambda line: not line.path).path = "name"
        source.active = True
        with self.assertRaises(ValidationError):
            self.line(source, "name").path = False

    def test_what_it_needs_is_not_taken_away_while_it_is_on(self):
        line = self.line(self.course_source, "name")
        for change in (
            line.unlink,
            lambda: line.write({"field_name": "version"}),
            lambda: self.course_source.write({"field_ids": [Command.clear()]}),
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                change()
        self.course_source.field_ids = [
            Command.delete(line.id),
            Command.create({"field_name": "name", "path": "code"}),
        ]
        self.assertEqual(self.line(self.course_source, "name").path, "code")

    def asked(self, source, action):
        answer = self.call(self.manager, source, action)
        self.assertIsInstance(answer, dict, answer)
        wizard = self.env[answer["res_model"]].browse(answer["res_id"])
        return wizard.with_user(self.manager)

    def test_switching_on_asks_with_the_number_of_records(self):
        for n in range(3):
            self.school_course(code=f"C-{n}")
        self.school_course(code="C-9", active=False)
        self.commit()
        source = self.new_source(name="name", code="code")
        wizard = self.asked(source, "action_switch_on")
        self.assertIn("3 records of School Course", wizard.meaning)
        self.assertIn("3 of them", wizard.meaning)
        self.assertFalse(source.active)
        self.call(self.manager, wizard, "action_confirm")
        self.assertTrue(source.active)

    def test_what_was_asked_is_what_is_done(self):
        source = self.new_source(name="name", code="code")
        wizard = self.asked(source, "action_switch_on")
        self.school_course()
        self.commit()
        with self.assertRaisesRegex(UserError, "changed meanwhile"):
            wizard.action_confirm()
        self.assertFalse(source.active)

    def test_switching_off_and_deleting_say_what_becomes_of_what_it_fed(self):
        membership = self.membership()
        self.settle()
        wizard = self.asked(self.course_source, "action_switch_off")
        self.assertIn("1 records", wizard.meaning)
        self.assertIn(self.membership_source.name, wizard.meaning)
        self.call(self.manager, wizard, "action_confirm")
        self.assertFalse(self.course_source.active)
        course = self.fed(membership.course_id, self.course_source)
        self.assertTrue(course.active)
        wizard = self.asked(self.course_source, "action_delete")
        self.assertIn("for good", wizard.meaning)
        self.call(self.manager, wizard, "action_confirm")
        self.assertFalse(self.course_source.exists())
        self.assertTrue(course.exists().active)

    def test_a_registrar_switches_nothing(self):
        for action in ("action_switch_on", "action_switch_off", "action_delete"):
            answer = self.call(self.registrar, self.course_source, action)
            self.assertEqual(answer, "AccessError")

    def test_what_an_addon_brings_is_on_though_its_fields_follow(self):
        loading = self.env["dokstamp.source"]._load_records(
            [
                {
                    "xml_id": "test_dokstamp_connector.source_of_an_addon",
                    "values": {
                        "name": "An addon's",
                        "entity": "dokstamp.course",
                        "model_id": self.course_source.model_id.id,
                    },
                    "noupdate": True,
                }
            ]
        )
        source = self.env["dokstamp.source"].browse(loading.id)
        self.assertTrue(source.active)
        self.assertIn("Name (name)", source.reading_problem)
        self.env["dokstamp.source.field"].create(
            {"source_id": source.id, "field_name": "name", "path": "name"}
        )
        self.assertFalse(source.reading_problem)

    def test_referrers_find_what_was_off_and_is_on_again(self):
        membership = self.membership(self.person(email="bea@example.com"))
        self.settle()
        self.person_source.active = False
        self.sweep()
        self.assertTrue(self.link(membership).error)
        self.person_source.active = True
        self.sweep()
        self.assertFalse(self.link(membership).error)
        self.assertTrue(self.fed(membership).active)

    def test_referrers_find_what_a_new_condition_takes(self):
        self.person_source.domain = "[('email', '=', 'nobody@example.com')]"
        membership = self.membership(self.person(email="bea@example.com"))
        self.settle()
        self.assertTrue(self.link(membership).error)
        self.person_source.domain = "[('email', '=', 'bea@example.com')]"
        self.sweep()
        self.assertFalse(self.link(membership).error)
        self.flush()
        self.assertEqual(self.fed(membership).sync_state, "synced")

    def test_referrers_find_what_a_mended_field_can_read(self):
        self.line(self.person_source, "date_of_birth").path = "name"
        membership = self.membership(self.person(email="bea@example.com"))
        self.settle()
        self.assertTrue(self.link(membership).error)
        self.line(self.person_source, "date_of_birth").path = "birth_date"
        self.sweep()
        self.assertFalse(self.link(membership).error)

    def test_deleting_what_others_refer_to_is_said_on_them_at_once(self):
        membership = self.membership(self.person(email="bea@example.com"))
        self.settle()
        self.person_source.unlink()
        self.sweep()
        self.assertIn("No source makes", self.link(membership).error)
