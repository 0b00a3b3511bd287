"""The flush: claim what is due, send it in parallel, note what came back.

    _cron_flush ── _open_lanes      one lane per account that may call and has something due
                ├─ _run             until nothing is due or the time is up:
                │    ├─ _load         claim → plan, commit, hand to the lane's threads
                │    └─ _settle       apply the answers as they come in, commit
                └─ _sleep_until_due wake up again when the next row is due

No transaction is open while the threads talk to DokStamp, and no thread touches the ORM.
"""

import logging
import time
from collections import defaultdict
from concurrent.futures import FIRST_COMPLETED, wait
from datetime import timedelta

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from .lane import Job, Lane
from .verdict import judge

_logger = logging.getLogger(__name__)

LOCK_CLASS = 0x444B5354  # "DKST": our space among PostgreSQL's advisory locks
CONFLICT_TRIES = 5
LINGER = (
    3  # seconds: a row due this soon is waited for, the scheduler would take a minute
)
TICK = 1  # seconds between two looks at the clock while answers are awaited


class DokstampFlush(models.AbstractModel):
    """Sends the queue. A run that is killed loses nothing: the next one sees that its claims are orphans."""

    _name = "dokstamp.flush"
    _description = "DokStamp Flush"

    @api.model
    def _cron_flush(self):
        """Send every account's due rows. Commits: only for the scheduled action."""
        lanes = self._open_lanes()
        try:
            self._run(lanes)
        finally:
            self._close_lanes(lanes)
        self._sleep_until_due()

    # === LANES === #

    def _open_lanes(self):
        lanes = []
        for account in self.env["dokstamp.account"].search(
            [("state", "=", "connected")]
        ):
            account = self._in_language_of(account)
            if self._has_work(account) and (lane := self._open_lane(account)):
                lanes.append(lane)
        self._commit()
        return lanes

    def _in_language_of(self, account):
        """Failure messages are read at the school: write them in its language."""
        return account.with_context(lang=account.company_id.partner_id.lang)

    def _has_work(self, account):
        now = fields.Datetime.now()
        if account.call_again_at and account.call_again_at > now:
            return False
        queue = self.env["dokstamp.sync.record"]
        return bool(
            queue.search_count(self._due_domain(account), limit=1)
            or queue.search_count(self._claimed_domain(account), limit=1)
        )

    def _due_domain(self, account):
        return [
            ("account_id", "=", account.id),
            ("state", "=", "pending"),
            ("waiting_for", "=", False),
            ("next_attempt_at", "<=", fields.Datetime.now()),
        ]

    def _claimed_domain(self, account):
        return [("account_id", "=", account.id), ("state", "=", "sending")]

    def _open_lane(self, account):
        """:rtype: Lane | None"""
        if account._pause_if_copied() or not self._lock(account):
            return None
        try:
            client = account._client()
        except ValueError as error:
            self._unlock(account.id)
            account._pause(account._access_sentence(error))
            return None
        self._reclaim_orphans(account)
        return Lane(
            account_id=account.id,
            client=client,
            width=account.max_in_flight,
            is_probing=bool(account.outage_count),
        )

    def _close_lanes(self, lanes):
        for lane in lanes:
            lane.close()
            self._unlock(lane.account_id)

    def _lock(self, account):
        """Take the account for this process. The lock ends with the database session, however that ends."""
        ((taken,),) = self.env.execute_query(
            SQL("SELECT pg_try_advisory_lock(%s, %s)", LOCK_CLASS, account.id)
        )
        return taken

    def _unlock(self, account_id):
        self.env.execute_query(
            SQL("SELECT pg_advisory_unlock(%s, %s)", LOCK_CLASS, account_id)
        )

    def _reclaim_orphans(self, account):
        """Rows being sent while nobody held the lock: their sender died, and what it did is unknown."""
        orphans = self.env["dokstamp.sync.record"].search(self._claimed_domain(account))
        for row in orphans:
            row._postpone("no_answer", 0, uses_attempt=True)
        if orphans:
            _logger.warning(
                "Account %s: took over %s rows of a flush that ended halfway",
                account.id,
                len(orphans),
            )

    # === THE LOOP === #

    def _run(self, lanes):
        time_left = self._commit()
        while lanes:
            claimed = 0
            if time_left > 0:
                claimed = sum(self._load(lane) for lane in lanes if lane.room)
            else:
                self._put_back(lanes)
            under_way = [future for lane in lanes for future in lane.jobs]
            if under_way:
                finished, _rest = wait(under_way, TICK, FIRST_COMPLETED)
                for lane in lanes:
                    self._settle(lane, lane.take(finished))
            elif not claimed and not (time_left > 0 and self._linger(lanes)):
                return
            time_left = self._commit()

    def _linger(self, lanes):
        """Wait for a row that is due in a moment; whether there was one."""
        waits = [self._seconds_until_due(lane) for lane in lanes if not lane.is_stopped]
        shortest = min((w for w in waits if w is not None), default=None)
        self._commit()
        if shortest is None or shortest > LINGER:
            return False
        time.sleep(max(shortest, 0.1))
        return True

    def _seconds_until_due(self, lane):
        due_at = self._next_due_at(self.env["dokstamp.account"].browse(lane.account_id))
        return due_at and (due_at - fields.Datetime.now()).total_seconds()

    def _put_back(self, lanes):
        """The time is up: what no thread has begun is left to the next run."""
        for lane in lanes:
            lane.is_stopped = True
            rows = self._rows_of(lane.drop_unstarted())
            rows.write({"state": "pending"})

    def _rows_of(self, jobs):
        return self.env["dokstamp.sync.record"].browse([job.row_id for job in jobs])

    def _commit(self, processed=0):
        return self.env["ir.cron"]._commit_progress(processed)

    def _in_transaction(self, work, *args):
        """Do ``work`` and commit; again when a user's transaction was faster.

        :return: what ``work`` returned
        """
        for tries_left in reversed(range(CONFLICT_TRIES)):
            try:
                result = work(*args)
                self._commit()
                return result
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()
                if not tries_left:
                    raise
        return None

    # === CLAIM AND PLAN === #

    def _load(self, lane):
        """Bring new work to the lane's threads; return how many rows were claimed."""
        row_ids = self._in_transaction(self._claim, lane)
        if row_ids:
            lane.start(self._in_transaction(self._plan, lane, row_ids))
        return len(row_ids)

    def _claim(self, lane):
        """Take the next due rows, one per record: its latest. It covers all earlier ones.

        :return: ids of the rows to plan
        """
        queue = self.env["dokstamp.sync.record"]
        queue.flush_model()
        claimed = self.env.execute_query(
            SQL(
                """
                WITH due AS (
                    SELECT id, res_model, res_id
                      FROM dokstamp_sync_record
                     WHERE account_id = %(account)s AND state = 'pending'
                       AND waiting_for IS NULL AND next_attempt_at <= %(now)s
                       AND NOT EXISTS (
                           SELECT FROM dokstamp_sync_record other
                            WHERE other.state = 'sending'
                              AND other.res_model = dokstamp_sync_record.res_model
                              AND other.res_id = dokstamp_sync_record.res_id)
                     ORDER BY priority, rank, id
                     LIMIT %(limit)s
                       FOR UPDATE SKIP LOCKED
                ), latest AS (
                    SELECT MAX(q.id) AS id, q.res_model, q.res_id
                      FROM dokstamp_sync_record q
                     WHERE (q.res_model, q.res_id) IN (SELECT res_model, res_id FROM due)
                       AND q.account_id = %(account)s AND q.state = 'pending'
                     GROUP BY q.res_model, q.res_id
                )
                UPDATE dokstamp_sync_record q
                   SET state = CASE WHEN q.id = latest.id THEN 'sending' ELSE 'cancelled' END,
                       failure_type = CASE WHEN q.id = latest.id THEN NULL ELSE 'superseded' END,
                       failure_message = NULL, waiting_for = NULL,
                       write_date = %(now)s
                  FROM latest
                 WHERE q.res_model = latest.res_model AND q.res_id = latest.res_id
                   AND q.account_id = %(account)s AND q.state IN ('pending', 'failed')
                   AND q.id <= latest.id
                RETURNING q.id, q.state, q.priority, q.rank
                """,
                account=lane.account_id,
                now=fields.Datetime.now(),
                limit=lane.room,
            )
        )
        queue.invalidate_model(flush=False)
        sending = sorted((p, r, i) for i, state, p, r in claimed if state == "sending")
        return [row_id for _priority, _rank, row_id in sending]

    def _plan(self, lane, row_ids):
        """Read what each row's record holds now, and make it a message.

        :rtype: list[Job]
        """
        account = self._in_language_of(
            self.env["dokstamp.account"].browse(lane.account_id)
        )
        rows = self.env["dokstamp.sync.record"].with_env(account.env).browse(row_ids)
        records = self._records_of(rows)
        jobs = []
        for row in rows:
            message = self._guarded(row, self._plan_row, row, records)
            if message:
                jobs.append(Job(row.id, row.res_model, row.res_id, message))
        return jobs

    def _records_of(self, rows):
        """(model, id) → record; all of one model are read together.

        :rtype: dict[tuple[str, int], dokstamp.entity]
        """
        ids_by_model = defaultdict(list)
        for row in rows:
            ids_by_model[row.res_model].append(row.res_id)
        return {
            (model, record.id): record
            for model, ids in ids_by_model.items()
            for record in rows.env[model].browse(ids).exists()
        }

    def _plan_row(self, row, records):
        """The message for a row; None when the row is settled without one."""
        record = records.get((row.res_model, row.res_id))
        if row.operation == "remove":
            message = self._plan_removal(row)
        elif not record or record.account_id != row.account_id:
            message = None
        else:
            if problems := record._missing() + record._problems():
                row._fail("incomplete", "\n".join(problems))
                return None
            if blocker := record._first_blocker():
                row._wait_for(blocker)
                return None
            binding = self.env["dokstamp.binding"]._of(record)
            message = record._operation_message(row, binding)
        if not message:
            row._finish()
        return message

    def _plan_removal(self, row):
        binding = self.env["dokstamp.binding"].search(
            [
                ("res_model", "=", row.res_model),
                ("res_id", "=", row.res_id),
                ("account_id", "=", row.account_id.id),
            ]
        )
        return self.env[row.res_model]._removal_message(
            binding, row.search_keys or {}, row._was_attempted()
        )

    def _guarded(self, row, work, *args):
        """Do ``work`` for a row; an error of our own marks that row and stops nothing else."""
        try:
            with self.env.cr.savepoint():
                return work(*args)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:  # noqa: BLE001
            _logger.exception("Queue row %s failed in the connector", row.id)
            row._fail("internal", row._internal_sentence(error))
            return None

    # === SETTLE === #

    def _settle(self, lane, jobs):
        if jobs:
            self._in_transaction(self._settle_jobs, lane, jobs)

    def _settle_jobs(self, lane, jobs):
        account = self._in_language_of(
            self.env["dokstamp.account"].browse(lane.account_id)
        )
        rows = self._rows_of(jobs).with_env(account.env)
        for row, job in zip(rows, jobs, strict=True):
            self._guarded(row, self._settle_job, lane, account, row, job.message)
        rows._tell_users()
        self._commit(len(jobs))

    def _settle_job(self, lane, account, row, message):
        self._write_audit_lines(account, row, message)
        if not message.error:
            account._note_answer()
            lane.is_probing = False
            getattr(row, f"_note_{message.outcome}")(message)
            return
        if message.uuid and message.is_new:
            row._note_found(message)
        self._settle_failure(lane, account, row, message.error)

    def _settle_failure(self, lane, account, row, error):
        verdict = judge(error, row.attempt_count)
        if verdict.action == "fail":
            row._fail(verdict.failure_type, row._failure_sentence(verdict, error))
        else:
            row._postpone(
                verdict.failure_type,
                verdict.delay,
                # while DokStamp is down, waiting is not the row's fault
                uses_attempt=verdict.uses_attempt and not lane.is_probing,
                message=row._failure_sentence(verdict, error),
            )
        if verdict.action == "pause":
            lane.is_stopped = True
            account._pause(account._access_sentence(error))
        elif verdict.failure_type == "rate_limit":
            lane.is_stopped = True
            account._note_rate_limit(verdict.delay)
        elif verdict.is_outage:
            account._note_outage(error)
            lane.is_stopped = lane.is_stopped or bool(account.call_again_at)
        else:  # DokStamp answered, if only with a refusal
            account._note_answer()
            lane.is_probing = False

    def _write_audit_lines(self, account, row, message):
        self.env["dokstamp.audit.log"].create(
            [
                {
                    "account_id": account.id,
                    "res_model": row.res_model,
                    "res_id": row.res_id,
                    "res_name": row.res_name,
                    "dokstamp_uuid": message.uuid,
                    "event": line.event,
                    "old_values": line.old_values,
                    "new_values": line.new_values,
                    "user_id": row.user_id.id,
                    "called_at": line.call.started_at.replace(tzinfo=None),
                    "duration_ms": line.call.duration_ms,
                    "method": line.call.method,
                    "path": line.call.path,
                    "status_code": line.call.status,
                    "request_id": line.call.request_id,
                    "sync_record_id": row.id,
                }
                for line in message.audit
            ]
        )

    # === WAKING UP === #

    def _sleep_until_due(self):
        """Report what is due and could not be sent in time, and be woken when the next row is."""
        remaining, wake_at = 0, []
        for account in self.env["dokstamp.account"].search(
            [("state", "=", "connected")]
        ):
            due_at = self._next_due_at(account)
            if due_at and due_at <= fields.Datetime.now():
                remaining += self.env["dokstamp.sync.record"].search_count(
                    self._due_domain(account)
                )
            elif due_at:
                wake_at.append(due_at)
        if wake_at:
            self._wake_at(min(wake_at))
        self.env["ir.cron"]._commit_progress(remaining=remaining)

    def _next_due_at(self, account):
        """When the account's next row is due, and the account may call; None without one.

        :rtype: datetime | None
        """
        row = self.env["dokstamp.sync.record"].search(
            [
                ("account_id", "=", account.id),
                ("state", "=", "pending"),
                ("waiting_for", "=", False),
            ],
            order="next_attempt_at",
            limit=1,
        )
        if not row:
            return None
        return max(row.next_attempt_at, account.call_again_at or row.next_attempt_at)

    def _wake_at(self, moment):
        cron = self.env.ref("dokstamp_connector.ir_cron_flush")
        planned = self.env["ir.cron.trigger"].search_count(
            [
                ("cron_id", "=", cron.id),
                ("call_at", ">", fields.Datetime.now()),
                ("call_at", "<=", moment + timedelta(seconds=1)),
            ],
            limit=1,
        )
        if not planned:
            cron._trigger(at=moment)
