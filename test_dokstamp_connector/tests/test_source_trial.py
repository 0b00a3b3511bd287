from odoo import Command
from odoo.tests import Form, tagged

from .test_source_rights import SECRET, SourceRightsCase

KEPT = (
    "dokstamp.course",
    "dokstamp.student",
    "dokstamp.enrollment",
    "dokstamp.source",
    "dokstamp.source.field",
    "dokstamp.source.link",
    "dokstamp.source.reading",
    "dokstamp.sync.record",
    "dokstamp.binding",
    "ir.cron.trigger",
    "bus.bus",
)


@tagged("post_install", "-at_install")
class TestSourceTrial(SourceRightsCase):
    """A manager picks a record on the form, and sees what would be sent of it; nothing
    is kept, and nobody is asked.
    """

    def begin_with(self, cls):
        super().begin_with(cls)
        self.course_source.active = False
        self.flush()

    def school_course(self, **values):
        # there are two companies here
        return super().school_course(**{"company_id": self.env.company.id, **values})

    def person(self, **values):
        return super().person(**{"company_id": self.env.company.id, **values})

    def form(self, model="course", entity="course", source=None):
        sources = self.env["dokstamp.source"].with_user(self.manager)
        if source:
            return Form(source.with_user(self.manager))
        form = Form(sources)
        form.model_id = self.env["ir.model"]._get(f"test.dokstamp.school.{model}")
        form.entity = f"dokstamp.{entity}"
        return form

    def set_line(self, form, name, **values):
        for number, record in enumerate(form.field_ids._records):
            if record["field_name"] == name:
                with form.field_ids.edit(number) as line:
                    for key, value in values.items():
                        setattr(line, key, value)
                return
        with form.field_ids.new() as line:
            for key, value in {"field_name": name, **values}.items():
                setattr(line, key, value)

    def tried(self, form, record):
        """Registry field → what is shown of it, and the sentences together."""
        form.trial_id = record.id
        return self.shown(form)

    def shown(self, form):
        rows = {row["name"]: row for row in form.trial["lines"]}
        return rows, "\n".join(form.trial["sentences"])

    def kept(self):
        self.env.cr.flush()
        return {name: self.env[name].sudo().search_count([]) for name in KEPT}

    def test_a_record_is_read_field_by_field_and_nothing_is_kept(self):
        course = self.school_course(
            name="Mosses",
            code="MOS-1",
            hours=30,
            description="<p>Of <b>plants</b></p>",
            category="Biology",
        )
        self.flush()
        before = self.kept()
        form = self.form()
        rows, sentences = self.tried(form, course)
        self.assertTrue(form.trial["is_taken"], sentences)
        self.assertIn("becomes a new course", sentences)
        self.assertIn(self.account.name, sentences)
        self.assertEqual(
            {name: row["value"] for name, row in rows.items() if row["value"]},
            {
                "name": "Mosses",
                "code": "MOS-1",
                "description": "Of plants",
                "workload_hours": "30",
                "area": "Biology",
                "status": "Active",
                "institution_id": "Test School",
            },
        )
        self.assertEqual(rows["area"]["label"], "Knowledge area")
        self.assertEqual(rows["area"]["origin"], "Category")
        self.set_line(form, "name", method="text", text="{name} ({code})")
        self.assertEqual(self.shown(form)[0]["name"]["value"], "Mosses (MOS-1)")
        del form
        self.flush()
        self.assertEqual(self.kept(), before)
        self.assertFalse(self.sandbox.requests())

    def test_it_is_what_is_sent_once_the_source_is_on(self):
        course = self.school_course(name="Mosses", code="MOS-1", hours=30)
        form = self.form()
        rows, _sentences = self.tried(form, course)
        source = form.save()
        source.active = True
        self.sweep()
        self.flush()
        sent = self.sandbox.row("courses", code="MOS-1")
        self.assertEqual(sent["name"], rows["name"]["value"])
        self.assertEqual(str(sent["workload_hours"]), rows["workload_hours"]["value"])
        form = self.form(source=source)
        _rows, sentences = self.tried(form, course)
        self.assertIn("in the registry already", sentences)
        self.assertIn("DokStamp has it already", sentences)
        names = [line["field_name"] for line in form.field_ids._records]
        self.assertEqual(names, source.field_ids.mapped("field_name"))
        form.field_ids.remove(names.index("workload_hours"))
        rows, _sentences = self.shown(form)
        self.assertEqual(rows["workload_hours"]["paths"], [])
        form.save()
        self.assertNotIn("workload_hours", source.field_ids.mapped("field_name"))

    def test_what_would_go_wrong_stands_beside_its_field(self):
        course = self.school_course(name="A" * 300, hours=7.5, description="x" * 70_000)
        form = self.form()
        self.set_line(form, "name", cut=True)
        rows, sentences = self.tried(form, course)
        self.assertIn("It is cut", rows["name"]["notes"][0])
        self.assertIn("It is cut", rows["description"]["notes"][0])
        self.assertIn("no whole number", rows["workload_hours"]["problem"])
        self.assertEqual(rows["workload_hours"]["read"], "7.5")
        self.assertIn("Nothing of it is sent", sentences)
        self.assertFalse(form.trial["is_taken"])
        self.set_line(form, "name", cut=False)
        self.assertIn("300 characters", self.shown(form)[0]["name"]["problem"])
        person = self.form("person", "student")
        rows, sentences = self.tried(person, self.person(birth_date=False))
        self.assertIn("DokStamp needs one", rows["date_of_birth"]["problem"])
        self.assertIn("waits in the registry", sentences)

    def test_another_language_and_values_without_a_meaning_are_noted(self):
        self.env["res.lang"]._activate_lang("de_DE")
        course = self.school_course()
        course.with_context(lang="de_DE").name = "Botanik"
        rows, _sentences = self.tried(self.form(), course)
        self.assertEqual(rows["name"]["value"], "Botany")
        self.assertIn("English", rows["name"]["notes"][0])
        membership = self.membership(course=course, state="invited")
        form = self.form("membership", "enrollment")
        rows, _sentences = self.tried(form, membership)
        status = rows["completion_status"]
        self.assertEqual((status["value"], status["read"]), (False, "Invited"))
        self.assertIn("makes nothing of it", status["notes"][0])
        membership.state = "finished"
        rows, _sentences = self.tried(form, self.membership(state="finished"))
        self.assertEqual(rows["completion_status"]["value"], "Completed")

    def test_links_say_what_comes_along_and_what_nothing_feeds(self):
        membership = self.membership()
        form = self.form("membership", "enrollment")
        rows, sentences = self.tried(form, membership)
        self.assertEqual(rows["student_id"]["value"], "Ada Example (new)")
        self.assertIn("No source makes a course", rows["course_id"]["problem"])
        self.course_source.active = True
        self.commit()
        rows, sentences = self.tried(self.form("membership", "enrollment"), membership)
        self.assertFalse(rows["course_id"]["problem"])
        self.assertIn("new enrollment", sentences)
        self.assertFalse(self.fed(membership.person_id))

    def test_whoever_has_the_address_already_holds_it_back(self):
        self.student(name="Bea Example", email="family@example.com")
        person = self.person(email="family@example.com")
        form = self.form("person", "student")
        _rows, sentences = self.tried(form, person)
        self.assertIn("held back", sentences)
        self.assertIn("Bea Example", sentences)
        self.assertFalse(form.trial["is_taken"])

    def test_condition_archive_and_company_say_whether_it_is_taken(self):
        course = self.school_course()
        form = self.form()
        form.domain = "[('code', '=', 'ZOO-1')]"
        self.assertIn("does not match the condition", self.tried(form, course)[1])
        form.domain = "[('shoe_size', '=', 1)]"
        self.assertIn("no field “shoe_size”", self.shown(form)[1])
        form.domain = "[]"
        course.company_id = False
        self.assertIn("belongs to no company", self.tried(self.form(), course)[1])
        course.company_id = self.other_company
        self.assertIn("another company", self.tried(self.form(), course)[1])
        course.company_id = self.env.company
        course.active = False
        self.assertIn("It is archived", self.tried(self.form(), course)[1])

    def test_who_may_not_read_a_record_sees_a_sentence_and_nothing_of_it(self):
        self.env["ir.rule"].create(
            {
                "name": "Files are their owner's",
                "model_id": self.env["ir.model"]._get_id("test.dokstamp.school.file"),
                "domain_force": "[('owner_id', 'in', (user.id, False))]",
            }
        )
        file = self.file(owner=self.bob)
        form = self.form("file", "course")
        self.set_line(form, "description", path="note")
        rows, sentences = self.tried(form, file)
        self.assertEqual(rows, {})
        self.assertIn("You may not read this record", sentences)
        self.assertNotIn(SECRET, str(form.trial))
        course = self.school_course()
        course.file_id = file
        for path in ("file_id.note", "file_summary"):
            form = self.form()
            self.set_line(form, "description", path=path)
            rows, _sentences = self.tried(form, course)
            self.assertNotIn(SECRET, str(form.trial))
            self.assertEqual(rows["name"]["value"], "Botany")
        # nor does a condition tell what it says
        form = self.form()
        form.domain = "[('file_id.note', 'ilike', 'Zenobia')]"
        self.assertIn("may not read", self.tried(form, course)[1])
        form = self.form()
        self.set_line(form, "area", path="budget")
        rows, _sentences = self.tried(form, course)
        self.assertIn("may not read", rows["area"]["problem"])

    def test_bad_input_is_a_sentence(self):
        course = self.school_course(category="broken")
        form = self.form()
        self.set_line(form, "area", path="broken_area")
        self.set_line(form, "version", path="teacher_id.category_id")
        self.set_line(form, "description", path="shoe.size")
        with self.assertLogs("odoo.addons.dokstamp_connector"):
            rows, _sentences = self.tried(form, course)
        self.assertIn("could not be read", rows["area"]["problem"])
        self.assertIn("several values", rows["version"]["problem"])
        self.assertIn("no field “shoe.size”", rows["description"]["problem"])
        self.assertEqual(rows["name"]["value"], "Botany")
        self.set_line(form, "area", path="teacher_id")
        course.teacher_id = self.bob.partner_id
        self.assertEqual(
            self.tried(form, course)[0]["area"]["value"],
            "bob-plain@example.com (base.group_user)",
        )
        # a line that does not say yet what it fills
        source = self.course_source.with_user(self.manager)
        lines = [Command.create({"field_name": False, "path": "code"})]
        asked = {"trial_id": course.id, "field_ids": lines}
        shown = source.onchange(asked, ["trial_id"], {"trial": {}, "field_ids": {}})
        self.assertEqual(shown["value"]["trial"]["name"], "Botany")
        gone = self.school_course(code="ZOO-1")
        form = self.form()
        self.tried(form, gone)
        gone.unlink()
        with form.field_ids.edit(0) as line:
            line.path = "code"
        self.assertIn("deleted meanwhile", "".join(form.trial["sentences"]))
