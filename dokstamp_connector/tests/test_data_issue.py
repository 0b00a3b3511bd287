from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import DokstampCase
from .common_rights import RightsCase


class DataIssueCase(DokstampCase):
    def issues(self, *records, **values):
        """The lines about these records, as the registrar sees them."""
        domain = [(name, "=", value) for name, value in values.items()]
        for record in records[:1]:
            domain += [("res_model", "=", record._name)]
        if records:
            domain += [("res_id", "in", [record.id for record in records])]
        return self.env["dokstamp.data.issue"].with_user(self.registrar).search(domain)

    def found(self, *records):
        return {(line.check_name, line.field_name) for line in self.issues(*records)}

    def leave(self, issues, reason="The passport has it so"):
        action = issues.action_leave()
        wizard = self.env[action["res_model"]].with_user(self.registrar)
        wizard = wizard.browse(action["res_id"])
        wizard.reason = reason
        return wizard.action_confirm()


@tagged("post_install", "-at_install")
class TestDataIssues(DataIssueCase):
    """Before anything goes out, a list names what has to be mended, of all kinds of
    records; a line is gone once its record is mended.
    """

    def test_a_clean_student_and_course_are_on_no_list(self):
        self.assertFalse(self.found(self.student()))
        self.assertFalse(self.found(self.course()))
        lower = self.student(name="Juana de la Cruz", email="juana@example.com")
        self.assertFalse(self.found(lower))

    def test_each_slip_of_a_student_is_a_line(self):
        self.env["dokstamp.student"].search([]).active = False
        for number, (values, expected) in enumerate(
            [
                ({"email": False}, ("missing", "email")),
                ({"date_of_birth": False}, ("missing", "date_of_birth")),
                ({"date_of_birth": "1890-01-01"}, ("birth", "date_of_birth")),
                ({"date_of_birth": "2099-01-01"}, ("birth", "date_of_birth")),
                ({"date_of_birth": "1900-01-01"}, ("birth", "date_of_birth")),
                ({"date_of_birth": "1970-01-01"}, ("birth_doubt", "date_of_birth")),
                ({"email": "nobody at home"}, ("invalid", "email")),
                ({"name": "ADA EXAMPLE"}, ("capitals", "name")),
                ({"name": "ada example"}, ("capitals", "name")),
                ({"name": "JOÃO SÃO PAULO"}, ("capitals", "name")),
                ({"name": "Ada False"}, ("stray", "name")),
                ({"name": "none Example"}, ("stray", "name")),
                ({"name": "Ada Test"}, ("stray", "name")),
                ({"social_name": "Ada undefined"}, ("stray", "social_name")),
                ({"name": "Ada Example 2"}, ("digits", "name")),
                ({"name": "Ada  Example"}, ("spaces", "name")),
                ({"name": "Ada"}, ("one_word", "name")),
            ]
        ):
            values = {"email": f"a{number}@example.com", **values}
            born = f"1990-01-{number + 1:02}"
            student = self.student(**{"date_of_birth": born, **values})
            with self.subTest(values):
                self.assertIn(expected, self.found(student))
                self.assertEqual(len(self.issues(student)), 1)

    def test_a_line_is_gone_once_its_record_is_mended(self):
        student = self.student(name="ADA EXAMPLE", email=False)
        self.assertEqual(len(self.issues(student)), 2)
        student.with_user(self.registrar).name = "Ada Example"
        [line] = self.issues(student)
        self.assertEqual(line.severity, "refused")
        self.assertIn("e-mail", line.problem)
        student.email = "ada@example.com"
        self.assertFalse(self.issues(student))
        with self.assertRaisesRegex(UserError, "load the list again"):
            line.action_mend()

    def test_what_other_kinds_of_records_lack(self):
        code = "M" * 21
        module = self.env["dokstamp.module"].sudo().create({"name": "M", "code": code})
        self.assertEqual(self.found(module), {("too_long", "code")})
        course = self.course(name="False")
        self.assertEqual(self.found(course), {("stray", "name")})
        self.course(code="bot-1")
        self.assertIn(("twin", "code"), self.found(course))
        self.institution.country = False
        self.assertIn(("missing", "country"), self.found(self.institution))
        cohort = self.env["dokstamp.cohort"].create(
            {"code": "A", "course_id": course.id, "start_date": "2026-02-01"}
        )
        cohort.sudo().end_date = "2026-01-01"
        self.assertIn(("days", "end_date"), self.found(cohort))
        enrollment = self.enrollment(
            student_id=self.student().id,
            course_id=course.id,
            completion_status="completed",
            completed_at="2020-01-01",
        )
        self.assertEqual(self.found(enrollment), {("days_order", "completed_at")})
        self.assertIn("Ada Example", self.issues(enrollment).name)

    def test_people_who_are_there_twice(self):
        ada = self.student()
        again = self.student(name="ADA example", email="ada.2@example.com")
        other = self.student(
            name="Ada Example", email="ada.3@example.com", date_of_birth="1999-01-01"
        )
        [twin] = self.issues(ada)
        self.assertEqual((twin.check_name, twin.severity), ("twin", "doubt"))
        self.assertEqual(twin.value, "ada.2@example.com, ada@example.com")
        self.assertFalse(self.found(other))
        again.active = False
        self.assertFalse(self.found(ada))

    def test_one_document_number_for_two(self):
        contacts = self.env["res.partner"].create(
            [{"name": "Ada", "vat": "12-3"}, {"name": "Augusta", "vat": "123"}]
        )
        ada = self.student(partner_id=contacts[0].id)
        augusta = self.student(
            name="Augusta King", email="king@example.com", partner_id=contacts[1].id
        )
        for student in ada, augusta:
            self.assertEqual(self.found(student), {("document", "partner_id")})
        firm = self.env["res.partner"].create(
            {"name": "Firm", "is_company": True, "vat": "123"}
        )
        contacts[1].parent_id = firm
        self.assertFalse(self.found(ada))

    def test_what_has_no_account_yet_is_on_the_list(self):
        self.account.active = False
        student = self.student(email=False)
        self.assertFalse(student.account_id)
        self.assertEqual(self.found(student), {("missing", "email")})

    def test_what_stays_in_odoo_or_is_archived_is_not(self):
        student = self.student(email=False)
        student.account_id = False
        self.assertFalse(self.found(student))
        student.write({"account_id": self.account.id, "active": False})
        self.assertFalse(self.found(student))

    def test_a_person_says_that_it_is_right_until_it_is_another_value(self):
        student = self.student(name="ADA EXAMPLE")
        line = self.issues(student)
        with self.assertRaisesRegex(UserError, "Say why"):
            self.leave(line, reason=" ")
        self.leave(line)
        self.leave(line)  # pressed twice
        [left] = self.issues(student)
        self.assertEqual(left.decision_id.reason, "The passport has it so")
        self.assertEqual(left.author_id, self.registrar)
        self.assertEqual(len(self.env["dokstamp.data.decision"].search([])), 1)
        self.assertEqual(self.account.data_issue_count, 0)
        student.name = "ADA EXAMPLE KING"
        self.assertFalse(self.issues(student).decision_id)
        student.name = "ADA EXAMPLE"
        self.assertTrue(self.issues(student).decision_id)
        self.issues(student).action_look_again()
        self.assertFalse(self.issues(student).decision_id)

    def test_what_dokstamp_refuses_is_not_left(self):
        with self.assertRaisesRegex(UserError, "mend it, or archive"):
            self.issues(self.student(email=False)).action_leave()

    def test_the_account_counts_what_is_to_be_mended(self):
        self.assertEqual(self.account.data_issue_count, 0)
        self.student(email=False, name="ADA EXAMPLE")
        self.account.invalidate_recordset()
        account = self.account.with_user(self.registrar)
        self.assertEqual(account.data_issue_count, 2)
        domain = account.action_view_data_issues()["domain"]
        self.assertEqual(len(self.issues().search(domain)), 2)

    def test_it_is_searched_grouped_and_exported(self):
        self.student(email=False, name="ADA EXAMPLE")
        lines = self.issues()
        groups = lines._read_group([], ["severity", "check_name"], ["__count"])
        self.assertEqual(
            sorted(groups), [("doubt", "capitals", 1), ("refused", "missing", 1)]
        )
        self.assertEqual(len(lines.search([("name", "ilike", "ada ex")])), 2)
        rows = lines.sudo().export_data(["record_name", "problem", "mended_in"])[
            "datas"
        ]
        self.assertEqual(rows[0][0], "ADA EXAMPLE")
        self.assertIn("DokStamp needs one", rows[0][1])
        self.assertEqual(rows[0][2], "Registry")


@tagged("post_install", "-at_install")
class TestFedDataIssues(DataIssueCase):
    """A line opens what feeds the field, where something does."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.source = self.contact_source()
        cls.source.write(
            {
                "trigger": "on_save",
                "domain": "[('ref', '=', 'student')]",
                "field_ids": [
                    Command.create({"field_name": "partner_id", "path": "id"})
                ],
            }
        )

    def contact(self, **values):
        contact = self.env["res.partner"].create({"ref": "student", **values})
        self.env.cr.precommit.run()
        return contact

    def test_it_opens_the_contact_that_feeds_the_name(self):
        contact = self.contact(name="ADA EXAMPLE", email="ada@example.com")
        student = self.env["dokstamp.student"].search([("partner_id", "=", contact.id)])
        by_field = {line.field_name: line for line in self.issues(student)}
        action = by_field["name"].action_mend()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("res.partner", contact.id)
        )
        self.assertIn("ADA EXAMPLE", by_field["name"].mended_in)
        # nothing feeds the date of birth: it is typed in the registry
        action = by_field["date_of_birth"].action_mend()
        self.assertEqual(
            (action["res_model"], action["res_id"]), (student._name, student.id)
        )

    def test_apps_that_call_one_student_differently(self):
        contact = self.contact(name="Ada Example", email="ada@example.com")
        link = self.env["dokstamp.source.link"].search([("res_id", "=", contact.id)])
        student = self.env["dokstamp.student"].browse(link.entity_id)
        student.date_of_birth = "2001-02-03"
        source = self.source.copy()
        source.active = True
        other = link.copy({"source_id": source.id})
        other.last_values = {**link.last_values, "name": "ada EXAMPLE"}
        self.assertFalse(self.issues(student))
        other.last_values = {**link.last_values, "name": "Ada King"}
        [line] = self.issues(student)
        self.assertEqual(line.check_name, "disagreement")
        self.assertEqual(line.value, "Ada Example / Ada King")

    def test_a_shared_address_is_held_back_and_on_the_list(self):
        self.contact(name="Ada Example", email="family@example.com")
        self.contact(name="Charles Example", email="family@example.com")
        [line] = self.issues(check_name="held_back")
        self.assertIn("family@example.com", line.problem)
        self.assertEqual(line.record_name, "Contacts: Charles Example")
        link = self.env["dokstamp.source.link"].browse(line.res_id)
        self.assertEqual(line.action_mend()["domain"], [("id", "=", link.id)])
        link.with_user(self.registrar).action_another_person()
        self.env["res.partner"].browse(link.res_id).email = "charles@example.com"
        self.env.cr.precommit.run()
        self.assertFalse(self.issues(check_name="held_back"))


@tagged("post_install", "-at_install")
class TestDataIssueRights(RightsCase, DataIssueCase):
    def test_the_list_is_the_companys_own(self):
        student = self.student(name="GRACE EXAMPLE", email="grace@example.com")
        line = self.issues(student)
        for user in (
            self.bob,
            new_test_user(
                self.env, login="portal-issues@example.com", groups="base.group_portal"
            ),
        ):
            with self.assertRaises(AccessError):
                line.with_user(user).search([])
        self.assertFalse(line.with_user(self.eve).search([("id", "=", line.id)]))
        for method in ("action_mend", "action_leave", "action_look_again"):
            with self.subTest(method):
                self.assertEqual(self.call(self.eve, line, method), "AccessError")
        answer = self.call(self.registrar, line, "action_mend")
        self.assertEqual(answer["res_id"], student.id)
        with self.assertRaises(AccessError):
            line.with_user(self.registrar).write({"severity": "doubt"})
