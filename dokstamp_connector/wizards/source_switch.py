from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.actions import open_form

VERBS = {"on": "_switch_on", "off": "_switch_off", "delete": "unlink"}


class DokstampSourceSwitch(models.TransientModel):
    """What it means to switch a source on or off, or to delete it, said before."""

    _name = "dokstamp.source.switch"
    _inherit = ["dokstamp.write.protection"]
    _description = "Switch a Source On or Off"

    source_id = fields.Many2one(
        "dokstamp.source", required=True, readonly=True, ondelete="cascade"
    )
    change = fields.Selection(
        [("on", "Switch on"), ("off", "Switch off"), ("delete", "Delete")],
        required=True,
        readonly=True,
    )
    meaning = fields.Text(string="What that means", readonly=True)

    @api.model
    def _open_for(self, source, change):
        """Say what it means.

        :raise AccessError: the user is no manager
        """
        source.ensure_one()
        source.check_access("unlink" if change == "delete" else "write")
        # sudo: it shows what is so; nobody types it in
        wizard_sudo = self.sudo().create(
            {
                "source_id": source.id,
                "change": change,
                "meaning": source._meaning_of(change),
            }
        )
        labels = dict(self._fields["change"]._description_selection(self.env))
        name = f"{labels[change]}: {source.name}"
        return open_form(wizard_sudo.sudo(False), name=name, target="new")

    def action_confirm(self):
        """Do what was said.

        :raise UserError: it means something else by now
        """
        self.ensure_one()
        source, change = self.source_id.exists(), self.change
        if not source or source._meaning_of(change) != self.meaning:
            raise UserError(
                self.env._(
                    "Something changed meanwhile, so it means something else by now. "
                    "Close this, and look again."
                )
            )
        getattr(source, VERBS[change])()
        if change == "delete":
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "dokstamp_connector.dokstamp_source_action"
            )
            return {**action, "target": "main"}
        return {"type": "ir.actions.act_window_close"}
