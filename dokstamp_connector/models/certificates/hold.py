from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain


class DokstampHold(models.Model):
    """Something that stops every certificate of a student, or of one enrollment, until
    it is lifted.

    It stays as it was set, so that it can be told later who set it, why, and who lifted
    it.
    """

    _name = "dokstamp.hold"
    _inherit = ["dokstamp.write.protection"]
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
    reason = fields.Char(
        required=True,
        help="Why no certificate is issued for the time being.",
    )
    author_id = fields.Many2one(
        "res.users",
        default=lambda self: self.env.user,
        readonly=True,
        ondelete="set null",
    )
    end_date = fields.Date(
        string="Until", help="The last day of the hold; empty: until lifted."
    )
    active = fields.Boolean(default=True)
    lifted_by_id = fields.Many2one(
        "res.users", string="Lifted by", readonly=True, copy=False, ondelete="set null"
    )
    lifted_at = fields.Datetime(readonly=True, copy=False, string="Lifted at")

    # === COMPUTE METHODS === #

    @api.depends("student_id", "enrollment_id")
    def _compute_company_id(self):
        """That of whom it is on; before that is said, the one at work, so that its
        people can be chosen.
        """
        for hold in self:
            target = hold.student_id or hold.enrollment_id
            hold.company_id = target.company_id or self.env.company

    # === CONSTRAINT METHODS === #

    @api.constrains("student_id", "enrollment_id")
    def _check_target(self):
        for hold in self:
            if bool(hold.student_id) == bool(hold.enrollment_id):
                raise ValidationError(
                    self.env._("A hold is either on a student or on one enrollment.")
                )

    # === CRUD METHODS === #

    @api.model
    def _get_writable_fields(self, state=None):
        names = super()._get_writable_fields(state)
        if state is None:
            return names | {"student_id", "enrollment_id", "reason", "end_date"}
        return names | {"active"} if state == "in force" else names

    def _writing_state(self):
        return "in force" if self.active else "lifted"

    def _refusal(self, names):
        if not self:
            return super()._refusal(names)
        return UserError(
            self.env._(
                "A hold stays as it was set. Lift it, and set another one instead."
            )
        )

    def write(self, vals):
        if self.env.su or vals != {"active": False}:
            return super().write(vals)
        self.check_access("write")
        self._lift()
        return True

    # === ACTION METHODS === #

    def action_lift(self):
        self.check_access("write")
        self._lift()
        return True

    def _lift(self):
        # sudo: fields that nobody types in
        self.sudo().filtered("active").write(
            {
                "active": False,
                "lifted_by_id": self.env.uid,
                "lifted_at": fields.Datetime.now(),
            }
        )

    # === WHAT IT STOPS === #

    @api.model
    def _in_force(self, students, enrollments):
        """The holds that stop certificates of these students and enrollments today."""
        target = Domain.OR(
            [
                Domain("student_id", "in", students.ids),
                Domain("enrollment_id", "in", enrollments.ids),
                Domain("enrollment_id.student_id", "in", students.ids),
            ]
        )
        # sudo: a hold stops whoever issues
        return self.sudo().search(target)._not_over()

    def _not_over(self):
        """Those whose last day is not over at their school."""
        days = {
            company: company._dokstamp_today()
            for company in self.filtered("end_date").company_id
        }
        return self.filtered(
            lambda hold: not hold.end_date or hold.end_date >= days[hold.company_id]
        )

    def _stops(self, certificate):
        """Whether it is on the student, or on the enrollment that the certificate is
        for; one that names no enrollment is for any of that course.
        """
        held, enrollment = self.enrollment_id, certificate.enrollment_id
        if not held:
            return self.student_id == certificate.student_id
        if enrollment:
            return held == enrollment
        return (held.student_id, held.course_id) == (
            certificate.student_id,
            certificate.course_id,
        )

    def _sentence(self):
        self.ensure_one()
        author = self.author_id.name or self.env._("by somebody who has left")
        if self.end_date:
            return self.env._(
                "On hold until %(date)s: %(reason)s (%(author)s)",
                date=fields.Date.to_string(self.end_date),
                reason=self.reason,
                author=author,
            )
        return self.env._(
            "On hold: %(reason)s (%(author)s)",
            reason=self.reason,
            author=author,
        )

    def _refuse_to_go(self):
        """:raise UserError: what they are on must not be deleted along with them"""
        if self:
            target = self[0].student_id or self[0].enrollment_id
            raise UserError(
                self.env._(
                    "%(name)s is on hold, and the hold would be forgotten. Lift it "
                    "first, or archive the record instead.",
                    name=target.display_name,
                )
            )
