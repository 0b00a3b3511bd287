import io

from odoo import models

from ..models.certificates.pdf import merged

OWN_TEMPLATE = "dokstamp_connector.certificate_document"
OWN_PAPER = "dokstamp_connector.certificate_paperformat"
DELAY = "--javascript-delay"


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Override of `base`: print a certificate's document, never a second one.

        A certificate without a document prints as it would be made now.
        """
        if not res_ids or self._get_report(report_ref).report_name != OWN_TEMPLATE:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        certificates = self.env["dokstamp.certificate"].browse(res_ids)
        documents = [certificate._document() for certificate in certificates]
        whole = documents[0] if len(documents) == 1 else merged(documents)
        key = res_ids[0] if len(documents) == 1 else False
        return {key: {"stream": io.BytesIO(whole), "attachment": None}}

    def _build_wkhtmltopdf_args(self, paperformat_id, *args, **kwargs):
        """Override of `base`: our page runs no script that had to be waited for."""
        command = super()._build_wkhtmltopdf_args(paperformat_id, *args, **kwargs)
        if paperformat_id == self.env.ref(OWN_PAPER) and DELAY in command:
            command[command.index(DELAY) + 1] = "0"
        return command
