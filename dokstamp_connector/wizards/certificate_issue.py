from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class DokstampCertificateIssue(models.TransientModel):
    """Who will get a certificate, who will not and why; then issue, or prepare drafts.

    Opened for one student, for enrollments, or for everyone who completed a course.
    """

    _name = "dokstamp.certificate.issue"
    _description = "Issue Certificates"

    conferral_date = fields.Date(
        string="Conferred on", default=fields.Date.context_today, required=True
    )
    line_ids = fields.One2many("dokstamp.certificate.issue.line", "wizard_id")
    ready_count = fields.Integer(compute="_compute_counts")
    blocked_count = fields.Integer(compute="_compute_counts")
    confirmed = fields.Boolean(
        string="I have checked the list",
        help="Issuing cannot be undone: a certificate can only be revoked.",
    )
    can_issue = fields.Boolean(compute="_compute_can_issue")

    @api.depends("line_ids.is_selected", "line_ids.obstacle")
    def _compute_counts(self):
        for wizard in self:
            wizard.ready_count = len(wizard._ready_lines())
            wizard.blocked_count = len(wizard.line_ids.filtered("obstacle"))

    def _compute_can_issue(self):
        """Where a second person approves, this one prepares drafts only."""
        for wizard in self:
            accounts = wizard.line_ids.enrollment_id.account_id.sudo()
            wizard.can_issue = not any(accounts.mapped("needs_approval"))

    # === OPENING === #

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if "line_ids" in fields_list:
            enrollments = self._enrollments_of_context()
            values["line_ids"] = [
                Command.create(vals) for vals in self._line_values(enrollments)
            ]
        return values

    @api.model
    def _enrollments_of_context(self):
        """The enrollments that the wizard was opened for."""
        model = self.env.context.get("active_model")
        ids = self.env.context.get("active_ids") or []
        enrollments = self.env["dokstamp.enrollment"]
        if model == "dokstamp.enrollment":
            return enrollments.browse(ids).exists()
        if model == "dokstamp.student":
            return enrollments.search([("student_id", "in", ids)])
        if model == "dokstamp.course":
            return enrollments.search(
                [("course_id", "in", ids), ("completion_status", "=", "completed")]
            )
        if model == "res.partner":
            return enrollments.search([("student_id.partner_id", "in", ids)])
        links = self.env["dokstamp.source.link"].sudo().search(
            [
                ("res_model", "=", model),
                ("res_id", "in", ids),
                ("entity_model", "=", enrollments._name),
            ]
        )
        return enrollments.browse(links.mapped("entity_id")).exists()

    @api.model
    def _line_values(self, enrollments):
        lines = []
        for enrollment in enrollments:
            obstacle = "\n".join(enrollment._certificate_obstacles())
            lines.append(
                {
                    "enrollment_id": enrollment.id,
                    "obstacle": obstacle or False,
                    "is_selected": not obstacle,
                }
            )
        return sorted(lines, key=lambda line: bool(line["obstacle"]))

    # === ACTION METHODS === #

    def action_issue(self):
        """Send the ready ones; needs the registrar's word, since it cannot be undone."""
        self.ensure_one()
        if not self.can_issue:
            raise UserError(
                self.env._(
                    "A second person approves certificates here: prepare drafts, and let a colleague issue them."
                )
            )
        if not self.confirmed:
            raise UserError(
                self.env._(
                    "Tick “I have checked the list” first: DokStamp notifies %(count)s people, and that "
                    "cannot be undone.",
                    count=self.ready_count,
                )
            )
        run = self._create_run()
        run.certificate_ids.action_issue()
        return run._open()

    def action_prepare_drafts(self):
        """Create drafts and send nothing."""
        self.ensure_one()
        return self._create_run()._open()

    def _create_run(self):
        lines = self._ready_lines()
        if not lines:
            raise UserError(
                self.env._("Nobody in this list can get a certificate; the reasons stand beside the names.")
            )
        return self.env["dokstamp.issue.run"].create(
            {
                "name": self._run_name(lines),
                "company_id": lines.enrollment_id.company_id[:1].id,
                "certificate_ids": [
                    Command.create(line._certificate_values()) for line in lines
                ],
            }
        )

    def _run_name(self, lines):
        courses = lines.enrollment_id.course_id
        name = courses.name if len(courses) == 1 else self.env._("Several courses")
        return f"{name}, {fields.Date.to_string(self.conferral_date)}"

    def _ready_lines(self):
        return self.line_ids.filtered(lambda line: line.is_selected and not line.obstacle)


class DokstampCertificateIssueLine(models.TransientModel):
    """One enrollment in the wizard."""

    _name = "dokstamp.certificate.issue.line"
    _description = "Certificate to Issue"

    wizard_id = fields.Many2one(
        "dokstamp.certificate.issue", required=True, ondelete="cascade"
    )
    enrollment_id = fields.Many2one("dokstamp.enrollment", required=True, readonly=True)
    student_id = fields.Many2one(related="enrollment_id.student_id")
    course_id = fields.Many2one(related="enrollment_id.course_id")
    completion_status = fields.Selection(related="enrollment_id.completion_status")
    is_selected = fields.Boolean(string="Issue")
    obstacle = fields.Text(string="Why not", readonly=True)

    def _certificate_values(self):
        enrollment = self.enrollment_id
        return {
            "student_id": enrollment.student_id.id,
            "course_id": enrollment.course_id.id,
            "enrollment_id": enrollment.id,
            "conferral_date": self.wizard_id.conferral_date,
            "company_id": enrollment.company_id.id,
        }

    def action_preview(self):
        """The document as it would print now; nothing is kept."""
        self.ensure_one()
        draft = self.env["dokstamp.certificate"].new(self._certificate_values())
        return draft._preview()
