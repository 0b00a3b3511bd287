from odoo import api, fields, models

from ..actions import open_form
from .origin import ORIGINS


class DokstampRecordLine(models.AbstractModel):
    """A line about one record that goes to DokStamp: a queue row, an audit line.

    The record may be gone: the line outlives it.
    """

    _name = "dokstamp.record.line"
    _description = "DokStamp Line about a Record"

    account_id = fields.Many2one(
        "dokstamp.account", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="account_id.company_id", store=True, precompute=True
    )
    res_model = fields.Selection(
        selection=lambda self: self.env["dokstamp.entity"]._selection_queued(),
        string="Kind",
        required=True,
        readonly=True,
    )
    res_id = fields.Many2oneReference(
        string="Record ID", model_field="res_model", required=True, readonly=True
    )

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

    def _records(self):
        """(model, id) → the record there, of those that exist.

        :rtype: dict[tuple[str, int], dokstamp.entity]
        """
        return self.env["dokstamp.entity"]._existing(
            (line.res_model, line.res_id) for line in self if line.res_model
        )

    def action_open_origin(self):
        """Open the school app's record that the change came from."""
        self.ensure_one()
        self.check_access("read")
        if self.origin_model not in self.env:
            return True
        return open_form(self.env[self.origin_model].browse(self.origin_id))

    def action_open_record(self):
        self.ensure_one()
        return open_form(self.env[self.res_model].browse(self.res_id))
