from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.actions import RELOAD


class DokstampCertificateKeeping(models.TransientModel):
    """Why certificates stay as they are although the registry says something else."""

    _name = "dokstamp.certificate.keeping"
    _inherit = ["dokstamp.write.protection"]
    _description = "Leave Certificates as They Are"

    certificate_ids = fields.Many2many(
        "dokstamp.certificate",
        relation="dokstamp_certificate_keeping_rel",
        required=True,
        readonly=True,
    )
    reason = fields.Char()

    @api.model
    def _get_writable_fields(self, state=None):
        names = super()._get_writable_fields(state) | {"reason"}
        return names | {"certificate_ids"} if state is None else names

    def action_confirm(self):
        """Leave them as they are, until the registry says something else again.

        :raise UserError: nobody has said why
        """
        self.ensure_one()
        reason = (self.reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why they stay as they are."))
        self.certificate_ids.filtered("is_changed")._leave_as_is(reason)
        return RELOAD
