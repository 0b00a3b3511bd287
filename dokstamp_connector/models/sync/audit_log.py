from odoo import api, fields, models
from odoo.exceptions import UserError

from ..names import name_domain

EVENTS = [
    ("created", "Created"),
    ("updated", "Updated"),
    ("archived", "Archived"),
    ("deleted", "Deleted"),
    ("attached", "Attached"),
    ("detached", "Detached"),
    ("issued", "Issued"),
    ("revoked", "Revoked"),
    ("adopted", "Adopted"),
]


class DokstampAuditLog(models.Model):
    """One call that wrote at DokStamp: who caused it, what it changed, and what came
    back.

    Kept for ever. DokStamp has a log of its own, but no documented way to read it
    (dokstamp-api.md 21.6).
    """

    _name = "dokstamp.audit.log"
    _inherit = ["dokstamp.traced.line"]
    _description = "DokStamp Audit Log"
    _order = "called_at desc, id desc"
    _rec_name = "event"

    account_id = fields.Many2one(index=True)
    res_name = fields.Char(
        string="Record",
        readonly=True,
        index="trigram",
        help="The record's name when the call was made.",
    )
    dokstamp_uuid = fields.Char(string="DokStamp UUID", readonly=True, index=True)
    event = fields.Selection(EVENTS, required=True, readonly=True)
    old_values = fields.Json(string="Old values", readonly=True)
    new_values = fields.Json(string="New values", readonly=True)
    changes = fields.Text(compute="_compute_changes")
    user_id = fields.Many2one(
        "res.users",
        string="Caused by",
        readonly=True,
        ondelete="set null",
        index=True,
        help="Empty once this person has left and the user is deleted.",
    )
    called_at = fields.Datetime(
        string="Called at", required=True, readonly=True, index=True
    )
    duration_ms = fields.Integer(
        string="Duration (ms)", readonly=True, aggregator="avg"
    )
    method = fields.Char(readonly=True)
    path = fields.Char(readonly=True)
    status_code = fields.Integer(
        string="Status",
        readonly=True,
        aggregator=None,
        help="HTTP status of DokStamp's answer; 0: no answer arrived.",
    )
    succeeded = fields.Boolean(
        compute="_compute_succeeded", store=True, precompute=True
    )
    request_id = fields.Char(string="Request ID", readonly=True)
    # No foreign key: queue rows are cleaned up, audit lines never change.
    sync_record_id = fields.Many2oneReference(
        string="Queue row", model_field="sync_record_model", readonly=True
    )
    sync_record_model = fields.Char(compute="_compute_sync_record_model")

    _record = models.Index("(res_model, res_id)")

    @api.depends("event", "res_name")
    def _compute_display_name(self):
        events = dict(self._fields["event"]._description_selection(self.env))
        for line in self:
            words = (events.get(line.event), line.res_name)
            line.display_name = ": ".join(filter(None, words))

    def _search_display_name(self, operator, value):
        return name_domain(self, operator, value, ("event", "res_name"), ": ")

    @api.depends("old_values", "new_values")
    def _compute_changes(self):
        for line in self:
            old, new = line.old_values or {}, line.new_values or {}
            line.changes = "\n".join(
                f"{key}: {old[key]} → {new.get(key)}"
                if key in old
                else f"{key}: {new[key]}"
                for key in dict.fromkeys([*old, *new])
                if old.get(key) != new.get(key)
            )

    @api.depends("status_code")
    def _compute_succeeded(self):
        for line in self:
            line.succeeded = 200 <= line.status_code < 300

    def _compute_sync_record_model(self):
        self.sync_record_model = "dokstamp.sync.record"

    def write(self, vals):
        if self:
            raise UserError(self.env._("Audit lines are kept as they were written."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(self.env._("Audit lines are kept; they cannot be deleted."))
