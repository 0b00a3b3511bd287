from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class DokstampHold(models.Model):
    """Something that stops every certificate of a student, or of one enrollment, until
    it is lifted.
    """

    _name = "dokstamp.hold"
    _description = "DokStamp Hold"
    _order = "id desc"
    _rec_name = "reason"
    _check_company_auto = True

    student_id = fields.Many2one(
        "dokstamp.student",
        ondelete="cascade",
        index="btree_not_null",
        check_company=True,
    )
    enrollment_id = fields.Many2one(
        "dokstamp.enrollment",
        ondelete="cascade",
        index="btree_not_null",
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", store=True, precompute=True
    )
    reason = fields.Char(required=True)
    author_id = fields.Many2one(
        "res.users", default=lambda self: self.env.user, readonly=True, required=True
    )
    end_date = fields.Date(
        string="Until", help="The last day of the hold; empty: until lifted."
    )
    active = fields.Boolean(default=True)

    @api.depends("student_id", "enrollment_id")
    def _compute_company_id(self):
        for hold in self:
            hold.company_id = (hold.student_id or hold.enrollment_id).company_id

    @api.constrains("student_id", "enrollment_id")
    def _check_target(self):
        for hold in self:
            if bool(hold.student_id) == bool(hold.enrollment_id):
                raise ValidationError(
                    self.env._("A hold is either on a student or on one enrollment.")
                )

    @api.model
    def _in_force(self, students, enrollments):
        """The holds that stop certificates of these students and enrollments today."""
        target = Domain("student_id", "in", students.ids) | Domain(
            "enrollment_id", "in", enrollments.ids
        )
        today = fields.Date.context_today(self)
        in_time = Domain("end_date", "=", False) | Domain("end_date", ">=", today)
        # sudo: a hold stops whoever issues
        return self.sudo().search(target & in_time)

    def _sentence(self):
        self.ensure_one()
        if self.end_date:
            return self.env._(
                "On hold until %(date)s: %(reason)s (%(author)s)",
                date=fields.Date.to_string(self.end_date),
                reason=self.reason,
                author=self.author_id.name,
            )
        return self.env._(
            "On hold: %(reason)s (%(author)s)",
            reason=self.reason,
            author=self.author_id.name,
        )

    def action_lift(self):
        self.active = False
