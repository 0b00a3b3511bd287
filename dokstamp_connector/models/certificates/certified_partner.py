"""What certificates add to contacts: how many there are."""

from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    dokstamp_certificate_count = fields.Integer(
        compute="_compute_dokstamp_certificate_count",
        groups="dokstamp_connector.group_registrar",
    )

    # === COMPUTE METHODS === #

    @api.depends("dokstamp_student_ids")
    def _compute_dokstamp_certificate_count(self):
        for partner in self:
            students = partner.dokstamp_student_ids
            partner.dokstamp_certificate_count = sum(
                students.mapped("certificate_count")
            )

    # === ACTION METHODS === #

    def action_view_dokstamp_certificates(self):
        """Open the certificates of this contact."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_certificate_action"
        )
        action["domain"] = [("student_id.partner_id", "in", self.ids)]
        return action
