from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common_rights import RightsCase

FORGED = b"%PDF-1.4 forged"


@tagged("post_install", "-at_install")
class TestCertificateForging(RightsCase):
    """What a registrar may not make of a certificate, by whatever door."""

    def drafts(self):
        return self.env["dokstamp.certificate"].with_user(self.registrar)

    def attachment_of(self, certificate):
        return self.env["ir.attachment"].search(
            [
                ("res_model", "=", certificate._name),
                ("res_id", "=", certificate.id),
                ("res_field", "=", "pdf"),
            ]
        )

    def lost(self):
        certificate = self.draft()
        self.sandbox.fault("POST", "/certificates", drop="after")
        certificate.action_issue()
        self.flush()
        self.rows_of(certificate)[-1]._fail("gave_up", "Gave up.")
        return certificate

    def test_defaults_of_ones_own_do_not_forge_an_issued_certificate(self):
        self.suggest(
            self.registrar,
            "dokstamp.certificate",
            state="issued",
            number="FAKE-1",
            verification_url="https://example.com/forged",
        )
        made = self.drafts().create(
            {"student_id": self.ada.id, "course_id": self.botany.id}
        )
        self.assertEqual(made.state, "draft")
        self.assertFalse(made.number or made.verification_url)

    def test_defaults_of_ones_own_name_no_other_preparer(self):
        self.account.needs_approval = True
        self.suggest(
            self.registrar, "dokstamp.certificate", prepared_by_ids=self.manager.ids
        )
        with self.assertRaisesRegex(UserError, "second person"):
            self.draft().action_issue()

    def test_defaults_of_ones_own_do_not_reach_automatic_drafts(self):
        self.botany.automatic_issue = "draft"
        self.suggest(
            self.registrar,
            "dokstamp.certificate",
            state="issued",
            number="FAKE-1",
            prepared_by_ids=self.manager.ids,
        )
        grace = self.student(name="Grace Example", email="grace@example.com")
        attending = self.enrollment(student_id=grace.id, course_id=self.botany.id)
        attending.with_user(self.registrar).completion_status = "completed"
        self.assertEqual(attending.certificate_ids.state, "draft")
        self.assertEqual(attending.certificate_ids.prepared_by_ids, self.registrar)

    def test_who_changes_the_document_behind_a_draft_has_prepared_it(self):
        self.account.needs_approval = True
        certificate = self.draft().with_user(self.manager)
        document = self.attachment_of(certificate).with_user(self.manager)
        with self.assertRaises(UserError):
            document.write({"raw": FORGED})

    def test_no_second_document_is_slipped_under_an_issued_certificate(self):
        certificate = self.issued()
        attachments = self.env["ir.attachment"].with_user(self.registrar)
        values = {
            "name": "pdf",
            "res_model": certificate._name,
            "res_id": certificate.id,
            "raw": FORGED,
        }
        for slip in (
            lambda: attachments.create({**values, "res_field": "pdf"}),
            lambda: attachments.create(values).write({"res_field": "pdf"}),
        ):
            with self.assertRaises(UserError):
                slip()
            self.env.flush_all()
            self.sign_in(self.registrar)
            path = f"/web/content/dokstamp.certificate/{certificate.id}/pdf"
            self.assertNotEqual(self.url_open(path).content, FORGED)

    def test_the_document_that_was_sent_is_kept_though_the_answer_was_lost(self):
        document = self.attachment_of(self.lost()).with_user(self.registrar)
        with self.assertRaises(UserError):
            document.write({"raw": FORGED})

    def test_the_document_of_a_draft_is_not_taken_away_behind_it(self):
        certificate = self.draft()
        with self.assertRaisesRegex(UserError, "on the certificate itself"):
            self.attachment_of(certificate).with_user(self.registrar).unlink()

    def test_a_certificate_is_with_the_account_of_its_student(self):
        self.account.needs_approval = True
        second = self.env["dokstamp.account"].create(
            {"name": "Second", "base_url": self.sandbox.url, "tenant": "other-school"}
        )
        with self.assertRaises(UserError):
            self.draft(account_id=second.id).action_issue()

    def test_what_changes_after_issue_was_pressed_is_asked_for_again(self):
        run = self.env["dokstamp.issue.run"].with_user(self.registrar)
        run = run.create({"name": "Run"})
        certificate = self.draft(pdf=False, run_id=run.id)
        certificate.action_issue()
        run.action_pause()
        self.ada.with_user(self.registrar).name = "Mallory Example"
        run.action_resume()
        self.run_cron("dokstamp_connector.ir_cron_documents")
        self.assertFalse(certificate.pdf)
        self.assertEqual(certificate.state, "failed")
        self.assertIn("changed after somebody pressed", certificate.failure_message)

    def test_a_hold_on_an_enrollment_stops_a_certificate_that_names_none(self):
        self.env["dokstamp.hold"].create(
            {"enrollment_id": self.completion.id, "reason": "Cheated"}
        )
        with self.assertRaisesRegex(UserError, "Cheated"):
            self.draft(enrollment_id=False).action_issue()

    def test_a_successor_is_the_same_students(self):
        certificate = self.issued()
        certificate.revocation_reason = "Wrong name"
        certificate.action_revoke()
        self.flush()
        self.account.needs_approval = True
        successor = certificate._reissue()
        grace = self.student(name="Grace Example", email="grace@example.com")
        with self.assertRaises(UserError):
            successor.write({"student_id": grace.id, "enrollment_id": False})

    def test_who_started_a_run_and_what_is_in_it_is_not_typed_in(self):
        runs = self.env["dokstamp.issue.run"].with_user(self.registrar)
        certificate = self.issued().with_user(self.registrar)
        with self.assertRaises(AccessError):
            runs.create({"name": "Run", "user_id": self.manager.id})
        self.suggest(self.registrar, "dokstamp.issue.run", user_id=self.manager.id)
        run = runs.create({"name": "Run"})
        self.assertEqual(run.user_id, self.registrar)
        for values in (
            {"user_id": self.manager.id},
            {"name": "Other"},
            {"certificate_ids": [Command.link(certificate.id)]},
        ):
            with self.assertRaises(UserError):
                run.write(values)
        with self.assertRaises(UserError):
            certificate.run_id = run

    def test_a_draft_has_no_public_reason_yet(self):
        with self.assertRaises(UserError):
            self.draft(revocation_reason="A thief")
