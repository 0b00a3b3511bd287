from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.actions import RELOAD


class DokstampCertificateRevocation(models.TransientModel):
    """Why certificates are taken back; DokStamp shows the reason publicly."""

    _name = "dokstamp.certificate.revocation"
    _inherit = ["dokstamp.write.protection"]
    _description = "Revoke Certificates"

    certificate_ids = fields.Many2many(
        "dokstamp.certificate",
        relation="dokstamp_certificate_revocation_rel",
        required=True,
        readonly=True,
    )
    live_count = fields.Integer(compute="_compute_live_count")
    summary = fields.Char(compute="_compute_live_count")
    reason = fields.Char()

    @api.model
    def _get_writable_fields(self, state=None):
        names = super()._get_writable_fields(state) | {"reason"}
        return names | {"certificate_ids"} if state is None else names

    @api.depends("certificate_ids.state")
    def _compute_live_count(self):
        for wizard in self:
            wizard.live_count = len(wizard._live_certificates())
            wizard.summary = wizard._summary_sentence()

    def _summary_sentence(self):
        certificates = self.certificate_ids
        if len(certificates) == 1:
            return self.env._(
                "Revoke %(number)s of %(student)s.",
                number=certificates.number,
                student=certificates.student_id.name,
            )
        return self.env._("Revoke %s certificates.", len(certificates))

    def _live_certificates(self):
        return self.certificate_ids.filtered(lambda c: c.state == "issued")

    def action_confirm(self):
        """Revoke what is live."""
        self.ensure_one()
        live = self._live_certificates()
        if live and not (self.reason or "").strip():
            raise UserError(self.env._("Give a reason: it is shown publicly."))
        live.revocation_reason = (self.reason or "").strip()
        live.action_revoke()
        return RELOAD
