from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.actions import RELOAD


class DokstampDataLeaving(models.TransientModel):
    """Why what looks wrong in records is right."""

    _name = "dokstamp.data.leaving"
    _inherit = ["dokstamp.write.protection"]
    _description = "Leave Data as It Is"

    # no links: what is to be mended is no table
    issue_ids = fields.Json(required=True, readonly=True)
    summary = fields.Text(compute="_compute_summary")
    reason = fields.Char()

    @api.model
    def _get_writable_fields(self, state=None):
        names = super()._get_writable_fields(state) | {"reason"}
        return names | {"issue_ids"} if state is None else names

    @api.depends("issue_ids")
    def _compute_summary(self):
        for wizard in self:
            issues = wizard._issues()
            wizard.summary = "\n".join(
                f"{issue.record_name}: {issue.problem}" for issue in issues[:10]
            ) + ("\n…" if len(issues) > 10 else "")

    def action_confirm(self):
        """Ask no more of these, until what they hold is another value.

        :raise UserError: nobody has said why
        """
        self.ensure_one()
        reason = (self.reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why they are right as they are."))
        self._issues()._leave(reason)
        return RELOAD

    def _issues(self):
        ids = [one for one in self.issue_ids or [] if isinstance(one, int)]
        return self.env["dokstamp.data.issue"].search([("id", "in", ids)])
