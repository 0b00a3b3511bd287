import io

from odoo import fields
from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader

from .common_certificates import CertificateCase
from .test_certificate_document import text_of

LONG = "Advanced Studies in Sustainable Landscape Architecture and Urban Gardening"


@tagged("post_install", "-at_install")
class TestRegisterPages(CertificateCase):
    """The register's book is broken by height: each sheet is a page with a head."""

    def begin_with(self, cls):
        super().begin_with(cls)
        self.registrar.name = "Rita Registrar"

    def entries(self, count, **values):
        certificates = self.env["dokstamp.certificate"]
        for _one in range(count):
            certificates |= self.draft()
        certificates.sudo().write({"state": "failed"})
        return self.env["dokstamp.register.entry"].create(
            [
                {
                    "institution_id": self.institution.id,
                    "year": 2026,
                    "entry_number": number,
                    "event": "issued",
                    "event_at": fields.Datetime.now(),
                    "certificate_id": certificate.id,
                    "certificate_number": f"CERT/2026/{number:05d}",
                    "student_name": "Ada Example",
                    "course_name": "Botany",
                    "user_id": self.registrar.id,
                    **values,
                }
                for number, certificate in enumerate(certificates, 1)
            ]
        )

    def sheets(self, entries):
        """The text of each sheet."""
        report = self.env["ir.actions.report"].with_user(self.registrar)
        content, _kind = report.with_context(
            force_report_rendering=True  # Odoo's tests get HTML otherwise
        )._render_qweb_pdf("dokstamp_connector.register_report", entries.ids)
        count = len(PdfFileReader(io.BytesIO(content)).pages)
        texts = text_of(content).split("Register of certificates")[1:]
        self.assertEqual(len(texts), count, "a sheet has no head")
        return texts

    def assert_pages(self, sheets):
        for number, sheet in enumerate(sheets, 1):
            self.assertIn(f"page {number} of {len(sheets)}", sheet)

    def test_every_sheet_has_its_head_whatever_wraps(self):
        long_name = {"student_name": "Maria Fernanda de Albuquerque e Castro " * 2}
        note = {"reason": "The examination was taken by somebody else. " * 3}
        for count, values in (
            (1, {}),
            (20, {"course_name": LONG}),
            (21, {"course_name": LONG, **note}),
            (70, long_name),
        ):
            with self.subTest(count=count, **values):
                entries = self.entries(count, **values)
                sheets = self.sheets(entries)
                self.assert_pages(sheets)
                found = " ".join(sheets)
                for entry in entries:
                    self.assertEqual(found.count(entry.certificate_number), 1)
                self.env.cr.execute(
                    "DELETE FROM dokstamp_register_entry WHERE id = ANY(%s)",
                    [entries.ids],
                )
                self.env.invalidate_all()

    def test_short_lines_fill_a_page(self):
        sheets = self.sheets(self.entries(44))
        self.assertLessEqual(len(sheets), 3)
