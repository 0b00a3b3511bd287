from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import StudentCase


class ClaimCase(StudentCase):
    """Ada is a student by her own contact; others have her address."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.ada = self.fed(cls.first)

    def claim(self, **values):
        """Another contact with Ada's address, in another course."""
        person = self.person(**{"name": "Mallory Example", **values})
        self.in_zoology = self.membership(person, self.zoology, state="finished")
        self.commit()
        return person

    def certify(self, student):
        """What matters of a certificate here: that there is one."""
        certificate = self.env["dokstamp.certificate"].create(
            {"student_id": student.id, "course_id": self.fed(self.botany).id}
        )
        certificate.state = "issued"
        self.env.flush_all()
        return certificate

    def assert_is_ada(self, student):
        self.assertEqual(
            (student.name, student.email, student.partner_id),
            ("Ada Example", "ada@example.com", self.first.partner_id),
        )


@tagged("post_install", "-at_install")
class TestSourceClaims(ClaimCase):
    """Whoever has a student's address is not that student: a registrar decides."""

    def test_a_record_with_a_known_address_is_held_back_and_says_whose_it_is(self):
        mallory = self.claim()
        self.flush()
        self.assert_is_ada(self.ada)
        link = self.link(mallory)
        self.assertFalse(link.entity_id)
        self.assertEqual(link.claimed_id, self.ada.id)
        self.assertEqual(
            link.error,
            "ada@example.com is the address of Ada Example already. An address alone "
            "does not tell who somebody is: if both are the same person, press Same "
            "person; if not, give this one an address of its own.",
        )
        self.assertEqual(self.sandbox.count("students"), 1)

    def test_its_completion_reaches_nobody_elses_student(self):
        self.claim()
        self.flush()
        self.assertFalse(self.fed(self.in_zoology))
        self.assertIn("is held back", self.link(self.in_zoology).error)
        self.assertEqual(self.sandbox.count("enrollments"), 1)

    def test_letters_that_databases_know_badly_make_no_other_address(self):
        for known, claimed in (
            ("ÉVA", "éva"),
            ("İda", "İda"),
            ("ΣΟΦΟΣ", "ΣΟΦΟΣ"),
            ("ΣΟΦΟΣ", "σοφος"),
            ("Юля", "юля"),
        ):
            with self.subTest(known=known):
                typed = self.student(name="Eva", email=f"{known}@example.com")
                mallory = self.claim(email=f"{claimed}@example.com")
                self.assertEqual(self.link(mallory).claimed_id, typed.id)
                typed.unlink()
                self.commit()

    def test_neither_case_nor_space_nor_what_cannot_be_seen_makes_another_address(self):
        for email in (
            "ADA@Example.com",
            "  ada@example.com ",
            "ada\u200b@example.com",
            "ada@exam\u00adple.com",
            "\u202eada@example.com",
            "ada@example.com\ufe0f",
        ):
            with self.subTest(email=email.encode("unicode_escape")):
                mallory = self.claim(email=email)
                self.assertFalse(self.fed(mallory))
                self.assertEqual(self.link(mallory).claimed_id, self.ada.id)
        self.flush()
        self.assertEqual(self.sandbox.count("students"), 1)

    def test_even_the_same_name_and_birth_date_are_no_proof(self):
        mallory = self.claim(name="Ada Example", birth_date="2001-02-03")
        self.assertFalse(self.fed(mallory))

    def test_a_student_who_was_typed_in_is_nobody_elses(self):
        typed = self.student(name="Cy Example", email="cy@example.com")
        mallory = self.claim(email="cy@example.com")
        self.flush()
        self.assertEqual((typed.name, typed.partner_id.id), ("Cy Example", False))
        self.assertEqual(self.link(mallory).claimed_id, typed.id)

    def test_nobody_inherits_a_student_whose_contact_is_archived(self):
        mallory = self.claim()
        self.first.partner_id.active = False
        self.flush()
        self.sweep()
        self.assertFalse(self.fed(mallory))
        self.assert_is_ada(self.ada)

    def test_nobody_inherits_a_student_whose_contact_is_deleted(self):
        self.certify(self.ada)
        mallory = self.claim()
        self.first.partner_id.unlink()
        self.flush()
        self.sweep()
        self.assertFalse(self.fed(mallory))
        self.assertEqual(self.ada.name, "Ada Example")
        self.assertFalse(self.ada.partner_id)

    def test_nobody_inherits_a_student_who_left_the_source(self):
        self.person_source.domain = "[('gender', '!=', 'm')]"
        self.first.gender = "m"
        self.commit()
        mallory = self.claim()
        self.sweep()
        self.assertFalse(self.fed(mallory))
        self.assert_is_ada(self.ada)

    def test_nobody_inherits_a_student_whose_source_is_switched_off(self):
        self.person_source.active = False
        self.make_source(
            "school.person",
            "student",
            name={"path": "name"},
            email={"path": "email"},
            partner_id={"path": "partner_id"},
        )
        mallory = self.claim()
        self.assertFalse(self.fed(mallory))
        self.assert_is_ada(self.ada)

    def test_of_two_who_come_at_once_one_is_held_back(self):
        persons = self.env["test.dokstamp.school.person"].create(
            [
                {"name": name, "email": "bo@example.com", "birth_date": born}
                for name, born in (("Bo One", "2005-01-01"), ("Bo Two", "2007-01-01"))
            ]
        )
        memberships = [self.membership(person, self.zoology) for person in persons]
        self.flush()
        self.assertEqual(
            self.sandbox.row("students", email="bo@example.com")["name"], "Bo One"
        )
        self.assertFalse(self.fed(persons[1]))
        self.assertEqual(self.link(persons[1]).claimed_id, self.fed(persons[0]).id)
        self.assertFalse(self.fed(memberships[1]))

    def test_a_known_contact_cannot_take_a_students_address(self):
        mallory = self.claim(email="mallory@example.com")
        self.flush()
        student = self.fed(mallory)
        mallory.email = "Ada@example.com"
        self.flush()
        self.assert_is_ada(self.ada)
        self.assertEqual(student.email, "mallory@example.com")
        self.assertIn("belongs to Ada Example already", self.link(mallory).error)

    def test_a_contact_is_one_student_whatever_the_address_is(self):
        self.in_zoology = self.membership(self.first, self.zoology)
        self.first.email = "ada.example@example.com"
        self.flush()
        self.assertEqual(self.sandbox.count("students"), 1)
        self.assertEqual(self.fed(self.in_zoology).student_id, self.ada)
        self.assertEqual(self.ada.email, "ada.example@example.com")

    def test_a_contact_whom_a_registrar_linked_is_that_student(self):
        person = self.person(name="Cy Example", email="cy@work.example.com")
        typed = self.student(
            name="Cy Example", email="cy@example.com", partner_id=person.partner_id.id
        )
        self.membership(person, self.zoology)
        self.flush()
        self.assertEqual(self.fed(person), typed)
        self.assertEqual(typed.email, "cy@work.example.com")

    def test_a_record_whose_contact_becomes_another_one_takes_no_student_along(self):
        self.certify(self.ada)
        stranger = self.env["res.partner"].create(
            {"name": "Mallory", "email": "ada@example.com"}
        )
        contact = self.first.partner_id
        self.first.partner_id = stranger
        self.flush()
        self.sweep()
        self.assertEqual(self.ada.partner_id, contact)
        self.assertEqual(self.ada.name, "Ada Example")
        self.assertEqual(self.link(self.first).claimed_id, self.ada.id)

    def test_who_gets_an_address_of_the_own_becomes_a_student_of_the_own(self):
        mallory = self.claim()
        mallory.email = "mallory@example.com"
        self.flush()
        remote = self.sandbox.row("students", email="mallory@example.com")
        self.assertEqual(remote["name"], "Mallory Example")
        self.assertEqual(self.fed(self.in_zoology).student_id, self.fed(mallory))
        link = self.link(mallory)
        self.assertFalse(link.error)
        self.assertFalse(link.claimed_id)


@tagged("post_install", "-at_install")
class TestSamePerson(ClaimCase):
    """The word is a registrar's."""

    def test_it_sends_the_enrollments_to_that_student(self):
        mallory = self.claim()
        self.say_same_person(mallory)
        self.flush()
        self.assertEqual(self.fed(mallory), self.ada)
        self.assertEqual(self.fed(self.in_zoology).student_id, self.ada)
        self.assertEqual(self.sandbox.count("enrollments"), 2)
        self.assertEqual(self.link(mallory).confirmed_by_id, self.registrar)

    def test_it_leaves_the_student_with_the_living_contact(self):
        mallory = self.claim()
        self.say_same_person(mallory)
        self.flush()
        self.assert_is_ada(self.ada)

    def test_it_gives_the_student_a_contact_where_the_old_one_is_gone(self):
        self.certify(self.ada)
        self.first.partner_id.active = False
        self.commit()
        mallory = self.claim(name="Ada Married", birth_date="1999-09-09")
        self.say_same_person(mallory)
        self.assertEqual(self.ada.partner_id, mallory.partner_id)
        self.assertTrue(self.ada.active)

    def test_what_else_that_one_says_of_a_certified_student_is_shown_first(self):
        self.certify(self.ada)
        self.first.partner_id.active = False
        self.commit()
        mallory = self.claim(name="Ada Married", birth_date="1999-09-09")
        self.say_same_person(mallory)
        self.assertEqual(
            (self.ada.name, str(self.ada.date_of_birth)), ("Ada Example", "2001-02-03")
        )
        link = self.link(mallory)
        self.assertIn("Name: Ada Example → Ada Married", link.error)
        link.with_user(self.registrar).action_accept_changes()
        self.assertEqual(
            (self.ada.name, str(self.ada.date_of_birth)), ("Ada Married", "1999-09-09")
        )

    def test_it_is_said_of_the_student_that_was_shown(self):
        bob = self.student(name="Bob Example", email="bob@example.com")
        mallory = self.claim()
        link = self.link(mallory).with_user(self.registrar)
        shown = link.with_context(dokstamp_shown=link.error)
        mallory.email = "bob@example.com"
        self.commit()
        self.assertEqual(link.claimed_id, bob.id)
        with self.assertRaisesRegex(UserError, "something else by now"):
            shown.action_same_person()
        self.assertFalse(self.fed(mallory))

    def test_it_is_said_of_nobody_else_when_that_student_is_deleted(self):
        bob = self.student(name="Bob Example", email="bob@example.com")
        cy = self.student(name="Cy Example", email="cy@example.com")
        mallory = self.claim(email="cy@example.com")
        self.say_same_person(mallory)
        cy.enrollment_ids.unlink()
        cy.unlink()
        mallory.email = "bob@example.com"
        self.commit()
        mallory.name = "Bobby Example"
        self.commit()
        self.sweep()
        self.assertFalse(self.fed(mallory))
        self.assertEqual(self.link(mallory).claimed_id, bob.id)
        self.assertEqual(bob.name, "Bob Example")

    def test_it_holds_though_the_record_cannot_be_read_at_the_moment(self):
        mallory = self.claim()
        self.line(self.person_source, "name").write(
            {"method": "text", "text": "{partner_id.comment}"}
        )
        self.say_same_person(mallory)
        self.assertEqual(self.fed(mallory), self.ada)

    def test_it_cannot_be_said_of_a_record_that_left_its_source(self):
        self.person_source.domain = "[('gender', '!=', 'm')]"
        mallory = self.claim()
        mallory.gender = "m"
        self.commit()
        link = self.link(mallory)
        self.assertFalse(link.is_held)
        self.assertEqual(self.ada.to_decide_count, 0)
        with self.assertRaisesRegex(UserError, "nothing to decide"):
            self.say_same_person(mallory)

    def test_it_can_be_taken_back(self):
        self.certify(self.ada)
        self.first.partner_id.active = False
        self.commit()
        mallory = self.claim()
        self.say_same_person(mallory)
        self.assertEqual(self.ada.partner_id, mallory.partner_id)
        link = self.link(mallory)
        link.with_user(self.registrar).action_another_person()
        self.commit()
        self.assertFalse(self.ada.partner_id)
        self.assertFalse(self.fed(mallory))
        self.assertEqual(link.claimed_id, self.ada.id)
        mallory.email = "mallory@example.com"
        self.flush()
        self.assertEqual(self.fed(mallory).name, "Mallory Example")
        self.assertEqual(self.fed(self.in_zoology).student_id, self.fed(mallory))
        with self.assertRaisesRegex(UserError, "nothing to decide"):
            link.with_user(self.registrar).action_another_person()

    def test_what_is_taken_back_leaves_the_student_with_the_own_contact(self):
        mallory = self.claim()
        self.say_same_person(mallory)
        self.link(mallory).with_user(self.registrar).action_another_person()
        self.flush()
        self.sweep()
        self.assert_is_ada(self.ada)
        self.assertFalse(self.link(self.first).confirmed_by_id)
        self.assertEqual(self.fed(self.first), self.ada)

    def test_nobody_without_the_role_can_take_it_back(self):
        mallory = self.claim()
        self.say_same_person(mallory)
        for user in (self.teacher, self.portal):
            with self.assertRaises(AccessError):
                self.link(mallory).with_user(user).action_another_person()

    def test_it_cannot_be_said_twice(self):
        mallory = self.claim()
        self.say_same_person(mallory)
        with self.assertRaisesRegex(UserError, "nothing to decide"):
            self.say_same_person(mallory)

    def test_it_cannot_be_said_of_a_student_who_is_gone(self):
        typed = self.student(name="Cy Example", email="cy@example.com")
        mallory = self.claim(email="cy@example.com")
        typed.unlink()
        with self.assertRaisesRegex(UserError, "nothing to decide"):
            self.say_same_person(mallory)

    def test_nobody_without_the_role_can_say_it(self):
        link = self.link(self.claim())
        for user in (self.teacher, self.portal):
            with self.assertRaises(AccessError):
                link.with_user(user).action_same_person()

    def test_no_registrar_of_another_company_can_say_it(self):
        link = self.link(self.claim())
        company = self.env["res.company"].create({"name": "Other School"})
        eve = new_test_user(
            self.env,
            login="eve@example.com",
            groups="dokstamp_connector.group_registrar",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        with self.assertRaises(AccessError):
            link.with_user(eve).action_same_person()

    def test_the_student_says_that_records_wait(self):
        self.claim()
        student = self.ada.with_user(self.registrar)
        self.assertEqual(student.to_decide_count, 1)
        action = student.action_view_to_decide()
        waiting = self.env["dokstamp.source.link"].search(action["domain"])
        self.assertEqual(waiting.claimed_name, "Ada Example")
        self.assertTrue(waiting.is_held)
        held = [("is_held", "=", True)]
        self.assertIn(waiting, waiting.with_user(self.registrar).search(held))


@tagged("post_install", "-at_install")
class TestCertifiedIdentity(ClaimCase):
    """Who a student with a certificate is changes on a person's word alone."""

    def begin_with(self, cls):
        super().begin_with(cls)
        self.certify(self.ada)
        cls.learner = new_test_user(
            self.env,
            login="ada-portal@example.com",
            groups="base.group_portal",
            partner_id=self.first.partner_id.id,
        )
        # a test user is given a name and an address of its own
        self.first.partner_id.write({"name": "Ada Example", "email": "ada@example.com"})
        self.settle()
        cls.clerk = new_test_user(
            self.env,
            login="clerk@example.com",
            groups="base.group_user,base.group_partner_manager",
        )

    def write_as(self, user, **values):
        """What a website's form writes: in the user's name, with elevated rights."""
        self.first.partner_id.with_user(user).sudo().write(values)
        self.commit()

    def test_what_people_write_about_themselves_changes_nothing(self):
        for values in ({"name": "Eve Rich"}, {"email": "eve@example.com"}):
            with self.subTest(values):
                self.write_as(self.learner, **values)
                self.flush()
                self.assert_is_ada(self.ada)
                self.assertFalse(self.sandbox.requests())

    def test_nor_in_the_next_sweep_nor_beside_somebody_elses_save(self):
        self.write_as(self.learner, email="eve@example.com")
        self.sweep()
        self.assert_is_ada(self.ada)
        self.write_as(self.clerk, name="Ada Exemplary")
        self.assertEqual(self.ada.name, "Ada Exemplary")
        self.assertEqual(self.ada.email, "ada@example.com")

    def test_nor_when_staff_enrolls_that_contact(self):
        cy = self.person(name="Cy Example", email="cy@example.com")
        typed = self.student(
            name="Cy Example", email="cy@example.com", partner_id=cy.partner_id.id
        )
        self.certify(typed)
        cy.partner_id.with_user(self.learner).sudo().name = "Eve Rich"
        self.commit()
        memberships = self.env["test.dokstamp.school.membership"]
        enrolled = memberships.with_user(self.clerk).sudo()
        # the clerk's own transaction recomputes nothing in the system's name
        enrolled.create(
            {"person_id": cy.id, "course_id": self.zoology.id}
        ).flush_recordset()
        self.commit()
        self.assertEqual(self.fed(cy), typed)
        self.assertEqual(typed.name, "Cy Example")
        self.assertEqual(self.link(cy).held_changes, {"name": "Eve Rich"})

    def test_nor_when_staff_archives_another_record_of_the_student(self):
        mallory = self.claim()
        self.say_same_person(mallory)
        mallory.partner_id.with_user(self.learner).sudo().name = "Eve Rich"
        self.commit()
        self.learner.active = False
        self.commit()
        self.write_as(self.clerk, active=False)
        self.assertEqual(self.ada.name, "Ada Example")
        self.assertIn("Ada Example → Eve Rich", self.link(mallory).error)

    def test_nor_when_a_scheduled_action_in_a_clerks_name_saves_it(self):
        action = self.env["ir.cron"].create(
            {
                "name": "Take over what was left",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "code": f"model.browse({self.first.partner_id.id})"
                ".write({'name': 'Eve Rich'})",
                "user_id": self.clerk.id,
            }
        )
        self.commit()
        with self.enter_registry_test_mode():
            action.method_direct_trigger()
        self.commit()
        self.assertEqual(self.first.partner_id.name, "Eve Rich")
        self.assertEqual(self.ada.name, "Ada Example")

    def test_nor_does_an_employee_whose_contact_the_source_does_not_tell(self):
        self.line(self.person_source, "partner_id").unlink()
        employee = new_test_user(
            self.env, login="employee@example.com", groups="base.group_user"
        )
        person = self.person(partner_id=employee.partner_id.id)
        person.partner_id.write({"name": "Pia", "email": "pia@example.com"})
        self.membership(person, self.zoology)
        self.commit()
        student = self.fed(person)
        self.certify(student)
        employee.with_user(employee).name = "Doctor Pia"
        self.commit()
        self.assertEqual(person.name, "Doctor Pia")
        self.assertEqual(student.name, "Pia")

    def test_nor_when_nobody_was_watching_and_a_clerk_saves_beside_it(self):
        self.person_source.active = False
        self.commit()
        self.write_as(self.learner, email="eve@example.com")
        self.person_source.active = True
        self.commit()
        self.write_as(self.clerk, name="Ada Exemplary")
        self.assertEqual(self.ada.name, "Ada Exemplary")
        self.assertEqual(self.ada.email, "ada@example.com")
        self.assertIn("eve@example.com", self.link(self.first).error)

    def test_nor_through_a_page_that_takes_another_users_name(self):
        self.first.partner_id.with_user(self.learner).sudo().name = "Eve Rich"
        self.first.partner_id.with_user(self.clerk).sudo().email = "eve@example.com"
        self.commit()
        self.assert_is_ada(self.ada)

    def test_a_clerk_does_not_say_who_the_clerk_is(self):
        clerk_person = self.person(partner_id=self.clerk.partner_id.id)
        clerk_person.partner_id.write({"name": "Cleo", "email": "cleo@example.com"})
        self.membership(clerk_person, self.zoology)
        self.commit()
        student = self.fed(clerk_person)
        self.certify(student)
        self.clerk.partner_id.with_user(self.clerk).name = "Doctor Cleo"
        self.commit()
        self.assertEqual(student.name, "Cleo")

    def test_what_staff_writes_arrives(self):
        self.write_as(self.clerk, name="Ada Exemplary")
        self.flush()
        self.assertEqual(self.ada.name, "Ada Exemplary")
        [request] = self.sandbox.requests("PATCH")
        self.assertEqual(request["body"], {"name": "Ada Exemplary"})

    def test_the_student_and_the_list_say_what_waits(self):
        self.write_as(self.learner, name="Eve Rich")
        sentence = (
            "Ada Example has a certificate, and this record says something else now: "
            "Name: Ada Example → Eve Rich. Nothing changes until somebody presses "
            "Accept."
        )
        self.assertEqual(self.link(self.first).error, sentence)
        student = self.ada.with_user(self.registrar)
        self.assertEqual(student.sync_message, sentence)
        domain = student.action_view_to_decide()["domain"]
        self.assertEqual(
            self.env["dokstamp.source.link"].search(domain), self.link(self.first)
        )

    def test_a_registrar_accepts(self):
        self.write_as(self.learner, name="Ada Married", email="married@example.com")
        self.link(self.first).with_user(self.registrar).action_accept_changes()
        self.flush()
        self.assertEqual(
            (self.ada.name, self.ada.email), ("Ada Married", "married@example.com")
        )
        self.assertFalse(self.link(self.first).error)
        self.assertEqual(
            self.sandbox.rows("students")[0]["email"], "married@example.com"
        )

    def test_accepted_is_what_was_shown(self):
        self.write_as(self.learner, name="Ada Married")
        link = self.link(self.first)
        self.first.partner_id.with_user(self.learner).sudo().name = "Eve Rich"
        link.with_user(self.registrar).action_accept_changes()
        self.commit()
        self.assertEqual(self.ada.name, "Ada Married")
        self.assertIn("Ada Married → Eve Rich", link.error)

    def test_what_came_after_it_was_shown_is_not_accepted(self):
        self.write_as(self.learner, name="Ada Married")
        link = self.link(self.first).with_user(self.registrar)
        shown = link.with_context(dokstamp_shown=link.error)
        self.write_as(self.learner, name="Eve Rich")
        with self.assertRaisesRegex(UserError, "something else by now"):
            shown.action_accept_changes()
        self.assertEqual(self.ada.name, "Ada Example")

    def test_what_is_not_shown_is_not_accepted(self):
        self.write_as(self.learner, name="Eve Rich")
        self.person_source.field_ids.create(
            {
                "source_id": self.person_source.id,
                "field_name": "gender",
                "path": "gender",
                "value_ids": [Command.create({"from_value": "f", "to_value": "f"})],
            }
        )
        self.sweep()
        link = self.link(self.first)
        self.assertIn("table of values", link.error)
        with self.assertRaisesRegex(UserError, "nothing to decide"):
            link.with_user(self.registrar).action_accept_changes()
        self.assertEqual(self.ada.name, "Ada Example")

    def test_nothing_is_accepted_of_a_record_that_left_its_source(self):
        self.person_source.domain = "[('gender', '!=', 'm')]"
        self.write_as(self.learner, name="Eve Rich")
        self.first.gender = "m"
        self.commit()
        link = self.link(self.first)
        self.assertFalse(link.is_held)
        with self.assertRaisesRegex(UserError, "nothing to decide"):
            link.with_user(self.registrar).action_accept_changes()
        self.assertEqual(self.ada.name, "Ada Example")

    def test_nothing_is_accepted_of_a_record_that_writes_no_more(self):
        self.say_same_person(self.claim(name="Ada Example"))
        self.write_as(self.learner, name="Eve Rich")
        self.learner.active = False
        self.write_as(self.clerk, active=False)
        link = self.link(self.first)
        self.assertFalse(link.is_held)
        with self.assertRaisesRegex(UserError, "nothing to decide"):
            link.with_user(self.registrar).action_accept_changes()
        self.assertEqual(self.ada.name, "Ada Example")

    def test_nobody_without_the_role_accepts(self):
        self.write_as(self.learner, name="Eve Rich")
        link = self.link(self.first)
        for user in (self.learner, self.clerk):
            with self.assertRaises(AccessError):
                link.with_user(user).action_accept_changes()
        self.assert_is_ada(self.ada)

    def test_what_is_put_right_again_waits_no_more(self):
        self.write_as(self.learner, name="Eve Rich")
        self.write_as(self.learner, name="Ada Example")
        link = self.link(self.first)
        self.assertFalse(link.error)
        self.assertFalse(link.held_changes)
        with self.assertRaisesRegex(UserError, "nothing to decide"):
            link.with_user(self.registrar).action_accept_changes()

    def test_an_address_that_somebody_has_cannot_be_accepted(self):
        self.student(name="Cy Example", email="cy@example.com")
        self.write_as(self.learner, email="cy@example.com")
        with self.assertRaisesRegex(UserError, "belongs to Cy Example already"):
            self.link(self.first).with_user(self.registrar).action_accept_changes()

    def test_other_facts_still_arrive(self):
        self.membership(self.first, self.zoology)
        self.write_as(self.learner, name="Eve Rich")
        self.flush()
        self.assertEqual(self.sandbox.count("enrollments"), 2)

    def test_without_a_certificate_people_may_mend_their_own_name(self):
        self.ada.certificate_ids.sudo().state = "draft"
        self.write_as(self.learner, name="Ada Exemplary")
        self.assertEqual(self.ada.name, "Ada Exemplary")
