from odoo import http
from odoo.tests import HttpCase, new_test_user, tagged

from .common import ElearningCase

PASSWORD = "a-long-password-1"


@tagged("post_install", "-at_install")
class TestTakeover(ElearningCase, HttpCase):
    """Whoever signs up on the website with a student's address gets nothing of theirs.

    Everything that the newcomer does goes over real HTTP.
    """

    def begin_with(self, cls):
        super().begin_with(cls)
        self.env["ir.config_parameter"].set_param("auth_signup.invitation_scope", "b2c")
        self.env["website"].search([]).auth_signup_uninvited = "b2c"

    # === WHAT THE SCHOOL HAS === #

    def typed_student(self):
        """An alumna, typed in by hand years ago."""
        return self.student(name="Ada Example", email="ada@example.com")

    def learner_student(self):
        """A student by the portal contact that attends a course."""
        self.enroll()
        self.env.cr.flush()
        student = self.env["dokstamp.student"].search(
            [("partner_id", "=", self.learner.partner_id.id)]
        )
        student.date_of_birth = "2001-02-03"
        return student

    def diploma(self, student):
        """An issued certificate with a document, as the portal hands it out."""
        certificate = self.env["dokstamp.certificate"].create(
            {
                "student_id": student.id,
                "course_id": self.course(code="ALUMNI").id,
                "pdf": b"JVBERi0xLjQgZGlwbG9tYQ==",
            }
        )
        certificate.write({"state": "issued", "number": f"DIPLOMA-{certificate.id}"})
        self.settle()
        return certificate

    # === WHAT SOMEBODY DOES ON THE WEBSITE === #

    def form(self, path, **values):
        token = http.Request.csrf_token(self)
        return self.url_open(path, data={**values, "csrf_token": token})

    def rpc(self, path, **params):
        return self.url_open(path, json={"jsonrpc": "2.0", "params": params}).json()

    def call(self, model, method, *args, **context):
        answer = self.rpc(
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=args,
            kwargs={"context": context},
        )
        self.env.invalidate_all()
        return answer

    def sign_up(self, login, name="Mallory Example"):
        self.authenticate(None, None)
        self.form(
            "/web/signup",
            login=login,
            name=name,
            password=PASSWORD,
            confirm_password=PASSWORD,
        )
        user = self.env["res.users"].search([("login", "=", login.strip())])
        self.assertTrue(user._is_portal())
        self.authenticate(user.login, PASSWORD)
        return user

    def complete_the_course(self):
        self.rpc("/slides/channel/join", channel_id=self.channel.id)
        for slide in self.slides:
            self.rpc("/slides/slide/set_completed", slide_id=slide.id)
        self.env.invalidate_all()

    def membership_of(self, user):
        return self.env["slide.channel.partner"].search(
            [
                ("partner_id", "=", user.partner_id.id),
                ("channel_id", "=", self.channel.id),
            ]
        )

    def assert_gets_nothing(self, certificate):
        path = f"/my/certificates/{certificate.id}/pdf"
        self.assertEqual(self.url_open(path).status_code, 404)
        self.assertNotIn(certificate.number, self.url_open("/my/certificates").text)

    # === ATTACKS === #

    def test_a_sign_up_with_the_address_of_a_typed_student_gets_no_diploma(self):
        student = self.typed_student()
        certificate = self.diploma(student)
        user = self.sign_up("ada@example.com", name="Ada Example")
        self.complete_the_course()
        self.assertEqual(self.membership_of(user).member_status, "completed")
        self.flush()
        self.sweep()
        self.assertEqual((student.name, student.partner_id.id), ("Ada Example", False))
        self.assertFalse(student.enrollment_ids)
        self.assert_gets_nothing(certificate)
        membership = self.membership_of(user).with_user(self.registrar)
        self.assertEqual(membership.dokstamp_sync_state, "failed")
        self.assertIn("is held back", membership.dokstamp_sync_message)

    def test_nor_with_the_address_of_an_alumnus_whose_contact_is_archived(self):
        student = self.learner_student()
        certificate = self.diploma(student)
        contact = self.learner.partner_id
        self.learner.active = False
        contact.active = False
        self.settle()
        self.sign_up("lea@example.com", name="Lea Learner")
        self.complete_the_course()
        self.flush()
        self.sweep()
        self.assertEqual(student.partner_id, contact)
        self.assert_gets_nothing(certificate)

    def test_nor_with_the_address_of_an_alumnus_whose_contact_is_deleted(self):
        student = self.typed_student()
        student.partner_id = self.env["res.partner"].create({"name": "Ada Example"})
        certificate = self.diploma(student)
        student.partner_id.unlink()
        self.sign_up("ADA@example.com")
        self.complete_the_course()
        self.flush()
        self.assert_gets_nothing(certificate)

    def test_a_sign_up_in_other_letters_completes_nothing_for_the_learner(self):
        student = self.learner_student()
        certificate = self.diploma(student)
        self.sign_up("Lea@Example.COM")
        self.complete_the_course()
        self.flush()
        self.assertEqual(student.enrollment_ids.completion_status, "enrolled")
        self.assertEqual(student.name, "Lea Learner")
        self.assert_gets_nothing(certificate)

    def test_a_portal_user_who_writes_the_address_into_the_own_contact_gets_nothing(
        self,
    ):
        student = self.typed_student()
        certificate = self.diploma(student)
        user = self.sign_up("mallory@example.com")
        self.complete_the_course()
        self.submit_address(user, name="Ada Example", email="ada@example.com")
        self.assertEqual(user.partner_id.email, "ada@example.com")
        self.flush()
        self.sweep()
        self.assertFalse(student.partner_id)
        self.assertFalse(student.enrollment_ids)
        self.assert_gets_nothing(certificate)

    def test_a_student_with_a_certificate_does_not_rename_it_in_the_portal(self):
        student = self.learner_student()
        self.diploma(student)
        self.authenticate(self.learner.login, self.learner.login)
        self.submit_address(self.learner, name="Dr. Lea Rich", email="rich@example.com")
        self.assertEqual(self.learner.partner_id.name, "Dr. Lea Rich")
        self.flush()
        self.sweep()
        self.assertEqual(
            (student.name, student.email), ("Lea Learner", "lea@example.com")
        )
        self.assertFalse(self.sandbox.requests("PATCH", "/students/.*"))
        self.assertIn("Dr. Lea Rich", student.with_user(self.registrar).sync_message)

    def test_nor_in_the_website_profile(self):
        student = self.learner_student()
        self.diploma(student)
        self.authenticate(self.learner.login, self.learner.login)
        profile = {"name": "Dr. Lea Rich", "email": "rich@example.com"}
        self.rpc("/profile/user/save", user_id=self.learner.id, **profile)
        self.env.invalidate_all()
        self.assertEqual(self.learner.partner_id.name, "Dr. Lea Rich")
        self.flush()
        self.sweep()
        self.assertEqual(
            (student.name, student.email), ("Lea Learner", "lea@example.com")
        )

    def test_nor_when_an_officer_enrolls_an_alumna_who_renamed_herself(self):
        student = self.student(name="Lea Learner", email="lea@example.com")
        student.partner_id = self.learner.partner_id
        self.diploma(student)
        self.authenticate(self.learner.login, self.learner.login)
        self.submit_address(self.learner, name="Dr. Lea Rich", email="rich@example.com")
        self.authenticate(self.officer.login, self.officer.login)
        values = {
            "partner_id": self.learner.partner_id.id,
            "channel_id": self.channel.id,
        }
        self.call("slide.channel.partner", "create", [values])
        self.assertTrue(student.enrollment_ids)
        self.assertEqual(
            (student.name, student.email), ("Lea Learner", "lea@example.com")
        )

    def test_what_is_decided_over_rpc_is_what_was_shown(self):
        student = self.typed_student()
        user = self.sign_up("ada@example.com")
        self.complete_the_course()
        claims = self.env["dokstamp.source.link"]
        link = claims.search([("claimed_id", "=", student.id)])
        self.authenticate(self.registrar.login, self.registrar.login)
        press = (link._name, "action_same_person", [link.id])
        refused = self.call(*press, dokstamp_shown="something older")
        self.assertIn("something else by now", str(refused["error"]))
        self.assertIn("result", self.call(*press, dokstamp_shown=link.error))
        self.assertEqual(student.partner_id, user.partner_id)

    # === WHO HAS A RIGHT TO IT === #

    def test_a_registrar_who_knows_the_newcomer_opens_the_portal(self):
        student = self.typed_student()
        certificate = self.diploma(student)
        user = self.sign_up("ada@example.com", name="Ada Example")
        self.complete_the_course()
        link = self.env["dokstamp.source.link"].search(
            [("claimed_id", "=", student.id)]
        )
        link.with_user(self.registrar).action_same_person()
        self.env.flush_all()
        self.assertEqual(student.partner_id, user.partner_id)
        self.assertEqual(student.enrollment_ids.completion_status, "completed")
        path = f"/my/certificates/{certificate.id}/pdf"
        self.assertEqual(self.url_open(path).status_code, 200)

    def test_an_invited_contact_that_a_registrar_linked_sees_the_diploma(self):
        student = self.typed_student()
        certificate = self.diploma(student)
        user = new_test_user(
            self.env, login="invited@example.com", groups="base.group_portal"
        )
        student.with_user(self.registrar).partner_id = user.partner_id
        self.env.flush_all()
        self.authenticate(user.login, user.login)
        path = f"/my/certificates/{certificate.id}/pdf"
        self.assertEqual(self.url_open(path).status_code, 200)

    def submit_address(self, user, **values):
        """`/my/address/submit`, as the portal's own form sends it."""
        country = self.env.ref("base.us")
        contact = user.partner_id
        contact.write({"country_id": country.id})
        self.env.flush_all()
        response = self.form(
            "/my/address/submit",
            partner_id=contact.id,
            address_type="billing",
            phone="+1 555 0100",
            street="1 Example Street",
            city="Exampletown",
            zip="12345",
            country_id=country.id,
            state_id=country.state_ids[0].id,
            required_fields="name,email",
            **values,
        )
        self.env.invalidate_all()
        self.assertIn("redirectUrl", response.text)
