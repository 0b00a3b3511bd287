from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..names import name_domain

VACUUM_BATCH = 10_000  # lines
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

    The line is kept for ever; what it says of values, as long as its account says, or
    until a person's data are erased. DokStamp has a log of its own, but no documented
    way to read it (dokstamp-api.md 21.6).
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
    emptied_at = fields.Datetime(
        string="Values emptied at",
        readonly=True,
        help="Old and new values were emptied then: the account keeps them no longer, "
        "or the personal data of the record were erased.",
    )
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
    _with_values = models.Index("(account_id, called_at) WHERE emptied_at IS NULL")

    @api.depends("event", "res_name")
    def _compute_display_name(self):
        events = dict(self._fields["event"]._description_selection(self.env))
        for line in self:
            words = (events.get(line.event), line.res_name)
            line.display_name = ": ".join(filter(None, words))

    def _search_display_name(self, operator, value):
        return name_domain(self, operator, value, ("event", "res_name"), ": ")

    @api.depends("old_values", "new_values", "emptied_at")
    @api.depends_context("lang", "tz")
    def _compute_changes(self):
        for line in self:
            if line.emptied_at:
                line.changes = self.env._(
                    "Values emptied on %s.",
                    line.account_id.company_id._dokstamp_day(line.emptied_at),
                )
                continue
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

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Nothing is noted of whom personal data were erased."""
        # sudo: whoever notes a call need not see who was erased
        erased = self.env["dokstamp.erasure"].sudo()._among(map(_place, vals_list))
        for vals in vals_list:
            if _place(vals) in erased:
                vals |= {
                    "res_name": False,
                    "old_values": False,
                    "new_values": False,
                    "emptied_at": fields.Datetime.now(),
                }
        return super().create(vals_list)

    def write(self, vals):
        if self:
            raise UserError(self.env._("Audit lines are kept as they were written."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(self.env._("Audit lines are kept; they cannot be deleted."))

    # === EMPTYING === #

    @api.model
    def _about(self, records):
        """The lines about registry records, of whatever account."""
        return self.search(
            [("res_model", "=", records._name), ("res_id", "in", records.ids)]
        )

    def _empty(self):
        """Take values and name out of the lines, which stay: who called what, when, and
        how it was answered.

        In SQL, as a line can be changed in no other way.
        """
        self.flush_recordset()
        self.env.execute_query(
            SQL(
                """
                UPDATE dokstamp_audit_log
                   SET res_name = NULL, old_values = NULL, new_values = NULL,
                       emptied_at = COALESCE(emptied_at, %s)
                 WHERE id IN %s
             RETURNING id
                """,
                fields.Datetime.now(),
                self._ids or (0,),
            )
        )
        self.invalidate_recordset()

    @api.autovacuum
    def _gc_values(self):
        """Empty the values that their account keeps no longer; lines and names stay."""
        count = 0
        for account in self.env["dokstamp.account"].search(
            [("audit_values_months", ">", 0)]
        ):
            months = relativedelta(months=account.audit_values_months)
            count += self._empty_values(account, fields.Datetime.now() - months)
        return count, count >= VACUUM_BATCH

    def _empty_values(self, account, moment):
        """
        :param datetime moment: of what was called before it
        :return: how many lines there were
        :rtype: int
        """
        self.flush_model()
        emptied = self.env.execute_query(
            SQL(
                """
                UPDATE dokstamp_audit_log
                   SET old_values = NULL, new_values = NULL, emptied_at = %s
                 WHERE id IN (SELECT id
                                FROM dokstamp_audit_log
                               WHERE emptied_at IS NULL
                                 AND account_id = %s
                                 AND called_at < %s
                               LIMIT %s)
             RETURNING id
                """,
                fields.Datetime.now(),
                account.id,
                moment,
                VACUUM_BATCH,
            )
        )
        self.invalidate_model(["old_values", "new_values", "emptied_at"])
        return len(emptied)


def _place(vals):
    return vals.get("res_model"), vals.get("res_id")
