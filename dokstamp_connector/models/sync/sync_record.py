"""The queue: an append-only outbox of changes that DokStamp does not know yet."""

from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

URGENT, NORMAL = 10, 50  # priority; a smaller one goes first
KEEP_DONE = timedelta(days=30)
VACUUM_BATCH = 10_000  # rows


class DokstampSyncRecord(models.Model):
    """One change of a registry record, waiting to be sent.

    A row is born in the transaction of the change and carries no payload: that is read
    when it is sent, so that several changes of one record collapse into one call. User
    transactions only ever insert rows; the flush alone moves them on: pending → sending
    → done, or back to pending with a later `next_attempt_at`, or failed with a reason
    that a person can act on.

        sync_record     what a row is, and how the registry reads the queue
        row_capture     how it is born
        row_record      what is known of its record
        row_moves       how it moves on
        row_outcome     what it notes when DokStamp has taken the record
        row_sentences   why it failed, in plain words
        row_buttons     what a manager does with it by hand
    """

    _name = "dokstamp.sync.record"
    _inherit = ["dokstamp.record.line"]
    _description = "DokStamp Queue Row"
    _order = "id desc"

    res_name = fields.Char(
        string="Record", compute="_compute_res_name", search="_search_res_name"
    )
    operation = fields.Selection(
        [
            ("push", "Send"),
            ("remove", "Remove"),
            ("issue", "Issue"),
            ("revoke", "Revoke"),
            ("refresh", "Refresh"),
        ],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("pending", "Pending"),
            ("sending", "Sending"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        default="pending",
        required=True,
        readonly=True,
        index=True,
    )
    priority = fields.Integer(default=NORMAL, readonly=True, aggregator=None)
    rank = fields.Integer(
        readonly=True, aggregator=None, help="Place of the kind in DokStamp's order."
    )
    attempt_count = fields.Integer(string="Attempts", readonly=True, aggregator=None)
    next_attempt_at = fields.Datetime(string="Next attempt", readonly=True)
    waiting_for = fields.Char(
        string="Waiting for",
        readonly=True,
        help="Model and id of the record that must be at DokStamp before this one.",
    )
    failure_type = fields.Selection(
        [
            ("waiting", "Waiting for another record"),
            ("incomplete", "Data missing or not valid"),
            ("rejected", "Refused by DokStamp"),
            ("ambiguous", "Several matches at DokStamp"),
            ("taken", "Linked to another record"),
            ("document", "Document used already"),
            ("denied", "Not allowed by DokStamp"),
            ("rate_limit", "Too many requests"),
            ("no_answer", "No usable answer"),
            ("account", "Account paused"),
            ("gave_up", "Gave up after many attempts"),
            ("superseded", "Covered by a later change"),
            ("internal", "Error in the connector"),
        ],
        string="Kind of problem",
        readonly=True,
    )
    failure_message = fields.Text(string="Reason", readonly=True)
    removal_keys = fields.Json(
        readonly=True,
        help="What must be known of a deleted record to take it away from DokStamp.",
    )
    tried_keys = fields.Json(
        readonly=True,
        help=(
            "Under which keys DokStamp may hold the record, because an attempt to "
            "create it was not answered."
        ),
    )
    done_at = fields.Datetime(string="Done at", readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Changed by", readonly=True, ondelete="set null"
    )

    _due = models.Index(
        "(account_id, priority, rank, id) WHERE state = 'pending' AND waiting_for IS "
        "NULL"
    )
    _earliest = models.Index(
        "(account_id, next_attempt_at) WHERE state = 'pending' AND waiting_for IS NULL"
    )
    _open_of_record = models.Index(
        "(res_model, res_id) WHERE state IN ('pending', 'sending', 'failed')"
    )
    _waiting_for_idx = models.Index("(waiting_for) WHERE state = 'pending'")
    _tried = models.Index("(res_model, res_id) WHERE tried_keys IS NOT NULL")
    _removals = models.Index(
        "(account_id, rank) WHERE operation = 'remove' AND state IN ('pending', "
        "'sending')"
    )

    # === COMPUTE METHODS === #

    @api.depends("res_model", "res_id", "removal_keys")
    def _compute_res_name(self):
        # sudo: whoever may see the queue may see what stands in it
        records = self.sudo()._records()
        for row in self:
            kept = (row.removal_keys or {}).get("name")
            record = records.get((row.res_model, row.res_id))
            row.res_name = (
                record.display_name if record else kept or self.env._("deleted record")
            )

    def _search_res_name(self, operator, value):
        """Rows by the name of their record, or by the one that a deleted record had."""
        if operator not in ("ilike", "in"):
            return NotImplemented
        # sudo: as in `_compute_res_name`
        env = self.sudo().with_context(active_test=False).env
        domains = [
            Domain("res_model", "=", name)
            & Domain(
                "res_id", "in", env[name]._search([("display_name", operator, value)])
            )
            for name in env["dokstamp.entity"]._queued_models()
        ]
        return Domain.OR(domains) | Domain.custom(
            to_sql=lambda model, alias, query: _name_kept_sql(
                model._field_to_sql(alias, "removal_keys", query), operator, value
            )
        )

    @api.depends("operation", "res_model", "res_id")
    def _compute_display_name(self):
        operations = dict(self._fields["operation"]._description_selection(self.env))
        for row in self:
            words = (operations.get(row.operation), row.res_name)
            row.display_name = " ".join(filter(None, words))

    # === READING: what the registry shows of the queue === #

    @api.model
    def _open_rows(self, records):
        """Record id → its unfinished rows, the one that tells most about the record
        last.

        :rtype: dict[int, list[dokstamp.sync.record]]
        """
        telling = ("failed", "waiting", "pending")
        open_rows = defaultdict(list)
        domain = [
            ("res_model", "=", records._name),
            ("res_id", "in", records.ids),
            ("state", "in", ("pending", "sending", "failed")),
        ]
        for row in self.search(domain, order="id"):
            open_rows[row.res_id].append(row)
        for rows in open_rows.values():
            rows.sort(key=lambda row: telling.index(row._sync_state()))
        return open_rows

    def _sync_state(self):
        """The record's sync state, as far as this open row tells it."""
        if self.state == "failed":
            return "failed"
        return "waiting" if self.waiting_for else "pending"

    # === CLEANING === #

    @api.autovacuum
    def _gc_done(self):
        """Drop finished rows after a month; the audit log keeps what was sent."""
        domain = [
            ("state", "in", ("done", "cancelled")),
            ("write_date", "<", fields.Datetime.now() - KEEP_DONE),
        ]
        rows = self.search(domain, limit=VACUUM_BATCH)
        rows.unlink()
        return len(rows), len(rows) == VACUUM_BATCH


def _name_kept_sql(removal_keys, operator, value):
    """The condition on the name that was kept of a deleted record."""
    if operator == "in":
        return SQL("%s ->> 'name' = ANY(%s)", removal_keys, list(filter(None, value)))
    return SQL("%s ->> 'name' ILIKE %s", removal_keys, f"%{value}%")
