from odoo import api, fields, models


class DokstampSignatory(models.Model):
    """Somebody whose name and signature stand on an institution's certificates."""

    _name = "dokstamp.signatory"
    _inherit = ["dokstamp.write.protection"]
    _description = "DokStamp Signatory"
    _order = "sequence, id"

    institution_id = fields.Many2one(
        "dokstamp.institution", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="institution_id.company_id", store=True)
    sequence = fields.Integer(
        default=10,
        aggregator=None,
        help="Signatories stand on the certificate in this order.",
    )
    name = fields.Char(required=True)
    title = fields.Char(translate=True, help="For example: Head of school.")
    signature = fields.Image(
        max_width=600,
        max_height=200,
        help="A picture of the signature, best on a transparent ground; it is "
        "printed above the name.",
    )

    # === CRUD METHODS === #

    @api.model
    def _get_writable_fields(self, state=None):
        names = {"institution_id", "sequence", "name", "title", "signature"}
        return super()._get_writable_fields(state) | names

    @api.model_create_multi
    def create(self, vals_list):
        signatories = super().create(vals_list)
        signatories._note_preparer()
        return signatories

    def write(self, vals):
        self._note_preparer()  # also of the institution that they leave
        result = super().write(vals)
        self._note_preparer()
        return result

    def unlink(self):
        self._note_preparer()
        return super().unlink()

    def _note_preparer(self):
        certificates = self.env["dokstamp.certificate"]
        # sudo: the institution's id alone
        certificates._note_preparer_of("institution", self.sudo().institution_id)
