"""What the student's word adds to accounts: whether certificates wait for it, and how
many corrections are asked for.
"""

from odoo import api, fields, models

from .correction import OPEN


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    needs_confirmation = fields.Boolean(
        string="Only to students who confirmed",
        help="Certificates go to students who confirmed name and date of birth in the "
        "portal, or by an exception with a reason.",
    )
    confirmation_ends_on = fields.Date(
        string="Confirmations until",
        help="The last day on which certificates wait for the student's word; empty: "
        "they always do.",
    )
    open_correction_count = fields.Integer(
        string="Corrections asked for", compute="_compute_open_correction_count"
    )

    @api.model
    def _get_writable_fields(self, state=None):
        names = {"needs_confirmation", "confirmation_ends_on"}
        return super()._get_writable_fields(state) | names

    def _compute_open_correction_count(self):
        groups = self.env["dokstamp.correction"]._read_group(
            [("company_id", "in", self.company_id.ids), ("state", "=", OPEN)],
            ["company_id"],
            ["__count"],
        )
        counts = {company.id: count for company, count in groups}
        for account in self:
            account.open_correction_count = counts.get(account.company_id.id, 0)

    def action_view_corrections(self):
        """Open what students of the company ask for."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_correction_action"
        )
        return {**action, "domain": [("company_id", "in", self.company_id.ids)]}

    def _confirmation_obstacle(self):
        """Why a certificate of somebody who has not confirmed must wait; None: nothing
        keeps it waiting.
        """
        if not self.needs_confirmation:
            return None
        last = self.confirmation_ends_on
        if not last:
            return self.env._(
                "The student has not confirmed name and date of birth in the portal."
            )
        if self.company_id._dokstamp_today() > last:
            return None
        return self.env._(
            "The student has not confirmed name and date of birth in the portal, and "
            "may do so until %(day)s.",
            day=fields.Date.to_string(last),
        )
