from odoo import api, fields, models
from odoo.exceptions import UserError


class DokstampCertificateIssue(models.TransientModel):
    """Who will get a certificate, who will not and why; then issue, or prepare drafts.

    Opened for drafts, for students, contacts and enrollments, for the school app's
    records that feed enrollments, or for everyone who completed a course.
    """

    _name = "dokstamp.certificate.issue"
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
            return self.env._("Nobody here is enrolled in a course.")
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

    # === OPENING === #

    @api.model
    def _open_for_context(self):
        """Open the wizard for the records that the action was started on."""
        model = self.env.context.get("active_model")
        ids = self.env.context.get("active_ids") or []
        if model == "dokstamp.certificate":
            return self._open_for(self.env[model].browse(ids).exists())
        return self._open_for(self._enrollments_of(model, ids))

    @api.model
    def _open_for(self, records):
        """:param records: certificates that are not issued yet, or enrollments"""
        self.check_access("create")
        if records._name == "dokstamp.certificate":
            vals_list = self._lines_of_certificates(self._by_name(records))
        else:
            vals_list = self._lines_of_enrollments(self._by_name(records))
        vals_list.sort(key=lambda vals: bool(vals["obstacle"]))
        wizard = self.create({})
        wizard.line_ids.create([{**vals, "wizard_id": wizard.id} for vals in vals_list])
        return wizard._reopen()

    def _by_name(self, records):
        return records.sorted(
            lambda r: (r.student_id.name or "", r.course_id.name or "")
        )

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Issue certificates"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.model
    def _enrollments_of(self, model, ids):
        """The enrollments that records of ``model`` stand for.

        :param str model: a registry model, `res.partner`, or one that a source reads
        """
        enrollments = self.env["dokstamp.enrollment"]
        domains = {
            "dokstamp.enrollment": [("id", "in", ids)],
            "dokstamp.student": [("student_id", "in", ids)],
            "dokstamp.course": [
                ("course_id", "in", ids),
                ("completion_status", "=", "completed"),
            ],
            "res.partner": [("student_id.partner_id", "in", ids)],
        }
        if model in domains:
            return enrollments.search(domains[model])
        # sudo: whoever sees the school app's record may know what it feeds
        links = self.env["dokstamp.source.link"].sudo()
        fed = links.search(
            [
                ("res_model", "=", model),
                ("res_id", "in", ids),
                ("entity_model", "=", enrollments._name),
            ]
        )
        return enrollments.search([("id", "in", fed.mapped("entity_id"))])

    @api.model
    def _lines_of_certificates(self, certificates):
        certificates = certificates.filtered(lambda c: c.state in ("draft", "failed"))
        obstacles = certificates._obstacles_of_each()
        return [
            {
                "certificate_id": certificate.id,
                "enrollment_id": certificate.enrollment_id.id,
                **_verdict(reasons),
            }
            for certificate, reasons in zip(certificates, obstacles, strict=True)
        ]

    @api.model
    def _lines_of_enrollments(self, enrollments):
        """One line each; an enrollment's draft is used instead of a second one."""
        drafts = self._drafts_of(enrollments)
        plain = enrollments.filtered(lambda e: e not in drafts)
        obstacles = plain._certificate_obstacles_of_each()
        lines = [
            {"enrollment_id": enrollment.id, **_verdict(reasons)}
            for enrollment, reasons in zip(plain, obstacles, strict=True)
        ]
        certificates = self.env["dokstamp.certificate"].concat(*drafts.values())
        return lines + self._lines_of_certificates(certificates)

    @api.model
    def _drafts_of(self, enrollments):
        """Enrollment → its newest certificate that is not issued yet.

        :rtype: dict[dokstamp.enrollment, dokstamp.certificate]
        """
        drafts = {}
        for certificate in enrollments.certificate_ids.sorted("id"):
            if certificate.state in ("draft", "failed"):
                drafts[certificate.enrollment_id] = certificate
        return drafts

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
        run = self._create_run(lines) if len(lines) > 1 else None
        new = lines.filtered(lambda line: not line.certificate_id)
        made = self.env["dokstamp.certificate"].create(
            [{**line._certificate_values(), "run_id": run and run.id} for line in new]
        )
        drafts = lines.certificate_id
        if run and drafts.run_id != run:
            drafts.run_id = run
        return drafts + made

    def _create_run(self, lines):
        """The run of these lines; drafts that were prepared together stay in theirs."""
        runs = lines.certificate_id.run_id
        if len(runs) == 1 and all(line.certificate_id.run_id for line in lines):
            return runs
        return self.env["dokstamp.issue.run"].create(
            {
                "name": self._run_name(lines),
                "company_id": lines.company_id[:1].id,
            }
        )

    def _run_name(self, lines):
        courses = lines.course_id
        name = courses.name if len(courses) == 1 else self.env._("Several courses")
        return f"{name}, {fields.Date.to_string(self.conferral_date)}"

    def _show(self, certificates):
        return (certificates.run_id or certificates)._open()

    def _ready_lines(self):
        return self.line_ids.filtered(
            lambda line: line.is_selected and not line.obstacle
        )


class DokstampCertificateIssueLine(models.TransientModel):
    """One enrollment, or one draft, in the wizard."""

    _name = "dokstamp.certificate.issue.line"
    _description = "Certificate to Issue"
    _order = "id"

    wizard_id = fields.Many2one(
        "dokstamp.certificate.issue", required=True, ondelete="cascade", index=True
    )
    certificate_id = fields.Many2one(
        "dokstamp.certificate", string="Draft", readonly=True, ondelete="cascade"
    )
    enrollment_id = fields.Many2one(
        "dokstamp.enrollment", readonly=True, ondelete="cascade"
    )
    student_id = fields.Many2one("dokstamp.student", compute="_compute_subject")
    course_id = fields.Many2one("dokstamp.course", compute="_compute_subject")
    company_id = fields.Many2one("res.company", compute="_compute_subject")
    completed_at = fields.Date(related="enrollment_id.completed_at")
    is_selected = fields.Boolean(string="Issue")
    obstacle = fields.Text(string="Why not", readonly=True)

    @api.depends("certificate_id", "enrollment_id")
    def _compute_subject(self):
        for line in self:
            subject = line.certificate_id or line.enrollment_id
            line.student_id = subject.student_id
            line.course_id = subject.course_id
            line.company_id = subject.company_id

    def _certificate_values(self):
        return {
            **self.enrollment_id._certificate_values(),
            "conferral_date": self.wizard_id.conferral_date,
        }

    def action_preview(self):
        """The document as it would print now; nothing is kept."""
        self.ensure_one()
        draft = self.certificate_id or self.env["dokstamp.certificate"].new(
            self._certificate_values()
        )
        return draft._preview()


def _verdict(reasons):
    return {"obstacle": "\n".join(reasons) or False, "is_selected": not reasons}
