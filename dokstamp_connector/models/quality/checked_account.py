"""What the work list adds to accounts: how much is to be mended in their company."""

from odoo import fields, models
from odoo.fields import Domain

from .data_issue import OPEN


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    data_issue_count = fields.Integer(
        string="To mend", compute="_compute_data_issue_count"
    )

    def _compute_data_issue_count(self):
        groups = self.env["dokstamp.data.issue"]._read_group(
            OPEN & Domain("company_id", "in", self.company_id.ids),
            ["company_id"],
            ["__count"],
        )
        counts = {company.id: count for company, count in groups}
        for account in self:
            account.data_issue_count = counts.get(account.company_id.id, 0)

    def action_view_data_issues(self):
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_data_issue_action"
        )
        return {**action, "domain": [("company_id", "in", self.company_id.ids)]}
