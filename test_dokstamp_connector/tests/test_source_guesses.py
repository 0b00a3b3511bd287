from odoo import Command
from odoo.tests import Form, tagged

from .test_source_rights import SourceRightsCase


@tagged("post_install", "-at_install")
class TestSourceGuesses(SourceRightsCase):
    """A new source is filled in by what fields are called and hold, for a person to
    look at; what could be read in two ways is left empty.
    """

    def model(self, *definitions, name="x_dokstamp_thing", **values):
        """A model made by hand that internal users may read.

        :param definitions: (name, label, type) of each field, and what else it says
        """
        self.addCleanup(self.registry.reset_changes)
        field_ids = [
            Command.create(
                {"name": field, "field_description": label, "ttype": kind, **more}
            )
            for field, label, kind, *rest in definitions
            for more in (rest[0] if rest else {},)
        ]
        access = {
            "name": name,
            "group_id": self.env.ref("base.group_user").id,
            "perm_read": True,
        }
        return self.env["ir.model"].create(
            {
                "name": "Thing",
                "model": name,
                "field_id": field_ids,
                "access_ids": [Command.create(access)],
                **values,
            }
        )

    def guessed(self, model, entity, user=None):
        """Registry field → what the form was filled in with."""
        form = Form(self.env["dokstamp.source"].with_user(user or self.manager))
        form.model_id = model
        form.entity = f"dokstamp.{entity}"
        lines = {}
        for number in range(len(form.field_ids)):
            with form.field_ids.edit(number) as line:
                lines[line.field_name] = line.path or line.text
        return lines

    def school(self, name):
        return self.env["ir.model"]._get(f"test.dokstamp.school.{name}")

    def test_a_school_apps_own_models_are_recognised(self):
        self.env["dokstamp.source"].search([("model", "=", "res.partner")]).unlink()
        expected = {
            ("course", "course"): {
                "name": "name",
                "code": "code",
                "description": "description",
                "workload_hours": "hours",
                "area": "category",
            },
            ("person", "student"): {
                "name": "name",
                "email": "email",
                "date_of_birth": "birth_date",
                "partner_id": "partner_id",
            },
            ("membership", "enrollment"): {
                "student_id": "person_id",
                "course_id": "course_id",
                "enrolled_at": "joined_at",
                "completion_status": "state",
                "completed_at": "finished_at",
            },
        }
        for (model, entity), lines in expected.items():
            with self.subTest(model):
                self.assertEqual(self.guessed(self.school(model), entity), lines)

    def test_labels_in_any_language_count_without_case_and_accents(self):
        self.env["res.lang"]._activate_lang("de_DE")
        model = self.model(
            ("x_a", "KURSBEZEICHNUNG", "char"),
            ("x_studio_kuerzel", "K", "char"),
            ("x_b", "Carga horária", "integer"),
            ("x_c", "Fach-Bereich", "char"),
            ("x_d", "Something else", "char"),
        )
        field = model.field_id.filtered(lambda one: one.name == "x_d")
        field.with_context(lang="de_DE").field_description = "Beschreibung"
        self.assertEqual(
            self.guessed(model, "course"),
            {
                "name": "x_a",
                "code": "x_studio_kuerzel",
                "description": "x_d",
                "workload_hours": "x_b",
                "area": "x_c",
            },
        )

    def test_what_a_contact_says_is_read_one_step_away_and_no_teachers(self):
        contact = {"relation": "res.partner"}
        model = self.model(
            ("x_teacher_id", "Teacher", "many2one", contact),
            ("x_contact_id", "Contact", "many2one", contact),
            ("x_born", "Fecha de nacimiento", "date"),
        )
        self.assertEqual(
            self.guessed(model, "student"),
            {
                "name": "x_contact_id.name",
                "email": "x_contact_id.email",
                "date_of_birth": "x_born",
                "partner_id": "x_contact_id",
            },
        )
        own = self.model(
            ("x_name", "Full name", "char"),
            ("x_email", "E-mail", "char"),
            ("x_partner_id", "Booked by", "many2one", contact),
            ("x_father_name", "Father's name", "char"),
            name="x_dokstamp_attendee",
        )
        # who books for somebody else is not that person
        self.assertEqual(
            self.guessed(own, "student"),
            {"name": "x_name", "email": "x_email", "date_of_birth": False},
        )

    def test_links_lead_to_what_other_sources_feed(self):
        batch = self.model(
            ("x_name", "Batch", "char"),
            (
                "x_of_id",
                "Of",
                "many2one",
                {"relation": "test.dokstamp.school.course"},
            ),
            ("x_start", "Starts on", "date"),
            ("x_stop", "Ende", "datetime"),
            name="x_dokstamp_batch",
        )
        self.assertEqual(
            self.guessed(batch, "cohort"),
            {
                "code": "x_name",
                "course_id": "x_of_id",
                "start_date": "x_start",
                "end_date": "x_stop",
            },
        )
        seat = self.model(
            ("x_batch_id", "B", "many2one", {"relation": "x_dokstamp_batch"}),
            ("x_who", "W", "many2one", {"relation": "test.dokstamp.school.person"}),
            ("x_name", "Seat", "char"),
            name="x_dokstamp_seat",
        )
        lines = self.guessed(seat, "enrollment")
        self.assertEqual(lines["course_id"], "x_batch_id.x_of_id")
        self.assertEqual(lines["student_id"], "x_who")

    def test_a_name_is_put_together_or_left_to_a_person(self):
        model = self.model(
            ("x_vorname", "Vorname", "char"),
            ("x_last", "Surname", "char"),
            ("x_title", "Title", "char"),
        )
        lines = self.guessed(model, "student")
        self.assertEqual(lines["name"], "{x_vorname} {x_last}")
        nameless = self.model(
            ("x_kind", "Kind of thing", "char"), name="x_dokstamp_nameless"
        )
        self.assertEqual(self.guessed(nameless, "course"), {"name": False})

    def test_what_the_user_may_not_read_is_no_guess(self):
        category = self.env["test.dokstamp.school.course"]._fields["category"]
        self.patch(category, "groups", "base.group_system")
        self.assertNotIn("area", self.guessed(self.school("course"), "course"))

    def test_values_are_guessed_by_label_and_the_rest_is_left_to_a_person(self):
        values = {
            "a": "In Progress",
            "b": "ABGESCHLOSSEN",
            "c": "Cancelled",
            "d": "On the moon",
        }
        choices = [
            Command.create({"value": value, "name": label})
            for value, label in values.items()
        ]
        stage = self.model(("x_name", "Name", "char"), name="x_dokstamp_stage")
        for name in ("Passed", "Dropped out"):
            self.env["x_dokstamp_stage"].create({"x_name": name})
        model = self.model(
            ("x_state", "State", "selection", {"selection_ids": choices}),
            name="x_dokstamp_state",
        )
        staged = self.model(
            ("x_stage_id", "Stage", "many2one", {"relation": stage.model}),
            name="x_dokstamp_staged",
        )
        for one, expected in (
            (
                model,
                {"a": "enrolled", "b": "completed", "c": "dropped", "d": False},
            ),
            (staged, {"Passed": "completed", "Dropped out": "dropped"}),
        ):
            form = Form(self.env["dokstamp.source"].with_user(self.manager))
            form.model_id = one
            form.entity = "dokstamp.enrollment"
            table = form.save().field_ids.value_ids
            told = {line.from_value: line.to_value for line in table}
            self.assertEqual(told, expected)

    def test_another_model_brings_new_guesses_and_keeps_what_it_has(self):
        form = Form(self.env["dokstamp.source"].with_user(self.manager))
        form.model_id = self.school("course")
        form.entity = "dokstamp.course"
        with form.field_ids.new() as line:
            line.field_name = "version"
            line.method = "fixed"
            line.fixed_value = "2026"
        form.model_id = self.model(
            ("x_name", "Name", "char"), ("x_hours", "Hours", "integer")
        )
        lines = form.save().field_ids
        self.assertEqual(
            {line.field_name: line.path or line.fixed_value for line in lines},
            {"name": "x_name", "workload_hours": "x_hours", "version": "2026"},
        )

    def test_a_model_nobody_may_read_yet_is_offered_to_who_can_change_that(self):
        model = self.model(("x_name", "Name", "char"), access_ids=False)
        offered = self.env["ir.model"].with_user(self.admin)._dokstamp_offered()
        self.assertIn(model.model, offered)
        offered = self.env["ir.model"].with_user(self.manager)._dokstamp_offered()
        self.assertNotIn(model.model, offered)
        manager = self.env.ref("dokstamp_connector.group_manager")
        self.admin.group_ids = [Command.link(manager.id)]
        form = Form(self.env["dokstamp.source"].with_user(self.admin))
        form.model_id = model
        form.entity = "dokstamp.course"
        self.assertIn("Access Rights", form.setup_problem)
        self.assertEqual(form.field_ids._records[0]["path"], False)

    def test_what_no_source_gives_is_said_once_for_all_of_them(self):
        model = self.model(("x_name", "N", "char"), ("x_email", "E-mail", "char"))
        form = Form(self.env["dokstamp.source"].with_user(self.manager))
        form.model_id = model
        form.entity = "dokstamp.student"
        # the persons' source gives the birth date
        self.assertFalse(form.setup_hint)
        self.assertFalse(form.setup_problem)
        source = form.save()
        self.line(self.person_source, "date_of_birth").unlink()
        source.invalidate_recordset()
        self.assertIn("Date of birth", source.setup_hint)
        self.assertNotIn("E-mail", source.setup_hint)
        # what is not filled stops nothing: people type it
        source.with_user(self.manager).active = True
        self.assertIn("date_of_birth", source.field_ids.mapped("field_name"))
