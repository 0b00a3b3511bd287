from collections import Counter, defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..actions import open_form
from .printed_pages import pages_of

# What a certificate's state means for the run that it is part of.
DRAFT, UNDER_WAY, FAILED = "draft", "queued", "failed"


class DokstampIssueRun(models.Model):
    """Certificates that were issued together: how far they got, and what failed.

    It keeps no count of its own: everything follows from its certificates, so that the
    scheduled actions never write a row that its user may be writing.
    """

    _name = "dokstamp.issue.run"
    _inherit = ["dokstamp.write.protection"]
    _description = "DokStamp Issue Run"
    _order = "id desc"

    name = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
        index=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Started by",
        default=lambda self: self.env.user,
        readonly=True,
        ondelete="set null",
    )
    is_paused = fields.Boolean(readonly=True)
    certificate_ids = fields.One2many(
        "dokstamp.certificate", "run_id", string="Certificates", readonly=True
    )
    state = fields.Selection(
        [
            ("prepared", "Prepared"),
            ("running", "Running"),
            ("paused", "Paused"),
            ("done", "Done"),
        ],
        compute="_compute_counts",
    )
    total_count = fields.Integer(compute="_compute_counts", string="People")
    draft_count = fields.Integer(compute="_compute_counts", string="Drafts")
    open_count = fields.Integer(compute="_compute_counts", string="On their way")
    issued_count = fields.Integer(compute="_compute_counts", string="Issued")
    failed_count = fields.Integer(compute="_compute_counts", string="Failed")
    progress = fields.Float(compute="_compute_counts")
    refusal_ids = fields.One2many(
        "dokstamp.issue.refusal", "run_id", string="Who was refused", readonly=True
    )
    refused_count = fields.Integer(compute="_compute_refused_count", string="Refused")
    has_several_courses = fields.Boolean(compute="_compute_has_several_courses")

    # === COMPUTE METHODS === #

    @api.depends("is_paused", "certificate_ids.state")
    def _compute_counts(self):
        groups = self.env["dokstamp.certificate"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
        )
        counts = defaultdict(Counter)
        for run, state, count in groups:
            counts[run.id][state] = count
        for run in self:
            of_state = counts[run.id]
            run.total_count = of_state.total()
            run.draft_count = of_state[DRAFT]
            run.open_count = of_state[UNDER_WAY]
            run.failed_count = of_state[FAILED]
            # a certificate that was revoked or has expired since was issued
            unissued = run.draft_count + run.open_count + run.failed_count
            run.issued_count = run.total_count - unissued
            settled = run.issued_count + run.failed_count
            run.progress = 100 * settled / run.total_count if run.total_count else 0
            run.state = run._state_of_counts()

    def _state_of_counts(self):
        if self.open_count:
            return "paused" if self.is_paused else "running"
        return "prepared" if self.draft_count else "done"

    @api.depends("refusal_ids")
    def _compute_refused_count(self):
        for run in self:
            run.refused_count = len(run.refusal_ids)

    @api.depends("certificate_ids.course_id")
    def _compute_has_several_courses(self):
        for run in self:
            run.has_several_courses = len(run.certificate_ids.course_id) > 1

    # === CRUD METHODS === #

    @api.model
    def _get_writable_fields(self, state=None):
        """Who started a run, and what is in it, is a fact."""
        names = super()._get_writable_fields(state)
        return names | {"name", "company_id"} if state is None else names

    def _refusal(self, names):
        return AccessError(
            self.env._("What a run is follows from its certificates and buttons.")
        )

    def _note_refused(self, lines):
        """Keep who was in the list and got none, with the reason of that day; what was
        said before of the same enrollment is not said again.

        :param lines: each with a student, an enrollment, a course and an obstacle
        """
        known = {(one.enrollment_id, one.reason) for one in self.refusal_ids}
        # sudo: what was refused is noted, not typed in
        self.env["dokstamp.issue.refusal"].sudo().create(
            [
                {
                    "run_id": self.id,
                    "student_id": line.student_id.id,
                    "enrollment_id": line.enrollment_id.id,
                    "course_id": line.course_id.id,
                    "reason": line.obstacle,
                }
                for line in lines
                if (line.enrollment_id, line.obstacle) not in known
            ]
        )

    # === ACTION METHODS === #

    def action_view_refused(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_issue_refusal_action"
        )
        return {**action, "domain": [("run_id", "=", self.id)]}

    def action_pause(self):
        """Stop before the next one; what DokStamp is working on goes through."""
        return self._pause(True)

    def _pause(self, is_paused):
        self.check_access("write")
        self.sudo().is_paused = is_paused  # sudo: a field of the connector
        return True

    def action_resume(self):
        """Go on: the queue let go those whose turn came while the run was paused."""
        self._pause(False)
        under_way = self.certificate_ids.filtered(lambda c: c.state == UNDER_WAY)
        with_document = under_way.filtered("pdf_sha256")
        self.env["dokstamp.sync.record"]._gather(with_document, "issue", urgent=True)
        self.env["dokstamp.schedule"]._wake("documents")
        return True

    def action_retry_failed(self):
        """Send again what failed, unless there still is a reason against it."""
        failed = self.certificate_ids.filtered(lambda c: c.state == FAILED)
        if not failed:
            raise UserError(self.env._("Nothing failed in this run."))
        failed._issue_unattended()
        return True

    def action_draft(self):
        """Take back what DokStamp has nothing of yet; what it has goes through."""
        return self.certificate_ids.action_draft()

    def action_issue_drafts(self):
        """Ask once more, then issue what was prepared."""
        drafts = self.certificate_ids.filtered(lambda c: c.state == DRAFT)
        return self.env["dokstamp.certificate.issue"]._open_for(drafts)

    def action_download_documents(self):
        return self.certificate_ids.action_download_documents()

    def action_view_certificates(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_certificate_action"
        )
        action["domain"] = [("run_id", "=", self.id)]
        action["context"] = {}
        return action

    def _open(self):
        return open_form(self, name=self.env._("Issue run"))

    # === PRINTED PAGES === #

    def _outcome_pages(self):
        """The run's certificates as pages, what failed first.

        :rtype: list[dict]
        """
        self.ensure_one()
        certificates = self.certificate_ids.sorted(
            lambda c: (c.state != "failed", c.number or "", c.id)
        )
        return [
            {"certificates": on_page, **place}
            for on_page, place in pages_of(certificates, _printed_cells)
        ]


def _printed_cells(certificate):
    """What may take several lines, and how wide its column is in em."""
    return [
        (f"{certificate.student_id.name} {certificate.course_id.name}", 18),
        (certificate.failure_message or certificate.verification_url, 25),
    ]
