from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    dokstamp_student_ids = fields.One2many(
        "dokstamp.student",
        "partner_id",
        string="DokStamp students",
        groups="dokstamp_connector.group_registrar",
    )

    def action_view_dokstamp_student(self):
        """Open the registry's student that stands for this contact."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_student_action"
        )
        action["domain"] = [("partner_id", "=", self.id)]
        if len(self.dokstamp_student_ids) == 1:
            action["views"] = [(False, "form")]
            action["res_id"] = self.dokstamp_student_ids.id
        return action
