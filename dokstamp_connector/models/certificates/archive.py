"""Documents of many certificates as one ZIP archive, kept for whoever asked for it."""

import base64
import logging
from urllib.parse import quote

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..actions import show_message

_logger = logging.getLogger(__name__)

KEEP_DAYS = 7


class DokstampCertificateArchive(models.Model):
    """An archive that somebody asked for; kept for a week."""

    _name = "dokstamp.certificate.archive"
    _inherit = ["dokstamp.write.protection"]
    _description = "DokStamp Packed PDFs"
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
    content = fields.Binary(string="ZIP file", attachment=True, readonly=True)
    file_name = fields.Char(readonly=True)
    state = fields.Selection(
        [("waiting", "Being packed"), ("ready", "Ready"), ("failed", "Failed")],
        default="waiting",
        required=True,
        readonly=True,
    )

    packing_problem = fields.Text(
        string="Why it is not packed", compute="_compute_packing_problem"
    )

    # === COMPUTE METHODS === #

    @api.depends("state")
    def _compute_packing_problem(self):
        works = {"archives": self.env._("It is not packed at the moment.")}
        problems = self.env["dokstamp.schedule"]._problems(works)
        for archive in self:
            is_waiting = archive.state == "waiting"
            archive.packing_problem = problems[0] if problems and is_waiting else False

    # === ACTION METHODS === #

    def action_download(self):
        self.ensure_one()
        if self.state != "ready":
            raise UserError(self.env._("The PDFs are still being packed."))
        path = f"{self._name}/{self.id}/content/{quote(self.file_name)}"
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{path}?download=true",
            "target": "download",
        }

    # === PACKING === #

    def _queue(self):
        self.env["dokstamp.schedule"]._wake("archives")
        if self.packing_problem:
            return show_message(self.packing_problem, "warning", sticky=True)
        return show_message(
            self.env._(
                "You are told when the ZIP file is ready; it is then under "
                "Certificates > Packed PDFs for %s days.",
                KEEP_DAYS,
            ),
            title=self.env._("%s documents are being packed", self.document_count),
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
                "title": self.env._("The PDFs are packed"),
                "message": self.env._(
                    "%s: DokStamp > Certificates > Packed PDFs", self.name
                ),
            },
        )

    @api.autovacuum
    def _gc_archives(self):
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEEP_DAYS)
        self.search([("create_date", "<", limit)]).unlink()
