from odoo import fields, models


class DokstampSignatory(models.Model):
    """Somebody whose name and signature stand on an institution's certificates."""

    _name = "dokstamp.signatory"
    _description = "DokStamp Signatory"
    _order = "sequence, id"

    institution_id = fields.Many2one(
        "dokstamp.institution", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="institution_id.company_id", store=True)
    sequence = fields.Integer(default=10, aggregator=None)
    name = fields.Char(required=True)
    title = fields.Char(translate=True, help="For example: Head of school.")
    signature = fields.Image(max_width=600, max_height=200)


class DokstampInstitution(models.Model):
    _inherit = "dokstamp.institution"

    signatory_ids = fields.One2many("dokstamp.signatory", "institution_id", copy=True)

    def copy_data(self, default=None):
        """Who may not add signatories copies the institution without them."""
        copies = super().copy_data(default)
        if not self.env["dokstamp.signatory"].has_access("create"):
            for vals in copies:
                vals.pop("signatory_ids", None)
        return copies
