"""A reconciliation: what DokStamp holds against what it was sent, as a whole.

    bound     each record that is there: changed or missing there, its own changes never
              sent; what is gone here and was never removed there
    awaited   records that are not there yet: what DokStamp holds under their keys will
              be theirs
    loose     what else DokStamp holds: twice, left behind by us, or only there

It compares with what was sent *last*, so that no change of our own that is still on
its way counts as a difference, and leaves out what was sent while it read. What is
equal is a number and no line. Nothing is sent: people repair, see `line_repair`.
"""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..sync.messages import where
from .loose import Loose
from .reconciled import Bound, unsent_line
from .run import OPEN

BATCH = 500  # records compared between two commits
PHASES = ("bound", "awaited", "loose")
KIND = "reconciliation"
WEEK = timedelta(days=6, hours=12)  # of nights, none of which is as long as the other
REPAIRED_TOGETHER = ("change", "missing_there", "create", "orphan")

_logger = logging.getLogger(__name__)


class DokstampRun(models.Model):
    _inherit = "dokstamp.run"

    place = fields.Json(readonly=True, help="How far a reconciliation got.")
    doubled_count = fields.Integer(string="Twice at DokStamp", readonly=True)
    left_count = fields.Integer(
        string="Left as they are",
        readonly=True,
        help="Differences that somebody has decided to leave as they are.",
    )
    page_count = fields.Integer(
        string="Pages read", readonly=True, help="One request each."
    )
    difference_count = fields.Integer(string="Differences", readonly=True)
    unread = fields.Text(
        compute="_compute_unread",
        string="Not read",
        help="What DokStamp does not list for this integration.",
    )

    can_repair = fields.Boolean(compute="_compute_can_repair")

    def _compute_can_repair(self):
        """Whether something is to be repaired that needs no word on each line."""
        lines = self.env["dokstamp.run.line"]._read_group(
            [
                ("run_id", "in", self.ids),
                ("run_id.kind", "=", KIND),
                ("outcome", "in", ("none", "failed")),
                ("finding", "in", REPAIRED_TOGETHER),
            ],
            ["run_id"],
        )
        found = {run.id for (run,) in lines}
        for run in self:
            run.can_repair = run.id in found

    @api.depends("list_ids.problem")
    def _compute_unread(self):
        lists = self.env["dokstamp.run.list"]
        for run in self:
            unread = lists.search([("run_id", "=", run.id), ("problem", "!=", False)])
            run.unread = "\n".join(dict.fromkeys(unread.mapped("problem")))

    # === SCHEDULE === #

    @api.model
    def _cron_reconcile(self):
        """Compare each account that wants it tonight. Commits: only for the scheduled
        action.
        """
        for account in self.env["dokstamp.account"].search(self._may_reconcile()):
            if account._reconciles_now():
                self.create({"account_id": account.id, "kind": KIND})
        self._work([("kind", "=", KIND)])

    @api.model
    def _may_reconcile(self):
        return [("state", "=", "connected"), ("reconciles", "!=", "off")]

    # === COMPARING === #

    def _compare_next(self):
        return self._reconcile_next() if self.kind == KIND else super()._compare_next()

    def _begin_comparing(self):
        result = super()._begin_comparing()
        if self.kind == KIND:
            self.total_count = self.env["dokstamp.binding"].search_count(
                [
                    ("account_id", "=", self.account_id.id),
                    ("res_model", "in", self._pictured_models()),
                ]
            )
        return result

    def _reconcile_next(self):
        """Compare the next batch, and end it after the last.

        :return: whether there was one
        :rtype: bool
        """
        names = self._pictured_models()
        steps = [(name, phase) for name in names for phase in self._phases_of(name)]
        step, after = self.place or (0, 0)
        if step >= len(steps):
            self._end_comparison()
            return False
        name, phase = steps[step]
        last_id = getattr(self, f"_reconcile_{phase}")(self.env[name], after)
        self.place = [step, last_id] if last_id else [step + 1, 0]
        return True

    def _phases_of(self, name):
        """What is looked at of one kind, in this order.

        :rtype: tuple[str, ...]
        """
        return PHASES

    def _batch_of(self, bindings):
        """What compares these, all of one model.

        :rtype: Bound
        """
        return Bound(self, bindings)

    def _note_compared(self):
        if self.kind != KIND:
            return super()._note_compared()
        self._forget_picture()
        if not self._lines_to_hand_over(1):
            return super()._note_compared()
        self.state = "sending"  # somebody was quick
        return None

    def _reconcile_bound(self, model, after):
        """:return: id of the last binding that was compared; None: there are no more"""
        bindings = self.env["dokstamp.binding"].search(
            [
                ("account_id", "=", self.account_id.id),
                ("res_model", "=", model._name),
                ("id", ">", after),
            ],
            order="id",
            limit=BATCH,
        )
        if not bindings:
            return None
        batch = self._batch_of(bindings)
        self._note_found([self._guarded(batch, binding) for binding in bindings])
        self.equal_count += batch.equal_count
        self.compared_count += len(bindings)
        return bindings[-1].id

    def _guarded(self, batch, binding):
        """What is to say of one record; one that is broken holds up no other."""
        try:
            return batch.found(binding)
        except Exception as error:  # noqa: BLE001
            _logger.error(
                "Run %s cannot compare %s %s: %s",
                self.id,
                binding.res_model,
                binding.res_id,
                where(error),
            )
            sentence = self.env._(
                "The connector could not compare this record (%s). The server log "
                "tells more.",
                type(error).__name__,
            )
            return batch.line(binding, "refuse", reason=sentence)

    def _reconcile_awaited(self, model, after):
        """Mark what DokStamp holds under the keys of records that are not there yet.

        :return: id of the last record; None: there are no more
        """
        records = self._unbound(model, after)
        if not records:
            return None
        keys = {key for record in records for key in record._wanted_keys()}
        self.env.execute_query(
            SQL(
                "UPDATE dokstamp_run_remote SET is_awaited = TRUE WHERE run_id = %s"
                " AND res_model = %s AND keys ?| %s RETURNING id",
                self.id,
                model._name,
                list(keys),
            )
        )
        unsent = self.env["dokstamp.sync.record"]._to_send(records)
        self._note_found([unsent_line(self, record) for record in unsent])
        return records[-1].id

    def _unbound(self, model, after):
        """The account's next records that no binding links to anything."""
        bound = self.env["dokstamp.binding"]._search(
            [("account_id", "=", self.account_id.id), ("res_model", "=", model._name)]
        )
        return model.search(
            [
                ("account_id", "=", self.account_id.id),
                ("id", ">", after),
                ("id", "not in", bound.subselect("res_id")),
            ],
            order="id",
            limit=BATCH,
        )

    def _reconcile_loose(self, model, after):
        """:return: id of the last row that was looked at; None: there are no more"""
        batch = Loose(self, model, after, BATCH)
        self._note_found(batch.found())
        return batch.last_id

    # === REPAIR: see `line_repair` === #

    def action_repair_all(self):
        """Make DokStamp hold what the registry says of all that was found, but for what
        is only there or there twice: that a person says of each.
        """
        self.check_access("read")
        lines = self.line_ids.filtered(lambda line: line.finding in REPAIRED_TOGETHER)
        return lines.action_repair()

    def _go_on_repairing(self):
        """Queue what somebody wants to be repaired, once the comparison is through.

        :raise UserError: another run of the account is under way
        """
        for run in self.filtered(lambda run: run.state not in OPEN):
            if other := run.account_id._open_run():
                raise UserError(
                    self.env._(
                        "%(run)s is under way. Wait until it is done, or cancel it.",
                        run=other.display_name,
                    )
                )
            run.write({"state": "sending", "done_at": False})
        self._wake()

    # === WHAT IT FOUND === #

    def _note_found(self, found):
        """Make lines of what was found, but for what somebody has left as it is.

        :param list[dict | None] found: values of lines
        """
        found = [values for values in found if values]
        lines = self.env["dokstamp.left.difference"]._without(self.account_id, found)
        self.left_count += len(found) - len(lines)
        self.env["dokstamp.run.line"].create(lines)

    def _count_findings(self):
        equal_count = self.equal_count
        result, found = super()._count_findings(), self.env["dokstamp.run.line"]
        for run in self.filtered(lambda run: run.kind == KIND):
            lines = [("run_id", "=", run.id)]
            run.write(
                {
                    "equal_count": equal_count,
                    "doubled_count": found.search_count(
                        [*lines, ("finding", "=", "doubled")]
                    ),
                    "difference_count": found.search_count(lines),
                    "page_count": run._pages_read(),
                }
            )
        return result

    def _pages_read(self):
        [[count]] = self.list_ids._read_group(
            [("run_id", "=", self.id)], aggregates=["page_count:sum"]
        )
        return count or 0
