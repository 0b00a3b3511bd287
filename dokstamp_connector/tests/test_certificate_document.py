import io
import subprocess
from datetime import timedelta
from unittest.mock import patch

from lxml import etree

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools.pdf import PdfFileReader

from .common import DokstampCase

DOCUMENT_LOG = "odoo.addons.dokstamp_connector.models.certificates.document"
LONG_NAME = (
    "María de los Ángeles Fernández-Villaverde y Rodríguez de la Concepción "
    "Montenegro Echeverría Ibarguengoitia Santamaría del Río"
)


def text_of(document):
    """What somebody who searches or listens to the PDF finds in it, on one line."""
    command = ["pdftotext", "-layout", "-", "-"]
    text = subprocess.run(command, input=document, capture_output=True, check=True)
    return " ".join(text.stdout.decode().split())


def reader_of(document):
    return PdfFileReader(io.BytesIO(document))


class DocumentCase(DokstampCase):
    """A completed course, and certificates of it that wkhtmltopdf really prints."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.botany = self.course(workload_hours=40)

    def certificate(self, number=None, course=None, **student):
        """A certificate with its own student; a draft unless it has a number."""
        course = course or self.botany
        count = self.env["dokstamp.student"].search_count([])
        student = self.student(**{"email": f"student{count}@example.com", **student})
        enrollment = self.enrollment(
            student_id=student.id,
            course_id=course.id,
            completion_status="completed",
            grade=9.5,
        )
        certificate = self.env["dokstamp.certificate"].create(
            {
                "student_id": student.id,
                "course_id": course.id,
                "enrollment_id": enrollment.id,
                "conferral_date": "2026-09-01",
            }
        )
        if number:
            certificate.write(
                {
                    "number": number,
                    "state": "queued",
                    "certified_values": certificate._current_values(),
                }
            )
        return certificate

    def report(self, model, body):
        """A report of somebody else's: one paragraph a record."""
        view = self.env["ir.ui.view"].create(
            {
                "name": "Somebody's report",
                "type": "qweb",
                "key": f"dokstamp_connector.somebodys_{model.replace('.', '_')}",
                "arch": "<t><main><p t-foreach='docs' t-as='doc'>%s</p></main></t>"
                % body,
            }
        )
        return self.env["ir.actions.report"].create(
            {
                "name": "Somebody's report",
                "model": model,
                "report_type": "qweb-pdf",
                "report_name": view.key,
            }
        )

    def reported_course(self, report):
        return self.course(
            code="REP-1",
            certificate_document="report",
            certificate_report_id=report.id,
        )

    def make_documents(self):
        self.run_cron("dokstamp_connector.ir_cron_documents")


@tagged("post_install", "-at_install")
class TestCertificatePage(DocumentCase):
    """Our own page: what stands on it."""

    def test_it_names_student_course_date_hours_number_and_check_link(self):
        certificate = self.certificate("CERT/2026/00007")
        document = certificate._render_document()
        text = text_of(document)
        for expected in (
            "Test School".upper(),
            "This certifies that Ada Example has successfully completed Botany",
            "40 hours",
            "Conferred on September 1, 2026",
            "Certificate CERT/2026/00007",
            certificate.check_url,
        ):
            self.assertIn(expected, text)
        self.assertEqual(
            reader_of(document).metadata.title, "CERT/2026/00007 Ada Example"
        )

    def test_the_grade_prints_only_where_the_course_shows_it(self):
        certificate = self.certificate("CERT/2026/00007")
        self.assertNotIn("9.5", text_of(certificate._render_document()))
        self.botany.shows_grade = True
        self.assertIn("Grade: 9.50", text_of(certificate._render_document()))
        certificate.enrollment_id.write({"grade": 0, "is_graded": False})
        self.assertNotIn("Grade", text_of(certificate._render_document()))

    def test_it_is_one_landscape_page_even_with_very_long_names(self):
        self.env["dokstamp.signatory"].create(
            [
                {
                    "institution_id": self.institution.id,
                    "name": f"Professor Maximiliana {name} von Hohenstein-Waldenburg",
                    "title": "Head of the Department of Botany and Plant Sciences",
                }
                for name in ("Prima", "Secunda", "Tertia", "Quarta", "Quinta")
            ]
        )
        self.botany.name = "Advanced Studies in Landscape Architecture, " * 5
        for name in (LONG_NAME, "W" * 120, "山" * 120):
            document = self.certificate(name, name=name)._render_document()
            [page] = reader_of(document).pages
            self.assertGreater(page.mediabox.width, page.mediabox.height)
        text = text_of(self.certificate("X", name=LONG_NAME)._render_document())
        for word in (*LONG_NAME.split(), "Quarta"):
            self.assertIn(word, text)
        self.assertNotIn("Quinta", text)

    def test_the_social_name_prints_instead_of_the_legal_name(self):
        certificate = self.certificate("X", name="Ada Legal", social_name="Robin Own")
        text = text_of(certificate._render_document())
        self.assertIn("Robin Own", text)
        self.assertNotIn("Legal", text)

    def test_it_speaks_the_students_language(self):
        self.env["res.lang"]._activate_lang("es_ES")
        self.env.ref("dokstamp_connector.certificate_page").update_field_translations(
            "arch_db", {"es_ES": {"This certifies that": "Se certifica que"}}
        )
        partner = self.env["res.partner"].create({"name": "Ada", "lang": "es_ES"})
        certificates = self.certificate("X", partner_id=partner.id) | self.certificate(
            "Y", name="Grace Example"
        )
        spanish, english = map(text_of, certificates._print_own())
        self.assertIn("Se certifica que Ada Example", spanish)
        self.assertIn("1 de septiembre de 2026", spanish)
        self.assertIn("This certifies that Grace Example", english)
        self.assertIn("September 1, 2026", english)

    def test_many_printed_at_once_hold_one_person_each(self):
        names = ["Ada Example", "Grace Example", "Alan Example"]
        certificates = self.env["dokstamp.certificate"]
        for number, name in enumerate(names):
            certificates |= self.certificate(f"N{number}", name=name)
        for name, document in zip(names, certificates._print_own(), strict=True):
            text = text_of(document)
            self.assertIn(name, text)
            self.assertEqual(text.count("Example"), 1)
            self.assertEqual(len(reader_of(document).pages), 1)

    def test_two_certificates_never_have_the_same_bytes(self):
        first = self.certificate("N1")
        second = first.copy({"state": "draft"})
        documents = {*(first | second)._print_own(), first._render_document()}
        self.assertEqual(len(documents), 3)


@tagged("post_install", "-at_install")
class TestCertificatePreview(DocumentCase):
    """A preview shows the page and keeps nothing."""

    def test_a_draft_prints_a_clear_mark_instead_of_a_number(self):
        text = text_of(self.certificate()._render_document())
        self.assertIn("Preview, not valid", text)
        self.assertNotIn("/dokstamp/check/", text)
        numbered = self.certificate("N1", name="Grace Example")
        self.assertNotIn("Preview", text_of(numbered._render_document()))

    def test_what_is_not_saved_yet_can_be_previewed_and_stays_unsaved(self):
        draft = self.certificate()
        values = {
            "student_id": draft.student_id.id,
            "course_id": draft.course_id.id,
            "enrollment_id": draft.enrollment_id.id,
            "conferral_date": "2026-09-01",
            "company_id": draft.company_id.id,
        }
        draft.unlink()
        certificates = self.env["dokstamp.certificate"].with_user(self.registrar)
        action = certificates.new(values)._preview()
        attachment = self.env["ir.attachment"].browse(
            int(action["url"].rpartition("/")[2])
        )
        self.assertIn("Ada Example", text_of(attachment.raw))
        domain = [("student_id", "=", values["student_id"])]
        self.assertFalse(certificates.search(domain))

    def test_previews_are_gone_after_a_day(self):
        self.certificate()._preview()
        domain = [("res_model", "=", "dokstamp.certificate.issue")]
        certificates = self.env["dokstamp.certificate"]
        certificates._gc_previews()
        preview = self.env["ir.attachment"].search(domain)
        self.assertEqual(len(preview), 1)
        later = fields.Datetime.now() + timedelta(days=2)
        with patch.object(fields.Datetime, "now", return_value=later):
            certificates._gc_previews()
        self.assertFalse(preview.exists())

    def test_printing_gives_the_document_that_was_kept(self):
        certificate = self.certificate("N1")
        self.make_documents()
        self.assertTrue(certificate.pdf)
        kept = certificate._document()
        certificate.student_id.name = "Renamed Example"
        self.assertEqual(self.printed(certificate), kept)

    def test_printing_several_gives_one_page_each(self):
        certificates = self.certificate("N1") | self.certificate(name="Grace Example")
        text = text_of(self.printed(certificates))
        self.assertLess(text.index("Ada Example"), text.index("Grace Example"))

    def printed(self, certificates):
        """What the Print menu gives."""
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        return report._render_qweb_pdf(
            "dokstamp_connector.certificate_report", certificates.ids
        )[0]


@tagged("post_install", "-at_install")
class TestCertificateWays(DocumentCase):
    """Our own page, another report, or an upload: by course, else by account."""

    def test_the_courses_way_overrides_the_accounts(self):
        certificate = self.certificate("N1")
        self.account.certificate_document = "upload"
        with self.assertRaisesRegex(UserError, "are uploaded: add the PDF"):
            certificate._render_document()
        self.botany.certificate_document = "own"
        self.assertIn("Botany", text_of(certificate._render_document()))

    def test_an_uploaded_certificate_without_document_fails_and_says_what_to_do(self):
        self.botany.certificate_document = "upload"
        certificate = self.certificate("N1")
        self.make_documents()
        self.assertEqual(certificate.state, "failed")
        self.assertIn("add the PDF", certificate.failure_message)

    def test_another_report_prints_the_record_that_the_certificate_leads_to(self):
        partner = self.env["res.partner"].create({"name": "Contact of Ada"})
        cases = {
            "res.partner": ("Diploma: <t t-out='doc.name'/>", "Contact of Ada"),
            "dokstamp.student": ("Diploma: <t t-out='doc.email'/>", "ada@example.com"),
            "dokstamp.certificate": ("Diploma: <t t-out='doc.number'/>", "N1"),
        }
        certificate = self.certificate(
            "N1", email="ada@example.com", partner_id=partner.id
        )
        for model, (body, expected) in cases.items():
            self.botany.write(
                {
                    "certificate_document": "report",
                    "certificate_report_id": self.report(model, body).id,
                }
            )
            text = text_of(certificate._render_document())
            self.assertEqual(text, f"Diploma: {expected}")

    def test_another_report_prints_the_school_apps_record(self):
        currency = self.env.ref("base.EUR")
        report = self.report("res.currency", "Paid in <t t-out='doc.name'/>")
        certificate = self.certificate("N1", course=self.reported_course(report))
        with self.assertRaisesRegex(UserError, "this certificate leads to none"):
            certificate._render_document()
        source = self.env["dokstamp.source"].create(
            {
                "name": "Currencies",
                "model_id": self.env["ir.model"]._get_id(currency._name),
                "entity": "dokstamp.enrollment",
                "trigger": "on_demand",
                "field_ids": [
                    Command.create({"field_name": name, "method": "fixed"})
                    for name in ("student_id", "course_id")
                ],
                "active": True,
            }
        )
        self.env["dokstamp.source.link"].create(
            {
                "source_id": source.id,
                "res_model": currency._name,
                "res_id": currency.id,
                "entity_model": "dokstamp.enrollment",
                "entity_id": certificate.enrollment_id.id,
            }
        )
        self.assertEqual(text_of(certificate._render_document()), "Paid in EUR")

    def test_a_report_prints_what_whoever_chose_it_may_read(self):
        """Whoever previews it, and whoever makes the documents."""
        bodies = {
            "a secret": "<t t-out='doc.account_id.stored_client_secret'/>",
            "another model": "<t t-out='doc.env[\"ir.config_parameter\"].search([])'/>",
        }
        report = self.report("dokstamp.certificate", "-")
        view = self.env["ir.ui.view"].search([("key", "=", report.report_name)])
        certificate = self.certificate("N1")
        draft = self.certificate(name="Grace Example")
        choice = {"certificate_document": "report", "certificate_report_id": report.id}
        for what, body in bodies.items():
            view.arch = f"<t><p t-foreach='docs' t-as='doc'>{body}</p></t>"
            for place in (self.botany, self.account):
                user = self.registrar if place == self.botany else self.manager
                self.botany.certificate_document = False
                place.with_user(user).write(choice)
                with self.subTest(what, place=place._name):
                    self.assertEqual(place.report_chosen_by_id, user)
                    for presser in (self.registrar, self.manager):
                        with self.assertRaisesRegex(AccessError, "may not read"):
                            draft.with_user(presser).action_preview()
                    with self.assertRaisesRegex(AccessError, "may not read"):
                        certificate._render_document()
        # chosen by an addon, of which nobody knows what they may read
        self.botany.write(choice)
        with self.assertRaisesRegex(AccessError, "may not read"):
            draft.with_user(self.registrar).action_preview()

    def test_a_report_that_an_administrator_chose_is_previewed_by_registrars(self):
        administrator = new_test_user(
            self.env,
            login="reports@example.com",
            groups="base.group_system,dokstamp_connector.group_manager",
        )
        body = "Of <t t-out='doc.env[\"ir.config_parameter\"].search_count([])'/>"
        report = self.report("dokstamp.certificate", body)
        self.botany.with_user(administrator).write(
            {"certificate_document": "report", "certificate_report_id": report.id}
        )
        draft = self.certificate().with_user(self.registrar)
        action = draft.action_preview()
        attachment = int(action["url"].rpartition("/")[2])
        text = text_of(self.env["ir.attachment"].browse(attachment).raw)
        self.assertRegex(text, r"^Of \d+$")
        self.botany.report_chosen_by_id = False  # as after that user was deleted
        with self.assertRaisesRegex(AccessError, "Choose it again"):
            draft.action_preview()

    def test_another_report_never_gives_the_same_bytes_twice(self):
        report = self.report("dokstamp.course", "A diploma")
        course = self.reported_course(report)
        documents = [
            self.certificate(f"N{number}", course=course)._render_document()
            for number in range(2)
        ]
        self.assertNotEqual(*documents)

    def test_another_report_needs_a_saved_certificate_to_print_it(self):
        report = self.report("dokstamp.certificate", "A diploma")
        draft = self.certificate(course=self.reported_course(report))
        unsaved = draft.new({"student_id": draft.student_id.id})
        unsaved.course_id = draft.course_id
        with self.assertRaisesRegex(UserError, "prepare the draft first"):
            unsaved._preview()

    def test_our_own_report_chosen_as_another_one_is_our_own_way(self):
        own = self.env.ref("dokstamp_connector.certificate_report")
        certificate = self.certificate("N1", course=self.reported_course(own))
        self.assertIn("Botany", text_of(certificate._render_document()))


@tagged("post_install", "-at_install")
class TestMakeDocuments(DocumentCase):
    """The scheduled action for documents."""

    def test_it_makes_and_queues_what_has_no_document(self):
        certificates = self.certificate("N1") | self.certificate(
            "N2", name="Grace Example"
        )
        draft = self.certificate(name="Alan Example")
        self.make_documents()
        self.assertFalse(draft.pdf)
        for certificate in certificates:
            self.assertIn(certificate.number, text_of(certificate._document()))
            self.assertEqual(self.rows_of(certificate).mapped("operation"), ["issue"])

    def test_a_document_is_made_once(self):
        certificate = self.certificate("N1")
        self.make_documents()
        first = certificate._document()
        self.make_documents()
        self.assertEqual(certificate._document(), first)

    def test_a_failing_report_marks_its_certificate_and_the_others_are_made(self):
        report = self.report("dokstamp.student", "<t t-out='1 / 0'/>")
        broken = self.certificate("N1", course=self.reported_course(report))
        good = self.certificate("N2", name="Grace Example")
        with self.assertLogs(DOCUMENT_LOG, "ERROR"):
            self.make_documents()
        self.assertEqual(broken.state, "failed")
        self.assertIn("The document could not be made", broken.failure_message)
        self.assertFalse(broken.pdf)
        self.assertEqual(good.state, "queued")
        self.assertIn("Grace Example", text_of(good._document()))

    def test_one_that_spoils_the_common_print_is_found_out(self):
        good, broken, last = (self.certificate(number) for number in ("N1", "N2", "N3"))
        page = type(good)._page

        def spoiled(certificate):
            if certificate == broken:
                raise ValueError("spoiled")
            return page(certificate)

        with (
            patch.object(type(good), "_page", spoiled),
            self.assertLogs(DOCUMENT_LOG, "ERROR"),
        ):
            self.make_documents()
        self.assertEqual(broken.state, "failed")
        self.assertEqual((good | last).mapped("state"), ["queued", "queued"])
        self.assertTrue(all((good | last).mapped("pdf")))

    def test_a_paused_run_gets_no_documents(self):
        certificate = self.certificate("N1")
        certificate.run_id = self.env["dokstamp.issue.run"].create({"name": "Run"})
        certificate.run_id.action_pause()
        self.make_documents()
        self.assertFalse(certificate.pdf)
        certificate.run_id.action_resume()
        self.make_documents()
        self.assertTrue(certificate.pdf)


@tagged("post_install", "-at_install")
class TestCertificatePaper(DocumentCase):
    """The page needs nothing but itself."""

    def page(self, certificate):
        return certificate.with_context(lang="en_US")._page()

    def test_it_fetches_nothing(self):
        page = self.env["ir.qweb"]._render(
            "dokstamp_connector.certificate_document", {"docs": self.certificate("N1")}
        )
        tree = etree.HTML(page)
        addresses = tree.xpath("//@src | //link/@href | //script")
        self.assertFalse([a for a in addresses if not str(a).startswith("data:")])

    def test_odoos_placeholder_logo_does_not_print(self):
        self.env.company.partner_id.image_1920 = False
        certificate = self.certificate("N1")
        self.assertFalse(self.page(certificate)["logo"])
        pixel = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
        self.env.company.logo = pixel
        self.assertTrue(self.page(certificate)["logo"].startswith("data:image/"))

    def test_company_colours_too_light_to_read_are_darkened(self):
        self.env.company.write(
            {"primary_color": "#ffff00", "secondary_color": "not a colour"}
        )
        colors = self.page(self.certificate("N1"))["colors"]
        self.assertEqual(colors["primary"], "#606000")
        self.assertTrue(colors["line"].startswith("#"))
