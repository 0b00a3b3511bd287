from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.actions import open_form


class DokstampSourceConfirmation(models.TransientModel):
    """What a source reads, for the system administrator who confirms it."""

    _name = "dokstamp.source.confirmation"
    _inherit = ["dokstamp.write.protection"]
    _description = "Confirm What a Source Reads"

    source_id = fields.Many2one(
        "dokstamp.source", required=True, readonly=True, ondelete="cascade"
    )
    reader_id = fields.Many2one(related="source_id.reader_id")
    summary = fields.Text(string="It asks for", readonly=True)
    record_count = fields.Integer(string="Matching records", readonly=True)
    readable_count = fields.Integer(string="Of these read so far", readonly=True)

    @api.model
    def _open_for(self, source):
        """Show what it reads.

        :raise AccessError: the user is no system administrator
        :raise UserError: it asks for what no source reads
        """
        source.check_access("read")
        source._check_may_confirm()
        source = source._as_reader().with_context(lang=self.env.lang)
        if closed := source._closed():
            raise UserError(source._closed_sentence(closed))
        all_records = source.env[source.model].search_count(source._everything())
        # sudo: it shows what is so; nobody types it in
        wizard_sudo = self.sudo().create(
            {
                "source_id": source.id,
                "summary": source._reading_summary(),
                "record_count": all_records,
                "readable_count": len(source._find(source._company_domain())),
            }
        )
        name = self.env._("Confirm what the source reads")
        return open_form(wizard_sudo.sudo(False), name=name, target="new")

    def action_confirm(self):
        """Have the source read all of what was shown.

        :raise UserError: it asks for something else meanwhile
        """
        self.ensure_one()
        source = self.source_id
        shown = source._as_reader().with_context(lang=self.env.lang)
        if shown._reading_summary() != self.summary:
            raise UserError(
                self.env._(
                    "Somebody changed the source meanwhile. Look at what it reads now."
                )
            )
        source._confirm_reading()
        return {"type": "ir.actions.act_window_close"}
