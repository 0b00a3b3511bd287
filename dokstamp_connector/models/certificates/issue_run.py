from odoo import api, fields, models
from odoo.exceptions import UserError


class DokstampIssueRun(models.Model):
    """Certificates that were issued together: how far they got, and what failed."""

    _name = "dokstamp.issue.run"
    _description = "DokStamp Issue Run"
    _order = "id desc"

    name = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Started by",
        default=lambda self: self.env.user,
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [("running", "Running"), ("paused", "Paused"), ("done", "Done")],
        compute="_compute_state",
        store=True,
    )
    is_paused = fields.Boolean(readonly=True)
    certificate_ids = fields.One2many("dokstamp.certificate", "run_id")
    total_count = fields.Integer(compute="_compute_counts", string="Certificates")
    issued_count = fields.Integer(compute="_compute_counts", string="Issued")
    failed_count = fields.Integer(compute="_compute_counts", string="Failed")
    open_count = fields.Integer(compute="_compute_counts", string="On their way")
    progress = fields.Float(compute="_compute_counts")

    @api.depends("certificate_ids.state")
    def _compute_counts(self):
        groups = self.env["dokstamp.certificate"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
        )
        counts = {(run.id, state): count for run, state, count in groups}
        for run in self:
            of_run = {s: c for (run_id, s), c in counts.items() if run_id == run.id}
            run.total_count = sum(of_run.values())
            run.failed_count = of_run.get("failed", 0)
            run.open_count = of_run.get("queued", 0)
            run.issued_count = run.total_count - run.failed_count - run.open_count
            done = run.total_count - run.open_count
            run.progress = 100 * done / run.total_count if run.total_count else 0

    @api.depends("is_paused", "certificate_ids.state")
    def _compute_state(self):
        for run in self:
            if not run.certificate_ids.filtered(lambda c: c.state == "queued"):
                run.state = "done"
            else:
                run.state = "paused" if run.is_paused else "running"

    def action_pause(self):
        """Stop before the next document; what was handed to DokStamp already goes through."""
        self.is_paused = True

    def action_resume(self):
        self.is_paused = False
        # sudo: a registrar may start the making of documents
        self.env.ref("dokstamp_connector.ir_cron_documents").sudo()._trigger()

    def action_retry_failed(self):
        failed = self.certificate_ids.filtered(lambda c: c.state == "failed")
        if not failed:
            raise UserError(self.env._("Nothing failed in this run."))
        failed.action_issue()

    def _open(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def action_view_certificates(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_certificate_action"
        )
        action["domain"] = [("run_id", "=", self.id)]
        return action


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

    run_id = fields.Many2one(
        "dokstamp.issue.run", readonly=True, copy=False, index="btree_not_null"
    )
