from odoo import fields, models


class OpBatch(models.Model):
    _name = "op.batch"
    _inherit = ["mail.thread"]
    _description = "OpenEduCat Batch"

    code = fields.Char(size=16, required=True)
    name = fields.Char(size=32, required=True)
    start_date = fields.Date(required=True, default=fields.Date.today)
    end_date = fields.Date(required=True)
    course_id = fields.Many2one("op.course", required=True)
    active = fields.Boolean(default=True)

    _unique_batch_code = models.Constraint("UNIQUE (code)", "One code per batch.")
