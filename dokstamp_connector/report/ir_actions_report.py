import io

from odoo import models

from ..models.certificates.pdf import merged, split_pages
from ..models.certificates.printed_pages import ROOM, ROOMS

OWN_TEMPLATE = "dokstamp_connector.certificate_document"
# Lists of many records that are one document, numbered page by page.
LEDGERS = (
    "dokstamp_connector.register_document",
    "dokstamp_connector.issue_run_document",
)
# What prints on these fetches nothing and runs no script.
OWN_PAPERS = (
    "dokstamp_connector.certificate_paperformat",
    "dokstamp_connector.register_paperformat",
)
PAGE = b'class="dokstamp-page"'  # of a list
DELAY = "--javascript-delay"


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Override of `base`: our pages are whole documents, without its layouts."""
        name = self._get_report(report_ref).report_name
        if res_ids and name == OWN_TEMPLATE:
            return self._certificate_streams(res_ids)
        if res_ids and name in LEDGERS:
            ledger = self._print_ledger(report_ref, data, res_ids)
            return {False: {"stream": io.BytesIO(ledger), "attachment": None}}
        return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)

    def _print_ledger(self, report_ref, data, res_ids):
        """Print a list with as much on each page as the pages really hold.

        :rtype: bytes
        """
        for room in ROOMS:
            roomy = self.with_context(**{ROOM: room})
            page, _type = roomy._render_qweb_html(report_ref, res_ids, data)
            ledger = self._run_wkhtmltopdf([page.decode()], report_ref=report_ref)
            if len(split_pages(ledger)) <= page.count(PAGE):
                break
        return ledger

    def _certificate_streams(self, certificate_ids):
        """Print a certificate's document, never a second one.

        A certificate without a document prints as it would be made now.
        """
        certificates = self.env["dokstamp.certificate"].browse(certificate_ids)
        documents = [certificate._document() for certificate in certificates]
        whole = documents[0] if len(documents) == 1 else merged(documents)
        key = certificate_ids[0] if len(documents) == 1 else False
        return {key: {"stream": io.BytesIO(whole), "attachment": None}}

    def _build_wkhtmltopdf_args(self, paperformat_id, *args, **kwargs):
        """Override of `base`: our page runs no script that had to be waited for."""
        command = super()._build_wkhtmltopdf_args(paperformat_id, *args, **kwargs)
        own = [self.env.ref(paper) for paper in OWN_PAPERS]
        if paperformat_id in own and DELAY in command:
            command[command.index(DELAY) + 1] = "0"
        return command
