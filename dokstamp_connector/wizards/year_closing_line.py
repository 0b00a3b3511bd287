from odoo import api, fields, models


class DokstampYearClosingLine(models.TransientModel):
    """One record that would be archived with its year."""

    _name = "dokstamp.year.closing.line"
    _inherit = ["dokstamp.write.protection"]
    _description = "Record of a Year to Close"
    _order = "id"

    closing_id = fields.Many2one(
        "dokstamp.year.closing", required=True, ondelete="cascade", index=True
    )
    res_model = fields.Selection(
        selection=lambda self: self.env["dokstamp.entity"]._selection_queued(),
        string="Kind",
        readonly=True,
    )
    res_id = fields.Many2oneReference(
        string="Record ID", model_field="res_model", readonly=True
    )
    name = fields.Char(string="Record", readonly=True)
    is_sent = fields.Boolean(readonly=True)
    what_is_sent = fields.Char(
        string="DokStamp hears",
        readonly=True,
        help="Nothing of what is not there, or has no sign there for being archived.",
    )
    is_selected = fields.Boolean(string="Archive", default=True)

    @api.model
    def _get_writable_fields(self, state=None):
        names = super()._get_writable_fields(state)
        return names if state is None else names | {"is_selected"}
