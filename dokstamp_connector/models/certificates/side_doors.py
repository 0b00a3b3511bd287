"""Other ways into a certificate than its own form: attachments, and default values."""

from odoo import api, models
from odoo.exceptions import UserError

from .guard import ENGINE_FIELDS

# Model → fields that nobody types in.
NOTED = {
    "dokstamp.certificate": {*ENGINE_FIELDS, "revocation_reason", "account_id"},
    "dokstamp.issue.run": {"user_id", "certificate_ids"},
}


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        attachments = super().create(vals_list)
        attachments._refuse_documents()
        return attachments

    def write(self, vals):
        self._refuse_documents()
        result = super().write(vals)
        self._refuse_documents()  # nor made one
        return result

    def unlink(self):
        self._refuse_documents()
        return super().unlink()

    def _refuse_documents(self):
        """A certificate's document changes through the certificate, which knows when,
        and who prepared it.

        :raise UserError: one of these is such a document
        """
        if self.env.su:
            return
        # sudo: the document is kept from whoever may not see the certificate too
        if self.sudo().filtered(
            lambda a: a.res_model == "dokstamp.certificate" and a.res_field == "pdf"
        ):
            raise UserError(
                self.env._("Change the document on the certificate itself.")
            )


class IrDefault(models.Model):
    _inherit = "ir.default"

    @api.model
    def _get_model_defaults(self, model_name, condition=False):
        """Everybody may keep defaults of one's own: not of what the connector writes
        down.
        """
        defaults = super()._get_model_defaults(model_name, condition)
        noted = NOTED.get(model_name)
        if not noted:
            return defaults
        return {name: value for name, value in defaults.items() if name not in noted}
