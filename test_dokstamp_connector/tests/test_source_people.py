from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import SourceCase


class FamilyCase(SourceCase):
    """A parent's mailbox, and two children in courses."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.botany = self.school_course()
        cls.zoology = self.school_course(name="Zoology", code="ZOO")

    def children(self, **values):
        return self.env["test.dokstamp.school.person"].create(
            [
                {
                    "name": name,
                    "email": "family@example.com",
                    "birth_date": born,
                    **values,
                }
                for name, born in (
                    ("Child One", "2005-01-01"),
                    ("Child Two", "2007-01-01"),
                )
            ]
        )

    def completions_at_dokstamp(self):
        """Name of a student at DokStamp → codes of the courses completed there."""
        names = {row["uuid"]: row["name"] for row in self.sandbox.rows("students")}
        codes = {row["uuid"]: row["code"] for row in self.sandbox.rows("courses")}
        completions = {name: set() for name in names.values()}
        for row in self.sandbox.rows("enrollments"):
            if row["completion_status"] == "completed":
                name = names[row["student_uuid"]]
                completions[name].add(codes[row["course_uuid"]])
        return completions


@tagged("post_install", "-at_install")
class TestTwoPeopleWithOneAddress(FamilyCase):
    """Nobody's completion becomes another one's, and a person's word lasts."""

    def test_each_childs_completion_is_the_own_one(self):
        one, two = self.children()
        for child in (one, two):
            self.membership(child, self.botany)
            self.membership(child, self.zoology)
        self.commit()
        in_zoology = self.env["test.dokstamp.school.membership"].search(
            [("person_id", "=", two.id), ("course_id", "=", self.zoology.id)]
        )
        in_zoology.state = "finished"
        self.flush()
        self.assertEqual(self.completions_at_dokstamp(), {"Child One": set()})
        self.assertIn("Child One", self.link(two).error)
        self.link(two).with_user(self.registrar).action_another_person()
        two.email = "two@example.com"
        self.flush()
        self.assertEqual(
            self.completions_at_dokstamp(), {"Child One": set(), "Child Two": {"ZOO"}}
        )

    def test_another_person_is_not_asked_about_again(self):
        one, two = self.children()
        for child in (one, two):
            self.membership(child, self.botany)
        self.flush()
        link = self.link(two)
        student = self.fed(one)
        self.assertEqual(student.to_decide_count, 1)
        link.with_user(self.registrar).action_another_person()
        self.assertEqual(link.parted_by_id, self.registrar)
        two.birth_date = "2007-01-02"
        self.flush()
        self.sweep()
        self.assertFalse(link.is_held)
        self.assertEqual(student.to_decide_count, 0)
        self.assertEqual(
            link.error,
            "family@example.com is the address of Child One, who is another person. "
            "DokStamp takes an address once: give this one an address of its own.",
        )
        with self.assertRaisesRegex(UserError, "nothing to decide"):
            link.with_user(self.registrar).action_another_person()

    def test_what_was_said_by_mistake_can_be_said_otherwise(self):
        one, two = self.children()
        for child in (one, two):
            self.membership(child, self.botany)
        self.flush()
        self.link(two).with_user(self.registrar).action_another_person()
        self.say_same_person(two)
        self.flush()
        self.assertEqual(self.fed(two), self.fed(one))
        self.assertFalse(self.link(two).parted_from_id)

    def test_another_person_is_said_of_the_sentence_that_was_shown(self):
        one, two = self.children()
        for child in (one, two):
            self.membership(child, self.botany)
        self.commit()
        link = self.link(two).with_user(self.registrar)
        with self.assertRaisesRegex(UserError, "something else by now"):
            link.with_context(dokstamp_shown="older").action_another_person()
        for user in (self.teacher, self.portal):
            with self.assertRaises(AccessError):
                link.with_user(user).action_another_person()

    def test_whoever_gives_the_address_up_makes_room_at_once(self):
        one, two = self.children()
        memberships = [self.membership(child, self.botany) for child in (one, two)]
        self.flush()
        self.assertFalse(self.fed(memberships[1]))
        one.email = "one@example.com"
        self.commit()
        self.assertEqual(
            {self.fed(child).name: self.fed(child).email for child in (one, two)},
            {"Child One": "one@example.com", "Child Two": "family@example.com"},
        )
        self.assertEqual(self.fed(memberships[1]).student_id, self.fed(two))

    def test_whoever_is_registered_by_hand_with_an_own_address_is_fed(self):
        one, two = self.children()
        for child in (one, two):
            self.membership(child, self.botany)
        self.commit()
        self.link(two).with_user(self.registrar).action_another_person()
        typed = self.env["dokstamp.student"].with_user(self.registrar)
        student = typed.create(
            {
                "name": "Child Two",
                "email": "two@example.com",
                "partner_id": two.partner_id.id,
            }
        )
        self.commit()
        self.assertEqual(self.fed(two), student.sudo())
        self.assertEqual(student.email, "two@example.com")

    def test_a_registrar_who_types_an_address_twice_learns_whose_it_is(self):
        students = self.env["dokstamp.student"].with_user(self.registrar)
        students.create({"name": "Child One", "email": "family@example.com"})
        sentence = "belongs to Child One already, and DokStamp keeps it once"
        with self.assertRaisesRegex(ValidationError, sentence):
            students.create({"name": "Child Two", "email": "Family\u00a0@example.com"})
        other = students.create({"name": "Child Two", "email": "two@example.com"})
        with self.assertRaisesRegex(ValidationError, sentence):
            other.email = "FAMILY@example.com"
        with self.assertRaisesRegex(ValidationError, "belongs to Three already"):
            students.create(
                [
                    {"name": name, "email": "three@example.com"}
                    for name in ("Three", "Four")
                ]
            )
        result = students.load(
            ["name", "email"],
            [["Five", "family@example.com"], ["Six", "6@example.com"]],
        )
        self.assertIn(sentence, result["messages"][0]["message"])


@tagged("post_install", "-at_install")
class TestPeopleWithoutContact(FamilyCase):
    """Where an app tells no contact: the same address, the same name, and no other
    birth date.
    """

    def begin_with(self, cls):
        super().begin_with(cls)
        self.line(self.person_source, "partner_id").unlink()
        self.settle()

    def second(self, **values):
        """Another record of the app, beside Ada's."""
        person = self.person(**values)
        self.in_zoology = self.membership(person, self.zoology, state="finished")
        self.flush()
        return person

    def setup_ada(self, **values):
        self.first = self.person(**values)
        self.membership(self.first, self.botany)
        self.flush()
        self.ada = self.fed(self.first)

    def test_siblings_are_two(self):
        one, two = self.children()
        for child, course in ((one, self.botany), (two, self.zoology)):
            self.membership(child, course, state="finished")
        self.flush()
        self.assertEqual(self.completions_at_dokstamp(), {"Child One": {"BOT-1"}})
        self.assertEqual(self.link(two).claimed_id, self.fed(one).id)

    def test_the_same_name_and_birth_date_are_one(self):
        self.setup_ada()
        second = self.second(name=" ADA  Example ")
        self.assertEqual(self.fed(second), self.ada)
        self.assertEqual(self.completions_at_dokstamp(), {"Ada Example": {"ZOO"}})

    def test_the_same_name_is_enough_where_one_birth_date_is_unknown(self):
        self.setup_ada(birth_date=False)
        second = self.second()
        self.flush()
        self.assertEqual(self.fed(second), self.ada)
        self.assertEqual(str(self.ada.date_of_birth), "2001-02-03")

    def test_another_name_or_birth_date_is_another_one(self):
        self.setup_ada()
        for values in (
            {"birth_date": "2003-02-03"},
            {"name": "Bea Example"},
            {"name": "Bea Example", "birth_date": False},
        ):
            with self.subTest(values=values):
                second = self.second(**values)
                self.assertFalse(self.fed(second))
                self.assertEqual(self.link(second).claimed_id, self.ada.id)
                self.assertFalse(self.fed(self.in_zoology))

    def test_two_of_one_import_that_agree_are_one_and_a_third_is_not(self):
        persons = self.env["test.dokstamp.school.person"].create(
            [
                {"name": name, "email": "bo@example.com", "birth_date": "2005-01-01"}
                for name in ("Bo", "Bo", "Cy")
            ]
        )
        for person, course in zip(
            persons, (self.botany, self.zoology, self.zoology), strict=True
        ):
            self.membership(person, course)
        self.flush()
        self.assertEqual(self.fed(persons[0]), self.fed(persons[1]))
        self.assertFalse(self.fed(persons[2]))

    def test_a_persons_word_that_they_are_two_outlasts_that_they_agree(self):
        self.setup_ada()
        second = self.second(name="Bea Example")
        self.link(second).with_user(self.registrar).action_another_person()
        second.name = "Ada Example"
        self.flush()
        self.sweep()
        self.assertFalse(self.fed(second))

    def test_a_change_of_the_address_splits_nobody_off(self):
        self.setup_ada()
        second = self.second()
        second.email = "ada.new@example.com"
        self.flush()
        self.sweep()
        self.assertEqual(self.fed(second), self.ada)
        self.assertEqual(self.fed(self.in_zoology).student_id, self.ada)
        self.assertEqual(self.sandbox.count("students"), 1)

    def test_a_record_that_becomes_another_person_leaves_the_student(self):
        self.setup_ada()
        second = self.second()
        second.name = "Bea Example"
        self.flush()
        self.assertFalse(self.fed(second))
        self.assertEqual(self.link(second).claimed_id, self.ada.id)

    def test_a_record_that_tells_no_contact_joins_the_student_who_has_one(self):
        contact = self.env["res.partner"].create({"name": "Ada Example"})
        typed = self.student(name="Ada Example", partner_id=contact.id)
        self.flush()
        person = self.second()
        self.assertEqual(self.fed(person), typed)
        self.assertEqual(typed.partner_id, contact)


@tagged("post_install", "-at_install")
class TestBookedByOne(FamilyCase):
    """Three registrations that one contact has booked."""

    def test_they_are_three_people(self):
        booker = self.env["res.partner"].create({"name": "Parent Example"})
        source = self.make_source(
            "school.file",
            "student",
            name={"path": "name"},
            email={"path": "note"},
            partner_id={"path": "course_id.teacher_id"},
        )
        self.botany.teacher_id = booker
        files = self.env["test.dokstamp.school.file"].create(
            [
                {"name": name, "note": email, "course_id": self.botany.id}
                for name, email in (
                    ("Child One", "one@example.com"),
                    ("Child Two", "two@example.com"),
                    ("Child Three", "two@example.com"),
                )
            ]
        )
        self.flush()
        students = [self.fed(one, source) for one in files]
        self.assertEqual([s.name for s in students[:2]], ["Child One", "Child Two"])
        self.assertFalse(students[2])
        self.assertIn("Child Two", self.link(files[2]).error)


@tagged("post_install", "-at_install")
class TestAddressesAsSeen(FamilyCase):
    """What cannot be seen is no part of an address, wherever it comes from."""

    WRITTEN = (
        "ada@example.com",
        "\ufeffada@example.com",
        "ada@example.com\u00a0",
        "ada\u00a0@example.com",
        "ada\u202f@example.com",
        "a\u200bd\u200ca\u2060@example.com",
        "ada@exam\u00adple.com",
        "\u202aada@example.com\u202c",
        "ada\u3164@example.com",
        "ada\U000e0101@example.com",
        "ａｄａ＠example．com",
        "mailto:ada@example.com",
        "MailTo: ada@example.com?subject=Hello",
        "\tada@example.com\r\n",
    )

    def test_in_a_form_and_in_an_import(self):
        students = self.env["dokstamp.student"].with_user(self.registrar)
        for written in self.WRITTEN:
            with self.subTest(written=written.encode("unicode_escape")):
                student = students.create({"name": "Ada", "email": written})
                self.assertEqual(student.email, "ada@example.com")
                student.unlink()
                result = students.load(["name", "email"], [["Ada", written]])
                student = students.browse(result["ids"])
                self.assertEqual(student.email, "ada@example.com")
                student.unlink()

    def test_in_a_source(self):
        for written in self.WRITTEN:
            with self.subTest(written=written.encode("unicode_escape")):
                person = self.person(email=written)
                self.membership(person, self.botany)
                self.commit()
                self.assertEqual(self.fed(person).email, "ada@example.com")
                person.unlink()
                self.commit()
                self.env["dokstamp.enrollment"].with_context(active_test=False).search(
                    []
                ).unlink()
                self.env["dokstamp.student"].with_context(active_test=False).search(
                    []
                ).unlink()

    def test_an_address_without_end_gets_a_sentence(self):
        address = "".join(f"{n:x}" for n in range(4000))[:12000] + "@example.com"
        sentence = f"{len(address)} characters; DokStamp takes 254"
        students = self.env["dokstamp.student"].with_user(self.registrar)
        with self.assertRaisesRegex(ValidationError, sentence):
            students.create({"name": "Ada", "email": address})
        student = students.create({"name": "Ada", "email": "ada@example.com"})
        with self.assertRaisesRegex(ValidationError, sentence):
            student.email = address
        person = self.person(email=address)
        self.membership(person, self.botany)
        self.commit()
        self.assertIn(sentence, self.link(person).error)


@tagged("post_install", "-at_install")
class TestContactsThatAreMerged(FamilyCase):
    """Two students of one contact: a person says which one stays."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.first = self.person(name="Ada Example", gender="f")
        cls.second = self.person(
            name="Ada B. Example", email="ada.b@example.com", birth_date=False
        )
        cls.certified = self.membership(cls.second, self.botany, state="finished")
        cls.in_botany = self.membership(cls.first, self.botany)
        cls.in_zoology = self.membership(cls.second, self.zoology)
        self.settle()
        cls.ada, cls.other = self.fed(cls.first), self.fed(cls.second)
        cls.certificate = self.env["dokstamp.certificate"].create(
            {
                "student_id": cls.other.id,
                "course_id": self.fed(self.botany).id,
                "enrollment_id": self.fed(cls.certified).id,
            }
        )
        cls.certificate.state = "issued"
        self.env.flush_all()

    def merge(self):
        contacts = self.first.partner_id | self.second.partner_id
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(contacts.ids, self.first.partner_id)
        self.env.invalidate_all()
        self.flush()
        self.sweep()
        self.flush()

    def test_nothing_is_lost_before_somebody_decides(self):
        self.merge()
        self.assertTrue(self.ada.active)
        self.assertTrue(self.other.active)
        self.assertEqual(self.certificate.student_id, self.other)
        self.assertEqual(self.other.partner_id, self.first.partner_id)
        for student, name in (
            (self.ada, "Ada B. Example"),
            (self.other, "Ada Example"),
        ):
            note = student.with_user(self.registrar).union_note
            self.assertIn(f"has another student too: {name}.", note)

    def test_the_one_that_stays_takes_over_and_the_other_keeps_its_certificate(self):
        self.merge()
        self.ada.with_user(self.registrar).action_this_one_stays()
        self.flush()
        self.sweep()
        self.flush()
        self.assertTrue(self.ada.active)
        self.assertFalse(self.other.active)
        self.assertFalse(self.ada.union_note)
        self.assertEqual(self.certificate.student_id, self.other)
        self.assertEqual(self.certificate.state, "issued")
        self.assertEqual(self.fed(self.in_zoology).student_id, self.ada)
        self.assertEqual(self.fed(self.certified), self.fed(self.in_botany))
        self.assertEqual(self.fed(self.certified).completion_status, "completed")
        for person in (self.first, self.second):
            self.assertEqual(self.fed(person), self.ada)
        self.assertFalse(self.sandbox.requests("DELETE"))

    def test_the_certified_one_may_stay_as_well(self):
        self.merge()
        self.other.with_user(self.registrar).action_this_one_stays()
        self.flush()
        self.assertFalse(self.ada.active)
        self.assertEqual(self.fed(self.first), self.other)
        self.assertEqual(self.other.certificate_ids, self.certificate)

    def test_nobody_else_says_so_and_nobody_twice(self):
        self.merge()
        for user in (self.teacher, self.portal):
            with self.assertRaises(AccessError):
                self.ada.with_user(user).action_this_one_stays()
        self.ada.with_user(self.registrar).action_this_one_stays()
        with self.assertRaisesRegex(UserError, "no other student"):
            self.ada.with_user(self.registrar).action_this_one_stays()

    def test_an_enrollment_that_is_certified_changes_hands_on_a_persons_word(self):
        self.certified.person_id = self.person(name="Eve", email="eve@example.com")
        self.flush()
        enrollment = self.fed(self.certified)
        self.assertEqual(enrollment.student_id, self.other)
        self.assertIn("Nothing changes until", self.link(self.certified).error)
        self.link(self.certified).with_user(self.registrar).action_accept_changes()
        self.assertEqual(enrollment.student_id.name, "Eve")
