"""Issuing, and re-issuing: for whom the list opens, what it says of each, and what
comes of it.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..models.actions import open_form
from ..models.certificates.certificate import OPEN_STATES


class DokstampCertificateIssue(models.TransientModel):
    """Who will get a certificate, who will not and why; then issue, or prepare drafts.

    Opened for drafts, for students, contacts and enrollments, for everyone of a course
    or cohort who completed it, for the school app's records that feed one of these, or
    for certificates that are replaced.
    """

    _name = "dokstamp.certificate.issue"
    _inherit = ["dokstamp.write.protection"]
    _description = "Issue Certificates"

    conferral_date = fields.Date(
        string="One day for all",
        help="For a ceremony, say. Empty: each is conferred on its own day.",
    )
    line_ids = fields.One2many("dokstamp.certificate.issue.line", "wizard_id")
    ready_count = fields.Integer(compute="_compute_counts")
    blocked_count = fields.Integer(compute="_compute_counts")
    new_count = fields.Integer(compute="_compute_counts")
    doubtful_count = fields.Integer(compute="_compute_doubtful_count")
    is_replacing = fields.Boolean(compute="_compute_live_count")
    live_count = fields.Integer(compute="_compute_live_count")
    reason = fields.Char(string="Why it is revoked", help="DokStamp shows it publicly.")
    summary = fields.Char(compute="_compute_counts")
    warning = fields.Text(
        compute="_compute_warning",
        help="Why nothing can be issued before it is mended.",
    )
    confirmed = fields.Boolean(
        string="I have checked the list",
        help="Issuing cannot be undone: a certificate can only be revoked.",
    )
    confirmation = fields.Char(compute="_compute_counts")
    can_issue = fields.Boolean(compute="_compute_can_issue")

    @api.model
    def _get_writable_fields(self, state=None):
        names = {"conferral_date", "line_ids", "confirmed", "reason"}
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

    @api.depends("line_ids.has_doubts")
    def _compute_doubtful_count(self):
        for wizard in self:
            wizard.doubtful_count = len(wizard.line_ids.filtered("has_doubts"))

    @api.depends("line_ids.replaces_id")
    def _compute_live_count(self):
        for wizard in self:
            wizard.is_replacing = bool(wizard.line_ids.replaces_id)
            wizard.live_count = len(wizard.line_ids._live_predecessors())

    @api.depends("line_ids")
    def _compute_can_issue(self):
        """Where a second person approves, this one prepares drafts only."""
        for wizard in self:
            new = wizard.line_ids.filtered(lambda line: not line.certificate_id)
            # sudo: the account's settings are the manager's
            accounts = new.student_id.account_id.sudo()
            wizard.can_issue = not any(accounts.mapped("needs_approval"))

    @api.depends("line_ids.student_id")
    def _compute_warning(self):
        for wizard in self:
            # sudo: accounts are the managers'
            accounts = wizard.line_ids.student_id.account_id.sudo()
            warnings = {r for one in accounts for r in one._reasons_not_to_issue()}
            wizard.warning = "\n".join(sorted(warnings)) or False

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

    # === FOR WHOM IT OPENS === #

    @api.model
    def _open_for_context(self):
        """Open the wizard for the records that the action was started on."""
        model = self.env.context.get("active_model")
        ids = self.env.context.get("active_ids") or []
        if model == "dokstamp.certificate":
            drafts = self.env[model].browse(ids).exists()
            return self._open_for(drafts.filtered(lambda c: c.state in OPEN_STATES))
        return self._open_for(self._enrollments_of(model, ids))

    @api.model
    def _open_for(self, records):
        """:param records: enrollments, or certificates: those that are not issued yet
        are, the others are replaced
        """
        self.check_access("create")
        candidates = self._candidates(records).sorted(
            lambda c: (c.student_id.name or "", c.course_id.name or "")
        )
        lines = self._lines_of(candidates)
        # who gets none comes first: that is what there is to do
        lines.sort(key=lambda vals: vals["is_selected"])
        wizard = self.create({})
        # sudo: the list is worked out, not typed in
        lines_sudo = wizard.line_ids.sudo()
        lines_sudo.create([{**vals, "wizard_id": wizard.id} for vals in lines])
        # a revocation that failed, or waits for a second person, was given one before
        live = wizard.line_ids._live_predecessors()
        wizard.reason = next(filter(None, live.mapped("revocation_reason")), False)
        return wizard._reopen()

    @api.model
    def _enrollments_of(self, model, ids):
        """The enrollments that records of ``model`` stand for.

        :param str model: a registry model, `res.partner`, or one that a source reads
        """
        enrollments = self.env["dokstamp.enrollment"]
        if domain := self._domain_of(model, ids):
            return enrollments.search(domain)
        # sudo: whoever sees the school app's record may know what it feeds
        links = self.env["dokstamp.source.link"].sudo()
        fed = links.search([("res_model", "=", model), ("res_id", "in", ids)])
        domains = [
            # of a record that could not be read there is none
            self._domain_of(entity, set(own.mapped("entity_id")) - {False})
            for entity, own in fed.grouped("entity_model").items()
        ]
        return enrollments.search(Domain.OR(filter(None, domains)))

    @api.model
    def _domain_of(self, model, ids):
        """The enrollments that records of a model of ours, or contacts, stand for; of a
        course or cohort those who completed it. None for another model.

        :rtype: Domain | None
        """
        is_completed = Domain("completion_status", "=", "completed")
        domains = {
            "dokstamp.enrollment": Domain("id", "in", ids),
            "dokstamp.student": Domain("student_id", "in", ids),
            "dokstamp.course": Domain("course_id", "in", ids) & is_completed,
            "dokstamp.cohort": Domain("cohort_id", "in", ids) & is_completed,
            "res.partner": Domain("student_id.partner_id", "in", ids),
        }
        return domains.get(model)

    @api.model
    def _candidates(self, records):
        """Drafts, and one unsaved certificate for each enrollment that has none, or for
        each certificate that is replaced.

        :rtype: dokstamp.certificate
        """
        if records._name == "dokstamp.certificate":
            drafts = records.filtered(lambda c: c.state in OPEN_STATES)
            return drafts + (records - drafts)._unsaved_successors()
        drafts = self._drafts_of(records)
        plain = records.filtered(lambda enrollment: enrollment not in drafts)
        model = self.env["dokstamp.certificate"]
        return model.concat(*drafts.values(), plain._unsaved_certificates())

    @api.model
    def _drafts_of(self, enrollments):
        """Enrollment → its newest certificate that is not issued yet.

        :rtype: dict[dokstamp.enrollment, dokstamp.certificate]
        """
        return {
            certificate.enrollment_id: certificate
            for certificate in enrollments.certificate_ids.sorted("id")
            if certificate.state in OPEN_STATES
        }

    @api.model
    def _lines_of(self, candidates):
        return [
            {
                "certificate_id": certificate._origin.id,
                "enrollment_id": certificate.enrollment_id.id,
                "replaces_id": certificate.replaces_id.id,
                "conferral_date": certificate.conferral_date,
                "exception_reason": certificate.exception_reason,
                **self._objection_values(certificate, objections),
            }
            for certificate, objections in zip(
                candidates, candidates._objections_of_each(), strict=True
            )
        ]

    @api.model
    def _objection_values(self, certificate, objections):
        """:param tuple objections: firm ones, and those that allow an exception"""
        firm, open_ = objections
        return {
            "firm_obstacle": "\n".join(firm or certificate._absence_obstacles()),
            "open_obstacle": "\n".join(open_),
            "is_selected": not firm and bool(certificate._exception() or not open_),
        }

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
        if self.warning:
            raise UserError(self.warning)
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

    def action_look_again(self):
        """Work the list out anew, after something was mended; who was taken out of it
        by hand stays out.
        """
        self.ensure_one()
        for line in self.line_ids:
            line.sudo()._look_again()  # sudo: the list is worked out, not typed in
        return self._reopen()

    def action_select_none(self):
        self.line_ids.is_selected = False
        return self._reopen()

    def _reopen(self):
        return open_form(
            self,
            name=self.env._("Re-issue certificates")
            if self.is_replacing
            else self.env._("Issue certificates"),
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
        self._note_reason(lines._live_predecessors())
        lines._make_missing_drafts()
        if len(lines) > 1:
            for together in lines.grouped("company_id").values():
                self._put_into_run(together)
        return lines.certificate_id

    def _note_reason(self, live):
        """Why what is still valid is revoked.

        :raise UserError: nobody has said so
        """
        reason = (self.reason or "").strip()
        for certificate in live:
            if not reason and not certificate.revocation_reason:
                raise UserError(self.env._("Give a reason: it is shown publicly."))
        if reason:
            live.revocation_reason = reason

    def _put_into_run(self, lines):
        """Let these lines of one company be one run."""
        drafts = lines.certificate_id
        run = self._create_run(lines)
        if drafts.run_id != run:
            drafts.run_id = run

    def _create_run(self, lines):
        """The run of these lines; drafts that were prepared together stay in theirs."""
        run = lines.certificate_id.run_id
        if len(run) != 1 or not all(line.certificate_id.run_id for line in lines):
            run = run.create(
                {
                    "name": self._run_name(lines),
                    "company_id": lines.company_id.id,
                }
            )
        refused = self.line_ids.filtered("obstacle")
        run._note_refused(refused.filtered(lambda r: r.company_id == run.company_id))
        return run

    def _run_name(self, lines):
        courses = lines.course_id
        name = courses.name if len(courses) == 1 else self.env._("Several courses")
        day = self.conferral_date or lines.company_id._dokstamp_today()
        return f"{name}, {fields.Date.to_string(day)}"

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
