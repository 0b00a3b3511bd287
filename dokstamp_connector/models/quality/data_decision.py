from odoo import fields, models


class DokstampDataDecision(models.Model):
    """A person's word that what looks wrong in a record is right.

    It holds for that value alone: another one is another question.
    """

    _name = "dokstamp.data.decision"
    _inherit = ["dokstamp.write.protection"]
    _description = "DokStamp Data Decision"
    _order = "id desc"
    _rec_name = "reason"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        model_field="res_model", required=True, readonly=True
    )
    check_name = fields.Char(required=True, readonly=True)
    field_name = fields.Char(readonly=True)
    value = fields.Char(readonly=True)
    reason = fields.Char(required=True, readonly=True)
    author_id = fields.Many2one("res.users", readonly=True, ondelete="set null")

    _of_record = models.Index("(res_model, res_id)")
