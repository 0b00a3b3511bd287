import base64
import io
import zipfile

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.dokstamp_connector.models.certificates import (
    document as document_module,
)

from .common_certificates import CertificateCase

PEOPLE = 4


@tagged("post_install", "-at_install")
class TestIssueRun(CertificateCase):
    """Issued together: counted, paused, resumed, tried again, printed, packed."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.run_ = (
            self.env["dokstamp.issue.run"]
            .with_user(self.registrar)
            .create({"name": "Botany, 2026-11-23"})
        )
        for number in range(PEOPLE):
            student = self.student(
                name=f"Person {number}", email=f"person{number}@example.com"
            )
            enrollment = self.enrollment(
                student_id=student.id,
                course_id=self.botany.id,
                completion_status="completed",
                completed_at="2026-10-01",
            )
            self.draft(
                student_id=student.id,
                enrollment_id=enrollment.id,
                run_id=cls.run_.id,
            )
        self.flush()

    def counts(self):
        run = self.run_
        return {
            "drafts": run.draft_count,
            "open": run.open_count,
            "issued": run.issued_count,
            "failed": run.failed_count,
        }

    def without_documents(self):
        """As right after the wizard: the documents are still to be made."""
        self.run_.certificate_ids.pdf = False

    def make_documents(self):
        self.run_cron("dokstamp_connector.ir_cron_documents")

    def test_it_counts_what_became_of_its_certificates(self):
        self.assertEqual(self.run_.state, "prepared")
        self.run_.certificate_ids.action_issue()
        self.assertEqual(self.run_.state, "running")
        self.assertEqual(
            self.counts(), {"drafts": 0, "open": PEOPLE, "issued": 0, "failed": 0}
        )
        self.sandbox.fault(
            "POST",
            "/certificates",
            times=1,
            status=422,
            json={"message": "Invalid.", "errors": {"file_uuid": ["Used."]}},
        )
        self.flush()
        self.assertEqual(
            self.counts(),
            {"drafts": 0, "open": 0, "issued": PEOPLE - 1, "failed": 1},
        )
        self.assertEqual(self.run_.progress, 100)
        self.assertEqual(self.run_.state, "done")

    def test_a_paused_run_makes_no_document_and_goes_on_when_it_is_resumed(self):
        self.without_documents()
        self.run_.certificate_ids.action_issue()
        self.run_.action_pause()
        self.make_documents()
        self.flush()
        self.assertEqual(self.run_.state, "paused")
        self.assertFalse(self.sandbox.requests("POST", "/files"))
        with self.capture_triggers("dokstamp_connector.ir_cron_documents") as woken:
            self.run_.action_resume()
        self.assertTrue(woken.records)
        self.make_documents()
        self.flush()
        self.assertEqual(self.run_.issued_count, PEOPLE)

    def test_a_paused_run_sends_nothing_although_its_documents_are_there(self):
        self.run_.certificate_ids.action_issue()
        self.run_.action_pause()
        self.flush()
        self.assertEqual(self.run_.state, "paused")
        self.assertFalse(self.requests())
        self.run_.action_resume()
        self.flush()
        self.assertEqual(self.run_.issued_count, PEOPLE)

    def test_pausing_after_a_lost_answer_doubles_nothing(self):
        self.sandbox.fault("POST", "/certificates", drop="after")
        self.run_.certificate_ids[0].action_issue()
        self.flush()
        self.run_.action_pause()
        self.make_due()
        self.flush()
        self.run_.action_resume()
        self.flush()
        self.assertEqual(self.run_.issued_count, 1)
        self.assertEqual(len(self.live()), 1)

    def test_one_that_fails_holds_up_no_other_and_says_what_to_do(self):
        self.botany.certificate_document = "upload"
        self.without_documents()
        uploaded, *rest = self.run_.certificate_ids
        uploaded.pdf = base64.b64encode(b"%PDF-1.4 signed by hand")
        self.run_.certificate_ids.action_issue()
        self.make_documents()
        self.flush()
        self.assertEqual(uploaded.state, "issued")
        self.assertEqual({one.state for one in rest}, {"failed"})
        self.assertIn("add the PDF", rest[0].failure_message)

    def test_retrying_sends_what_is_mended_and_names_what_is_not(self):
        first, second, *_rest = self.run_.certificate_ids
        self.run_.certificate_ids.sudo().write({"state": "failed"})
        second.student_id.date_of_birth = False
        self.run_.action_retry_failed()
        self.assertEqual(first.state, "queued")
        self.assertEqual(second.state, "failed")
        self.assertIn("No date of birth", second.failure_message)

    def test_there_is_nothing_to_retry_where_nothing_failed(self):
        with self.assertRaisesRegex(UserError, "Nothing failed"):
            self.run_.action_retry_failed()

    def test_its_user_hears_of_each_answer_and_of_each_document_that_fails(self):
        self.botany.certificate_document = "upload"
        self.without_documents()
        certificate = self.run_.certificate_ids[0]
        certificate.action_issue()
        self.env.cr.precommit.data.pop("bus.bus.values", None)
        with self.enter_registry_test_mode():
            self.env.ref("dokstamp_connector.ir_cron_documents").method_direct_trigger()
        told = self.env["bus.bus"].search([], order="id desc", limit=5)
        channel = f'"res.partner",{self.registrar.partner_id.id}'
        self.assertTrue(
            [
                one
                for one in told
                if channel in one.channel.replace(" ", "")
                and f'["dokstamp.certificate",{certificate.id}]'
                in one.message.replace(" ", "")
            ]
        )

    def test_the_queue_rows_of_documents_are_those_of_whoever_issued(self):
        self.without_documents()
        self.run_.certificate_ids.action_issue()
        self.make_documents()
        self.flush()
        rows = self.rows_of(self.run_.certificate_ids[0])
        self.assertEqual(rows.user_id, self.registrar)
        entry = self.env["dokstamp.register.entry"].search(
            [("certificate_id", "=", self.run_.certificate_ids[0].id)]
        )
        self.assertEqual(entry.user_id, self.registrar)

    def test_the_outcome_prints_every_name_with_the_link_or_the_reason(self):
        first, *others = self.run_.certificate_ids
        first.sudo().write({"state": "failed", "failure_message": "Mend the grade."})
        self.env["dokstamp.certificate"].browse([o.id for o in others]).with_user(
            self.registrar
        ).action_issue()
        self.flush()
        report = self.env["ir.actions.report"].with_user(self.registrar)
        html, _type = report._render_qweb_html(
            "dokstamp_connector.issue_run_document", self.run_.ids
        )
        text = html.decode()
        for certificate in self.run_.certificate_ids:
            self.assertIn(certificate.student_id.name, text)
        self.assertIn("Mend the grade.", text)
        self.assertIn(others[0].verification_url, text)

    def entered(self):
        """The numbers of the run's certificates in the order of the book."""
        entries = self.env["dokstamp.register.entry"].search([], order="entry_number")
        return entries.mapped("certificate_number")

    def test_the_register_has_its_numbers_in_order_however_the_answers_come(self):
        self.sandbox.fault("POST", "/files", times=1, delay=1.5)
        self.run_.certificate_ids.action_issue()
        self.flush()
        numbers = self.run_.certificate_ids.mapped("number")
        self.assertEqual(self.run_.issued_count, PEOPLE)
        self.assertEqual(self.entered(), sorted(numbers))

    def test_the_register_is_complete_although_an_earlier_number_is_still_to_come(self):
        self.sandbox.fault("POST", "/files", times=1, status=503, json={})
        self.run_.certificate_ids.action_issue()
        self.flush()
        issued = self.run_.certificate_ids.filtered(lambda c: c.state == "issued")
        self.assertTrue(issued)
        self.assertEqual(self.entered(), sorted(issued.mapped("number")))
        self.make_due()
        self.flush()
        self.assertEqual(len(set(self.entered())), PEOPLE)
        self.assertEqual(len(self.entered()), PEOPLE)

    def test_the_register_prints_a_book_per_institution_and_year(self):
        self.run_.certificate_ids.action_issue()
        self.flush()
        entries = self.env["dokstamp.register.entry"].search([])
        pages = entries._pages_of_books()
        numbers = [
            entry.entry_number
            for page in pages
            if page["institution"] == self.institution
            for entry in page["entries"]
        ]
        self.assertEqual(numbers, list(range(1, PEOPLE + 1)))
        html, _type = (
            self.env["ir.actions.report"]
            .with_user(self.registrar)
            ._render_qweb_html("dokstamp_connector.register_document", entries.ids)
        )
        self.assertIn("Person 3", html.decode())

    def test_both_lists_print_as_one_pdf_whatever_the_number_of_lines(self):
        self.run_.certificate_ids.action_issue()
        self.flush()
        entries = self.env["dokstamp.register.entry"].search([])
        for name, records in (
            ("register_report", entries),
            ("issue_run_report", self.run_),
        ):
            # Odoo's tests get HTML otherwise
            report = self.env["ir.actions.report"].with_context(
                force_report_rendering=True
            )
            content, kind = report.with_user(self.registrar)._render_qweb_pdf(
                f"dokstamp_connector.{name}", records.ids
            )
            self.assertEqual(kind, "pdf")
            self.assertTrue(content.startswith(b"%PDF"), name)

    def test_an_ordinary_user_sees_no_run(self):
        clerk = new_test_user(self.env, login="clerk@example.com")
        with self.assertRaises(AccessError):
            self.run_.with_user(clerk).action_pause()


@tagged("post_install", "-at_install")
class TestCertificateArchive(CertificateCase):
    """All documents of a selection as one archive."""

    def names_in(self, archive):
        content = base64.b64decode(archive.content)
        return zipfile.ZipFile(io.BytesIO(content)).namelist()

    def archives(self):
        return self.env["dokstamp.certificate.archive"].with_user(self.registrar)

    def test_few_documents_are_downloaded_at_once_under_number_and_name(self):
        certificate = self.issued()
        action = certificate.action_download_documents()
        self.assertIn("download=true", action["url"])
        archive = self.archives().search([])
        number = certificate.number.replace("/", "-")
        self.assertEqual(self.names_in(archive), [f"{number} Ada Example.pdf"])

    def test_many_documents_are_packed_in_the_background_and_its_user_is_told(self):
        self.patch_limit(0)
        certificate = self.issued()
        certificate.action_download_documents()
        archive = self.archives().search([])
        self.assertEqual(archive.state, "waiting")
        with self.assertRaises(UserError):
            archive.action_download()
        self.run_cron("dokstamp_connector.ir_cron_archives")
        self.assertEqual(archive.state, "ready")
        self.assertEqual(len(self.names_in(archive)), 1)

    def test_an_archive_holds_only_what_its_user_may_read(self):
        self.patch_limit(0)
        certificate = self.issued()
        certificate.action_download_documents()
        archive = self.archives().search([])
        other = self.env["res.company"].create({"name": "Other school"})
        self.env.cr.execute(
            "UPDATE dokstamp_certificate SET company_id = %s WHERE id = %s",
            [other.id, certificate.id],
        )
        self.env.invalidate_all()
        self.run_cron("dokstamp_connector.ir_cron_archives")
        self.assertEqual(self.names_in(archive), [])

    def test_nobody_else_sees_an_archive(self):
        self.issued().action_download_documents()
        self.assertFalse(self.archives().with_user(self.manager).search([]))

    def patch_limit(self, count):
        self.patch(document_module, "AT_ONCE", count)
