"""What the flush does with rows: claim them, make messages of them, apply what came
back.
"""

import logging

from odoo import fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from .lane import Job
from .messages import where
from .verdict import judge

_logger = logging.getLogger(__name__)


class DokstampFlush(models.AbstractModel):
    _inherit = "dokstamp.flush"

    # === CLAIM AND PLAN === #

    def _load(self, lane):
        """Bring new work to the lane's threads; return how many rows were claimed."""
        lane.probe()
        if not lane.room:
            return 0
        if self._account_of(lane).state != "connected":  # paused while we ran
            self._stop([lane])
            return 0
        row_ids = self._in_transaction(self._claim, lane)
        if row_ids:
            lane.start(self._in_transaction(self._plan, lane, row_ids))
        return len(row_ids)

    def _claim(self, lane):
        """Take the next due rows, one per record: its latest. It covers all earlier
        ones.

        Removals go first, and one kind after the other, so that what hangs on a record
        is gone before it, and before another record takes its place.

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
                       AND rank <= COALESCE((
                           SELECT MIN(rank)
                             FROM dokstamp_sync_record
                            WHERE account_id = %(account)s AND operation = 'remove'
                              AND (state = 'sending'
                                   OR state = 'pending'
                                      AND next_attempt_at <= %(now)s)), rank)
                       AND NOT EXISTS (
                           SELECT FROM dokstamp_sync_record other
                            WHERE other.account_id = %(account)s
                              AND other.state = 'sending'
                              AND other.res_model = dokstamp_sync_record.res_model
                              AND other.res_id = dokstamp_sync_record.res_id)
                     ORDER BY priority, rank, id
                     LIMIT %(limit)s
                       FOR UPDATE SKIP LOCKED
                ), latest AS (
                    SELECT MAX(q.id) AS id, q.res_model, q.res_id
                      FROM dokstamp_sync_record q
                     WHERE (q.res_model, q.res_id) IN (
                               SELECT res_model, res_id FROM due)
                       AND q.account_id = %(account)s AND q.state = 'pending'
                     GROUP BY q.res_model, q.res_id
                )
                UPDATE dokstamp_sync_record q
                   SET state = CASE WHEN q.id = latest.id
                                    THEN 'sending' ELSE 'cancelled' END,
                       failure_type = CASE WHEN q.id = latest.id
                                           THEN NULL ELSE 'superseded' END,
                       failure_message = NULL, waiting_for = NULL,
                       write_date = %(now)s
                  FROM latest
                 WHERE q.res_model = latest.res_model AND q.res_id = latest.res_id
                   AND q.account_id = %(account)s AND q.state IN ('pending', 'failed')
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
        account = self._account_of(lane)
        rows = self._locked(row_ids).with_env(account.env)
        records = rows._records()
        jobs = []
        for row in rows:
            message = self._guarded(row, self._plan_row, row, records)
            if message:
                jobs.append(Job(row.id, message))
        # what needed no call, failed or waits is settled here
        rows.filtered(lambda row: row.state != "sending")._tell_users()
        return jobs

    def _locked(self, row_ids):
        """The rows, locked before anything is written.

        A user's Retry that was faster makes this fail, and PostgreSQL's message then
        shows ids instead of the values that would have been written.
        """
        rows = self.env["dokstamp.sync.record"].browse(row_ids)
        self.env.execute_query(
            SQL(
                "SELECT id FROM dokstamp_sync_record WHERE id IN %s FOR NO KEY UPDATE",
                rows._ids,
            )
        )
        return rows

    def _plan_row(self, row, records):
        """The message for a row; None when the row is settled without one."""
        record = records.get((row.res_model, row.res_id))
        binding, tried = row._binding(), row._take_over_tried_keys()
        if row.operation == "remove":
            message = self._plan_removal(row, binding, tried)
        elif not record or record.account_id != row.account_id:
            message = None
        elif not (record.active or binding or tried):
            message = None  # archived before it was ever sent
        elif row._is_held_back(record):
            return None
        else:
            message = record._operation_message(row, binding, tried)
            if message and not binding:
                row._note_try(record)
        if not message:
            row._finish()
        return message

    def _plan_removal(self, row, binding, tried):
        if binding._is_shared():
            binding.unlink()
            return None
        return self.env[row.res_model]._removal_message(
            binding, row.removal_keys or {}, tried, row._queued_at()
        )

    def _put_back(self, jobs):
        """Leave what was not begun to the next run, as if it had not been claimed."""
        rows = self._locked([job.row_id for job in jobs])
        for row, job in zip(rows, jobs, strict=True):
            row.write({"state": "pending", "tried_keys": job.message.tried or False})

    def _guarded(self, row, work, *args):
        """Do ``work`` for a row; an error of our own marks that row and stops nothing
        else.
        """
        try:
            with self.env.cr.savepoint():
                return work(*args)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:  # noqa: BLE001
            _logger.error(
                "Queue row %s failed in the connector: %s", row.id, where(error)
            )
            row._fail("internal", row._internal_sentence(error))
            return None

    # === SETTLE === #

    def _settle(self, lane, jobs):
        """Apply the answers of ``jobs`` and commit them."""
        begun = [job for job in jobs if job.message.was_begun]
        unbegun = [job for job in jobs if job.row_id and not job.message.was_begun]
        if unbegun:
            self._in_transaction(self._put_back, unbegun)
        if begun and lane.is_probing:
            self._in_transaction(self._settle_probe, lane, begun[0].message)
        elif begun:
            self._in_transaction(self._settle_jobs, lane, begun, processed=len(begun))
        if lane.is_stopped:
            self._stop([lane])

    def _settle_probe(self, lane, message):
        if message.error:
            verdict = judge(message.error, 0)
            self._note_failure(lane, self._account_of(lane), verdict, message.error)
        else:
            self._account_of(lane)._note_answer()
            lane.is_probing = False

    def _settle_jobs(self, lane, jobs):
        account = self._account_of(lane)
        rows = self._locked([job.row_id for job in jobs]).with_env(account.env)
        for row, job in zip(rows, jobs, strict=True):
            self._guarded(row, self._write_audit_lines, account, row, job.message)
            self._guarded(row, self._settle_job, lane, account, row, job.message)
        rows._tell_users()

    def _settle_job(self, lane, account, row, message):
        row.tried_keys = message.unresolved or False
        if not message.error:
            account._note_answer()
            row._note_sent(message)
            return
        verdict = judge(message.error, row.attempt_count)
        sentence = row._failure_sentence(verdict, message.error)
        if message.left_nothing:
            row._binding().unlink()
        if verdict.action == "fail":
            row._fail(verdict.failure_type, sentence)
        else:
            row._postpone(
                verdict.failure_type,
                verdict.delay,
                uses_attempt=verdict.uses_attempt,
                message=sentence,
            )
        self._note_failure(lane, account, verdict, message.error)

    def _note_failure(self, lane, account, verdict, error):
        """What a failure means for the account."""
        if verdict.action == "pause":
            account._pause(account._access_sentence(error))
        elif verdict.failure_type == "rate_limit":
            account._note_rate_limit(verdict.delay)
        elif verdict.is_outage:
            account._note_outage(error)
        else:  # DokStamp answered, if only with a refusal
            account._note_answer()
            lane.is_probing = False
        lane.is_stopped = lane.is_stopped or not account._may_call()

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
