from odoo.tests import new_test_user, tagged

from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestSentencesOfTheReader(CertificateCase):
    """What went wrong is kept once, and everybody reads it in their own language."""

    def begin_with(self, cls):
        super().begin_with(cls)
        for code in ("pt_BR", "de_DE"):
            self.env["res.lang"]._activate_lang(code)
        self.env["ir.module.module"]._load_module_terms(
            ["dokstamp_connector"], ["pt_BR", "de_DE"]
        )

    def read_by(self, record, name, lang):
        """A field as a registrar of a language gets it by RPC."""
        login = f"{lang}@example.com"
        reader = self.env["res.users"].search([("login", "=", login)]) or new_test_user(
            self.env,
            login=login,
            groups="dokstamp_connector.group_manager",
            lang=lang,
        )
        own = record.with_user(reader).with_context(lang=lang)
        own.env.invalidate_all()
        ((values),) = own.read([name])
        return values[name]

    def unborn(self):
        student = self.student(
            name="Bob Example", email="bob@example.com", date_of_birth=False
        )
        self.flush()
        return student

    def test_a_failure_of_the_queue_in_english_portuguese_and_german(self):
        student = self.unborn()
        row = self.rows_of(student)[-1]
        for record, name in ((row, "failure_message"), (student, "sync_message")):
            english = self.read_by(record, name, "en_US")
            self.assertEqual(english, "No date of birth: DokStamp needs one.")
            portuguese = self.read_by(record, name, "pt_BR")
            self.assertIn("o DokStamp precisa", portuguese)
            self.assertIn("data de nascimento", portuguese)
            german = self.read_by(record, name, "de_DE")
            self.assertIn("geburtsdatum", german)
            self.assertIn("DokStamp braucht", german)

    def test_what_a_portuguese_school_kept_is_english_for_an_english_registrar(self):
        self.env.company.partner_id.lang = "pt_BR"
        row = self.rows_of(self.unborn())[-1]
        self.assertEqual(
            self.read_by(row, "failure_message", "en_US"),
            "No date of birth: DokStamp needs one.",
        )
        self.assertIn("geburtsdatum", self.read_by(row, "failure_message", "de_DE"))

    def test_what_waits_says_the_reason_in_the_same_language(self):
        student = self.unborn()
        enrollment = self.enrollment(student_id=student.id, course_id=self.botany.id)
        self.flush()
        message = self.read_by(enrollment, "sync_message", "de_DE")
        self.assertIn("Bob Example", message)
        self.assertIn("geburtsdatum", message)

    def test_a_certificate_taken_out_of_the_queue_says_so_in_each_language(self):
        certificate = self.draft()
        certificate.action_issue()
        self.env.cr.flush()
        self.env.cr.precommit.run()
        self.rows_of(certificate).with_user(self.manager).action_cancel()
        told = {
            self.read_by(certificate, "failure_message", code)
            for code in ("en_US", "pt_BR", "de_DE")
        }
        self.assertEqual(len(told), 3, told)

    def test_words_of_dokstamp_and_names_stay_as_they_are(self):
        row = self.rows_of(self.ada)[-1]
        for text in ("The name is taken.", "Open", "Grade: 100 %", "100 %(x)s %"):
            row.failure_message = text
            self.env.flush_all()
            self.assertEqual(self.read_by(row, "failure_message", "de_DE"), text)

    def test_a_language_that_this_addon_does_not_speak_reads_english(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        self.env.company.partner_id.lang = "de_DE"
        row = self.rows_of(self.unborn())[-1]
        self.assertEqual(
            self.read_by(row, "failure_message", "fi_FI"),
            "No date of birth: DokStamp needs one.",
        )
