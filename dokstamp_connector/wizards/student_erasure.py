from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.actions import open_form


class DokstampStudentErasure(models.TransientModel):
    """Shows what erasing students means before it happens."""

    _name = "dokstamp.student.erasure"
    _inherit = ["dokstamp.write.protection"]
    _description = "Erase Personal Data"

    student_ids = fields.Many2many(
        "dokstamp.student",
        relation="dokstamp_student_erasure_rel",
        required=True,
        readonly=True,
        context={"active_test": False},  # who is archived can be erased too
    )
    going = fields.Text(string="What goes", compute="_compute_what")
    staying = fields.Text(string="What stays", compute="_compute_what")
    confirmed = fields.Boolean(
        string="I have looked at it: it cannot be taken back",
    )

    @api.depends("student_ids")
    @api.depends_context("lang")
    def _compute_what(self):
        for wizard in self:
            going, staying = [], []
            for student in wizard.student_ids.with_context(active_test=False):
                name = student.display_name
                going += [f"{name}: {one}" for one in student._going_sentences()]
                if kept := student._kept_sentence():
                    staying.append(f"{name}: {kept}")
            wizard.going = "\n".join(going)
            wizard.staying = "\n".join(staying)

    @api.model
    def _get_writable_fields(self, state=None):
        return super()._get_writable_fields(state) | {"confirmed"}

    @api.model
    def _open_for(self, students):
        """:rtype: dict"""
        # sudo: whom it is about, the connector writes
        wizard = self.sudo().create({"student_ids": students.ids}).sudo(False)
        return open_form(wizard, target="new", name=self.env._("Erase personal data"))

    def action_confirm(self):
        """Erase them.

        :raise UserError: nobody has confirmed it
        """
        self.ensure_one()
        if not self.confirmed:
            raise UserError(
                self.env._("Look at what goes and what stays, and tick that you did.")
            )
        students = self.student_ids.exists()
        students._check_may_erase()
        students._erase()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_erasure_action"
        )
