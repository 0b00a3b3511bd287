from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SourceCase


class SeveralAppsCase(SourceCase):
    """Contacts feed students, as eLearning has it, and so do the school's persons."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.botany = self.school_course()
        cls.contact_source = self.env["dokstamp.source"].create(
            {
                "name": "Contacts",
                "active": True,
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "entity": "dokstamp.student",
                "trigger": "on_demand",
                "sequence": 5,
                "field_ids": [
                    Command.create({"field_name": name, "path": path})
                    for name, path in (
                        ("name", "name"),
                        ("email", "email"),
                        ("partner_id", "id"),
                        ("social_name", "ref"),
                    )
                ],
            }
        )
        self.person_source.field_ids.create(
            [
                {
                    "source_id": self.person_source.id,
                    "field_name": "gender",
                    "path": "gender",
                },
                {
                    "source_id": self.person_source.id,
                    "field_name": "social_name",
                    "path": "function",
                },
            ]
        )
        self.person_source.write({"trigger": "on_save", "sequence": 10})
        self.settle()

    def ada(self, **values):
        """Ada, whom both apps know by one contact; the contacts were first."""
        person = self.person(birth_date=False, **values)
        self.commit()
        self.contact_source._feed_safely({self.contact_source.id: []})
        self.contact_source._as_reader()._demand(person.partner_id, "dokstamp.student")
        self.commit()
        return person


@tagged("post_install", "-at_install")
class TestOnePersonInSeveralApps(SeveralAppsCase):
    def test_what_the_first_does_not_know_comes_from_the_next(self):
        person = self.ada()
        student = self.fed(person)
        self.assertEqual(self.fed(person.partner_id), student)
        person.write({"birth_date": "2001-02-03", "gender": "f"})
        self.flush()
        [remote] = self.sandbox.rows("students")
        self.assertEqual(
            (remote["date_of_birth"], remote["gender"]), ("2001-02-03", "f")
        )

    def test_the_sequence_of_the_sources_decides(self):
        person = self.ada(ref="Ada of the contacts", function="Ada of the school")
        student = self.fed(person)
        self.assertEqual(student.social_name, "Ada of the contacts")
        self.person_source.sequence = 1
        self.sweep()
        self.assertEqual(student.social_name, "Ada of the school")
        person.partner_id.ref = "Ada, changed"
        self.commit()
        self.assertEqual(student.social_name, "Ada of the school")
        person.partner_id.function = False
        self.commit()
        self.assertEqual(student.social_name, "Ada, changed")

    def test_a_source_that_is_switched_off_has_no_say(self):
        person = self.ada(ref="Ada of the contacts", function="Ada of the school")
        self.contact_source.active = False
        self.sweep()
        self.assertEqual(self.fed(person).social_name, "Ada of the school")

    def test_what_no_app_knows_may_be_typed_and_stays(self):
        person = self.ada()
        student = self.fed(person).with_user(self.registrar)
        student.write({"date_of_birth": "2001-02-03", "social_name": "Ada B."})
        person.partner_id.name = "Ada Exemplary"
        self.commit()
        self.sweep()
        self.assertEqual(
            (student.name, str(student.date_of_birth), student.social_name),
            ("Ada Exemplary", "2001-02-03", "Ada B."),
        )
        self.assertNotIn("date_of_birth", student.fed_fields)

    def test_what_an_app_knows_may_not_and_the_sentence_says_which_app(self):
        person = self.ada()
        person.birth_date = "2001-02-03"
        self.commit()
        student = self.fed(person).with_user(self.registrar)
        with self.assertRaisesRegex(UserError, "School: student"):
            student.date_of_birth = "2002-02-03"
        with self.assertRaisesRegex(UserError, "Contacts"):
            student.name = "Somebody"

    def test_what_somebody_clears_in_the_app_is_cleared(self):
        person = self.ada()
        person.birth_date = "2001-02-03"
        self.commit()
        person.birth_date = False
        self.commit()
        self.assertFalse(self.fed(person).date_of_birth)

    def test_what_is_only_not_known_any_more_stays(self):
        person = self.ada()
        person.birth_date = "2001-02-03"
        self.flush()
        student = self.fed(person)
        person.unlink()
        self.flush()
        self.assertTrue(student.active)
        self.assertEqual(str(student.date_of_birth), "2001-02-03")

    def test_a_source_made_anew_erases_nothing_that_it_does_not_know(self):
        self.person_source.unlink()
        person = self.ada()
        self.membership(person, self.botany, state="finished", finished_at="2026-01-02")
        self.membership_source.field_ids.filtered(
            lambda line: line.field_name == "student_id"
        ).path = "person_id.partner_id"
        self.sweep()
        [enrollment] = self.fed(person.partner_id).enrollment_ids
        self.assertEqual(str(enrollment.completed_at), "2026-01-02")
        again = self.membership_source.copy()
        self.membership_source.unlink()
        self.env.cr.execute(
            "UPDATE test_dokstamp_school_membership SET finished_at = NULL"
        )
        self.env.invalidate_all()
        again.active = True
        self.sweep()
        self.assertEqual(str(enrollment.completed_at), "2026-01-02")

    def test_a_field_that_is_read_elsewhere_from_now_on_erases_nothing(self):
        person = self.ada()
        person.write({"birth_date": "2001-02-03", "gender": "f"})
        self.commit()
        student = self.fed(person)
        self.line(self.person_source, "gender").path = "function"
        self.line(self.person_source, "date_of_birth").unlink()
        self.sweep()
        self.assertEqual(
            (student.gender, str(student.date_of_birth)), ("f", "2001-02-03")
        )
        self.assertEqual(set(student.fed_fields) & {"gender", "date_of_birth"}, set())

    def test_a_changed_address_takes_nobody_apart(self):
        person = self.ada()
        membership = self.membership(person, self.botany)
        self.flush()
        student = self.fed(person)
        person.partner_id.write({"email": "new@example.com", "name": "Ada Married"})
        self.flush()
        self.sweep()
        self.flush()
        self.assertEqual(self.fed(person), student)
        self.assertEqual(self.fed(membership).student_id, student)
        self.assertEqual(self.env["dokstamp.student"].search_count([]), 1)
        self.assertEqual(student.email, "new@example.com")


@tagged("post_install", "-at_install")
class TestSeveralRecordsOfOneEnrollment(SourceCase):
    """Registered, cancelled, registered again, attended."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.botany, cls.ada = self.school_course(), self.person()
        self.env["dokstamp.source.value"].create(
            {
                "field_id": self.line(self.membership_source, "completion_status").id,
                "from_value": "invited",
                "to_value": "dropped",
            }
        )
        self.membership_source.domain = "[]"
        self.settle()

    def at_dokstamp(self):
        self.flush()
        [row] = self.sandbox.rows("enrollments")
        return row["completion_status"], (row["completed_at"] or "")[:10]

    def test_completed_wins_over_enrolled_and_that_over_dropped(self):
        first = self.membership(self.ada, self.botany, state="invited")
        self.assertEqual(self.at_dokstamp(), ("dropped", ""))
        second = self.membership(self.ada, self.botany)
        self.assertEqual(self.at_dokstamp(), ("enrolled", ""))
        second.write({"state": "finished", "finished_at": "2026-03-04", "mark": 15})
        self.assertEqual(self.at_dokstamp(), ("completed", "2026-03-04"))
        first.bonus = 1
        self.sweep()
        self.assertEqual(self.at_dokstamp(), ("completed", "2026-03-04"))
        enrollment = self.fed(second)
        self.assertEqual(enrollment, self.fed(first))
        self.assertEqual(enrollment.grade, 7.5)

    def test_whatever_the_order_in_which_they_came(self):
        self.membership(
            self.ada, self.botany, state="finished", finished_at="2026-03-04"
        )
        self.membership(self.ada, self.botany, state="invited")
        self.membership(self.ada, self.botany)
        self.assertEqual(self.at_dokstamp(), ("completed", "2026-03-04"))

    def test_one_that_is_gone_wins_no_more(self):
        done = self.membership(
            self.ada, self.botany, state="finished", finished_at="2026-03-04"
        )
        self.membership(self.ada, self.botany)
        self.assertEqual(self.at_dokstamp(), ("completed", "2026-03-04"))
        done.unlink()
        self.assertEqual(self.at_dokstamp(), ("enrolled", ""))

    def test_a_day_of_completion_is_told_by_whoever_says_completed(self):
        self.membership(
            self.ada, self.botany, state="invited", finished_at="2026-01-01"
        )
        again = self.membership(self.ada, self.botany)
        self.assertEqual(self.at_dokstamp(), ("enrolled", ""))
        again.state = "finished"
        self.assertEqual(self.at_dokstamp(), ("completed", ""))

    def test_a_day_that_is_typed_outlasts_one_that_counts_for_nothing(self):
        done = self.membership(self.ada, self.botany, state="finished")
        beside = self.membership(self.ada, self.botany, finished_at="2026-01-01")
        self.assertEqual(self.at_dokstamp(), ("completed", ""))
        self.fed(done).with_user(self.registrar).completed_at = "2026-03-04"
        beside.bonus = 1
        self.assertEqual(self.at_dokstamp(), ("completed", "2026-03-04"))

    def test_a_day_that_the_app_leaves_behind_is_none_of_a_completion(self):
        registered = self.membership(
            self.ada, self.botany, state="finished", finished_at="2026-03-04"
        )
        self.assertEqual(self.at_dokstamp(), ("completed", "2026-03-04"))
        registered.state = "running"
        self.assertEqual(self.at_dokstamp(), ("enrolled", ""))
        registered.bonus = 1
        self.assertEqual(self.at_dokstamp(), ("enrolled", ""))
        self.sweep()
        self.assertEqual(self.at_dokstamp(), ("enrolled", ""))
        registered.write({"state": "finished", "finished_at": "2026-06-07"})
        self.assertEqual(self.at_dokstamp(), ("completed", "2026-06-07"))


@tagged("post_install", "-at_install")
class TestMarkSheets(SourceCase):
    """A grade arrives from a record that tells a student, a course and a mark."""

    def begin_with(self, cls):
        super().begin_with(cls)
        self.line(self.membership_source, "grade").unlink()
        cls.sheet_source = self.make_source(
            "school.membership",
            "enrollment",
            domain="[('mark', '>', 0)]",
            student_id={"path": "person_id"},
            course_id={"path": "course_id"},
            grade={"path": "mark", "conversion": "grade", "scale": 20},
        )
        self.settle()

    def at_dokstamp(self):
        """Of the one enrollment: how it stands, and the grade."""
        self.flush()
        [row] = self.sandbox.rows("enrollments")
        return row["completion_status"], row["grade"] and float(row["grade"])

    def test_a_mark_arrives_and_so_does_a_better_one(self):
        registered = self.membership()
        self.assertEqual(self.at_dokstamp(), ("enrolled", None))
        registered.mark = 15
        self.assertEqual(self.at_dokstamp(), ("enrolled", 7.5))
        registered.write({"mark": 16, "state": "finished"})
        self.assertEqual(self.at_dokstamp(), ("completed", 8))

    def test_whichever_source_is_listened_to_first(self):
        self.sheet_source.sequence = 1
        self.membership(mark=15, state="finished")
        self.assertEqual(self.at_dokstamp(), ("completed", 7.5))

    def test_a_sheet_that_tells_no_cohort_means_the_one_enrollment(self):
        self.make_source(
            "school.course",
            "cohort",
            code={"path": "code"},
            course_id={"path": "id"},
        )
        in_cohort = {"field_name": "cohort_id", "path": "course_id"}
        self.membership_source.field_ids = [Command.create(in_cohort)]
        registered = self.membership()
        self.assertEqual(self.at_dokstamp(), ("enrolled", None))
        registered.mark = 15
        self.assertEqual(self.at_dokstamp(), ("enrolled", 7.5))
        self.assertTrue(self.fed(registered, self.sheet_source).cohort_id)
        self.sweep()
        registered.mark = 16
        self.assertEqual(self.at_dokstamp(), ("enrolled", 8))


@tagged("post_install", "-at_install")
class TestKeysGivenOn(SourceCase):
    """What one gives up another one may have, in one transaction or in several."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.botany = self.school_course()
        cls.one = self.person(name="Ada One", email="one@example.com")
        cls.two = self.person(name="Bo Two", email="two@example.com")
        for person in (cls.one, cls.two):
            self.membership(person, cls.botany)
        self.settle()

    def addresses(self):
        return [self.fed(person).email for person in (self.one, self.two)]

    def test_an_address_that_is_handed_on_whoever_is_saved_first(self):
        self.one.email = "two@example.com"
        self.two.email = "new@example.com"
        self.commit()
        self.assertEqual(self.addresses(), ["two@example.com", "new@example.com"])
        self.one.email = "newer@example.com"
        self.two.email = "two@example.com"
        self.commit()
        self.assertEqual(self.addresses(), ["newer@example.com", "two@example.com"])
        self.assertFalse((self.link(self.one) | self.link(self.two)).filtered("error"))

    def test_an_address_that_was_waited_for(self):
        self.one.email = "two@example.com"
        self.commit()
        self.assertIn("belongs to Bo Two already", self.link(self.one).error)
        self.assertFalse(self.link(self.one).is_held)
        self.two.email = "new@example.com"
        self.commit()
        self.assertEqual(self.addresses(), ["two@example.com", "new@example.com"])
        self.assertFalse(self.link(self.one).error)

    def test_an_exchange_says_how(self):
        self.one.email, self.two.email = self.two.email, self.one.email
        self.commit()
        self.assertEqual(self.addresses(), ["one@example.com", "two@example.com"])
        for person in (self.one, self.two):
            self.assertIn("cannot be sent in one step", self.link(person).error)

    def test_so_does_an_exchange_among_three(self):
        three = self.person(name="Cy Three", email="three@example.com")
        self.membership(three, self.botany)
        self.flush()
        people = (self.one, self.two, three)
        addresses = [person.email for person in people]
        for person, address in zip(people, addresses[1:] + addresses[:1], strict=True):
            person.email = address
        self.commit()
        self.assertEqual([self.fed(person).email for person in people], addresses)
        for person in people:
            self.assertIn("cannot be sent in one step", self.link(person).error)

    def test_a_code_that_is_handed_on(self):
        zoology = self.school_course(name="Zoology", code="ZOO")
        self.commit()
        self.botany.code = "ZOO"
        zoology.code = "ZOO-2"
        self.commit()
        codes = [self.fed(course).code for course in (self.botany, zoology)]
        self.assertEqual(codes, ["ZOO", "ZOO-2"])


@tagged("post_install", "-at_install")
class TestKeysAreNeverShortened(SourceCase):
    CODES = [f"INTRODUCTION-CLINICAL-NURSING-{n}" for n in (1, 2, 3)]

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.module_source = self.make_source(
            "school.course",
            "module",
            name={"path": "name", "cut": True},
            code={"path": "code", "cut": True},
        )
        self.settle()

    def test_codes_that_are_too_long_fail_with_a_sentence(self):
        for name, code in zip("ABC", self.CODES, strict=True):
            course = self.school_course(name=name, code=code)
            self.commit()
            link = self.link(course, self.module_source)
            self.assertEqual(
                link.error, "The code has 31 characters; DokStamp takes 20."
            )
            self.assertFalse(link.entity_id)
        self.flush()
        self.assertFalse(self.sandbox.rows("modules"))

    def test_so_does_a_code_made_of_a_text(self):
        self.line(self.module_source, "code").write(
            {"method": "text", "text": "SCHOOL-{name}-{id}"}
        )
        course = self.school_course(name="Clinical Nursing for Beginners")
        self.commit()
        self.assertIn("DokStamp takes 20", self.link(course, self.module_source).error)

    def test_a_name_that_no_code_stands_beside_is_a_key_too(self):
        course = self.school_course(name="X" * 151, code=False)
        self.commit()
        self.assertIn("takes 150", self.link(course, self.module_source).error)

    def test_a_name_beside_a_code_is_cut(self):
        course = self.school_course(name="X" * 151)
        self.commit()
        self.assertEqual(len(self.fed(course, self.module_source).name), 150)

    def test_a_text_without_anything_of_the_record_is_no_key(self):
        self.line(self.module_source, "code").write(
            {"method": "text", "text": "M-{code}"}
        )
        courses = [self.school_course(name=name, code=False) for name in "AB"]
        self.commit()
        fed = [self.fed(course, self.module_source) for course in courses]
        self.assertNotEqual(fed[0], fed[1])
        self.assertFalse(fed[0].code)
