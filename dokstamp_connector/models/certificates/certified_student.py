"""What certificates add to students: how many there are, holds, the portfolio page; and
that others rely on who they are.
"""

from odoo import api, fields, models


class DokstampStudent(models.Model):
    _inherit = "dokstamp.student"

    certificate_ids = fields.One2many("dokstamp.certificate", "student_id")
    certificate_count = fields.Integer(
        compute="_compute_certificate_count", string="Certificate count"
    )
    hold_ids = fields.One2many("dokstamp.hold", "student_id", string="Holds")
    is_on_hold = fields.Boolean(compute="_compute_is_on_hold", string="On hold")
    portfolio_ids = fields.One2many("dokstamp.portfolio", "student_id")
    share_count = fields.Integer(string="Shared links", compute="_compute_share_count")

    # === COMPUTE METHODS === #

    def _compute_certificate_count(self):
        counts = self._count("dokstamp.certificate", "student_id")
        for student in self:
            student.certificate_count = counts.get(student.id, 0)

    def _compute_share_count(self):
        for student in self:
            student.share_count = len(
                student._shares().filtered(lambda share: share.state == "open")
            )

    @api.depends("hold_ids.active", "hold_ids.end_date")
    def _compute_is_on_hold(self):
        holds = self.env["dokstamp.hold"]
        held = holds._in_force(self, self.env["dokstamp.enrollment"]).student_id
        for student in self:
            student.is_on_hold = student in held

    # === CRUD METHODS === #

    @api.model
    def _get_writable_fields(self, state=None):
        return super()._get_writable_fields(state) | {"hold_ids"}

    def _note_deletion(self):
        """The page goes with its student, in the database too: the public must not see
        it until somebody notices.
        """
        # sudo: whoever deletes a student deletes the page
        pages = self.env["dokstamp.portfolio"].sudo().with_context(active_test=False)
        pages.search([("student_id", "in", self.ids)])._note_deletion()
        return super()._note_deletion()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_on_hold(self):
        if not self.env.su:  # a school app's own deletion never fails because of us
            no_enrollment = self.env["dokstamp.enrollment"]
            self.env["dokstamp.hold"]._in_force(self, no_enrollment)._refuse_to_go()

    # === ACTION METHODS === #

    def action_view_certificates(self):
        return self._action_pointing_here(
            "dokstamp_connector.dokstamp_certificate_action", "student_id"
        )

    def action_open_portfolio(self):
        """Open the student's portfolio page, or a new one that is not saved yet."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Portfolio page"),
            "res_model": "dokstamp.portfolio",
            "res_id": self.portfolio_ids[:1].id,
            "views": [(False, "form")],
            "context": {"default_student_id": self.id},
        }

    def action_view_shares(self):
        """Open the links by which the student shows certificates."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_share_action"
        )
        return {**action, "domain": [("id", "in", self._shares().ids)]}

    def _shares(self):
        """Links that show certificates of these students, or did."""
        # sudo: to find them; what is found is the user's to see
        found = (
            self.env["dokstamp.share"]
            .sudo()
            .search([("certificate_ids.student_id", "in", self.ids)])
        )
        return found.with_env(self.env)._filtered_access("read")

    # === CERTIFICATES === #

    def _relied_on(self):
        return self._told_by_certificates("student_id")

    def _courses_to_come(self):
        """Names of the courses that may bring these students a certificate still.

        :rtype: list[str]
        """
        enrollments = self.enrollment_ids.filtered(
            lambda e: e.completion_status != "dropped"
        )
        return enrollments.course_id.mapped("name")

    def _issued_certificates(self):
        """The student's live certificates, the newest first."""
        return self.certificate_ids.filtered(lambda c: c.state == "issued").sorted(
            lambda c: (c.conferral_date, c.id), reverse=True
        )
