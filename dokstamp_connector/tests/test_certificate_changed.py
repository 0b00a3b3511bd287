from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestCertificateChanged(CertificateCase):
    """Certificates that no longer say what the registry does, and those that somebody
    leaves as they are.
    """

    def begin_with(self, cls):
        super().begin_with(cls)
        self.botany.shows_grade = True
        self.completion.grade = 8.5
        self.flush()
        cls.certificate = self.issued_by_us()

    def issued_by_us(self, **values):
        """With our own document, made by the scheduled action."""
        certificate = self.draft(pdf=False, **values)
        certificate.action_issue()
        self.run_cron("dokstamp_connector.ir_cron_documents")
        self.flush()
        self.assertEqual(certificate.state, "issued")
        return certificate

    def changed(self):
        found = self.env["dokstamp.certificate"].search([("is_changed", "=", True)])
        self.assertEqual(found, found.filtered("is_changed"))
        others = self.env["dokstamp.certificate"].search([("is_changed", "=", False)])
        self.assertFalse(others.filtered("is_changed"))
        return found

    def keep(self, certificates, reason):
        certificates = certificates.with_user(self.registrar)
        action = certificates.action_leave_as_is()
        wizard = self.env[action["res_model"]].with_user(self.registrar)
        wizard = wizard.browse(action["res_id"])
        wizard.reason = reason
        wizard.action_confirm()

    def test_what_the_document_prints_and_is_another_one_now_is_found(self):
        for record, name, value, words in (
            (self.ada, "name", "Ada Byron", "Name: Ada Example → Ada Byron"),
            (self.ada, "social_name", "Countess", "Ada Example → Countess"),
            (self.botany, "name", "Botany II", "Botany II"),
            (self.botany, "workload_hours", 60, "40 → 60"),
            (self.institution, "name", "Other School", "Other School"),
            (self.completion, "grade", 9.5, "Grade: 8.5 → 9.5"),
            (self.completion, "grade", 0.0, "Grade: 8.5 → 0"),
            (self.completion, "is_graded", False, "Grade: 8.5 → –"),
            (self.completion, "completed_at", "2026-09-30", "2026-09-30"),
        ):
            with self.subTest(name=name, value=value):
                before = record[name]
                record[name] = value
                self.assertEqual(self.changed(), self.certificate)
                self.assertIn(words, self.certificate.change_summary)
                record.write({name: before})
                if name == "is_graded":
                    self.completion.grade = 8.5
                self.assertFalse(self.changed())

    def test_what_no_document_prints_can_be_another_one(self):
        self.ada.write(
            {
                "email": "countess@example.com",
                "date_of_birth": "2001-02-04",
                "gender": "f",
            }
        )
        self.botany.write({"description": "New.", "code": "BOT-2"})
        self.assertFalse(self.changed())

    def test_a_legal_name_behind_a_social_one_is_not_printed(self):
        bob = self.student(
            name="Bob Example", social_name="Bobby", email="bob@example.com"
        )
        certificate = self.issued_by_us(student_id=bob.id, enrollment_id=False)
        bob.name = "Robert Example"
        self.assertFalse(self.changed())
        bob.social_name = False
        self.assertEqual(self.changed(), certificate)

    def test_an_uploaded_document_may_print_whatever_tells_a_person(self):
        zoology = self.course(name="Zoology", code="ZOO")
        certificate = self.issued(course_id=zoology.id, enrollment_id=False)
        self.ada.email = "countess@example.com"
        self.assertFalse(self.changed())
        self.ada.date_of_birth = "2001-02-04"
        self.assertEqual(self.changed(), certificate)

    def test_a_grade_that_is_not_printed_can_be_another_one(self):
        zoology = self.course(name="Zoology", code="ZOO")
        other = self.enrollment(
            student_id=self.ada.id,
            course_id=zoology.id,
            completion_status="completed",
            completed_at="2026-10-02",
            grade=7,
        )
        self.flush()
        self.issued_by_us(course_id=zoology.id, enrollment_id=other.id)
        other.grade = 3
        self.assertFalse(self.changed())

    def test_a_day_that_was_chosen_is_not_the_completions(self):
        zoology = self.course(name="Zoology", code="ZOO")
        other = self.enrollment(
            student_id=self.ada.id,
            course_id=zoology.id,
            completion_status="completed",
            completed_at="2026-10-02",
        )
        self.flush()
        self.issued_by_us(
            course_id=zoology.id, enrollment_id=other.id, conferral_date="2026-11-15"
        )
        other.completed_at = "2026-10-03"
        self.assertFalse(self.changed())

    def test_who_starts_anew_keeps_the_day_of_the_first_completion(self):
        self.completion.write({"completion_status": "enrolled", "completed_at": False})
        self.assertFalse(self.changed())
        self.completion.write(
            {"completion_status": "completed", "completed_at": "2026-11-20"}
        )
        self.assertFalse(self.changed())

    # === LEFT AS IT IS === #

    def test_it_is_left_as_it_is_until_something_else_changes(self):
        self.ada.name = "Ada Byron"
        self.keep(self.certificate, "She married later.")
        self.assertFalse(self.changed())
        self.assertEqual(self.certificate.kept_by_id, self.registrar)
        self.assertEqual(self.certificate.kept_reason, "She married later.")
        self.assertTrue(self.certificate.kept_at)
        self.completion.grade = 9
        self.assertEqual(self.changed(), self.certificate)
        self.assertNotIn("Byron", self.certificate.change_summary)
        self.completion.grade = 8.5
        self.assertFalse(self.changed())
        self.ada.name = "Ada Lovelace"
        self.assertEqual(self.changed(), self.certificate)
        self.ada.name = "Ada Byron"
        self.assertFalse(self.changed())

    def test_a_grade_that_was_let_go_and_comes_again_is_another_one(self):
        self.completion.is_graded = False
        self.keep(self.certificate, "The mark sheet is being redone.")
        self.assertFalse(self.changed())
        self.completion.grade = 6
        self.assertEqual(self.changed(), self.certificate)

    def test_it_can_be_decided_again(self):
        self.ada.name = "Ada Byron"
        self.keep(self.certificate, "She married later.")
        self.certificate.with_user(self.registrar).action_decide_again()
        self.assertEqual(self.changed(), self.certificate)
        self.assertFalse(self.certificate.kept_reason)

    def test_nothing_is_left_without_a_reason_or_where_nothing_changed(self):
        with self.assertRaisesRegex(UserError, "what these certificates say"):
            self.keep(self.certificate, "Why not.")
        self.ada.name = "Ada Byron"
        with self.assertRaisesRegex(UserError, "Say why"):
            self.keep(self.certificate, "  ")
        self.assertEqual(self.changed(), self.certificate)

    def test_the_decision_is_not_typed_in(self):
        for values in ({"kept_reason": "x"}, {"kept_values": {"name": "x"}}):
            with self.assertRaises(UserError):
                self.certificate.with_user(self.registrar).write(values)
