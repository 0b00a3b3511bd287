from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SourceCase


@tagged("post_install", "-at_install")
class TestSourceFeed(SourceCase):
    """What happens to a school app's record happens to what it feeds."""

    def test_a_new_course_arrives(self):
        course = self.school_course(hours=39.5, description="<p>Leaves &amp; roots</p>")
        self.flush()
        remote = self.sandbox.row("courses", code="BOT-1")
        self.assertEqual(remote["name"], "Botany")
        self.assertEqual(remote["workload_hours"], 40)
        self.assertEqual(remote["description"], "Leaves & roots")
        self.assertEqual(remote["status"], "active")
        self.assertEqual(self.fed(course).sync_state, "synced")

    def test_a_save_makes_no_request(self):
        self.school_course()
        self.commit()
        self.assertFalse(self.sandbox.requests())

    def test_a_changed_course_is_one_patch_of_what_changed(self):
        course = self.school_course()
        self.settle()
        course.name = "Zoology"
        course.category = "Science"
        self.flush()
        [request] = self.sandbox.requests()
        self.assertEqual(request["method"], "PATCH")
        self.assertEqual(request["body"], {"name": "Zoology", "area": "Science"})

    def test_a_field_that_no_source_reads_queues_nothing(self):
        course = self.school_course()
        self.settle()
        course.teacher_id = self.teacher.partner_id
        self.flush()
        self.assertFalse(self.sandbox.requests())

    def test_several_saves_in_one_transaction_are_read_once(self):
        course = self.school_course()
        self.settle()
        rows = self.rows_of(self.fed(course))
        for name in ("One", "Two", "Three"):
            course.name = name
            self.env.flush_all()
        self.commit()
        self.assertEqual(len(self.rows_of(self.fed(course)) - rows), 1)

    def test_an_archived_course_is_archived_and_comes_back(self):
        course = self.school_course()
        self.settle()
        course.active = False
        self.flush()
        self.assertEqual(
            self.sandbox.row("courses", code="BOT-1")["status"], "archived"
        )
        course.active = True
        self.flush()
        self.assertEqual(self.sandbox.row("courses", code="BOT-1")["status"], "active")
        self.assertEqual(self.sandbox.count("courses"), 1)

    def test_a_deleted_course_is_archived(self):
        course = self.school_course()
        self.settle()
        entity = self.fed(course)
        course.unlink()
        self.flush()
        self.assertFalse(entity.active)
        self.assertEqual(
            self.sandbox.row("courses", code="BOT-1")["status"], "archived"
        )

    def test_a_course_that_was_archived_before_the_source_stays_out(self):
        course = self.school_course(active=False)
        self.flush()
        self.assertFalse(self.link(course))

    def test_a_course_that_matches_no_more_is_archived_and_comes_back(self):
        self.course_source.domain = "[('category', '!=', 'internal')]"
        course = self.school_course()
        self.settle()
        course.category = "internal"
        self.flush()
        self.assertEqual(
            self.sandbox.row("courses", code="BOT-1")["status"], "archived"
        )
        course.category = "public"
        self.flush()
        remote = self.sandbox.row("courses", code="BOT-1")
        self.assertEqual((remote["status"], remote["area"]), ("active", "public"))

    def test_a_recomputed_stored_field_arrives(self):
        membership = self.membership(mark=10)
        self.settle()
        membership.bonus = 4
        self.flush()
        [remote] = self.sandbox.rows("enrollments")
        self.assertEqual(float(remote["grade"]), 7)

    def test_a_name_edited_on_the_contact_arrives(self):
        membership = self.membership()
        self.settle()
        membership.person_id.partner_id.name = "Ada Lovelace-Example"
        self.flush()
        [student] = self.sandbox.rows("students")
        self.assertEqual(student["name"], "Ada Lovelace-Example")

    def test_an_email_edited_on_the_contact_arrives(self):
        membership = self.membership()
        self.settle()
        membership.person_id.partner_id.email = "ada.example@example.com"
        self.flush()
        [student] = self.sandbox.rows("students")
        self.assertEqual(student["email"], "ada.example@example.com")

    def test_a_dotted_path_follows_its_record(self):
        line = self.line(self.course_source, "area")
        line.path = "teacher_id.function"
        teacher = self.env["res.partner"].create({"name": "T", "function": "Biology"})
        self.school_course(teacher_id=teacher.id)
        self.settle()
        teacher.function = "Chemistry"
        self.flush()
        self.assertEqual(self.sandbox.row("courses", code="BOT-1")["area"], "Chemistry")
        teacher.unlink()
        self.flush()
        self.assertFalse(self.sandbox.row("courses", code="BOT-1")["area"])

    def test_names_with_emoji_and_right_to_left_script_arrive_byte_for_byte(self):
        name = "علم النبات 🌱 Ботаника ​‏שלום"
        self.school_course(name=name)
        self.membership(self.person(name=name), self.school_course(code="BOT-2"))
        self.flush()
        self.assertEqual(self.sandbox.row("courses", code="BOT-1")["name"], name)
        [student] = self.sandbox.rows("students")
        self.assertEqual(student["name"], name)

    def test_fed_fields_are_read_only_for_registrars(self):
        course = self.school_course()
        self.settle()
        entity = self.fed(course).with_user(self.registrar)
        with self.assertRaisesRegex(UserError, "Name comes from School: course"):
            entity.name = "Typed over"
        self.assertEqual(course.name, entity.name)

    def test_what_comes_back_unchanged_as_text_is_no_change(self):
        membership = self.membership(
            self.person(),
            self.school_course(),
            state="finished",
            finished_at="2026-03-04 12:00:00",
            mark=15,
        )
        self.env.cr.flush()
        enrollment = self.fed(membership).with_user(self.registrar)
        enrollment.write(
            {
                "completed_at": "2026-03-04",
                "grade": "7.5",
                "student_id": enrollment.student_id.id,
            }
        )
        student = enrollment.student_id
        student.date_of_birth = str(student.date_of_birth)
        with self.assertRaisesRegex(UserError, "comes from"):
            enrollment.write({"completed_at": "2026-03-05"})

    def test_fields_that_nothing_feeds_stay_the_registrars(self):
        course = self.school_course()
        self.settle()
        self.fed(course).with_user(self.registrar).version = "2026"
        course.name = "Zoology"
        self.flush()
        remote = self.sandbox.row("courses", code="BOT-1")
        self.assertEqual((remote["version"], remote["name"]), ("2026", "Zoology"))

    def test_a_missing_birth_date_added_by_a_registrar_survives_the_next_save(self):
        self.line(self.person_source, "date_of_birth").unlink()
        membership = self.membership(self.person(birth_date=False))
        self.flush()
        student = self.fed(membership.person_id)
        self.assertEqual(student.sync_message, "No date of birth: DokStamp needs one.")
        student.with_user(self.registrar).date_of_birth = "2001-02-03"
        membership.person_id.name = "Ada Exemplary"
        self.flush()
        [remote] = self.sandbox.rows("students")
        self.assertEqual(remote["date_of_birth"], "2001-02-03")
        self.assertEqual(remote["name"], "Ada Exemplary")
        self.assertEqual(self.sandbox.count("enrollments"), 1)

    def test_the_users_context_does_not_reach_the_registry(self):
        courses = self.env["test.dokstamp.school.course"].with_context(
            default_version="from a menu", default_organization_id=1, lang=False
        )
        courses.create({"name": "Botany", "code": "BOT-1"})
        self.flush()
        self.assertFalse(self.sandbox.row("courses", code="BOT-1")["version"])
