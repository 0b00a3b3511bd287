"""The queue: an append-only outbox of changes that DokStamp does not know yet."""

import json
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

GATHERED = "dokstamp_connector.queue"  # key in cr.precommit.data
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
    """

    _name = "dokstamp.sync.record"
    _description = "DokStamp Queue Row"
    _order = "id desc"

    account_id = fields.Many2one(
        "dokstamp.account", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    res_model = fields.Selection(
        selection=lambda self: self.env["dokstamp.entity"]._selection_queued(),
        string="Kind",
        required=True,
        readonly=True,
    )
    res_id = fields.Many2oneReference(
        string="Record ID", model_field="res_model", required=True, readonly=True
    )
    res_name = fields.Char(string="Record", compute="_compute_res_name")
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
            ("rate_limit", "Too many requests"),
            ("no_answer", "No usable answer"),
            ("account", "Account paused"),
            ("gave_up", "Gave up after many attempts"),
            ("superseded", "Covered by a later change"),
            ("internal", "Error in the connector"),
        ],
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
    done_at = fields.Datetime(readonly=True)
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
        ids_by_model = defaultdict(set)
        for row in self:
            ids_by_model[row.res_model].add(row.res_id)
        # sudo: whoever may see the queue may see what stands in it
        names = {
            (model, record.id): record.display_name
            for model, ids in ids_by_model.items()
            for record in self.env[model].sudo().browse(ids).exists()
        }
        for row in self:
            kept = (row.removal_keys or {}).get("name")
            row.res_name = names.get(
                (row.res_model, row.res_id), kept or self.env._("deleted record")
            )

    @api.depends("operation", "res_model", "res_id")
    def _compute_display_name(self):
        operations = dict(self._fields["operation"]._description_selection(self.env))
        for row in self:
            row.display_name = f"{operations[row.operation]} {row.res_name}"

    # === CAPTURE: called in the user's transaction === #

    @api.model
    def _gather(self, records, operation, urgent=False):
        """Queue ``records`` when this transaction commits, in one insert for all of
        them.

        Records without an account stay in Odoo alone.
        """
        # sudo: an account is read by managers only, and every user's save is queued
        for record in records.sudo().filtered("account_id"):
            keys = record._removal_keys() if operation == "remove" else None
            self._gather_row(
                record.account_id, record._name, record.id, operation, urgent, keys
            )

    @api.model
    def _gather_removal(self, binding):
        """Queue the removal of a record that the database dropped by itself."""
        self._gather_row(
            binding.account_id, binding.res_model, binding.res_id, "remove"
        )

    def _gather_row(self, account, model, res_id, operation, urgent=False, keys=None):
        gathered = self.env.cr.precommit.data.setdefault(GATHERED, {})
        if not gathered:
            self.env.cr.precommit.add(self._insert_gathered)
        rank = self.env[model]._dokstamp_rank
        gathered[model, res_id] = {
            "account_id": account.id,
            "res_model": model,
            "res_id": res_id,
            "operation": operation,
            "priority": URGENT if urgent else NORMAL,
            # what hangs on a record is removed before it
            "rank": -rank if operation == "remove" else rank,
            "removal_keys": keys,
            "user_id": self.env.uid,
        }

    @api.model
    def _insert_gathered(self):
        rows = self.env.cr.precommit.data.pop(GATHERED, None)
        if not rows:
            return
        rows = list(rows.values())
        self.env.execute_query(
            SQL(
                """
                INSERT INTO dokstamp_sync_record (
                    account_id, company_id, res_model, res_id, operation, state,
                    priority, rank, attempt_count, next_attempt_at, removal_keys,
                    user_id, create_uid, create_date, write_uid, write_date)
                SELECT row.account_id, account.company_id, row.res_model, row.res_id,
                       row.operation, 'pending', row.priority, row.rank, 0, %(now)s,
                       row.removal_keys, row.user_id, row.user_id, %(now)s,
                       row.user_id, %(now)s
                  FROM jsonb_to_recordset(%(rows)s) AS row (
                           account_id int, res_model varchar, res_id int,
                           operation varchar, priority int, rank int,
                           removal_keys jsonb, user_id int)
                  JOIN dokstamp_account account ON account.id = row.account_id
                RETURNING dokstamp_sync_record.id
                """,
                now=fields.Datetime.now(),
                rows=json.dumps(rows),
            )
        )
        self.invalidate_model(flush=False)
        urgent = any(row["priority"] == URGENT for row in rows)
        accounts = self.env["dokstamp.account"].sudo()
        accounts.browse({row["account_id"] for row in rows})._wake(urgent=urgent)

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

    @api.model
    def _gathered_ids(self, records):
        """Ids of ``records`` that this transaction has changed; their rows are inserted
        when it commits.

        :rtype: set[int]
        """
        gathered = self.env.cr.precommit.data.get(GATHERED, {})
        return {res_id for model, res_id in gathered if model == records._name}

    def _sync_state(self):
        """The record's sync state, as far as this open row tells it."""
        if self.state == "failed":
            return "failed"
        return "waiting" if self.waiting_for else "pending"

    # === RECORDS THAT CHANGE ACCOUNTS === #

    @api.model
    def _cancel_strays(self, records):
        """Cancel what is queued for these records with an account that was theirs."""
        open_rows = self.search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("state", "in", ("pending", "failed")),
            ]
        )
        accounts = {record.id: record.account_id for record in records.sudo()}
        open_rows.filtered(lambda row: row.account_id != accounts[row.res_id]).write(
            {"state": "cancelled", "waiting_for": False}
        )

    @api.model
    def _cancel_open_of(self, account):
        """Cancel what an account that is archived has not sent."""
        self.search(
            [("account_id", "=", account.id), ("state", "in", ("pending", "failed"))]
        ).write({"state": "cancelled", "waiting_for": False})

    # === ACTION METHODS === #

    def action_retry(self):
        """Send again what failed, was cancelled, or is waiting for its next attempt."""
        self._check_may_move()
        # sudo: no role writes rows but through these buttons
        rows = self.sudo().filtered(
            lambda row: row.state in ("failed", "cancelled", "pending")
        )
        if not rows:
            raise UserError(
                self.env._("Nothing to retry: these rows are done or being sent now.")
            )
        rows.write(
            {
                "state": "pending",
                "attempt_count": 0,
                "next_attempt_at": fields.Datetime.now(),
                "waiting_for": False,
                "failure_type": False,
                "failure_message": False,
            }
        )
        rows.account_id._wake(urgent=True)

    def action_cancel(self):
        """Give up what is not sent yet. The record stays as it is, here and at
        DokStamp.
        """
        self._check_may_move()
        # sudo: as in `action_retry`
        rows = self.sudo().filtered(lambda row: row.state in ("pending", "failed"))
        if not rows:
            raise UserError(
                self.env._(
                    "Nothing to cancel: these rows are done, cancelled, or being "
                    "sent now."
                )
            )
        rows.write({"state": "cancelled", "waiting_for": False})
        for row in rows:
            row._record()._note_failure(row)

    def _check_may_move(self):
        """:raise AccessError: the user is no manager, or of another company"""
        self.check_access("read")
        if not self.env.user.has_group("dokstamp_connector.group_manager"):
            raise AccessError(self.env._("Only managers retry or cancel queue rows."))

    def action_open_record(self):
        self.ensure_one()
        if not self.env[self.res_model].browse(self.res_id).exists():
            raise UserError(self.env._("The record does not exist in Odoo any more."))
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

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
