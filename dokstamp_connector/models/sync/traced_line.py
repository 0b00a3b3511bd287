from odoo import api, fields, models

from ..actions import open_form
from .origin import ORIGINS


class DokstampTracedLine(models.AbstractModel):
    """A line about one record that tells from where its change came."""

    _name = "dokstamp.traced.line"
    _inherit = ["dokstamp.record.line"]
    _description = "DokStamp Line with its Origin"

    origin = fields.Selection(
        ORIGINS,
        string="Came from",
        readonly=True,
        help="In what the change was made: somebody's form in Odoo, an import, the "
        "portal, a record of a school app, a scheduled action, the sweep that finds "
        "what nothing else noticed, or another program.",
    )
    origin_name = fields.Char(
        string="Came from (name)",
        readonly=True,
        help="Which source or scheduled action that was.",
    )
    origin_model = fields.Char(readonly=True)
    origin_id = fields.Many2oneReference(
        string="Record it came from", model_field="origin_model", readonly=True
    )
    origin_record = fields.Char(
        string="Record it came from (kind and number)", compute="_compute_origin_record"
    )

    @api.depends("origin_model", "origin_id")
    def _compute_origin_record(self):
        """What it is and its number: its name might be a person's, and whoever reads
        this may not be allowed to read that.
        """
        for line in self:
            is_known = line.origin_model in self.env and line.origin_id
            line.origin_record = is_known and self.env._(
                "%(kind)s %(number)s",
                kind=self.env["ir.model"]._get(line.origin_model).name,
                number=line.origin_id,
            )

    def action_open_origin(self):
        """Open the school app's record that the change came from."""
        self.ensure_one()
        self.check_access("read")
        if self.origin_model not in self.env:
            return True
        return open_form(self.env[self.origin_model].browse(self.origin_id))
