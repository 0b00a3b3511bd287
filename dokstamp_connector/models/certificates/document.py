"""Making the documents of certificates, a mechanism of its own: what one is made of, a
look at it beforehand, the scheduled action that makes them, and many as one file.
"""

import io
import logging
import re
import unicodedata
import zipfile
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.http import request
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import config

from ..actions import open_address
from ..sync.origin import ORIGIN
from .certificate import OPEN_STATES
from .document_choice import check_may_print
from .pdf import labelled, lacking, split_pages

_logger = logging.getLogger(__name__)


OWN_REPORT = "dokstamp_connector.certificate_report"
PREVIEW_MODEL = "dokstamp.certificate.issue"
PREVIEW_LIFE = timedelta(days=1)
BATCH = 25  # certificates that one call of wkhtmltopdf prints
# Odoo parses longer ones anew, and may drop part of them (`ir_actions_report.py`).
LONGEST_PAGE = 4 * 1024 * 1024  # characters of HTML
AT_ONCE = 50  # documents; more are packed by the archives' scheduled action
NAME_LENGTH = 120  # bytes; a folder on an encrypted disk takes names of 143
# What some system takes for something else in a file name, or cannot show there.
UNSAFE = re.compile(
    r'[\\/:*?"<>|\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+'
)


def unpackable(name):
    """A file's name, without extension, that every system can unpack."""
    composed = unicodedata.normalize("NFC", UNSAFE.sub("-", name))
    cut = composed.encode("utf-8", "ignore")[:NAME_LENGTH].decode("utf-8", "ignore")
    # Windows drops dots and blanks at the end
    return cut.strip(" .") or "-"


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

    # === ACTION METHODS === #

    def action_preview(self):
        """The document as it would print now, or as it was issued; nothing is kept."""
        self.ensure_one()
        return self._preview()

    def action_download_documents(self):
        """All documents as one archive: at once, or of many as soon as packed."""
        with_document = self.filtered("pdf_sha256")
        if not with_document:
            raise UserError(
                self.env._("None of these certificates has a document yet.")
            )
        today = fields.Date.context_today(self)
        name = self.env._("Certificates %s", fields.Date.to_string(today))
        # sudo: nobody but the connector writes one
        archives_sudo = self.env["dokstamp.certificate.archive"].sudo()
        archive_sudo = archives_sudo.create(
            {
                "name": name,
                "file_name": f"{name}.zip",
                "document_count": len(with_document),
                "certificate_ids": with_document.ids,
                "company_id": self.env.company.id,
                # said here, as everybody may keep defaults of one's own
                "user_id": self.env.uid,
                "state": "waiting",
            }
        )
        archive = archive_sudo.sudo(False)
        if len(with_document) > AT_ONCE:
            return archive._queue()
        archive_sudo._pack()
        return archive.action_download()

    # === MAKING ONE === #

    def _document(self):
        """The document that is kept, else as it would be made now.

        :rtype: bytes
        :raise UserError: no way to make one, or the kept one is lost; with what to do
        """
        self.ensure_one()
        return self._kept_document() or self._render_document()

    def _render_document(self):
        """A new PDF in the student's language; of records that are not saved yet, too.

        :rtype: bytes
        :raise UserError: no way to make one, with what to do
        :raise AccessError: the report is for other groups than the user's
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
        check_may_print(self.env.user, report)
        self._check_may_wait(report)
        label = self._printed_label()  # printing forgets what is not saved
        return labelled(self._print_report(report), **label)

    def _check_may_wait(self, report):
        """Keep the only worker that answers requests from waiting for itself: reports
        fetch styles and pictures from Odoo while they are printed. Our own page brings
        all along, and scheduled actions run in a worker of their own.

        :raise UserError: there is no other worker
        """
        if request and config["workers"] == 1:
            raise UserError(
                self.env._(
                    "The report “%(report)s” cannot be printed while you wait: Odoo "
                    "has one worker only, and printing needs a second one. Ask an "
                    "administrator to set workers to 2 or more. Certificates that are "
                    "issued are printed all the same.",
                    report=report.name,
                )
            )

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
        if len(page) >= LONGEST_PAGE and len(self) > 1:
            middle = len(self) // 2
            return self[:middle]._print_own() + self[middle:]._print_own()
        document = printer._run_wkhtmltopdf([page], report_ref=OWN_REPORT)
        pages = split_pages(document)
        if len(pages) != len(self):
            raise UserError(self.env._("The certificate does not fit on one page."))
        return [
            labelled(page, **certificate._printed_label())
            for certificate, page in zip(self, pages, strict=True)
        ]

    def _print_report(self, report):
        """Print a report with the rights of whoever chose it, not of a registrar who
        has more here, nor with all.

        :rtype: bytes
        :raise AccessError: it prints what that user may not read
        """
        reader = self.course_id._document_choice(self.account_id)._report_reader()
        record = self._record_for(report.model).with_user(reader)
        printer = (
            self.env["ir.actions.report"]
            .with_user(reader)
            .with_company(self.company_id)
            .with_context(
                lang=self._document_lang(),
                # what an earlier print left behind is another certificate's document
                report_pdf_no_attachment=True,
                # Odoo's tests get HTML otherwise, and DokStamp takes PDFs
                force_report_rendering=True,
            )
        )
        # Odoo's cache does not ask who reads, and here somebody else filled it
        self.env.invalidate_all()
        try:
            record.check_access("read")
            return printer._render_qweb_pdf(report, record.ids)[0]
        except AccessError as error:
            raise AccessError(
                self.env._(
                    "The report “%(report)s” prints what %(user)s may not read. Choose "
                    "another one, or ask an administrator to choose this one.",
                    report=report.name,
                    user=reader.name,
                )
            ) from error

    def _printed_label(self):
        """What the PDF says of itself, as `labelled` takes it."""
        name = self._printed_name()
        return {
            "title": f"{self.number} {name}" if self.number else name,
            "identity": self.check_token,
        }

    def _check_shown(self, document):
        """Keep a page that lost its text from being taken for a certificate.

        :param bytes document: a PDF that was made
        :raise UserError: somebody who reads it would not find what it certifies
        """
        _kind, report = self._document_settings()
        texts = {
            self._printed_name(): self.env._("the student's name"),
            self.course_id.name or "": self.env._("the course"),
        }
        # what prints a school app's record knows no number of ours
        if not report or report.model == self._name:
            texts[self.number or ""] = self.env._("the number")
        if missing := lacking(document, texts):
            raise UserError(
                self.env._(
                    "The printed document does not show %(missing)s as text, so it was "
                    "not kept, and nothing was sent. Look at it with Preview, mend the "
                    "report or its pictures, and press Issue again.",
                    missing=", ".join(texts[text] for text in missing),
                )
            )

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
        for link in links.get(self.enrollment_id.id, ()):
            if link.res_model == model:
                return self.env[model].browse(link.res_id).exists()
        return None

    # === PREVIEW === #

    def _preview(self):
        """The document as it would print now, for whoever asks; gone after a day.

        One that is issued has its document, and no other one under its number.

        :raise UserError: as of `_document`
        """
        is_open = self.state in OPEN_STATES
        is_unsigned = is_open and self.account_id._signs()
        attachment = self.env["ir.attachment"].create(
            {
                "name": self.env._("Preview, not signed.pdf")
                if is_unsigned
                else self.env._("Preview.pdf"),
                "raw": self._render_document() if is_open else self._document(),
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

    # === DOCUMENTS OF THE QUEUED: outside any user's request === #

    @api.model
    def _document_stop(self):
        """Why no documents are made just now; False when they are.

        :rtype: str | bool
        """
        works = {"documents": self.env._("Its document is not made at the moment.")}
        problems = self.env["dokstamp.schedule"]._problems(works)
        return problems[0] if problems else False

    @api.model
    def _cron_make_documents(self):
        """Make what queued certificates still lack, and queue them.

        Commits: scheduled action only.
        """
        while waiting := self._claim_without_document():
            waiting._make_documents()
            remaining = self.search_count(self._without_document())
            if not self.env["ir.cron"]._commit_progress(
                len(waiting), remaining=remaining
            ):
                if remaining:  # the scheduler itself would look again in a minute
                    self.env["dokstamp.schedule"]._wake("documents")
                return

    @api.model
    def _claim_without_document(self):
        """The next batch, locked: whoever takes one back meanwhile waits for its
        document instead of undoing a whole batch.
        """
        waiting = self.search(self._without_document(), order="id", limit=BATCH)
        return waiting.try_lock_for_update(allow_referencing=True)

    @api.model
    def _without_document(self):
        in_line = (
            Domain("state", "=", "draft")
            & Domain("issuer_id", "!=", False)
            & Domain("replaces_id.state", "=", "issued")
        )
        is_open = Domain("state", "=", "queued") | in_line
        waiting = is_open & Domain("pdf_sha256", "=", False)
        is_paused = Domain("run_id", "any", [("is_paused", "=", True)])
        return waiting & ~is_paused

    def _make_documents(self):
        """Make the documents, or mark each certificate for which that failed."""
        refused = self.browse()
        for certificate, reasons in zip(self, self._reasons_not_to_make(), strict=True):
            if reasons:
                certificate._fail_document("\n".join(reasons))
                refused |= certificate
        documents = (self - refused)._print_together()
        for certificate in self - refused:
            certificate._make_document_guarded(documents.get(certificate))

    def _reasons_not_to_make(self):
        """What speaks against each of ``self`` since somebody pressed Issue.

        :rtype: list[list[str]]
        """
        changed = self.env._(
            "What it certifies was changed after somebody pressed Issue. Check it, and "
            "press Issue again."
        )
        return [
            reasons or [changed] * certificate._differs_from_certified()
            for certificate, reasons in zip(
                self, self._late_obstacles_of_each(), strict=True
            )
        ]

    def _print_together(self):
        """The documents of those on our own page; none when one spoils the rest.

        :rtype: dict[dokstamp.certificate, bytes]
        """
        own = self.filtered(lambda c: c._document_settings()[0] == "own")
        try:
            with self.env.cr.savepoint():
                return dict(zip(own, own._print_own(), strict=True))
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:  # noqa: BLE001
            # whichever it was fails again by itself, and is marked then
            _logger.info("Certificates %s: one by one", own.ids, exc_info=True)
            return {}

    def _make_document_guarded(self, document=None):
        """Keep one document; what goes wrong marks this certificate and stops no other.

        :param bytes document: where it is made already
        """
        try:
            with self.env.cr.savepoint():
                content = document or self._render_document()
                self._check_shown(content)
                self.write({**self._document_values(content), "pdf_is_made": True})
                self._queue_for_issuer()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except UserError as error:
            self._fail_document(str(error))
        except Exception as error:  # noqa: BLE001
            _logger.exception("Certificate %s: no document", self.id)
            self._fail_document(
                self.env._(
                    "The document could not be made (%(error)s). Try the report by "
                    "itself, or upload a PDF, then press Issue.",
                    error=type(error).__name__,
                )
            )

    def _queue_for_issuer(self):
        """The queue rows are the issuer's: the answers reach that screen and name. What
        they replace is revoked first.
        """
        for issuer, issued in self.grouped("issuer_id").items():
            own = issued.with_user(issuer or self.env.user)
            if (
                issuer
                and not issuer._is_superuser()
                and self.env.context.get("cron_id")
            ):
                # the scheduled action only makes the document of what somebody issued
                own = own.with_context(**{ORIGIN: ("form", None)})
            in_line = own.filtered("is_in_line")
            in_line._revoke_predecessors()
            own.env["dokstamp.sync.record"]._gather(own - in_line, "issue", urgent=True)

    def _fail_document(self, message):
        self._speak_for(self.issuer_id)
        self.write({"state": "failed", "failure_message": message})
        self._tell_issuer()

    # === MANY AS ONE FILE === #

    def _zipped_documents(self):
        """A ZIP file of the documents, each named after its number and student.

        :rtype: bytes
        """
        packed, taken, lost = io.BytesIO(), set(), []
        # a PDF is compressed in itself
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
            for certificate in self:
                try:
                    document = certificate._kept_document()
                except UserError as error:
                    lost.append(str(error))
                    continue
                archive.writestr(certificate._name_in_archive(taken), document)
                # one document in memory at a time
                certificate.invalidate_recordset(["pdf"], flush=False)
            if lost:
                archive.writestr(f"{self.env._('Missing')}.txt", "\n\n".join(lost))
        return packed.getvalue()

    def _name_in_archive(self, taken):
        """A name that every system can unpack.

        :param set taken: names of the archive in lower case, as some systems know no
            other; this one is added
        """
        number = self.number or f"draft-{self.id}"
        name = unpackable(f"{number} {self.student_id.name}")
        if name.lower() in taken:
            name = f"{name} ({self.id})"
        taken.add(name.lower())
        return f"{name}.pdf"
