"""The queue: an append-only outbox of changes that DokStamp does not know yet."""

import json
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...dokstamp_api import NotFound
from ..names import name_domain
from ..sentence import Sentence
from .binding import domain_of_places
from .messages import PerhapsOurs, RefusedAlone
from .origin import FROM_SOURCES, origin_of

GATHERED = "dokstamp_connector.queue"  # key in cr.precommit.data
BUS_MESSAGE = "dokstamp_connector/records_changed"
URGENT, NORMAL, MANY = 10, 50, 70  # priority; a smaller one goes first
ONE_PERSON = 100  # records that are changed at once; more give way to other changes
UNSENT = ("pending", "held", "failed")  # states of what a person may still stop
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
    _inherit = ["dokstamp.traced.line"]
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
            ("pending", "On its way"),
            ("held", "Waiting"),
            ("sending", "Being sent"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        default="pending",
        required=True,
        readonly=True,
        index=True,
    )
    priority = fields.Integer(
        default=NORMAL,
        readonly=True,
        aggregator=None,
        help="Smaller numbers go first: certificates that a person waits for "
        "overtake a first load.",
    )
    rank = fields.Integer(
        readonly=True, aggregator=None, help="Place of the kind in DokStamp's order."
    )
    attempt_count = fields.Integer(
        string="Attempts",
        readonly=True,
        aggregator=None,
        help="How often it was sent in vain. Waiting does not count.",
    )
    next_attempt_at = fields.Datetime(
        string="Next attempt",
        readonly=True,
        help="It is not sent before this.",
    )
    waiting_for = fields.Char(
        string="Waiting for",
        readonly=True,
        help="Model and id of the record that must be at DokStamp before this one.",
    )
    failure_type = fields.Selection(
        [
            ("waiting", "Waiting for another record"),
            ("held", "Too much at once"),
            ("incomplete", "Data missing or not valid"),
            ("rejected", "Refused by DokStamp"),
            ("ambiguous", "Several matches at DokStamp"),
            ("taken", "Linked to another record"),
            ("stranger", "Somebody else at DokStamp"),
            ("document", "Document used already"),
            ("denied", "Not allowed by DokStamp"),
            ("rate_limit", "Too many requests"),
            ("no_answer", "No usable answer"),
            ("account", "Account paused"),
            ("gave_up", "Gave up after many attempts"),
            ("superseded", "Covered by a later change"),
            ("exchanged", "Exchanged with another record"),
            ("internal", "Error in the connector"),
        ],
        string="Kind of problem",
        readonly=True,
    )
    failure_message = Sentence(string="Reason", readonly=True)
    removal_keys = fields.Json(
        readonly=True,
        help="What must be known of a deleted record to take it away from DokStamp.",
    )
    tried_keys = fields.Json(
        readonly=True,
        help=(
            "Under which keys DokStamp may hold the record, and which of its values, "
            "because an attempt to send it was not answered."
        ),
    )
    stopped_digest = fields.Char(
        readonly=True,
        help="Of what the record was when this row failed or was cancelled.",
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
        "(res_model, res_id) WHERE state IN ('pending', 'held', 'sending', 'failed')"
    )
    _newest_of_record = models.Index("(res_model, res_id, id DESC)")
    _done_at_idx = models.Index("(account_id, done_at) WHERE state = 'done'")
    _waiting_for_idx = models.Index("(waiting_for) WHERE waiting_for IS NOT NULL")
    _tried = models.Index("(res_model, res_id) WHERE tried_keys IS NOT NULL")
    _withheld_idx = models.Index(
        "(res_model, res_id) WHERE state = 'cancelled' AND stopped_digest IS NOT NULL"
    )
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
        if operator.startswith("not "):
            return NotImplemented  # the ORM negates the positive one
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

    def _search_display_name(self, operator, value):
        return name_domain(self, operator, value, ("operation", "res_name"), " ")

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
            ("state", "in", ("pending", "held", "sending", "failed")),
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
        is_waiting = self.waiting_for or self.state == "held"
        return "waiting" if is_waiting else "pending"

    # === WHAT NEEDS SENDING === #

    @api.model
    def _to_send(self, records, *, is_changed=False):
        """Those of ``records`` that DokStamp should hear of now: the answer for a save,
        the sweep, and whoever else compares.

        A record without an account stays in Odoo. What was just changed goes out,
        whatever became of it before. Otherwise what is on its way is, what failed or
        was cancelled is left alone until the record is another one, and the rest is
        compared with what was sent last.

        :param bool is_changed: by the save that asks
        :rtype: dokstamp.entity
        """
        if not records._dokstamp_is_pushed:
            return records.browse()
        # sudo: an account is read by managers only, and every user's save asks
        records = records.sudo().filtered("account_id")
        if is_changed or not records:
            return records
        newest = self._newest_rows(records._name, records.ids)
        bindings = records._bindings()
        return records.filtered(
            lambda record: newest.get(
                (record.id, record.account_id.id), self.browse()
            )._lets_send(record, bindings.get(record.id))
        )

    def _lets_send(self, record, binding):
        """Whether the record needs sending, as far as its newest row tells.

        :param dokstamp.binding | None binding: of the record
        """
        if self.state in ("pending", "held", "sending"):
            return False
        if self.state in ("failed", "cancelled"):
            is_known = bool(self.stopped_digest)
            return is_known and self.stopped_digest != record._digest()
        if binding:
            return bool(record._push_message(binding))
        return record.active

    @api.model
    def _to_remove(self, bindings):
        """Those of ``bindings``, all of one model, whose record is gone although nobody
        has queued its removal, as in a cascade of the database.

        A removal that failed or was cancelled keeps what it knows of the record.

        :rtype: dokstamp.binding
        """
        name = bindings[:1].res_model
        existing = set(self.env[name].browse(bindings.mapped("res_id")).exists()._ids)
        lost = bindings.filtered(lambda binding: binding.res_id not in existing)
        newest = self._newest_rows(name, lost.mapped("res_id"))

        def is_queued(binding):
            row = newest.get((binding.res_id, binding.account_id.id), self.browse())
            return row.operation == "remove" and row.state != "done"

        return lost.filtered(lambda binding: not is_queued(binding))

    def _newest_rows(self, name, ids):
        """(id, account id) → the newest row of a record, without those that are covered
        by another one.

        :rtype: dict[tuple[int, int], dokstamp.sync.record]
        """
        groups = self._read_group(
            [
                ("res_model", "=", name),
                ("res_id", "in", ids),
                ("failure_type", "!=", "superseded"),
            ],
            ["res_id", "account_id"],
            ["id:max"],
        )
        rows = self.browse([row_id for _res_id, _account, row_id in groups])
        return {(row.res_id, row.account_id.id): row for row in rows}

    def _note_stopped(self):
        """Remember how the records were: as they are, they are not sent by themselves
        again.
        """
        records = self._records()
        for row in self.filtered(lambda row: row.operation == "push"):
            record = records.get(row._place())
            row.stopped_digest = record and record._digest()

    # === HOW IT IS BORN === #

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
        """Note one record; the last operation of the transaction counts.

        :param bool urgent: a person waits for it, whatever is saved after that
        :param keys: what must be known of a record that is being deleted
        """
        gathered = self.env.cr.precommit.data.setdefault(GATHERED, {})
        if not gathered:
            self.env.cr.precommit.add(self._insert_gathered)
        rank = self.env[model]._dokstamp_rank
        origin, origin_name = origin_of(self.env)
        earlier = gathered.get((model, res_id), {}).get("priority", NORMAL)
        gathered[model, res_id] = {
            "account_id": account.id,
            "res_model": model,
            "res_id": res_id,
            "operation": operation,
            "priority": URGENT if urgent else earlier,
            # what hangs on a record is removed before it
            "rank": -rank if operation == "remove" else rank,
            "removal_keys": keys,
            "user_id": self.env.uid,
            "origin": origin,
            "origin_name": origin_name,
            "origin_model": None,
            "origin_id": None,
        }

    @api.model
    def _note_origin(self, record, model, res_id):
        """What was gathered of a registry record came from this record of a school app.

        :param str model: of the school app
        """
        gathered = self.env.cr.precommit.data.get(GATHERED, {})
        row = gathered.get((record._name, record.id))
        if row and row["origin"] in FROM_SOURCES:
            row.update(origin_model=model, origin_id=res_id)

    @api.model
    def _note_in_gathered(self, records, **notes):
        """Tell more of what this transaction has gathered of ``records``.

        :param notes: as `_note_changes` reads them
        """
        gathered = self.env.cr.precommit.data.get(GATHERED, {})
        for record in records:
            if row := gathered.get((record._name, record.id)):
                row.update(notes)

    @api.model
    def _insert_gathered(self):
        """Insert what was gathered, and wake the flush.

        In SQL, as every user's save comes by here: one statement for all records.
        """
        rows = self.env.cr.precommit.data.pop(GATHERED, None)
        rows = self._without_withheld(list((rows or {}).values()))
        if not rows:
            return
        if len(rows) > ONE_PERSON:
            for row in rows:
                row["priority"] = {NORMAL: MANY}.get(row["priority"], row["priority"])
        inserted = self.env.execute_query(
            SQL(
                """
                INSERT INTO dokstamp_sync_record (
                    account_id, company_id, res_model, res_id, operation, state,
                    priority, rank, attempt_count, next_attempt_at, removal_keys,
                    origin, origin_name, origin_model, origin_id,
                    user_id, create_uid, create_date, write_uid, write_date)
                SELECT row.account_id, account.company_id, row.res_model, row.res_id,
                       row.operation, 'pending', row.priority, row.rank, 0, %(now)s,
                       row.removal_keys, row.origin, row.origin_name, row.origin_model,
                       row.origin_id, row.user_id, row.user_id, %(now)s, row.user_id,
                       %(now)s
                  FROM jsonb_to_recordset(%(rows)s) AS row (
                           account_id int, res_model varchar, res_id int,
                           operation varchar, priority int, rank int,
                           removal_keys jsonb, origin varchar, origin_name varchar,
                           origin_model varchar, origin_id int, user_id int)
                  JOIN dokstamp_account account ON account.id = row.account_id
                RETURNING id, res_model, res_id
                """,
                now=fields.Datetime.now(),
                rows=json.dumps(rows),
            )
        )
        self._note_changes(rows, {(name, one): row for row, name, one in inserted})
        self.invalidate_model(flush=False)
        urgent = any(row["priority"] == URGENT for row in rows)
        accounts = self.env["dokstamp.account"].sudo()
        accounts.browse({row["account_id"] for row in rows})._wake(urgent=urgent)

    @api.model
    def _without_withheld(self, rows):
        """What was gathered, without records that somebody has cancelled and that are
        as they were then: to write the same again is no change.

        :param list[dict] rows: as `_gather_row` notes them
        """
        ids_by_model = _by_model(
            (row["res_model"], row["res_id"])
            for row in rows
            if row["operation"] == "push" and row["priority"] != URGENT
        )
        withheld = set()
        for name, ids in ids_by_model.items():
            # sudo: every user's save comes by here
            records = self.env[name].sudo().browse(ids)
            withheld.update((name, one) for one in self.sudo()._withheld(records).ids)
        return [
            row for row in rows if (row["res_model"], row["res_id"]) not in withheld
        ]

    @api.model
    def _withheld(self, records):
        """Those of ``records`` whose latest change was cancelled, and that are as they
        were then.

        :rtype: dokstamp.entity
        """
        return records.browse(one.id for one in self._withheld_rows(records))

    @api.model
    def _withheld_rows(self, records):
        """Record → the row that was cancelled, of those that `_withheld` tells.

        :rtype: dict[dokstamp.entity, dokstamp.sync.record]
        """
        cancelled = self.search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("state", "=", "cancelled"),
                ("stopped_digest", "!=", False),
            ]
        )
        if not cancelled:
            return {}
        newest = self._newest_rows(records._name, cancelled.mapped("res_id"))
        of_records = {
            record: newest.get((record.id, record.account_id.id), self.browse())
            for record in records.browse(cancelled.mapped("res_id")).exists().sudo()
        }
        return {
            records.browse(record.id): row
            for record, row in of_records.items()
            if row in cancelled and row.stopped_digest == record._digest()
        }

    @api.model
    def _gathered_ids(self, records):
        """Ids of ``records`` that this transaction has changed; their rows are inserted
        when it commits.

        :rtype: set[int]
        """
        gathered = self.env.cr.precommit.data.get(GATHERED, {})
        return {res_id for model, res_id in gathered if model == records._name}

    # === WHAT IS KNOWN OF ITS RECORD === #

    def _place(self):
        """Which record it is about: model and id.

        :rtype: tuple[str, int]
        """
        return self.res_model, self.res_id

    def _of_records(self):
        """A domain: these and all other rows of their records."""
        places = {row._place() for row in self}
        return Domain("account_id", "in", self.account_id.ids) & domain_of_places(
            places
        )

    def _record(self):
        return self.env[self.res_model].browse(self.res_id).exists()

    def _is_repeated(self):
        """Whether the same was tried before: by this row, or by one that gave up."""
        earlier = self._of_records() & Domain(
            [("operation", "=", self.operation), ("id", "<", self.id)]
        )
        return bool(self.attempt_count or self.search_count(earlier, limit=1))

    def _bindings(self):
        """(model, id) → the binding of the record there, of those that have one."""
        places = {row._place() for row in self}
        return self.env["dokstamp.binding"]._of_places(self.account_id, places)

    def _forget_bindings(self):
        """DokStamp holds the records no more, or Odoo keeps them no more."""
        if self:
            self.env["dokstamp.binding"].union(*self._bindings().values()).unlink()

    def _take_over_tried_keys(self):
        """What DokStamp may hold of records although no binding says so.

        They are these rows' from now on: the earlier ones of the records are covered.

        :return: (model, id) → attempts
        :rtype: dict[tuple[str, int], list[dict]]
        """
        tried = defaultdict(list)
        found = self.search(self._of_records() & Domain("tried_keys", "!=", False))
        for row in found:
            known = tried[row._place()]
            known += [keys for keys in row.tried_keys if keys not in known]
        (found - self).tried_keys = False
        for row in self:
            if tried.get(row._place(), []) != (row.tried_keys or []):
                row.tried_keys = tried[row._place()]
        return tried

    def _note_try(self, attempt):
        """Keep what is about to be sent of the record, in case we never hear of it
        again.

        :param dict | None attempt: of the message
        """
        tried = self.tried_keys or []
        if attempt and attempt not in tried:
            self.tried_keys = [*tried, attempt]

    def _queued_at(self):
        """When the record was queued first.

        :rtype: datetime
        """
        return self.search(self._of_records(), order="id", limit=1).create_date

    def _first_queued(self):
        """(model, id) → when the record was queued first.

        :rtype: dict[tuple[str, int], datetime]
        """
        groups = self._read_group(
            self._of_records(), ["res_model", "res_id"], ["create_date:min"]
        )
        return {(name, res_id): moment for name, res_id, moment in groups}

    # === AFTER AN ATTEMPT === #

    def _finish(self, note=False):
        self.write(
            {
                "state": "done",
                "done_at": fields.Datetime.now(),
                "failure_type": False,
                "failure_message": note,
            }
        )
        self.filtered(lambda row: row.operation == "remove")._keep_nothing_erased()

    def _keep_nothing_erased(self):
        """What was needed to take records away is not kept of whom data were erased."""
        erased = self.env["dokstamp.erasure"]._among(row._place() for row in self)
        self.filtered(lambda row: row._place() in erased)._forget_personal_data()

    def _forget_personal_data(self):
        """Take out names and keys, of what is not to be sent any more."""
        over = self.filtered(lambda row: row.state in ("done", "cancelled"))
        over |= self.filtered(
            lambda row: row.state == "failed" and row.operation != "remove"
        )
        over.write(
            {"removal_keys": False, "tried_keys": False, "failure_message": False}
        )

    def _fail(self, failure_type, message):
        """Stop until the data changes or a person says so; tell those who wait."""
        self._fail_each({self: (failure_type, message)})

    @api.model
    def _fail_each(self, reasons):
        """Stop rows until their data changes or a person says so; tell those who wait.

        :param dict reasons: row → failure type and sentence
        """
        if not reasons:
            return
        rows = self.browse().union(*reasons)
        for row, (failure_type, message) in reasons.items():
            row.write(
                {
                    "state": "failed",
                    "failure_type": failure_type,
                    "failure_message": message,
                }
            )
        rows.filtered(lambda row: row.failure_type != "internal")._note_stopped()
        rows._tell_records()
        sentences = {
            f"{row.res_model},{row.res_id}": self._failed_blocker_sentence(
                row.res_name, message
            )
            for row, (_failure_type, message) in reasons.items()
        }
        waiting = rows._waiting_for_these()
        for row in waiting:
            row.failure_message = sentences[row.waiting_for]
        waiting._tell_users()

    def _tell_records(self):
        """Tell the records that these rows have stopped for good."""
        records = self._records()
        for row in self:
            gone = self.env[row.res_model]
            records.get(row._place(), gone)._note_failure(row)

    def _postpone(self, failure_type, delay, *, uses_attempt, message=False):
        """Try again later.

        :param failure_type: why not now; False: nothing went wrong
        :param float delay: seconds
        :param bool uses_attempt: whether this counts towards giving up
        """
        self.write(
            {
                "state": "pending",
                "attempt_count": self.attempt_count + uses_attempt,
                # stored without fractions of a second: never earlier than asked for
                "next_attempt_at": fields.Datetime.now() + timedelta(seconds=delay + 1)
                if delay
                else fields.Datetime.now(),
                "failure_type": failure_type,
                "failure_message": message,
            }
        )

    # === WAITING FOR ANOTHER RECORD === #

    def _obstacle(self, record):
        """Why the record cannot be sent as it is: a sentence, or the record that must
        be at DokStamp before; None when it can.

        :rtype: str | dokstamp.entity | None
        """
        if self.operation in ("revoke", "refresh"):
            return None  # these need the certificate's uuid, and nothing else
        if problems := record._missing() + record._problems():
            return "\n".join(problems)
        if stranger := record._stranger():
            return self._stranger_sentence(stranger)
        return record._first_blocker()

    @api.model
    def _look_through(self, planned, known):
        """Look at all that is about to be sent, at once.

        :param dict planned: row → its message
        :param Known known: of the batch
        :return: row → why it is not sent
        :rtype: dict[dokstamp.sync.record, str]
        """
        return {}

    @api.model
    def _wait_each(self, blockers):
        """Let rows wait, without using up attempts, until what they need is at
        DokStamp; see to it that it gets there.

        :param dict blockers: row → the record that it needs
        """
        ids_by_model = defaultdict(set)
        for blocker in blockers.values():
            ids_by_model[blocker._name].add(blocker.id)
        sentences = {}
        for name, ids in ids_by_model.items():
            needed = self.env[name].browse(ids)
            self._gather(self._to_send(needed), "push")
            newest = self._newest_rows(name, needed.ids)
            for blocker in needed:
                row = newest.get((blocker.id, blocker.account_id.id), self.browse())
                sentences[blocker] = self._waiting_sentence(blocker, row)
        for row, blocker in blockers.items():
            row.write(
                {
                    "state": "pending",
                    "waiting_for": f"{blocker._name},{blocker.id}",
                    "failure_type": "waiting",
                    "failure_message": sentences[blocker],
                }
            )
        self._bring_forward(blockers)

    def _bring_forward(self, blockers):
        """What somebody waits for does not come last because it is one of many."""
        wanted = {}
        for row, blocker in blockers.items():
            place = (blocker._name, blocker.id)
            wanted[place] = min(row.priority, wanted.get(place, row.priority))
        pending = Domain("state", "=", "pending") & domain_of_places(wanted)
        for row in self.search(pending):
            if row.priority > wanted[row._place()]:
                row.priority = wanted[row._place()]

    def _waiting_sentence(self, blocker, newest):
        """:param newest: row of the record that is waited for, may be empty"""
        if newest.state == "failed":
            return self._failed_blocker_sentence(
                blocker.display_name, newest.failure_message
            )
        if newest.state == "cancelled":
            return self.env._(
                "Waiting for %(record)s, which was taken out of the queue. Press Send "
                "now on it to send it after all.",
                record=blocker.display_name,
            )
        if blocker.active:
            return self.env._(
                "Waiting for %(record)s, which is not at DokStamp yet.",
                record=blocker.display_name,
            )
        return self.env._(
            "Waiting for %(record)s, which is archived and was never sent.",
            record=blocker.display_name,
        )

    def _waiting_for_these(self, states=("pending",)):
        if not self:
            return self
        names = [row._name_of_place() for row in self]
        return self.search([("state", "in", states), ("waiting_for", "in", names)])

    def _name_of_place(self):
        """As `waiting_for` names a record."""
        return f"{self.res_model},{self.res_id}"

    def _release_waiting(self):
        """What waited for these records is due now, and what was exchanged with them
        may have its turn.
        """
        self._waiting_for_these(("pending", "failed")).write(
            {
                "state": "pending",
                "waiting_for": False,
                "next_attempt_at": fields.Datetime.now(),
                "failure_type": False,
                "failure_message": False,
            }
        )

    # === A KEY THAT GOES FROM ONE TO ANOTHER === #

    @api.model
    def _wait_for_keys(self, planned, records):
        """Let rows wait whose records take over what DokStamp finds another one by, an
        e-mail address or a code, until that one has let go of it.

        :param dict planned: row → message
        :param dict records: (model, id) → record, of these rows
        :return: the rows that must not be sent now
        :rtype: dokstamp.sync.record
        """
        claims = {
            row: key
            for row, message in planned.items()
            if (record := records.get(row._place()))
            and (key := record._claimed_key(message))
        }
        holders = self._holders_letting_go(claims, planned)
        if not holders:
            return self.browse()
        circling = self._circling(holders)
        for row, holder in holders.items():
            row.waiting_for = f"{holder.res_model},{holder.res_id}"
        self._wait_for_holders(
            {row: holder for row, holder in holders.items() if row not in circling}
        )
        self._fail_each(
            {row: ("exchanged", row._exchange_sentence()) for row in circling}
        )
        return self.browse().union(*holders)

    @api.model
    def _holders_letting_go(self, claims, planned):
        """Row → the binding of the record that DokStamp still finds by the key, and
        that has another one in Odoo by now, or is deleted.

        :param dict claims: row → key, as of `_claimed_key`
        """
        if not claims:
            return {}
        account = self.browse().union(*claims).account_id
        bindings = self.env["dokstamp.binding"]._holding(account, set(claims.values()))
        holders = {}
        for row, key in claims.items():
            for binding in bindings.filtered(lambda b, key=key: key in b.held_keys):
                # what is new takes the place of what is deleted: it adopts it
                is_new = not planned[row].uuid
                if binding._is_letting_go(key, row._place(), is_new):
                    holders[row] = binding
        return holders

    @api.model
    def _circling(self, holders):
        """Rows that wait for one another in a circle, so that none can be first; others
        that were waiting come along.

        :param dict holders: as of `_holders_letting_go`
        :rtype: dokstamp.sync.record
        """
        circling = self.browse()
        waits = {
            row._name_of_place(): (row, f"{binding.res_model},{binding.res_id}")
            for row, binding in holders.items()
        }
        for start in list(waits):
            name, chain = start, []
            while name not in chain:
                chain.append(name)
                if name not in waits:
                    waits[name] = self._wait_of(name)
                name = waits[name][1]
                if not name:
                    break
            if name == start:
                circling |= self.browse().union(*(waits[one][0] for one in chain))
        return circling

    @api.model
    def _wait_of(self, name):
        """The row of a record that waits for another one, and what it waits for.

        :param str name: as `waiting_for` names a record
        """
        model, res_id = name.split(",")
        row = self.search(
            [
                ("res_model", "=", model),
                ("res_id", "=", int(res_id)),
                ("state", "in", ("pending", "failed")),
                ("waiting_for", "!=", False),
            ],
            limit=1,
        )
        return row, row.waiting_for

    @api.model
    def _wait_for_holders(self, holders):
        """:param dict holders: as of `_holders_letting_go`"""
        places = {(b.res_model, b.res_id) for b in holders.values()}
        existing = self.env["dokstamp.entity"]._existing(places)
        for record in existing.values():
            self._gather(self._to_send(record), "push")
        for name, ids in _by_model(places).items():
            newest = self._newest_rows(name, ids)
            for row, holder in holders.items():
                if holder.res_model != name:
                    continue
                of_holder = newest.get(
                    (holder.res_id, holder.account_id.id), self.browse()
                )
                record = existing.get((name, holder.res_id))
                row.write(
                    {
                        "state": "pending",
                        "failure_type": "waiting",
                        "failure_message": row._letting_go_sentence(
                            record.display_name if record else of_holder.res_name,
                            of_holder,
                        ),
                    }
                )

    def _letting_go_sentence(self, name, newest):
        """:param dokstamp.sync.record newest: of the record that is waited for"""
        if newest.state == "failed":
            return self._failed_blocker_sentence(name, newest.failure_message)
        if newest.state == "cancelled":
            return self.env._(
                "DokStamp still has the %(keys)s of this record at %(record)s, whose "
                "change was taken out of the queue. Press Send now on that one.",
                keys=self._key_labels(),
                record=name,
            )
        return self.env._(
            "DokStamp still has the %(keys)s of this record at %(record)s, which gives "
            "it up first; then this one follows by itself.",
            keys=self._key_labels(),
            record=name,
        )

    def _exchange_sentence(self):
        model, res_id = self.waiting_for.split(",")
        return self.env._(
            "%(record)s and %(other)s exchange their %(keys)s. DokStamp takes each one "
            "once, so that none of them can be first. Give one of them another "
            "%(keys)s for the time being and save it; when that is at DokStamp, give "
            "it the right one.",
            record=self.res_name,
            other=self.env[model].browse(int(res_id)).display_name,
            keys=self._key_labels(),
        )

    def _key_labels(self):
        model = self.env[self.res_model]
        return model._label(model._dokstamp_keys[0][0])

    def _failed_blocker_sentence(self, name, reason):
        return self.env._(
            "Waiting for %(record)s, which failed: %(reason)s",
            record=name,
            reason=reason,
        )

    # === CANCELLING === #

    def _cancel(self):
        """Take the rows out of the queue, and tell the records that it was done."""
        self.write({"state": "cancelled", "waiting_for": False})
        self._note_stopped()
        self.mass_change_id._recount()
        # what waited for it to be taken away there goes on without
        self.filtered(lambda row: row.operation == "remove")._release_waiting()
        # what a save sends shows by itself that it is not sent
        self.filtered(lambda row: row.operation != "push")._tell_records()

    @api.model
    def _cancel_strays(self, records):
        """Cancel what is queued for these records with an account that was theirs."""
        open_rows = self.search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("state", "in", UNSENT),
            ]
        )
        accounts = {record.id: record.account_id for record in records.sudo()}
        open_rows.filtered(lambda row: row.account_id != accounts[row.res_id])._cancel()

    @api.model
    def _cancel_open_of(self, account):
        """Cancel what an account that is archived has not sent."""
        self.search(
            [("account_id", "=", account.id), ("state", "in", UNSENT)]
        )._cancel()

    # === BUS === #

    def _tell_users(self):
        """Let the forms that show these records reload; one notification per user."""
        changed = defaultdict(list)
        for row in self:
            changed[row.user_id].append([row.res_model, row.res_id])
        for user, records in changed.items():
            if user and user._is_internal():
                user._bus_send(BUS_MESSAGE, {"records": records})

    # === WHEN DOKSTAMP HAS TAKEN THE RECORD === #

    def _note_sent(self, messages):
        """DokStamp holds the records now: bind them, and let go what waited for them.

        :param dict messages: row id → what succeeded
        """
        removed = self.filtered(lambda row: messages[row.id].sent is None)
        removed._note_removed(messages)
        held = (self - removed)._own(messages)
        if not held:
            return
        replaced = self.env["dokstamp.binding"]._note_held(
            held.account_id,
            {
                row._place(): (messages[row.id].uuid, messages[row.id].sent)
                for row in held
            },
        )
        done = held.filtered(lambda row: messages[row.id].is_done)
        done._finish()
        for row in held - done:
            row._postpone(False, 0, uses_attempt=False)
        held._release_waiting()
        held._hand_over(messages)
        held.filtered(
            lambda row: row._place() in replaced or messages[row.id].is_relinked
        )._tell_dependants()

    def _note_removed(self, messages):
        """DokStamp holds the records no more, or none that are only ours."""
        self._forget_bindings()
        left = self.filtered(lambda row: messages[row.id].left_in_place)
        left._finish(self._left_in_place_sentence())
        (self - left)._finish()
        self._release_waiting()

    def _hand_over(self, messages):
        """Give the records the answers that they wait for."""
        records = self._records()
        for row in self:
            if record := records.get(row._place()):
                record._note_answer(row, messages[row.id])

    def _own(self, messages):
        """These rows, without those whose record was found at DokStamp to be another
        one of ours: they stop.

        The link of a record that is deleted in Odoo is given up: its removal is still
        to come, and would take away what another one is linked to.
        """
        holders, own = self._holders(messages), self.browse()
        foreign = self._foreign_bindings(messages)
        for row in self:
            key = (row.res_model, messages[row.id].uuid)
            other = holders.get(key)
            if other and other.id != row.res_id:
                row._give_way_to(other)
                continue
            if binding := foreign.get(key):
                if messages[row.id].is_found:
                    row._leave_to(binding.account_id)
                    continue
                binding._let_go()  # it was found there just after we had made it
            own += row
            if key[1]:  # whoever comes next in this batch sees it
                holders[key] = self.env[row.res_model].browse(row.res_id)
        return own

    def _holders(self, messages):
        """(model, uuid) → the record that is linked to it.

        :rtype: dict[tuple[str, str], dokstamp.entity]
        """
        uuids = [messages[row.id].uuid for row in self if messages[row.id].uuid]
        bindings = self.env["dokstamp.binding"].search(
            [
                ("account_id", "in", self.account_id.ids),
                ("dokstamp_uuid", "in", uuids),
            ]
        )
        own = {(messages[row.id].uuid, *row._place()) for row in self}
        others = bindings.filtered(
            lambda b: (b.dokstamp_uuid, b.res_model, b.res_id) not in own
        )
        places = {b: (b.res_model, b.res_id) for b in others}
        existing = self.env["dokstamp.entity"]._existing(places.values())
        others.filtered(lambda b: places[b] not in existing).unlink()
        return {
            (b.res_model, b.dokstamp_uuid): existing[place]
            for b, place in places.items()
            if place in existing
        }

    def _foreign_bindings(self, messages):
        """(model, uuid) → the link of an account that is not one school with these
        rows', although both use one tenant.

        The same record is no foreign one where it has another account now.

        :rtype: dict[tuple[str, str], dokstamp.binding]
        """
        uuids = [messages[row.id].uuid for row in self if messages[row.id].uuid]
        bindings = self.env["dokstamp.binding"].search(
            [
                ("account_id", "not in", self.account_id.ids),
                ("dokstamp_uuid", "in", uuids),
            ]
        )
        if not bindings:
            return {}
        places = {row._place() for row in self}
        own = self.account_id
        return {
            (binding.res_model, binding.dokstamp_uuid): binding
            for binding in bindings
            if (binding.res_model, binding.res_id) not in places
            and not own._is_one_school_with(binding.account_id)
            and not binding._is_abandoned()
        }

    def _leave_to(self, account):
        """What was found at DokStamp is another account's."""
        if self.operation == "remove":
            self._finish()
            return
        self._fail("taken", self.account_id._foreign_sentence(account))

    def _give_way_to(self, other):
        """What was found at DokStamp is another record's of ours."""
        if self.operation == "remove":
            self._finish()
            return
        self._fail(
            "taken",
            self.env._(
                "DokStamp has this record already, and it is linked to %(other)s. If "
                "both are the same, keep one of them; if not, give this one another "
                "code, name or e-mail address.",
                other=other.display_name,
            ),
        )

    def _tell_dependants(self):
        """Send anew what refers to these records, which have a new uuid or a new place.

        What refers to one of those too comes after them: a cohort has to be in its new
        course before an enrollment in both can follow.
        """
        if not self:
            return
        told = set()
        for name in self.env["dokstamp.entity"]._registry_models():
            dependants = self._dependants(name).filtered(
                lambda record: told.isdisjoint(record._prerequisites())
            )
            told.update(dependants)
            self._gather(dependants, "push")
            self._note_in_gathered(dependants, is_uncounted=True)

    def _dependants(self, name):
        """The records of a registry model that refer to these rows' records."""
        model = self.env[name].with_context(active_test=False)
        ids_by_model = defaultdict(list)
        for row in self:
            ids_by_model[row.res_model].append(row.res_id)
        links = [
            Domain(link, "in", ids_by_model[model._fields[link].comodel_name])
            for link in {*model._get_dokstamp_fields(), model._dokstamp_parent}
            if link and model._fields[link].comodel_name in ids_by_model
        ]
        return model.search(Domain.OR(links))

    # === SENTENCES === #

    def _failure_sentence(self, verdict, error):
        """What happened, why, and what to do, in plain words.

        :param Verdict verdict: what was decided
        :param Exception error: what a message ended with
        """
        if verdict.failure_type == "rejected":
            return self._rejection_sentence(error)
        if verdict.failure_type == "incomplete":
            return str(error)
        if isinstance(error, PerhapsOurs):
            return self.env._(
                "DokStamp was asked to issue this certificate, and its answer was "
                "lost. It has one now that may be this one or somebody else's: nothing "
                "of it tells. If it is this one, revoke it at DokStamp; then press "
                "Issue again."
            )
        if verdict.failure_type == "ambiguous":
            return self.env._(
                "DokStamp holds %(count)s records that could be this one. Remove the "
                "surplus ones there, then press Retry.",
                count=error.count,
            )
        if verdict.failure_type == "stranger":
            return self._stranger_there_sentence()
        if verdict.failure_type == "document":
            return self.env._(
                "DokStamp has used this document for another certificate, and takes "
                "each one once. Make a new "
                "certificate with a document of its own."
            )
        if isinstance(error, RefusedAlone):
            return self._refused_alone_sentence(error.refusal)
        if verdict.failure_type == "denied":
            return self.env._(
                "DokStamp does not let this integration revoke certificates. Ask "
                "DokStamp for that right and press Revoke again, or revoke it in "
                "DokStamp itself: Ask DokStamp then shows it here."
            )
        if verdict.failure_type == "internal":
            return self._internal_sentence(error)
        if verdict.is_outage and verdict.action == "later":
            return self.account_id._outage_sentence(error)
        cause = self.account_id._access_sentence(error)
        if verdict.failure_type == "gave_up":
            return self.env._(
                "%(cause)s This was tried %(count)s times. Press Retry to go on.",
                cause=cause,
                count=self.attempt_count + 1,
            )
        return cause

    def _refused_alone_sentence(self, refusal):
        return self.env._(
            "DokStamp refuses this for %(record)s alone (%(status)s to %(method)s "
            "%(path)s), and answers everything else: this integration may have no "
            "right to it. Ask DokStamp for that right, then press Retry. Other records "
            "go on.",
            record=self.res_name,
            status=refusal.status,
            method=refusal.method,
            path=refusal.path,
        )

    def _stranger_there_sentence(self):
        model = self.env[self.res_model]
        names = [
            name
            for name, spec in model._get_dokstamp_fields().items()
            if spec.tells_apart
        ]
        return self.env._(
            "DokStamp holds this already, with another %(fields)s: perhaps it is "
            "somebody else's. If both are the same, make them agree, here or at "
            "DokStamp, then press Retry; if not, change the key that both have.",
            fields=", ".join(map(model._label, names)),
        )

    def _rejection_sentence(self, error):
        if isinstance(error, NotFound):
            return self.env[self.res_model]._lost_sentence()
        labels = self.env[self.res_model]._api_labels()
        reasons = [
            f"{labels.get(key.split('.')[0], key)}: {' '.join(texts)}"
            for key, texts in error.field_messages.items()
        ]
        return self.env._(
            "DokStamp refused it (%(status)s). %(reasons)s %(mending)s",
            status=error.status,
            reasons=" ".join(reasons) or error.server_message or "",
            mending=self.env[self.res_model]._mending_sentence(self.operation),
        )

    def _stranger_sentence(self, stranger):
        return self.env._(
            "%(record)s does not belong to the DokStamp account %(account)s. Choose "
            "one that does, or change its account.",
            record=stranger.display_name,
            account=self.account_id.display_name,
        )

    def _internal_sentence(self, error):
        return self.env._(
            "The connector could not handle this record (%(error)s). This is a fault "
            "of the connector: the server log has the details. Press Retry once it "
            "is mended.",
            error=type(error).__name__,
        )

    def _left_in_place_sentence(self):
        return self.env._(
            "It stays at DokStamp: certificates or other records there depend on it."
        )

    # === BUTTONS === #

    def action_retry(self):
        """Send again what failed, was cancelled, or is waiting for its next attempt."""
        self._check_may_move()
        # sudo: no role writes rows but through these buttons
        rows = self.sudo().filtered(lambda row: row.state in (*UNSENT, "cancelled"))
        if not rows:
            raise UserError(
                self.env._("Nothing to retry: these rows are done or being sent now.")
            )
        for row in rows.filtered(lambda row: row.operation != "push"):
            row._record().with_user(self.env.user)._note_retry(row)
        for row in rows:
            # they count from the start, and it stays known that there was one
            row.attempt_count = min(row.attempt_count, 1)
        rows.write(
            {
                "state": "pending",
                "next_attempt_at": fields.Datetime.now(),
                "waiting_for": False,
                "failure_type": False,
                "failure_message": False,
            }
        )
        rows.mass_change_id._recount()
        rows.account_id._wake(urgent=True)
        return True

    def action_cancel(self):
        """Give up what is not sent yet. The record stays as it is, here and at
        DokStamp.
        """
        self._check_may_move()
        # sudo: as in `action_retry`
        rows = self.sudo().filtered(lambda row: row.state in UNSENT)
        rows |= rows._of_the_same_records()
        if not rows:
            raise UserError(
                self.env._(
                    "Nothing to cancel: these rows are done, cancelled, or being "
                    "sent now."
                )
            )
        rows._cancel()
        return True

    def _of_the_same_records(self):
        """What else would send these rows' records: each row sends all that a record
        holds by then, also what is to be kept back.
        """
        pushes = self.filtered(lambda row: row.operation == "push")
        if not pushes:
            return pushes
        return self.search(
            pushes._of_records()
            & Domain("operation", "=", "push")
            & Domain("state", "in", UNSENT)
        )

    def _check_may_move(self):
        """:raise AccessError: the user is no manager, or of another company"""
        self.check_access("read")
        if not self.env.user.has_group("dokstamp_connector.group_manager"):
            raise AccessError(self.env._("Only managers retry or cancel queue rows."))

    # === CLEANING === #

    @api.autovacuum
    def _gc_done(self):
        """Drop finished rows after a month; the audit log keeps what was sent.

        What a person has cancelled stays: the sweep would bring the record back.
        """
        domain = [
            "|",
            ("state", "=", "done"),
            "&",
            ("state", "=", "cancelled"),
            ("failure_type", "=", "superseded"),
            ("write_date", "<", fields.Datetime.now() - KEEP_DONE),
        ]
        rows = self.search(domain, limit=VACUUM_BATCH)
        rows.unlink()
        return len(rows), len(rows) == VACUUM_BATCH


def _by_model(places):
    """:rtype: dict[str, list[int]]"""
    ids = defaultdict(list)
    for name, res_id in places:
        ids[name].append(res_id)
    return ids


def _name_kept_sql(removal_keys, operator, value):
    """The condition on the name that was kept of a deleted record."""
    if operator == "in":
        return SQL("%s ->> 'name' = ANY(%s)", removal_keys, list(filter(None, value)))
    pattern = value if operator.startswith("=") else f"%{value}%"
    if operator.endswith("ilike"):
        return SQL("%s ->> 'name' ILIKE %s", removal_keys, pattern)
    return SQL("%s ->> 'name' LIKE %s", removal_keys, pattern)
