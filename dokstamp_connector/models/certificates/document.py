"""Making the document of a certificate, outside any user's request."""

import base64
import logging

from odoo import api, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)

OWN_REPORT = "dokstamp_connector.certificate_report"
QR_SIZE = 300  # pixels


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

    @api.model
    def _cron_make_documents(self):
        """Make what queued certificates still lack, one by one, and queue them. Commits: scheduled action only."""
        waiting = self.search(self._without_document(), order="id")
        for done, certificate in enumerate(waiting, 1):
            certificate._make_document_guarded()
            remaining = len(waiting) - done
            if not self.env["ir.cron"]._commit_progress(1, remaining=remaining):
                return

    @api.model
    def _without_document(self):
        return [
            ("state", "=", "queued"),
            ("pdf_sha256", "=", False),
            ("run_id.state", "!=", "paused"),
        ]

    def _make_document_guarded(self):
        """Make one document; what goes wrong marks this certificate and stops nothing else."""
        try:
            with self.env.cr.savepoint():
                self.pdf = base64.b64encode(self._render_document())
                self.env["dokstamp.sync.record"]._gather(self, "issue", urgent=True)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except UserError as error:
            self.write({"state": "failed", "failure_message": str(error)})
        except Exception as error:  # noqa: BLE001
            _logger.exception("Certificate %s: no document", self.id)
            self.write(
                {
                    "state": "failed",
                    "failure_message": self.env._(
                        "The document could not be made (%(error)s). Try the report by itself, or upload a "
                        "PDF, then press Issue.",
                        error=type(error).__name__,
                    ),
                }
            )

    def _render_document(self):
        """The PDF in the student's language.

        :rtype: bytes
        :raise UserError: no way to make one, with what to do
        """
        self.ensure_one()
        kind, report = self.course_id._document_settings(self.account_id)
        if kind == "upload":
            raise UserError(
                self.env._(
                    "Certificates of this course are uploaded: add the PDF to the certificate, then press "
                    "Issue."
                )
            )
        if kind == "own":
            report, record = self.env.ref(OWN_REPORT), self
        else:
            record = self._record_for(report.model)
        content, _extension = (
            self.env["ir.actions.report"]
            .with_context(lang=self._document_lang())
            ._render_qweb_pdf(report, record.ids)
        )
        return content

    def _preview(self):
        """The document as it would print now, for whoever prepares it; nothing is kept."""
        attachment = self.env["ir.attachment"].create(
            {
                "name": self.env._("Preview.pdf"),
                "raw": self._render_document(),
                "res_model": "dokstamp.certificate.issue",
                "mimetype": "application/pdf",
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}",
            "target": "new",
        }

    def _document_lang(self):
        partner = self.student_id.partner_id or self.company_id.partner_id
        return partner.lang or self.env.lang

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
                    "The report prints %(model)s records, and this certificate leads to none. Choose another "
                    "report for the course.",
                    model=self.env[model]._description,
                )
            )
        return record

    def _school_record(self, model):
        """The school app's record that fed the enrollment, if it is a ``model``."""
        links = self.env["dokstamp.source.link"].sudo()._feeding(self.enrollment_id)
        link = links.get(self.enrollment_id.id)
        if not link or link.res_model != model:
            return None
        return self.env[model].browse(link.res_id).exists()

    def _printed_name(self):
        """The name as it must print: dokstamp-api.md 13 puts the social name first."""
        return self.student_id.social_name or self.student_id.name

    def _qr_data_uri(self):
        """The check link as a picture for the report."""
        image = self.env["ir.actions.report"].barcode(
            "QR", self.check_url, width=QR_SIZE, height=QR_SIZE, barBorder=0
        )
        return f"data:image/png;base64,{base64.b64encode(image).decode()}"
