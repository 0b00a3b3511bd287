"""The document of a certificate: what it is made of, and a look at it beforehand."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..actions import open_address
from .pdf import decoded, labelled, split_pages

OWN_REPORT = "dokstamp_connector.certificate_report"
PREVIEW_MODEL = "dokstamp.certificate.issue"
PREVIEW_LIFE = timedelta(days=1)


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

    # === MAKING === #

    def _document(self):
        """The document that is kept, else as it would be made now.

        :rtype: bytes
        :raise UserError: no way to make one, with what to do
        """
        self.ensure_one()
        kept = self.with_context(bin_size=False).pdf
        return decoded(kept) or self._render_document()

    def _render_document(self):
        """A new PDF in the student's language; of records that are not saved yet, too.

        :rtype: bytes
        :raise UserError: no way to make one, with what to do
        """
        self.ensure_one()
        kind, report = self._document_settings()
        if kind == "upload":
            raise UserError(
                self.env._(
                    "Certificates of this course are uploaded: add the PDF to the "
                    "certificate, then press Issue."
                )
            )
        if kind == "own":
            return self._print_own()[0]
        return self._label(self._print_report(report))

    def _document_settings(self):
        """How the document is made, and with which report; see `DOCUMENTS`."""
        kind, report = self.course_id._document_settings(self.account_id)
        if kind == "report" and report == self.env.ref(OWN_REPORT):
            kind = "own"
        return kind, report

    def _print_own(self):
        """Our own page for each, in one call of wkhtmltopdf.

        :rtype: list[bytes]
        """
        if not self:
            return []
        printer = self.env["ir.actions.report"]
        if printer.get_wkhtmltopdf_state() == "install":
            raise UserError(
                self.env._(
                    "wkhtmltopdf, which makes PDFs, is not installed on Odoo's server."
                )
            )
        page = self.env["ir.qweb"]._render(
            "dokstamp_connector.certificate_document", {"docs": self}
        )
        document = printer._run_wkhtmltopdf([page], report_ref=OWN_REPORT)
        pages = split_pages(document)
        if len(pages) != len(self):
            raise UserError(self.env._("The certificate does not fit on one page."))
        return [
            certificate._label(page)
            for certificate, page in zip(self, pages, strict=True)
        ]

    def _print_report(self, report):
        record = self._record_for(report.model)
        content, _extension = (
            self.env["ir.actions.report"]
            # sudo: the school app's record that this certificate certifies
            .sudo()
            .with_company(self.company_id)
            .with_context(
                lang=self._document_lang(),
                # what an earlier print left behind is another certificate's document
                report_pdf_no_attachment=True,
                # Odoo's tests get HTML otherwise, and DokStamp takes PDFs
                force_report_rendering=True,
            )
            ._render_qweb_pdf(report, record.ids)
        )
        return content

    def _label(self, document):
        name = self._printed_name()
        return labelled(
            document,
            title=f"{self.number} {name}" if self.number else name,
            identity=self.check_token,
        )

    # === PREVIEW === #

    def _preview(self):
        """The document as it would print now, for whoever asks; gone after a day."""
        attachment = self.env["ir.attachment"].create(
            {
                "name": self.env._("Preview.pdf"),
                "raw": self._render_document(),
                "res_model": PREVIEW_MODEL,
                "mimetype": "application/pdf",
            }
        )
        return open_address(self.env, f"/web/content/{attachment.id}")

    @api.autovacuum
    def _gc_previews(self):
        self.env["ir.attachment"].search(
            [
                ("res_model", "=", PREVIEW_MODEL),
                ("create_date", "<", fields.Datetime.now() - PREVIEW_LIFE),
            ]
        ).unlink()

    # === WHAT A REPORT PRINTS === #

    def _record_for(self, model):
        """The record that a report of ``model`` prints for this certificate."""
        own = {
            "dokstamp.certificate": self,
            "dokstamp.student": self.student_id,
            "dokstamp.enrollment": self.enrollment_id,
            "dokstamp.course": self.course_id,
            "res.partner": self.student_id.partner_id,
        }
        record = own.get(model) or self._school_record(model)
        if not record:
            raise UserError(
                self.env._(
                    "The report prints %(model)s records, and this certificate leads "
                    "to none. Choose another report for the course.",
                    model=self.env[model]._description,
                )
            )
        if not record.ids:
            raise UserError(
                self.env._(
                    "The course's report prints certificates that are saved: prepare "
                    "the draft first, and print it then."
                )
            )
        return record

    def _school_record(self, model):
        """The school app's record that fed the enrollment, if it is a ``model``."""
        # sudo: whoever may issue may know what fed the enrollment
        links = self.env["dokstamp.source.link"].sudo()._feeding(self.enrollment_id)
        link = links.get(self.enrollment_id.id)
        if not link or link.res_model != model:
            return None
        return self.env[model].browse(link.res_id).exists()
