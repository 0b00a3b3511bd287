"""The first load: sends what DokStamp does not have, without a search for each.

    _begin       what waits in the queue is kept back until the run has looked
    _send_next   the next lines: what is there is linked; the queue sends the rest,
                 behind the day's work
    _settle      what became of them, noted at the end of each flush

The queue stays the only one that writes at DokStamp, in its order and with its care: a
load tells it what need not be searched for.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..sync.origin import origin_of
from .loaded_row import LOW

BATCH = 500  # lines handed over between two commits
TRUSTED = timedelta(
    days=1
)  # for how long what was read tells what need not be searched


class DokstampRun(models.Model):
    _inherit = "dokstamp.run"

    going_since = fields.Datetime(
        readonly=True, help="When it began to send, or resumed."
    )
    going_from = fields.Integer(readonly=True, aggregator=None)
    pending_count = fields.Integer(compute="_compute_pace", string="On their way")
    waiting_count = fields.Integer(compute="_compute_pace", string="Waiting")
    sent_count = fields.Integer(compute="_compute_pace", string="Done")
    failed_count = fields.Integer(compute="_compute_pace", string="Failed")
    progress = fields.Float(compute="_compute_pace")
    rate = fields.Integer(compute="_compute_pace", string="Records a minute")
    minutes_left = fields.Integer(compute="_compute_pace", string="Minutes left")

    # === HOW FAR IT IS === #

    @api.depends("state", "compared_count", "total_count")
    def _compute_pace(self):
        groups = self.env["dokstamp.run.line"]._read_group(
            [("run_id", "in", self.ids), ("outcome", "!=", "none")],
            ["run_id", "outcome"],
            ["__count"],
        )
        counts = {(run.id, outcome): count for run, outcome, count in groups}
        for run in self:
            run.pending_count = counts.get((run.id, "pending"), 0)
            run.waiting_count = counts.get((run.id, "waiting"), 0)
            run.sent_count = counts.get((run.id, "done"), 0)
            run.failed_count = counts.get((run.id, "failed"), 0)
            run.progress = run._progress()
            run.rate = run._rate()
            run.minutes_left = run.rate and -(-run.pending_count // run.rate)

    def _progress(self):
        """Percent of what it is doing now.

        :rtype: float
        """
        if self.state == "done":
            return 100
        if self.state == "reading":
            read = self.list_ids.filtered("is_complete")
            kinds = len(self._pictured_models())
            return min(100 * len(read) / kinds, 100)
        total, left = self.total_count, self.total_count - self.compared_count
        if self.kind == "load" and self.going_since:
            total = self.create_count + self.adopt_count
            left = self.pending_count
        return 100 * (total - left) / total if total else 0

    def _rate(self):
        """Records that are sent in a minute, since it began to send or resumed.

        :rtype: int
        """
        if self.state != "sending" or not self.going_since:
            return 0
        seconds = (fields.Datetime.now() - self.going_since).total_seconds()
        done = self._settled_count() - self.going_from
        return round(60 * done / seconds) if seconds > 0 else 0

    def _settled_count(self):
        return self.env["dokstamp.run.line"].search_count(
            [("run_id", "=", self.id), ("settled_at", "!=", False)]
        )

    # === BEFORE AND AFTER THE COMPARISON === #

    def _begin(self):
        result = super()._begin()
        self._take_over_doubts()
        if self.kind == "load":
            self._end_stopped()
            self.env["dokstamp.sync.record"]._keep_back_unsent(
                self,
                self.env._(
                    "The first load looks whether DokStamp has it, and sends it in its "
                    "turn."
                ),
            )
        return result

    def _take_over_doubts(self):
        """What an earlier run asks, this one asks again, if it still has to."""
        kinds = {"load": ("load", "rehearsal"), "rehearsal": ("rehearsal",)}
        self.env["dokstamp.run.line"].sudo().search(  # sudo: they are the connector's
            [
                ("account_id", "=", self.account_id.id),
                ("kind", "in", kinds.get(self.kind, ())),
                ("outcome", "=", "review"),
            ]
        )._leave()

    def _end_stopped(self):
        """This one brings what earlier loads, which could not go on, keep back."""
        # sudo: as above
        stopped = self.account_id.sudo().run_ids.filtered(
            lambda run: run.kind == "load" and run.state == "failed"
        )
        for run in stopped:
            run._end("cancelled")

    def _compare(self, records):
        vals_list = super()._compare(records)
        if self.kind == "load":
            for record, vals in zip(records, vals_list, strict=True):
                vals.setdefault("outcome", self._outcome_of(record, vals["finding"]))
        return vals_list

    def _outcome_of(self, record, finding):
        if finding in ("create", "adopt"):
            return "pending"
        if finding != "refuse":
            return "none"
        return "waiting" if record._first_blocker() else "failed"

    def _note_compared(self):
        if self.kind != "load":
            return super()._note_compared()
        queue = self.env["dokstamp.sync.record"]
        queue._keep_back_for_review(self)
        queue._let_go_rest(self)
        self.state = "sending"
        self._note_going()
        self.account_id._wake(urgent=True)
        self._settle()  # perhaps there is nothing to send
        return None

    def _note_going(self):
        self.write(
            {
                "going_since": fields.Datetime.now(),
                "going_from": self._settled_count(),
            }
        )

    # === SENDING === #

    def _has_work(self):
        return super()._has_work() and (
            self.state != "sending" or bool(self._lines_to_hand_over(1))
        )

    def _send_next(self):
        """Hand the next lines over to the queue.

        :return: whether there may be more
        """
        lines = self._lines_to_hand_over(BATCH)
        # of one kind at a time: what refers to others needs their uuid
        kind = lines[:1].res_model
        lines = lines.filtered(lambda line: line.res_model == kind)
        lines._hand_over()
        self.account_id._wake(urgent=True)
        return bool(lines)

    def _lines_to_hand_over(self, limit):
        return self.env["dokstamp.run.line"].search(
            [
                ("run_id", "=", self.id),
                ("outcome", "=", "pending"),
                ("queued_at", "=", False),
            ],
            order="id",
            limit=limit,
        )

    # === PAUSE === #

    def _note_paused(self):
        result = super()._note_paused()
        self.env["dokstamp.sync.record"]._keep_back_sent(
            self, self.env._("The first load is paused.")
        )
        return result

    def _note_resumed(self):
        result = super()._note_resumed()
        self.env["dokstamp.sync.record"]._let_go_sent(self)
        self._note_going()
        self.account_id._wake(urgent=True)
        return result

    def _end(self, state="done"):
        if state == "cancelled":
            self._let_go()
        return super()._end(state)

    def _let_go(self):
        """What it has not brought goes its usual way."""
        self.env["dokstamp.sync.record"]._let_go_all(self)
        is_open = [("run_id", "=", self.id), ("outcome", "in", ("pending", "review"))]
        lines = self.env["dokstamp.run.line"].search(is_open)
        lines.filtered(lambda line: not line.queued_at).outcome = "left"
        self.account_id._wake()

    @api.ondelete(at_uninstall=True)
    def _unlink_let_go(self):
        for run in self.sudo():  # sudo: the queue is the connector's
            run._let_go()

    def _name_of_place(self):
        """As `waiting_for` of the queue names it."""
        return f"{self._name},{self.id}"

    # === WHAT BECAME OF IT === #

    @api.model
    def _settle_all(self):
        result = super()._settle_all()
        self._unsettled()._settle()
        return result

    @api.model
    def _unsettled(self, accounts=None):
        """The runs of which it is open what became of some lines, and those that send.

        :param dokstamp.account accounts: whose; all without
        """
        domain = [("outcome", "in", ("pending", "waiting"))]
        sending = [("state", "=", "sending")]
        if accounts is not None:
            domain.append(("account_id", "in", accounts.ids))
            sending.append(("account_id", "in", accounts.ids))
        groups = self.env["dokstamp.run.line"]._read_group(domain, ["run_id"])
        return self.search(sending).union(*(run for (run,) in groups))

    def _settle(self):
        """Note what became of what was handed over; end what has nothing left."""
        self.env["dokstamp.run.line"]._settle_of(self)
        for run in self.filtered(lambda run: run.state == "sending"):
            is_left = [("run_id", "=", run.id), ("outcome", "=", "pending")]
            if not self.env["dokstamp.run.line"].search_count(is_left, limit=1):
                run._end()
            run._tell_user()

    # === WHAT IT SAYS === #

    def _get_notes(self):
        notes = super()._get_notes()
        if self.kind == "load" and self.state == "sending":
            # sudo: why it stops is no secret
            return notes + [self.account_id.sudo()._sending_stop()]
        return notes


class DokstampRunLine(models.Model):
    _inherit = "dokstamp.run.line"

    def _is_known_absent(self):
        """Whether what was read not long ago tells that DokStamp does not have it."""
        oldest = fields.Datetime.now() - TRUSTED
        return self.is_absent and self.run_id.create_date > oldest

    # === HANDING OVER === #

    def _hand_over(self):
        """Link what is there; let the queue send what is new or differs.

        :param self: of one kind and run
        """
        records = self._records()
        present = self.filtered(lambda line: (line.res_model, line.res_id) in records)
        self.queued_at = fields.Datetime.now()
        (self - present).outcome = "left"
        there = present.filtered(lambda line: line.finding == "adopt")
        # a module in a course has no uuid: the queue looks at the curriculum itself
        if there and self.env[there[0].res_model]._dokstamp_resource:
            there._adopt(records)
        present._queue()

    def _adopt(self, records):
        """Link records with what DokStamp has, as the flush does with what it finds.

        :param dict records: (model, id) → record
        """
        account, name = self.account_id, self[:1].res_model
        bindings = self.env["dokstamp.binding"]
        bound = bindings._of_places(account, list(records))
        values = self.run_id._picture_values(name, self.mapped("dokstamp_uuid"))
        holders, adopted, held = self._holders(), self.browse(), {}
        for line in self:
            place = (line.res_model, line.res_id)
            if place in bound:
                continue  # the day's work was faster
            if holder := holders.get(line.dokstamp_uuid):
                line._fail(self.run_id._twin_sentence(holder))
                continue
            adopted += line
            there = values.get(line.dokstamp_uuid, {})
            held[place] = line.dokstamp_uuid, records[place]._adopted_payload(there)
        bindings._note_held(account, held)
        adopted._write_audit_lines()

    def _holders(self):
        """uuid → the record of ours that is linked to it by now; what links to a record
        that is deleted is dropped.

        :rtype: dict[str, dokstamp.entity]
        """
        bindings = self.env["dokstamp.binding"].search(
            [
                ("account_id", "in", self.account_id.ids),
                ("res_model", "in", list(set(self.mapped("res_model")))),
                ("dokstamp_uuid", "in", self.mapped("dokstamp_uuid")),
            ]
        )
        places = {one: (one.res_model, one.res_id) for one in bindings}
        existing = self.env["dokstamp.entity"]._existing(places.values())
        bindings.filtered(lambda one: places[one] not in existing).unlink()
        return {
            one.dokstamp_uuid: existing[place]
            for one, place in places.items()
            if place in existing
        }

    def _write_audit_lines(self):
        origin, origin_name = origin_of(self.env)
        self.env["dokstamp.audit.log"].create(
            [
                {
                    "account_id": line.account_id.id,
                    "res_model": line.res_model,
                    "res_id": line.res_id,
                    "res_name": line.res_name,
                    "dokstamp_uuid": line.dokstamp_uuid,
                    "event": "adopted",
                    "old_values": {},
                    "new_values": {"uuid": line.dokstamp_uuid},
                    "user_id": line._author().id,
                    "origin": origin,
                    "origin_name": origin_name,
                    "called_at": line.create_date,
                    "method": "GET",
                    "path": f"/{self.env[line.res_model]._dokstamp_resource}",
                    "status_code": 200,
                }
                for line in self
            ]
        )

    def _queue(self):
        """Have the queue send the lines' records, behind the day's work."""
        queue = self.env["dokstamp.sync.record"]
        brought = queue._let_bring(self)
        origin, origin_name = origin_of(self.env)
        queue.create(
            [
                {
                    "account_id": line.account_id.id,
                    "res_model": line.res_model,
                    "res_id": line.res_id,
                    "operation": "push",
                    "priority": LOW,
                    "rank": self.env[line.res_model]._dokstamp_rank,
                    "next_attempt_at": fields.Datetime.now(),
                    "run_line_id": line.id,
                    "user_id": line._author().id,
                    "origin": origin,
                    "origin_name": origin_name,
                }
                for line in self
                if line.id not in brought and line.outcome == "pending"
            ]
        )

    def _author(self):
        """In whose name it is sent.

        :rtype: res.users
        """
        return self.run_id.user_id

    def _fail(self, reason):
        self.write(
            {
                "outcome": "failed",
                "reason": reason,
                "settled_at": fields.Datetime.now(),
            }
        )

    def _get_next_outcome(self):
        return "pending" if self.run_id.kind == "load" else super()._get_next_outcome()

    def _follow(self, values):
        result = super()._follow(values)
        # before, the run itself hands it over in its turn
        if self.outcome == "pending" and self.run_id.state in ("sending", "done"):
            self.queued_at = fields.Datetime.now()
            self._queue()
            self.account_id._wake(urgent=True)
        return result

    # === SETTLING === #

    @api.model
    def _settle_of(self, runs):
        """Note what the newest queue row of each record says; in one statement, as they
        may be all that a school has.
        """
        if not runs:
            return
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """
                WITH newest AS (
                    SELECT DISTINCT ON (l.id) l.id, q.state, q.waiting_for,
                           q.failure_message
                      FROM dokstamp_run_line l
                      JOIN dokstamp_sync_record q
                        ON q.res_model = l.res_model AND q.res_id = l.res_id
                       AND q.account_id = l.account_id
                     WHERE l.run_id = ANY(%(runs)s)
                       AND (l.outcome = 'waiting'
                            OR l.outcome = 'pending' AND l.queued_at IS NOT NULL)
                       AND q.failure_type IS DISTINCT FROM 'superseded'
                     ORDER BY l.id, q.id DESC
                ), told AS (
                    SELECT id, failure_message, CASE
                           WHEN state = 'done' THEN 'done'
                           WHEN state = 'failed' THEN 'failed'
                           WHEN state = 'cancelled' THEN 'left'
                           WHEN state = 'held' THEN 'waiting'
                           WHEN waiting_for IS NULL
                                OR waiting_for LIKE 'dokstamp.run,%%' THEN 'pending'
                           ELSE 'waiting' END AS outcome
                      FROM newest
                )
                UPDATE dokstamp_run_line line
                   SET outcome = told.outcome,
                       reason = CASE WHEN told.outcome IN ('failed', 'waiting', 'done')
                                     THEN told.failure_message END,
                       settled_at = CASE WHEN told.outcome IN ('done', 'failed', 'left')
                                         THEN %(now)s END,
                       dokstamp_uuid = COALESCE(
                           (SELECT b.dokstamp_uuid
                              FROM dokstamp_binding b
                             WHERE b.res_model = line.res_model
                               AND b.res_id = line.res_id
                               AND b.account_id = line.account_id),
                           line.dokstamp_uuid)
                  FROM told
                 WHERE told.id = line.id AND told.outcome <> line.outcome
                RETURNING line.id
                """,
                runs=runs.ids,
                now=fields.Datetime.now(),
            )
        )
        self.invalidate_model(flush=False)
