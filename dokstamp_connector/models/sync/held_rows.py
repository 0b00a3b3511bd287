"""A mechanism of its own: too much at once is held, and not sent.

Each row tells, as soon as it is queued, what it would change at DokStamp. The flush
counts before it claims anything, in the same transaction: what is due, what was sent
today, and what is held already. If that is more than the account's share of the kind
of record, what is due is held for a manager: `mass_change`.

    _note_changes     in the save: a row that is new, and what it would change
    _hold_too_much    in the flush: count, and hold
    _follow_held      likewise: a record that is held was changed again
    _end_of_reading   in the sweep: what it has gathered, batch by batch, is counted
                      together; it is held until then

What is new at DokStamp, and certificates, are never counted.
"""

import logging
from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .mass_change import CHANGES
from .messages import where
from .origin import FROM_SOURCES

COUNTED = ("push", "remove")  # operations

_logger = logging.getLogger(__name__)


class DokstampSyncRecord(models.Model):
    _inherit = "dokstamp.sync.record"

    change = fields.Selection(
        CHANGES,
        string="What it changes",
        readonly=True,
        help="What becomes of a record that is at DokStamp. Too many of these at once "
        "are held.",
    )
    mass_change_id = fields.Many2one(
        "dokstamp.mass.change",
        string="Mass change",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="What a manager decides on together.",
    )

    _to_be_counted = models.Index(
        "(account_id, res_model, change, res_id) WHERE state IN ('pending', 'sending') "
        "AND change IS NOT NULL AND mass_change_id IS NULL"
    )
    _counted_today = models.Index(
        "(account_id, res_model, change, done_at, res_id) WHERE state = 'done' AND "
        "change IS NOT NULL AND mass_change_id IS NULL"
    )
    _held = models.Index("(account_id, res_model, res_id) WHERE state = 'held'")

    @api.model
    def _held_of(self, records):
        """The rows of ``records`` that are held."""
        return self.search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("state", "=", "held"),
            ]
        )

    # === IN THE SAVE === #

    @api.model
    def _note_changes(self, gathered, inserted):
        """Note what the rows that were just inserted change at DokStamp. What the sweep
        has found is held until all of it is counted.

        :param list[dict] gathered: as `_gather_row` notes them; `is_uncounted`: it
            follows from what was sent, or a manager has just said so
        :param dict inserted: (model, id) → row id
        """
        ids = [
            inserted.get((row["res_model"], row["res_id"]))
            for row in gathered
            if not row.get("is_uncounted")
        ]
        self.env.execute_query(
            SQL(
                """
                UPDATE dokstamp_sync_record q
                   SET change = CASE WHEN q.operation = 'remove'
                                       OR archived.res_id IS NOT NULL
                                     THEN 'removed' ELSE 'changed' END
                  FROM dokstamp_binding binding
                  LEFT JOIN (%(archived)s) archived
                    ON archived.res_model = binding.res_model
                   AND archived.res_id = binding.res_id
                 WHERE q.id = ANY(%(ids)s) AND q.operation IN %(counted)s
                   AND binding.account_id = q.account_id
                   AND binding.res_model = q.res_model
                   AND binding.res_id = q.res_id
             RETURNING q.id
                """,
                archived=self._archived_sql(gathered),
                ids=ids,
                counted=COUNTED,
            )
        )
        if any(row["origin"] in FROM_SOURCES for row in gathered):
            self._hold_until_counted(ids)

    def _archived_sql(self, gathered):
        """Model and id of what is archived, of the records that were gathered."""
        ids_by_model = defaultdict(list)
        for row in gathered:
            if row["operation"] == "push":
                ids_by_model[row["res_model"]].append(row["res_id"])
        return SQL(" UNION ALL ").join(
            [
                SQL("SELECT NULL::varchar AS res_model, NULL::int AS res_id"),
                *(
                    SQL(
                        "SELECT %s, id FROM %s WHERE id = ANY(%s) AND NOT active",
                        name,
                        SQL.identifier(self.env[name]._table),
                        ids,
                    )
                    for name, ids in ids_by_model.items()
                ),
            ]
        )

    def _hold_until_counted(self, ids):
        """Hold what the sweep has found, until it has found all."""
        kinds = [
            f"{company_id},{name}" for company_id, name in self._kinds_being_narrowed()
        ]
        self.env.execute_query(
            SQL(
                """
                UPDATE dokstamp_sync_record
                   SET state = 'held', failure_type = 'held',
                       failure_message = %(sentence)s
                 WHERE id = ANY(%(ids)s) AND change IS NOT NULL
                   AND (origin = 'repair'
                        OR origin = 'source' AND change = 'removed'
                           AND company_id || ',' || res_model = ANY(%(kinds)s))
             RETURNING id
                """,
                sentence=self._uncounted_sentence(),
                ids=ids,
                kinds=kinds,
            )
        )

    def _uncounted_sentence(self):
        return self.env._(
            "Held for the moment: more of the kind is being read, and it is counted "
            "first how much changes at once. It goes on by itself."
        )

    @api.model
    def _kinds_being_read(self):
        """Of which kinds of records the sweep has not read everything yet; the sources
        know.

        :return: pairs of company id and model
        :rtype: set[tuple[int, str]]
        """
        return set()

    @api.model
    def _kinds_being_narrowed(self):
        """Those of `_kinds_being_read` that may lose records, as a definition is
        another one: what a save ends meanwhile may be the first of many.

        :rtype: set[tuple[int, str]]
        """
        return set()

    # === IN THE SWEEP === #

    @api.model
    def _end_of_reading(self, model=None):
        """What was held until it is counted is due, of the kinds that were read to the
        end.

        :param str model: what of the registry was looked through; None: sources were
            read, and what a look through the registry has found stays held
        """
        domain = Domain([("state", "=", "held"), ("mass_change_id", "=", False)])
        if model:
            domain &= Domain("res_model", "=", model)
        else:
            domain &= Domain("origin_name", "!=", False)
        for company_id, name in self._kinds_being_read():
            domain &= ~Domain(
                [("company_id", "=", company_id), ("res_model", "=", name)]
            )
        rows = self.search(domain)
        rows._make_due()
        rows.account_id._wake()
        if model:
            self._drop_settled(model)

    @api.model
    def _drop_settled(self, model):
        """What waits for a manager and differs no more from what DokStamp holds, as its
        cause was mended, has nothing to send.
        """
        waiting = self.env["dokstamp.mass.change"].search(
            [("state", "=", "waiting"), ("res_model", "=", model)]
        )
        for batch in waiting:
            rows = batch._held_rows()
            ids = rows.mapped("res_id")
            told = self._changes_told(batch.account_id, batch.res_model, ids)
            settled = rows.filtered(lambda row, told=told: not told[row.res_id])
            settled.write({"change": False, "mass_change_id": False})
            settled._finish()
            if settled:
                batch._recount()

    def _make_due(self):
        self.write(
            {
                "state": "pending",
                "next_attempt_at": fields.Datetime.now(),
                "failure_type": False,
                "failure_message": False,
            }
        )

    # === IN THE FLUSH === #

    @api.model
    def _hold_too_much(self, account):
        """Hold what would be too much at once, before any of it is claimed."""
        self.flush_model()
        self._follow_held(account)
        kinds = [kind for kind in self._kinds_due(account) if account._too_much(*kind)]
        if not kinds:
            return
        for model, change in kinds:
            self._tell_anew(account, model, change)
        self.flush_model()
        for model, change in self._kinds_due(account):
            if total := account._too_much(model, change):
                self._hold(account, model, change, total)

    def _kinds_due(self, account):
        """:return: pairs of model and change
        :rtype: list[tuple[str, str]]
        """
        return self.env.execute_query(
            SQL(
                """
                SELECT res_model, change FROM dokstamp_sync_record
                 WHERE account_id = %s AND state = 'pending' AND change IS NOT NULL
                   AND mass_change_id IS NULL
              GROUP BY res_model, change ORDER BY res_model, change
                """,
                account.id,
            )
        )

    def _to_count(self, account, model):
        return Domain(
            [
                ("account_id", "=", account.id),
                ("res_model", "=", model),
                ("state", "=", "pending"),
                ("operation", "in", COUNTED),
            ]
        )

    def _tell_anew(self, account, model, change):
        """Note what the records would really change, as they are now: a save may have
        been taken back, or sends what DokStamp has.
        """
        rows = self.search(
            self._to_count(account, model)
            & Domain([("change", "=", change), ("mass_change_id", "=", False)])
        )
        told = self._changes_told(account, model, rows.mapped("res_id"))
        for value in {*told.values()} - {change}:
            rows.filtered(
                lambda row, value=value: told[row.res_id] == value
            ).change = value

    @api.model
    def _changes_told(self, account, model, ids):
        """Record id → what sending it would change at DokStamp, False for nothing.

        :rtype: dict[int, str | bool]
        """
        bindings = self.env["dokstamp.binding"]._of_places(
            account, [(model, one) for one in ids]
        )
        records = self.env[model].browse(ids).exists()
        existing = {record.id: record for record in records}
        return {
            one: (binding := bindings.get((model, one)))
            and self._change_told(account, existing.get(one), binding)
            or False
            for one in ids
        }

    def _change_told(self, account, record, binding):
        if record is None:
            return "removed"
        if record.account_id != account:
            return False
        try:
            return record._change_at_dokstamp(binding)
        except Exception as error:  # noqa: BLE001 it fails when it is planned, alone
            _logger.info("A row is counted as it is: %s", where(error))
            return "changed" if record.active else "removed"

    def _hold(self, account, model, change, total):
        """Hold what is due of a kind, and have a manager asked.

        :param int total: how many there are at DokStamp
        """
        counted = Domain([("change", "=", change), ("mass_change_id", "=", False)])
        due = self._to_count(account, model)
        ids = self.search(due & counted).mapped("res_id")
        rows = self.search(due & Domain("res_id", "in", ids), order="id desc")
        batches = self.env["dokstamp.mass.change"]
        newest = rows._newest_each()
        first = newest[-1]
        batch = batches._waiting_of(account, model, change) or batches.create(
            {
                "account_id": account.id,
                "res_model": model,
                "change": change,
                "origin": first.origin,
                "origin_name": first.origin_name,
                "user_id": first.user_id.id,
            }
        )
        newest._hold_in(batch, change)
        (rows - newest)._give_up_for_later()
        batch.total_count = total
        batch._recount()
        _logger.warning(
            "Account %s: %s changes of %s are held: too many at once",
            account.id,
            len(newest),
            model,
        )

    def _newest_each(self):
        """The newest row of each record, of rows that begin with the newest."""
        newest = {}
        for row in self:
            newest.setdefault(row._place(), row.id)
        return self.browse(newest.values())

    def _hold_in(self, batch, change):
        """:param dokstamp.mass.change batch: empty: until it is counted"""
        self.write(
            {
                "state": "held",
                "change": change,
                "mass_change_id": batch.id,
                "waiting_for": False,
                "failure_type": "held",
                "failure_message": self._held_sentence()
                if batch
                else self._uncounted_sentence(),
            }
        )

    def _held_sentence(self):
        return self.env._(
            "Held: so much of this kind would change at DokStamp at once that it may "
            "be a mistake. It waits for a manager's word: Send or Discard, under Queue "
            "& audit > Held changes."
        )

    def _give_up_for_later(self):
        """A later row covers these."""
        self.write(
            {
                "state": "cancelled",
                "failure_type": "superseded",
                "failure_message": False,
                "waiting_for": False,
                "mass_change_id": False,
            }
        )

    @api.model
    def _follow_held(self, account):
        """Records that are held were changed again: they stay held, unless what was too
        much of them is taken back.
        """
        self.flush_model()
        followed = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT held.res_model, held.res_id
                  FROM dokstamp_sync_record held
                  JOIN dokstamp_sync_record newer
                    ON newer.res_model = held.res_model
                   AND newer.res_id = held.res_id
                   AND newer.account_id = held.account_id
                   AND newer.state = 'pending' AND newer.id > held.id
                 WHERE held.account_id = %s AND held.state = 'held'
                """,
                account.id,
            )
        )
        ids_by_model = defaultdict(list)
        for model, res_id in followed:
            ids_by_model[model].append(res_id)
        batches = self.env["dokstamp.mass.change"]
        for model, ids in ids_by_model.items():
            told = self._changes_told(account, model, ids)
            batches |= self._follow(account, model, told)
        batches._recount()

    def _follow(self, account, model, changes):
        """:param dict changes: of `_changes_told`
        :return: what they were held in
        :rtype: dokstamp.mass.change
        """
        rows = self.search(
            [
                ("account_id", "=", account.id),
                ("res_model", "=", model),
                ("res_id", "in", list(changes)),
                ("state", "in", ("pending", "held")),
            ],
            order="id desc",
        )
        batches = rows.mass_change_id
        for res_id, of_record in rows.grouped("res_id").items():
            newest, now = of_record[0], changes[res_id]
            held = of_record.filtered(lambda row: row.state == "held")
            told = (held.filtered("mass_change_id") or held)[:1]
            if now and told.change in (now, "changed"):
                newest._hold_in(told.mass_change_id, told.change)
            else:
                newest.change = now
            (of_record - newest)._give_up_for_later()
        return batches

    # === REMOVALS WAIT FOR WHAT HANGS ON THEM === #

    def _wait_for_held(self, known):
        """Let removals wait while the removal of what refers to the record is held:
        DokStamp keeps it as long.

        :param Known known: of the batch
        :rtype: dokstamp.sync.record
        """
        removals = self.filtered(lambda row: row.operation == "remove")
        held = removals and self.search(
            [
                ("account_id", "in", removals.account_id.ids),
                ("state", "=", "held"),
                ("operation", "=", "remove"),
            ]
        )
        if not held:
            return self.browse()
        holders = {
            value: place
            for place, binding in held._bindings().items()
            for value in (binding.last_payload or {}).values()
            if isinstance(value, str)
        }
        names = {row._place(): row.res_name for row in held}
        waiting = self.browse()
        for row in removals:
            _record, binding, _tried = known.of_row(row)
            if place := holders.get(binding.dokstamp_uuid):
                row._wait_for_held_one(place, names[place])
                waiting += row
        return waiting

    def _wait_for_held_one(self, place, name):
        self.write(
            {
                "state": "pending",
                "waiting_for": "{},{}".format(*place),
                "failure_type": "waiting",
                "failure_message": self.env._(
                    "Waiting for %(record)s, whose removal is held until a manager "
                    "decides: DokStamp keeps this one as long as that one is there.",
                    record=name,
                ),
            }
        )
