from odoo import fields, models

# What a certificate says of who somebody is.
OF_STUDENT = ("name", "social_name", "date_of_birth")


class DokstampConfirmation(models.Model):
    """A student's word that name and date of birth are right.

    It counts for these values alone, as long as the registry has them, or has them
    again.
    """

    _name = "dokstamp.confirmation"
    _inherit = ["dokstamp.write.protection"]
    _description = "DokStamp Confirmation"
    _order = "id desc"
    _rec_name = "student_id"

    student_id = fields.Many2one(
        "dokstamp.student", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="student_id.company_id", store=True, precompute=True
    )
    name = fields.Char(readonly=True)
    social_name = fields.Char(readonly=True, string="Social name")
    date_of_birth = fields.Date(readonly=True, string="Date of birth")
    user_id = fields.Many2one(
        "res.users", string="Confirmed by", readonly=True, ondelete="set null"
    )
    create_date = fields.Datetime(string="Confirmed on", readonly=True)
