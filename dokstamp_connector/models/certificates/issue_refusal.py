"""Who was refused when a run was started."""

from odoo import fields, models

from ..sentence import Sentence


class DokstampIssueRefusal(models.Model):
    """Who stood in the list that a run was started from, and got no certificate."""

    _name = "dokstamp.issue.refusal"
    _inherit = ["dokstamp.write.protection"]
    _description = "DokStamp Refused Certificate"
    _order = "id"
    _rec_name = "student_id"

    run_id = fields.Many2one(
        "dokstamp.issue.run",
        string="Issue run",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="run_id.company_id", store=True, index=True)
    student_id = fields.Many2one(
        "dokstamp.student", required=True, readonly=True, ondelete="cascade"
    )
    enrollment_id = fields.Many2one(
        "dokstamp.enrollment", readonly=True, ondelete="set null"
    )
    course_id = fields.Many2one("dokstamp.course", readonly=True, ondelete="set null")
    reason = Sentence(readonly=True, help="What spoke against it on that day.")
