"""Documents of many certificates as one ZIP archive."""

import base64
import io
import logging
import re
import zipfile
from urllib.parse import quote

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..actions import show_message
from .pdf import decoded

_logger = logging.getLogger(__name__)

AT_ONCE = 50  # documents; more are packed by the scheduled action
KEEP_DAYS = 7
NAME_LENGTH = 120  # characters
UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')  # in a file name of some system


class DokstampCertificateArchive(models.Model):
    """An archive that somebody asked for; kept for a week."""

    _name = "dokstamp.certificate.archive"
    _inherit = ["dokstamp.write.protection"]
    _description = "DokStamp Certificate Archive"
    _order = "id desc"

    name = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Asked for by",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
        ondelete="cascade",
    )
    certificate_ids = fields.Many2many(
        "dokstamp.certificate",
        relation="dokstamp_certificate_archive_rel",
        readonly=True,
    )
    document_count = fields.Integer(string="Documents", readonly=True, aggregator=None)
    content = fields.Binary(string="Archive", attachment=True, readonly=True)
    file_name = fields.Char(readonly=True)
    state = fields.Selection(
        [("waiting", "Being packed"), ("ready", "Ready"), ("failed", "Failed")],
        default="waiting",
        required=True,
        readonly=True,
    )

    @api.model
    def _cron_pack(self):
        """Pack what was asked for. Commits: only for the scheduled action."""
        waiting = self.search([("state", "=", "waiting")], order="id")
        for done, archive in enumerate(waiting, 1):
            archive._pack_guarded()
            remaining = len(waiting) - done
            if not self.env["ir.cron"]._commit_progress(1, remaining=remaining):
                return

    def _pack_guarded(self):
        """Pack one archive; what goes wrong marks this one and stops nothing else."""
        try:
            with self.env.cr.savepoint():
                self._pack()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:  # noqa: BLE001
            _logger.exception("Archive %s could not be packed", self.id)
            self.state = "failed"
        else:
            self._tell_user()

    def _pack(self):
        content = self._allowed_certificates()._zipped_documents()
        self.write({"content": base64.b64encode(content), "state": "ready"})

    def _allowed_certificates(self):
        """What whoever asked may read: the scheduled action may read all."""
        reader = self.user_id
        certificates = self.certificate_ids.with_user(reader).with_context(
            allowed_company_ids=reader.company_ids.ids
        )
        return certificates._filtered_access("read")

    def _tell_user(self):
        self.user_id._bus_send(
            "simple_notification",
            {
                "type": "success",
                "sticky": True,
                "title": self.env._("The archive is ready"),
                "message": self.env._(
                    "%s: DokStamp > Certificates > Archives", self.name
                ),
            },
        )

    def action_download(self):
        self.ensure_one()
        if self.state != "ready":
            raise UserError(self.env._("The archive is still being packed."))
        path = f"{self._name}/{self.id}/content/{quote(self.file_name)}"
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{path}?download=true",
            "target": "download",
        }

    def _queue(self):
        # sudo: a registrar may start the packing
        self.env.ref("dokstamp_connector.ir_cron_archives").sudo()._trigger()
        return show_message(
            self.env._(
                "You are told when the archive is ready; it is then under "
                "Certificates > Archives for %s days.",
                KEEP_DAYS,
            ),
            title=self.env._("%s documents are being packed", self.document_count),
        )

    @api.autovacuum
    def _gc_archives(self):
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEEP_DAYS)
        self.search([("create_date", "<", limit)]).unlink()


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

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

    def _zipped_documents(self):
        """A ZIP file of the documents, each named after its number and student.

        :rtype: bytes
        """
        packed = io.BytesIO()
        # a PDF is compressed in itself
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
            for certificate in self:
                archive.writestr(
                    certificate._name_in_archive(), decoded(certificate.pdf)
                )
                # one document in memory at a time
                certificate.invalidate_recordset(["pdf"], flush=False)
        return packed.getvalue()

    def _name_in_archive(self):
        number = self.number or f"draft-{self.id}"
        name = UNSAFE.sub("-", f"{number} {self.student_id.name}")
        return f"{name[:NAME_LENGTH]}.pdf"
