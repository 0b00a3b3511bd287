from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestCertificateMeanwhile(CertificateCase):
    """What changes between a registrar's decision and its effect counts."""

    def hold(self):
        return (
            self.env["dokstamp.hold"]
            .with_user(self.registrar)
            .create({"student_id": self.ada.id, "reason": "Fees"})
        )

    def settle(self):
        for _round in range(4):
            self.make_due()
            self.flush()

    # === HOLDS === #

    def test_a_hold_stops_what_is_on_its_way(self):
        certificate = self.draft()
        certificate.action_issue()
        hold = self.hold()
        self.flush()
        self.assertEqual(certificate.state, "failed")
        self.assertIn("Fees", certificate.failure_message)
        self.assertFalse(self.requests("POST", "/files|/certificates"))
        hold.action_lift()
        certificate.action_issue()
        self.flush()
        self.assertEqual(certificate.state, "issued")

    def test_a_hold_set_during_an_outage_stops_what_waits_for_its_end(self):
        self.sandbox.fault("POST", "/certificates", drop="before")
        certificate = self.draft()
        certificate.action_issue()
        self.flush()
        self.assertEqual(certificate.state, "queued")
        self.hold()
        self.settle()
        self.assertEqual(certificate.state, "failed")
        self.assertFalse(self.live())

    def test_a_hold_does_not_hide_what_dokstamp_has_issued(self):
        self.sandbox.fault("POST", "/certificates", drop="after")
        certificate = self.draft()
        certificate.action_issue()
        self.flush()
        self.hold()
        self.settle()
        self.assertEqual(certificate.state, "issued")
        self.assertEqual(len(self.live()), 1)

    # === COMPLETIONS === #

    def test_a_list_left_open_does_not_issue_what_is_no_longer_completed(self):
        wizards = self.env["dokstamp.certificate.issue"].with_user(self.registrar)
        action = wizards._open_for(self.completion)
        wizard = wizards.browse(action["res_id"])
        self.completion.completion_status = "enrolled"
        wizard.confirmed = True
        for press in (wizard.action_issue, wizard.action_prepare_drafts):
            with self.assertRaisesRegex(UserError, "Not completed"):
                press()
        self.assertFalse(self.completion.certificate_ids)

    def automatic(self):
        """An automatic draft of somebody who has just completed."""
        self.botany.automatic_issue = "issue"
        bob = self.student(name="Bob Example", email="bob@example.com")
        enrollment = self.enrollment(student_id=bob.id, course_id=self.botany.id)
        enrollment.write(
            {"completion_status": "completed", "completed_at": fields.Date.today()}
        )
        self.flush()
        enrollment.certificate_ids.sudo().issue_at = "2020-01-01 00:00:00"
        return enrollment.certificate_ids

    def test_switching_off_and_on_again_issues_nothing_from_before(self):
        certificate = self.automatic()
        certificate.enrollment_id.completed_since = "2026-01-01 00:00:00"
        self.botany.automatic_issue = "manual"
        self.botany.automatic_issue = "issue"
        self.run_cron("dokstamp_connector.ir_cron_issue_due")
        self.assertEqual(certificate.state, "draft")
        self.assertIn("switched off", certificate.hindrance)

    def test_nobody_who_was_archived_meanwhile_gets_one_by_itself(self):
        certificate = self.automatic()
        certificate.student_id.active = False
        self.run_cron("dokstamp_connector.ir_cron_issue_due")
        self.assertEqual(certificate.state, "draft")
        self.assertIn("archived", certificate.hindrance)

    # === NUMBERS, INSTITUTIONS === #

    def test_a_schools_own_prefix_names_the_year_of_conferral(self):
        """Two books of numbers would meet in one year else."""
        self.env["ir.sequence"].create(
            {
                "name": "Diplomas",
                "code": "dokstamp.certificate",
                "company_id": self.env.company.id,
                "prefix": "D/%(year)s/",
                "padding": 3,
                "use_date_range": True,
            }
        )
        bob = self.student(name="Bob Example", email="bob@example.com")
        self.completion.completed_at = "2025-12-20"
        late = self.draft()
        new = self.draft(
            conferral_date="2026-01-20", student_id=bob.id, enrollment_id=False
        )
        late.action_issue()
        new.action_issue()
        self.assertEqual(late.number, "D/2025/001")
        self.assertEqual(new.number, "D/2026/001")

    def test_what_is_issued_stays_its_institutions(self):
        certificate = self.issued()
        draft = self.draft(
            student_id=self.student(email="bob@example.com").id, enrollment_id=False
        )
        other = self.institution.copy({"name": "Other School"})
        self.botany.institution_id = other
        self.assertEqual(certificate.institution_id, self.institution)
        self.assertIn("Test+School", certificate._linkedin_url())
        self.assertEqual(draft.institution_id, other)

    def test_a_course_that_is_renamed_renames_no_certificate(self):
        certificate = self.issued()
        self.botany.write({"name": "Zoology", "workload_hours": 12})
        self.assertIn("name=Botany", certificate._linkedin_url())
        card = self.env["ir.qweb"]._render(
            "dokstamp_connector.portal_certificate_card",
            {"certificate": certificate, "shareable": certificate},
        )
        self.assertIn("Botany", card)
        self.assertNotIn("Zoology", card)

    def test_the_register_follows_the_schools_calendar(self):
        self.env.company.partner_id.tz = "America/Sao_Paulo"
        certificate = self.issued()
        self.env["dokstamp.register.entry"]._enter(
            certificate,
            "expired",
            fields.Datetime.to_datetime("2030-01-01 01:30:00"),
            self.registrar,
        )
        entry = self.env["dokstamp.register.entry"].search(
            [("certificate_id", "=", certificate.id), ("event", "=", "expired")]
        )
        self.assertEqual(entry.year, 2029)

    def test_a_course_without_an_institution_is_named_before_anything_is_sent(self):
        certificate = self.draft()
        self.botany.institution_id = False
        with self.assertRaisesRegex(UserError, "no institution"):
            certificate.action_issue()
        self.assertFalse(certificate.number)

    def test_a_sequence_that_is_gone_is_named(self):
        sequences = self.env["ir.sequence"]
        sequences.search([("code", "=", "dokstamp.certificate")]).active = False
        with self.assertRaisesRegex(UserError, "sequence"):
            self.draft().action_issue()
