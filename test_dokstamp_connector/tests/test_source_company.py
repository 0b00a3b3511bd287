from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import SourceCase


class CompanyCase(SourceCase):
    """Company A, whose sources these are, and company B with an account and sources of
    its own.
    """

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.before = self.school_course(code="BEFORE")
        self.settle()
        cls.company_b = self.env["res.company"].create({"name": "School B"})
        cls.manager_b = new_test_user(
            self.env,
            login="manager-b@example.com",
            groups="dokstamp_connector.group_manager",
            company_id=cls.company_b.id,
            company_ids=[Command.set(cls.company_b.ids)],
        )

    def of_b(self, *sources):
        """Copies of sources for company B."""
        return [source.copy({"company_id": self.company_b.id}) for source in sources]

    def codes(self):
        return {row["code"] for row in self.sandbox.rows("courses")}


@tagged("post_install", "-at_install")
class TestSourceCompany(CompanyCase):
    """A source takes what is its company's."""

    def test_what_is_bs_goes_to_b_alone(self):
        [source_b] = self.of_b(self.course_source)
        theirs = self.school_course(code="THEIRS", company_id=self.company_b.id)
        ours = self.school_course(code="OURS", company_id=self.env.company.id)
        self.flush()
        self.assertEqual(self.fed(theirs, source_b).company_id, self.company_b)
        self.assertFalse(self.link(theirs, self.course_source))
        self.assertFalse(self.link(ours, source_b))
        self.assertEqual(self.codes(), {"BEFORE", "OURS"})

    def test_what_is_nobodys_goes_nowhere_and_that_is_said(self):
        [source_b] = self.of_b(self.course_source)
        course = self.school_course(code="NOBODYS")
        self.flush()
        self.sweep()
        self.flush()
        self.assertFalse(self.link(course))
        self.assertEqual(self.codes(), {"BEFORE"})
        for source, user in (
            (self.course_source, self.manager),
            (source_b, self.manager_b),
        ):
            self.assertEqual(source.with_user(user).unassigned_count, 1)
        notes = self.env["dokstamp.source"].with_user(self.registrar)
        note = notes._unassigned_notes(course)[course.id]
        self.assertEqual(
            note,
            "It belongs to no company, so that it goes to no DokStamp account. Fill in "
            "Company, or have the source “School: course” take records of no company.",
        )

    def test_it_goes_where_somebody_says_on_the_record(self):
        course = self.school_course(code="NOBODYS")
        self.flush()
        course.company_id = self.env.company
        self.flush()
        self.assertIn("NOBODYS", self.codes())
        self.assertFalse(self.course_source.unassigned_count)

    def test_it_goes_where_somebody_says_on_the_source(self):
        membership = self.membership(course=self.school_course(code="NOBODYS"))
        self.flush()
        self.assertFalse(self.link(membership))
        self.course_source.with_user(self.manager).takes_unassigned = True
        self.sweep()
        self.flush()
        self.assertIn("NOBODYS", self.codes())
        self.assertEqual(self.fed(membership).sync_state, "synced")
        self.assertFalse(self.course_source.unassigned_count)

    def test_only_one_company_takes_what_is_nobodys(self):
        [source_b] = self.of_b(self.course_source)
        self.course_source.takes_unassigned = True
        with self.assertRaisesRegex(ValidationError, "another company takes"):
            source_b.takes_unassigned = True
        self.assertFalse(self.course_source.copy().takes_unassigned)

    def test_a_second_company_takes_nothing_away(self):
        self.before.name = "Botany, revised"
        self.sweep()
        self.flush()
        remote = self.sandbox.row("courses", code="BEFORE")
        self.assertEqual(
            (remote["name"], remote["status"]), ("Botany, revised", "active")
        )

    def test_whoever_joins_what_was_there_before_is_enrolled(self):
        membership = self.membership(course=self.before)
        self.flush()
        self.assertEqual(self.fed(membership).sync_state, "synced")

    def test_a_record_without_company_belongs_to_what_it_refers_to(self):
        sources_b = self.of_b(
            self.course_source, self.person_source, self.membership_source
        )
        theirs = self.membership(
            course=self.school_course(code="B", company_id=self.company_b.id)
        )
        ours = self.membership(
            theirs.person_id,
            self.school_course(code="A", company_id=self.env.company.id),
        )
        self.flush()
        self.assertFalse(self.link(theirs, self.membership_source))
        self.assertFalse(self.link(ours, sources_b[2]))
        person = theirs.person_id
        student_a = self.fed(person, self.person_source)
        student_b = self.fed(person, sources_b[1])
        self.assertEqual(student_a.company_id, self.env.company)
        self.assertEqual(student_b.company_id, self.company_b)
        self.assertEqual(self.fed(theirs, sources_b[2]).student_id, student_b)
        self.assertEqual(self.fed(ours, self.membership_source).student_id, student_a)

    def test_attendees_of_bs_courses_are_no_students_of_a(self):
        self.membership(
            course=self.school_course(code="B", company_id=self.company_b.id)
        )
        self.flush()
        self.assertFalse(self.env["dokstamp.student"].search([]))
        self.assertEqual(self.sandbox.count("students"), 0)
        self.assertFalse(self.membership_source.error_count)

    def test_a_course_that_moves_takes_its_attendees_along(self):
        course = self.school_course(code="MOVES", company_id=self.env.company.id)
        membership = self.membership(course=course)
        self.settle()
        course.company_id = self.company_b
        self.flush()
        self.assertEqual(
            self.sandbox.row("courses", code="MOVES")["status"], "archived"
        )
        self.assertFalse(self.fed(membership).active)

    def test_a_contact_of_b_is_no_student_of_a(self):
        person = self.person()
        person.partner_id.company_id = self.company_b
        membership = self.membership(
            person, self.school_course(company_id=self.env.company.id)
        )
        self.flush()
        self.assertIn("is not in the registry", self.link(membership).error)
        self.assertEqual(self.sandbox.count("students"), 0)


@tagged("post_install", "-at_install")
class TestSourcesForAnotherCompany(CompanyCase):
    """A further company gets sources of its own."""

    def account_b(self):
        values = {"name": "B", "company_id": self.company_b.id, "tenant": "school-b"}
        return self.env["dokstamp.account"].create(values)

    def came_with_an_addon(self, source):
        self.env["ir.model.data"].create(
            {
                "name": f"source_{source.id}",
                "module": "test_dokstamp_connector",
                "model": source._name,
                "res_id": source.id,
            }
        )

    def test_its_manager_makes_those_that_addons_brought(self):
        shipped = self.env["ir.model.data"].search([("model", "=", "dokstamp.source")])
        shipped.unlink()  # what other addons brought reads what this manager may not
        self.came_with_an_addon(self.person_source)
        account = self.account_b().with_user(self.manager_b)
        self.assertTrue(account.lacks_sources)
        account.action_make_sources()
        made = self.env["dokstamp.source"].with_context(active_test=False)
        made = made.search([("company_id", "=", self.company_b.id)])
        self.assertEqual(made.model, self.person_source.model)
        self.assertEqual(made.name, self.person_source.name)
        self.assertEqual(len(made.field_ids), len(self.person_source.field_ids))
        self.assertFalse(made.active)
        self.assertEqual(made.reader_id, self.manager_b)
        self.env.invalidate_all()
        self.assertFalse(account.lacks_sources)
        with self.assertRaisesRegex(UserError, "a source for everything"):
            account.action_make_sources()

    def test_a_duplicate_is_for_the_company_that_is_chosen(self):
        source = self.course_source.with_company(self.company_b)
        copied = source.copy()
        self.assertEqual(copied.company_id, self.company_b)
        self.assertEqual(copied.name, source.name)
        self.assertEqual(len(copied.field_ids), len(source.field_ids))
        table = self.line(self.membership_source.copy(), "completion_status").value_ids
        self.assertEqual(len(table), 2)

    def test_a_duplicate_for_the_same_company_begins_switched_off(self):
        copied = self.course_source.copy()
        self.assertFalse(copied.active)
        self.assertEqual(copied.name, "School: course (copy)")


@tagged("post_install", "-at_install")
class TestSourceCompanyPath(CompanyCase):
    """The fields that tell whose a record is."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.file_source = self.make_source(
            "school.file",
            "module",
            company_path="course_id.company_id, owner_id.company_id",
            name={"path": "name"},
        )
        cls.user_b = self.manager_b

    def file(self, **values):
        file = self.env["test.dokstamp.school.file"].create({"name": "F", **values})
        self.commit()
        return self.fed(file, self.file_source)

    def test_the_first_with_a_value_counts(self):
        a, b = self.env.company, self.company_b
        of_a = self.school_course(code="A", company_id=a.id)
        of_b = self.school_course(code="B", company_id=b.id)
        nobodys = self.school_course(code="C")
        user_a, user_b = self.teacher, self.user_b
        self.assertTrue(self.file(course_id=of_a.id, owner_id=user_b.id))
        self.assertFalse(self.file(course_id=of_b.id, owner_id=user_a.id))
        self.assertTrue(self.file(course_id=nobodys.id, owner_id=user_a.id))
        self.assertFalse(self.file(course_id=nobodys.id, owner_id=user_b.id))
        self.assertTrue(self.file(owner_id=user_a.id))
        self.assertFalse(self.file(owner_id=user_b.id))
        self.assertFalse(self.file())
        self.assertEqual(self.file_source.unassigned_count, 1)

    def test_whoever_is_responsible_is_watched(self):
        file = self.env["test.dokstamp.school.file"].create(
            {"name": "F", "owner_id": self.user_b.id}
        )
        self.commit()
        self.assertFalse(self.link(file))
        file.owner_id = self.teacher
        self.commit()
        self.assertTrue(self.fed(file))

    def test_of_a_model_that_cannot_tell_the_only_source_takes_all(self):
        self.file_source.company_path = False
        source = self.file_source.copy({"company_path": False, "active": True})
        self.file_source.unlink()
        file = self.env["test.dokstamp.school.file"].create({"name": "F"})
        self.commit()
        self.assertTrue(self.fed(file, source))
        [source_b] = self.of_b(source)
        other = file.copy()
        self.commit()
        self.assertFalse(self.link(other))
        self.assertTrue(self.fed(file, source))
        self.assertFalse(self.link(file, source_b))

    def test_a_path_that_leads_to_no_company_is_refused(self):
        for path in ("name", "owner_id", "owner_id.shoe_size", "company_id", "x..y"):
            with self.subTest(path), self.assertRaises(ValidationError):
                self.file_source.company_path = path

    def test_a_path_through_what_is_closed_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "No source reads"):
            self.file_source.company_path = (
                "course_id.teacher_id.activity_user_id.company_id"
            )


@tagged("post_install", "-at_install")
class TestSourceOneCompany(SourceCase):
    """In a database with one company everything is that one's."""

    def test_all_that_says_nothing_is_taken(self):
        membership = self.membership()
        self.flush()
        self.assertEqual(self.fed(membership).sync_state, "synced")
        self.assertFalse(self.course_source.unassigned_count)
        self.assertFalse(self.course_source.has_several_companies)
