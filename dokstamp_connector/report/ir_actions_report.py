import io

from odoo import models

OWN_TEMPLATE = "dokstamp_connector.certificate_document"


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Override of `base`: printing a certificate gives its document, never a second one.

        A certificate without a document prints as it would be made now.
        """
        if not res_ids or self._get_report(report_ref).report_name != OWN_TEMPLATE:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        certificates = self.env["dokstamp.certificate"].browse(res_ids)
        return {
            certificate.id: {
                "stream": io.BytesIO(certificate._document()),
                "attachment": None,
            }
            for certificate in certificates
        }
