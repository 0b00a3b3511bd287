"""Making documents, outside any user's request."""

import base64
import logging

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)

BATCH = 25  # certificates that one call of wkhtmltopdf prints


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

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
                    self.env.ref("dokstamp_connector.ir_cron_documents")._trigger()
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
        waiting = Domain("state", "=", "queued") & Domain("pdf_sha256", "=", False)
        is_paused = Domain("run_id", "any", [("is_paused", "=", True)])
        return waiting & ~is_paused

    def _make_documents(self):
        """Make the documents, or mark each certificate for which that failed."""
        changed = self.filtered(lambda c: c._differs_from_certified())
        for certificate in changed:
            certificate._fail_document(
                self.env._(
                    "What it certifies was changed after somebody pressed Issue. "
                    "Check it, and press Issue again."
                )
            )
        unchanged = self - changed
        documents = unchanged._print_together()
        for certificate in unchanged:
            certificate._make_document_guarded(documents.get(certificate))

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
                self.write({"pdf": base64.b64encode(content), "pdf_is_made": True})
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
        """The queue row is the issuer's: its answer reaches that screen and name."""
        issuer = self.issuer_id or self.env.user
        queue = self.env["dokstamp.sync.record"].with_user(issuer)
        queue._gather(self, "issue", urgent=True)

    def _fail_document(self, message):
        self.write({"state": "failed", "failure_message": message})
        self._tell_issuer()
