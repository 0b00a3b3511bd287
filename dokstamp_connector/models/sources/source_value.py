from odoo import api, fields, models


class DokstampSourceValue(models.Model):
    """One line of a table of values: `ongoing` → `enrolled`."""

    _name = "dokstamp.source.value"
    _inherit = ["dokstamp.source.part"]
    _description = "DokStamp Source Value"
    _order = "field_id, id"
    _rec_name = "from_value"

    field_id = fields.Many2one(
        "dokstamp.source.field", required=True, ondelete="cascade", index=True
    )
    from_value = fields.Char(string="Value in Odoo")
    to_value = fields.Char(string="Value at DokStamp")

    _one_per_value = models.Constraint(
        "UNIQUE (field_id, from_value)", "This value has a line already."
    )

    @api.depends("from_value", "to_value")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.from_value or '–'} → {line.to_value or '–'}"

    def _sources(self):
        return self.field_id.source_id
