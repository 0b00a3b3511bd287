from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .test_source_rights import SourceRightsCase


@tagged("post_install", "-at_install")
class TestSourceForm(SourceRightsCase):
    """Whoever sets a source up is shown what there is to choose, and what is left."""

    def model_of(self, name):
        return self.env["ir.model"]._get(f"test.dokstamp.school.{name}")

    def form(self, source=None):
        sources = self.env["dokstamp.source"].with_user(self.manager)
        return Form(source.with_user(self.manager) if source else sources)

    def offered(self, text, user=None):
        domain = [("is_dokstamp_offered", "=", True)]
        context = {"dokstamp_technical_names": True}
        answer = self.call(
            user or self.manager,
            self.env["ir.model"],
            "name_search",
            text,
            domain,
            context=context,
        )
        return [label for _id, label in answer]

    def test_a_manager_without_rights_of_odoos_own_makes_a_source(self):
        self.assertFalse(self.manager.has_group("base.group_erp_manager"))
        form = self.form()
        form.model_id = self.model_of("course")
        form.entity = "dokstamp.course"
        with form.field_ids.edit(0) as line:
            self.assertEqual(line.field_name, "name")
            line.path = False
        source = form.save()
        self.assertFalse(source.active)
        self.assertIn("School Course", source.name)
        self.assertIn("Name (name)", source.setup_problem)
        with self.form(source) as form, form.field_ids.edit(0) as line:
            line.path = "name"
        self.assertFalse(source.setup_problem)
        source.with_user(self.manager).active = True

    def test_the_kind_of_record_brings_the_lines_that_it_needs(self):
        needed = {
            "student": {
                "name": "required",
                "email": "needed",
                "date_of_birth": "needed",
            },
            "enrollment": {
                "student_id": "required",
                "course_id": "required",
                "enrolled_at": "needed",
            },
            "cohort": {"code": "required", "course_id": "required"},
        }
        for entity, expected in needed.items():
            with self.subTest(entity):
                form = self.form()
                form.model_id = self.model_of("person")
                form.entity = f"dokstamp.{entity}"
                lines = form.save().field_ids
                needs = {line.field_name: line.need for line in lines if line.need}
                self.assertEqual(needs, expected)

    def test_models_that_can_be_sources_are_offered_by_both_names(self):
        offered = self.offered("test.dokstamp.school")
        self.assertIn("School Course (test.dokstamp.school.course)", offered)
        for name in (
            "mail.message",
            "ir.attachment",
            "dokstamp.course",
            "res.users.log",
        ):
            with self.subTest(name):
                labels = self.offered(name, self.admin)
                self.assertFalse([one for one in labels if f"({name})" in one])

    def test_models_that_the_manager_may_not_read_are_not_offered(self):
        models = self.env["ir.model"]
        offered = models.with_user(self.manager)._dokstamp_offered()
        closed = set(models.with_user(self.admin)._dokstamp_offered()) - set(offered)
        self.assertTrue(closed)
        for name in sorted(closed)[:5]:
            with self.subTest(name):
                self.assertEqual(self.set_up(name, active=False), "AccessError")

    def test_fields_are_called_by_both_names(self):
        choices = dict(self.env["dokstamp.source.field"]._selection_field_name())
        self.assertEqual(choices["workload_hours"], "Hours (workload_hours)")

    def test_values_of_both_sides_are_brought_and_shown(self):
        source = self.make_source("school.membership", "enrollment", active=False)
        line = self.env["dokstamp.source.field"].with_user(self.manager)
        form = Form(line.with_context(default_source_id=source.id))
        form.field_name = "completion_status"
        form.path = "state"
        line = form.save()
        self.assertEqual(
            [(value.from_value, value.to_value) for value in line.value_ids],
            [("invited", False), ("running", "enrolled"), ("finished", "completed")],
        )
        value = line.value_ids[0]
        self.assertIn(["enrolled", "Enrolled"], value.to_choices)
        value.to_value = "enrolled"
        self.assertTrue(value.display_name.endswith("→ Enrolled (enrolled)"))

    def test_a_value_that_the_registry_does_not_take_is_refused(self):
        line = self.line(self.membership_source, "completion_status")
        with self.assertRaisesRegex(
            ValidationError, r"It takes: Enrolled \(enrolled\)"
        ):
            line.value_ids[0].to_value = "passed"

    def test_a_condition_that_a_browser_alone_knows_is_refused_with_a_sentence(self):
        for condition, named in {
            "[('create_date', '>', context_today())]": r"context_today\(\)",
            "[('create_uid', '=', uid)]": "uid",
            "[('name', '=', time.strftime('%Y'))]": "time.strftime",
            "[('name', '=', 'a' + str(1))]": "“'a'",
        }.items():
            with (
                self.subTest(condition),
                self.assertRaisesRegex(ValidationError, named) as raised,
            ):
                self.course_source.domain = condition
            self.assertIn("known in a browser", str(raised.exception))

    def test_a_condition_that_cannot_be_asked_is_refused_with_a_sentence(self):
        for condition, sentence in {
            "[('shoe_size', '=', 1)]": "School Course has no field “shoe_size”",
            "[('teacher_id.shoe_size', '=', 1)]": "no field “teacher_id.shoe_size”",
            "[('broken_area', '=', 'x')]": "computed anew each time",
            "[('teacher_id', 'any', [('x_y', '=', 1)])]": "no field “teacher_id.x_y”",
            "{'a': 1}": "is no condition",
            "[(": "is no condition",
            "7": "is no condition",
            "[('name', '=')]": "is no condition",
        }.items():
            with (
                self.subTest(condition),
                self.assertRaisesRegex(ValidationError, sentence),
            ):
                self.course_source.domain = condition

    def test_conditions_of_every_sound_kind_are_taken(self):
        for condition in (
            "[]",
            "[('name', 'ilike', 'x'), '|', ('active', '=', False), ('id', '>', -1)]",
            "[('teacher_id', 'any', [('name', '=', 'x')])]",
            "[('create_date.year_number', '=', 2026)]",
            "[('teacher_id.category_id', 'in', [1, 2])]",
        ):
            with self.subTest(condition):
                self.course_source.domain = condition

    def test_a_path_with_several_values_is_refused_with_a_sentence(self):
        for definition in (
            {"path": "teacher_id.category_id"},
            {"path": "teacher_id.category_id.name"},
            {"path": "teacher_id.child_ids.name"},
            {"method": "text", "text": "By {teacher_id.child_ids.name}"},
        ):
            with (
                self.subTest(definition),
                self.assertRaisesRegex(ValidationError, "has several values"),
            ):
                self.line(self.course_source, "area").write(definition)
        with self.assertRaisesRegex(ValidationError, "has several values"):
            self.make_source(
                "school.person",
                "enrollment",
                student_id={"path": "id"},
                course_id={"path": "partner_id.child_ids"},
            )

    def test_the_counts_agree_with_their_lists(self):
        self.line(self.course_source, "area").path = "broken_area"
        categories = ("fine", "fine", "broken")
        for n, category in enumerate(categories):
            self.school_course(code=f"C-{n}", category=category)
        self.school_course(code="C-9", active=False)
        with self.assertLogs("odoo.addons.dokstamp_connector"):
            self.commit()
        source = self.course_source.with_user(self.manager)
        action = self.call(self.manager, source, "action_view_matching")
        matching = self.env[action["res_model"]].with_context(active_test=False)
        self.assertEqual(source.matching_count, 3)
        self.assertEqual(matching.search_count(action["domain"]), 3)
        links = self.env["dokstamp.source.link"].with_user(self.manager)
        own = [("source_id", "=", source.id)]
        fed = links.search_count([*own, ("entity_id", "!=", False)])
        failed = links.search_count([*own, ("error", "!=", False)])
        self.assertEqual((source.fed_count, source.error_count), (2, 1))
        self.assertEqual((fed, failed), (2, 1))

    def test_a_registrar_sees_a_source_and_changes_nothing(self):
        source, line = self.course_source, self.line(self.course_source, "name")
        views = self.call(
            self.registrar,
            self.env["dokstamp.source"],
            "get_views",
            [(False, "form"), (False, "list")],
        )
        self.assertIn("form", views["views"])
        specification = {
            "name": {},
            "model_id": {"fields": {"display_name": {}}},
            "reading_problem": {},
            "setup_problem": {},
            "setup_hint": {},
            "matching_count": {},
            "field_ids": {
                "fields": {
                    "field_name": {},
                    "need": {},
                    "path": {},
                    "value_choices": {},
                    "value_ids": {"fields": {"display_name": {}}},
                }
            },
        }
        [seen] = self.call(self.registrar, source, "web_read", specification)
        self.assertEqual(seen["model_id"]["display_name"], "School Course")
        self.assertTrue(seen["field_ids"])
        off = self.make_source("school.person", "cohort", active=False)
        [seen] = self.call(self.registrar, off, "web_read", specification)
        self.assertIn("(code)", seen["setup_problem"])
        for record, values in (
            (source, {"active": False}),
            (source, {"field_ids": [Command.clear()]}),
            (line, {"path": "code"}),
        ):
            answer = self.call(self.registrar, record, "write", values)
            self.assertEqual(answer, "AccessError")

    def test_a_registrar_sees_no_source_of_another_company(self):
        other = self.env["res.company"].create({"name": "A Third School"})
        theirs = self.course_source.copy({"company_id": other.id})
        for record in (theirs, theirs.field_ids):
            answer = self.call(self.registrar, record, "read", ["display_name"])
            self.assertEqual(answer, "AccessError")
