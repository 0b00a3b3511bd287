from odoo.tests import Form, new_test_user, tagged

from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestHoldForms(CertificateCase):
    """What has to do with certificates can be made in its forms."""

    def office(self, model):
        return self.env[model].with_user(self.registrar)

    def test_a_hold_is_set_on_the_students_own_form(self):
        form = Form(self.ada.with_user(self.registrar))
        with form, form.hold_ids.new() as hold:
            hold.reason = "Library books"
        self.assertTrue(self.ada.is_on_hold)
        self.assertEqual(self.ada.hold_ids.author_id, self.registrar)

    def test_a_hold_is_set_on_the_enrollments_own_form(self):
        form = Form(self.completion.with_user(self.registrar))
        with form, form.hold_ids.new() as hold:
            hold.reason = "Exam is looked at again"
        self.assertTrue(self.completion.is_on_hold)

    def test_a_new_student_is_put_on_hold_at_once(self):
        with Form(self.office("dokstamp.student")) as form:
            form.name = "Grace Example"
            form.email = "grace@example.com"
            with form.hold_ids.new() as hold:
                hold.reason = "Fees"
        self.assertTrue(form.record.is_on_hold)

    def test_a_new_hold_finds_the_people_of_the_company_at_work(self):
        form = Form(self.office("dokstamp.hold"))
        self.assertEqual(form.company_id, self.env.company)
        form.student_id = self.ada
        form.reason = "Fees"
        self.assertEqual(form.save().company_id, self.ada.company_id)

    def test_an_enrollment_is_chosen_for_a_new_hold(self):
        with Form(self.office("dokstamp.hold")) as form:
            form.enrollment_id = self.completion
            form.reason = "Fees"
        self.assertTrue(self.completion.is_on_hold)

    def test_the_students_form_takes_a_change_while_lines_are_at_dokstamp(self):
        with Form(self.ada.with_user(self.registrar)) as form:
            form.name = "Ada Byron"
            with form.enrollment_ids.edit(0) as line:
                line.grade = 7
        self.assertEqual(self.completion.grade, 7)

    def test_a_new_certificate_and_a_signatory_can_be_typed_in(self):
        with Form(self.office("dokstamp.certificate")) as form:
            form.student_id = self.ada
            form.course_id = self.botany
        self.assertEqual(form.record.enrollment_id, self.completion)
        self.assertEqual(form.record.conferral_date, self.completion.completed_at)
        form = Form(self.institution.with_user(self.manager))
        with form, form.signatory_ids.new() as signatory:
            signatory.name = "Head"
        self.assertEqual(self.institution.signatory_ids.name, "Head")

    def test_a_form_of_what_is_issued_opens_for_whoever_may_only_look(self):
        certificate = self.issued()
        clerk = new_test_user(
            self.env,
            login="other-registrar@example.com",
            groups="dokstamp_connector.group_registrar",
        )
        self.assertEqual(Form(certificate.with_user(clerk)).number, certificate.number)
