from odoo import fields, models
from odoo.exceptions import UserError


class DokstampCertificateRevocation(models.TransientModel):
    """Why certificates are taken back; DokStamp shows the reason to everyone who checks one."""

    _name = "dokstamp.certificate.revocation"
    _description = "Revoke Certificates"

    certificate_ids = fields.Many2many(
        "dokstamp.certificate",
        relation="dokstamp_certificate_revocation_rel",
        required=True,
        readonly=True,
    )
    certificate_count = fields.Integer(compute="_compute_certificate_count")
    reason = fields.Char()
    has_successor = fields.Boolean(readonly=True)

    def _compute_certificate_count(self):
        for wizard in self:
            wizard.certificate_count = len(wizard.certificate_ids)

    def action_confirm(self):
        self.ensure_one()
        if not (self.reason or "").strip():
            raise UserError(self.env._("Give a reason: it is shown publicly."))
        live = self.certificate_ids.filtered(lambda c: c.state == "issued")
        live.revocation_reason = self.reason.strip()
        if self.has_successor:
            self.certificate_ids.action_reissue()
        else:
            live.action_revoke()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
