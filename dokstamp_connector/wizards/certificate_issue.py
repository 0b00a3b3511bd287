from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.actions import open_form


class DokstampCertificateIssue(models.TransientModel):
    """Who will get a certificate, who will not and why; then issue, or prepare drafts.

    Opened for drafts, for students, contacts and enrollments, for the school app's
    records that feed enrollments, or for everyone who completed a course.
    """

    _name = "dokstamp.certificate.issue"
    _inherit = ["dokstamp.write.protection"]
    _description = "Issue Certificates"

    conferral_date = fields.Date(
        string="Conferred on", default=fields.Date.context_today, required=True
    )
    line_ids = fields.One2many("dokstamp.certificate.issue.line", "wizard_id")
    ready_count = fields.Integer(compute="_compute_counts")
    blocked_count = fields.Integer(compute="_compute_counts")
    new_count = fields.Integer(compute="_compute_counts")
    summary = fields.Char(compute="_compute_counts")
    confirmed = fields.Boolean(
        string="I have checked the list",
        help="Issuing cannot be undone: a certificate can only be revoked.",
    )
    confirmation = fields.Char(compute="_compute_counts")
    can_issue = fields.Boolean(compute="_compute_can_issue")

    @api.model
    def _get_writable_fields(self, state=None):
        names = {"conferral_date", "line_ids", "confirmed"}
        return super()._get_writable_fields(state) | names

    @api.depends("line_ids.is_selected", "line_ids.obstacle")
    def _compute_counts(self):
        for wizard in self:
            ready = wizard._ready_lines()
            wizard.ready_count = len(ready)
            wizard.blocked_count = len(wizard.line_ids.filtered("obstacle"))
            wizard.new_count = len(ready.filtered(lambda line: not line.certificate_id))
            wizard.summary = wizard._summary_sentence()
            wizard.confirmation = wizard._confirmation_sentence(ready)

    @api.depends("line_ids")
    def _compute_can_issue(self):
        """Where a second person approves, this one prepares drafts only."""
        for wizard in self:
            new = wizard.line_ids.filtered(lambda line: not line.certificate_id)
            # sudo: the account's settings are the manager's
            accounts = new.enrollment_id.account_id.sudo()
            wizard.can_issue = not any(accounts.mapped("needs_approval"))

    # === SENTENCES === #

    def _summary_sentence(self):
        if not self.line_ids:
            return self.env._(
                "Nobody to issue to: a certificate goes to somebody who is enrolled in "
                "a course and has completed it."
            )
        sentence = self.env._(
            "%(ready)s of %(all)s will get a certificate.",
            ready=self.ready_count,
            all=len(self.line_ids),
        )
        if not self.blocked_count:
            return sentence
        return self.env._(
            "%(sentence)s %(blocked)s cannot; the reason stands beside the name.",
            sentence=sentence,
            blocked=self.blocked_count,
        )

    def _confirmation_sentence(self, ready):
        names = ready.student_id.mapped("name")
        if len(ready) == 1:
            return self.env._(
                "I have checked it: DokStamp notifies %s, and that cannot be undone.",
                names[0],
            )
        return self.env._(
            "I have checked the list: DokStamp notifies %s people, and that cannot be "
            "undone.",
            len(names),
        )

    # === ACTION METHODS === #

    def action_issue(self):
        """Send the ready ones; needs the registrar's word: it cannot be undone."""
        self.ensure_one()
        if not self.can_issue:
            raise UserError(
                self.env._(
                    "A second person approves certificates here: prepare drafts, and "
                    "let a colleague issue them."
                )
            )
        if not self.confirmed:
            raise UserError(
                self.env._(
                    "Tick “I have checked the list” first: DokStamp notifies %(count)s "
                    "people, and that cannot be undone.",
                    count=self.ready_count,
                )
            )
        certificates = self._make_certificates()
        certificates.action_issue()
        return self._show(certificates)

    def action_prepare_drafts(self):
        """Create drafts and send nothing."""
        self.ensure_one()
        return self._show(self._make_certificates())

    def action_select_all(self):
        self.line_ids.filtered(lambda line: not line.obstacle).is_selected = True
        return self._reopen()

    def action_select_none(self):
        self.line_ids.is_selected = False
        return self._reopen()

    def _reopen(self):
        return open_form(
            self,
            name=self.env._("Issue certificates"),
            target="new",
            context={"dialog_size": "extra-large"},
        )

    # === MAKING === #

    def _make_certificates(self):
        """The certificates of the ready lines; several make a run.

        :rtype: dokstamp.certificate
        """
        lines = self._ready_lines()
        if not lines:
            raise UserError(
                self.env._(
                    "Nobody in this list can get a certificate; the reasons stand "
                    "beside the names."
                )
            )
        lines._make_missing_drafts()
        if len(lines) > 1:
            for together in lines.grouped("company_id").values():
                self._put_into_run(together)
        return lines.certificate_id

    def _put_into_run(self, lines):
        """Let these lines of one company be one run."""
        drafts = lines.certificate_id
        run = self._create_run(lines)
        if drafts.run_id != run:
            drafts.run_id = run

    def _create_run(self, lines):
        """The run of these lines; drafts that were prepared together stay in theirs."""
        runs = lines.certificate_id.run_id
        if len(runs) == 1 and all(line.certificate_id.run_id for line in lines):
            return runs
        return self.env["dokstamp.issue.run"].create(
            {
                "name": self._run_name(lines),
                "company_id": lines.company_id.id,
            }
        )

    def _run_name(self, lines):
        courses = lines.course_id
        name = courses.name if len(courses) == 1 else self.env._("Several courses")
        return f"{name}, {fields.Date.to_string(self.conferral_date)}"

    def _show(self, certificates):
        records = certificates.run_id or certificates
        if len(records) == 1:
            return records._open()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_issue_run_action"
        )
        return {**action, "domain": [("id", "in", records.ids)]}

    def _ready_lines(self):
        return self.line_ids.filtered(
            lambda line: line.is_selected and not line.obstacle
        )
