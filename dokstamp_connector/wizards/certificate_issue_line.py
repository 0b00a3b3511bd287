from odoo import api, fields, models
from odoo.exceptions import UserError


class DokstampCertificateIssueLine(models.TransientModel):
    """One enrollment, one draft, or one certificate that is replaced, in the wizard.

    Which day stands on it, and why an exception is made, can be said here.
    """

    _name = "dokstamp.certificate.issue.line"
    _inherit = ["dokstamp.write.protection"]
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
    replaces_id = fields.Many2one(
        "dokstamp.certificate", readonly=True, ondelete="cascade"
    )
    student_id = fields.Many2one("dokstamp.student", compute="_compute_subject")
    course_id = fields.Many2one("dokstamp.course", compute="_compute_subject")
    company_id = fields.Many2one("res.company", compute="_compute_subject")
    completed_at = fields.Date(related="enrollment_id.completed_at")
    is_confirmed = fields.Boolean(related="student_id.is_confirmed")
    conferral_date = fields.Date(string="Conferred on")
    exception_reason = fields.Char(
        string="Exception because",
        help="Why it is issued although something speaks against it. It stays on the "
        "certificate and in the register.",
    )
    is_selected = fields.Boolean(string="Issue")
    firm_obstacle = fields.Text(readonly=True)
    open_obstacle = fields.Text(readonly=True)
    has_doubts = fields.Boolean(
        compute="_compute_obstacle",
        help="What speaks against it can be made an exception of.",
    )
    obstacle = fields.Text(string="Why not", compute="_compute_obstacle")

    @api.model
    def _get_writable_fields(self, state=None):
        """Whom a list is of, and what is said of each, is worked out."""
        names = super()._get_writable_fields(state)
        if state is None:
            return names
        return names | {"is_selected", "conferral_date", "exception_reason"}

    @api.depends("certificate_id", "enrollment_id", "replaces_id")
    def _compute_subject(self):
        for line in self:
            subject = line.certificate_id or line.replaces_id or line.enrollment_id
            line.student_id = subject.student_id
            line.course_id = subject.course_id
            line.company_id = subject.company_id

    @api.depends(
        "firm_obstacle",
        "open_obstacle",
        "exception_reason",
        "conferral_date",
        "wizard_id.conferral_date",
    )
    def _compute_obstacle(self):
        certificates = self.env["dokstamp.certificate"]
        for line in self:
            day, completed_at = line._day(), line.enrollment_id.completed_at
            firm = list(filter(None, [line.firm_obstacle]))
            doubts = list(filter(None, [line.open_obstacle]))
            line.has_doubts = bool(
                doubts or certificates._day_doubts(day, completed_at)
            )
            obstacles = certificates._obstacles_of_day(
                firm,
                doubts,
                day=day,
                completed_at=completed_at,
                is_excepted=bool((line.exception_reason or "").strip()),
            )
            line.obstacle = "\n".join(obstacles) or False

    @api.onchange("conferral_date", "exception_reason")
    def _onchange_what_was_missing(self):
        """Whoever says what was missing wants it issued."""
        for line in self:
            if line.obstacle or line._origin.obstacle:
                line.is_selected = not line.obstacle

    def _day(self):
        """One day for all, or its own."""
        return self.wizard_id.conferral_date or self.conferral_date

    def _chosen_values(self):
        """What is chosen in the list, as far as it is another one than on the draft.

        :rtype: dict
        """
        chosen = {
            "conferral_date": self._day(),
            "exception_reason": (self.exception_reason or "").strip() or False,
        }
        draft = self.certificate_id
        return {name: v for name, v in chosen.items() if not draft or draft[name] != v}

    def _live_predecessors(self):
        """What is still valid, and would be revoked."""
        replaced = self.replaces_id | self.certificate_id.replaces_id
        return replaced.filtered(lambda certificate: certificate.state == "issued")

    # === MAKING === #

    def _make_missing_drafts(self):
        """Create the certificates that are not there yet, and note on the others what
        was chosen; pressing twice makes none twice.
        """
        for line in self.filtered("certificate_id"):
            if values := line._chosen_values():
                line.certificate_id.write(values)
        new = self.filtered(lambda line: not line.certificate_id)
        new._refuse_outdated()
        replacing = new.filtered("replaces_id")
        plain = new - replacing
        plain._note_certificates(
            # who prepared it stands in a field: no message and no follower for each
            self.env["dokstamp.certificate"]
            .with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
            .create([line._certificate_values() for line in plain])
        )
        replacing._note_certificates(
            replacing.replaces_id._make_successors(
                [line._chosen_values() for line in replacing]
            )
        )

    def _note_certificates(self, certificates):
        for line, certificate in zip(self, certificates, strict=True):
            # sudo: as with the whole line
            line.sudo().certificate_id = certificate.with_env(self.env)

    def _certificate_values(self):
        """Of the certificate that would be made."""
        return {**self._plain_values(), **self._chosen_values()}

    def _plain_values(self):
        """Of that certificate, without what is chosen in the list."""
        if self.replaces_id:
            return self.replaces_id._successor_values()
        return self.enrollment_id._certificate_values()

    def _refuse_outdated(self):
        """:raise UserError: a completion was taken back since the list was opened"""
        for line in self.filtered(lambda line: not line.has_doubts):
            reasons = line.enrollment_id._completion_obstacles()
            if line.enrollment_id and reasons:
                raise UserError(
                    self.env._(
                        "%(name)s: %(reasons)s That has changed since this list was "
                        "opened: open it again.",
                        name=line.student_id.name,
                        reasons=" ".join(reasons),
                    )
                )

    # === MENDING === #

    def action_mend(self):
        """Open what keeps this one from a certificate, beside the list."""
        self.ensure_one()
        record = self._to_mend()
        return {
            "type": "ir.actions.act_url",
            "url": f"/odoo/{record._name}/{record.id}",
            "target": "new",
        }

    def _to_mend(self):
        """The record that most likely has to be mended.

        :rtype: dokstamp.entity | dokstamp.hold
        """
        enrollment, student, course = (
            self.enrollment_id,
            self.student_id,
            self.course_id,
        )
        if enrollment and enrollment.completion_status != "completed":
            return enrollment
        unsent = (one for one in (student, course) if one.sync_state != "synced")
        stop = self._candidate()._what_stops()
        return next(unsent, stop or self.certificate_id or enrollment or student)

    def _candidate(self):
        """The draft, or an unsaved certificate as it would be made."""
        model = self.env["dokstamp.certificate"]
        return self.certificate_id or model.new(self._plain_values())

    def _look_again(self):
        """What speaks against it by now; whoever can have one now is ticked."""
        was_refused = bool(self.obstacle)
        certificate = self._candidate()
        [objections] = certificate._objections_of_each()
        values = self.wizard_id._objection_values(certificate, objections)
        if not self.conferral_date:
            values["conferral_date"] = certificate.conferral_date
        if not was_refused and not self.is_selected:
            values["is_selected"] = False
        self.write(values)

    def action_preview(self):
        """The document as it would print now; nothing is kept."""
        self.ensure_one()
        if self.certificate_id:
            return self.certificate_id._preview()
        values = self._certificate_values()
        return self.env["dokstamp.certificate"].new(values)._preview()
