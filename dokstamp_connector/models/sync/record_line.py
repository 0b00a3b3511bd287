from odoo import fields, models

from ..actions import open_form


class DokstampRecordLine(models.AbstractModel):
    """A line about one record that goes to DokStamp: a queue row, an audit line, what a
    run found.

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

    def _records(self):
        """(model, id) → the record there, of those that exist.

        :rtype: dict[tuple[str, int], dokstamp.entity]
        """
        return self.env["dokstamp.entity"]._existing(
            (line.res_model, line.res_id) for line in self if line.res_model
        )

    def action_open_record(self):
        self.ensure_one()
        return open_form(self.env[self.res_model].browse(self.res_id))
