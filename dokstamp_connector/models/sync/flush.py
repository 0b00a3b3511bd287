"""The flush: claim what is due, send it in parallel, note what came back.

    _cron_flush ─ _open_lanes        a lane per account that may call and has work
               ├─ _run               until nothing is due or the time is up:
               │    ├─ _load           claim → plan, commit, hand over    (work.py)
               │    └─ _settle         apply the answers, commit          (work.py)
               └─ _sleep_until_due   wake up again when the next row is due

No transaction is open while the threads talk to DokStamp, and no thread touches the
ORM.
"""

import logging
import time
from concurrent.futures import FIRST_COMPLETED, wait
from datetime import timedelta

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from .lane import Lane
from .verdict import BREAKER_OPENS_AFTER

_logger = logging.getLogger(__name__)

LOCK_CLASS = 0x444B5354  # "DKST": our space among PostgreSQL's advisory locks
CONFLICT_TRIES = 5
LINGER = 3  # seconds: a row due this soon is waited for, the scheduler takes a minute
TICK = 1  # seconds between two looks at the clock while answers are awaited
AFTER_CRASH = timedelta(minutes=1)


class DokstampFlush(models.AbstractModel):
    """Sends the queue. A run that is killed loses nothing: the next one sees that its
    claims are orphans.
    """

    _name = "dokstamp.flush"
    _description = "DokStamp Flush"

    @api.model
    def _cron_flush(self):
        """Send every account's due rows. Commits: only for the scheduled action."""
        lanes = []
        try:
            self._open_lanes(lanes)
            self._run(lanes)
        except Exception:
            # an aborted transaction could neither give the locks back nor ask to be
            # woken
            self.env.cr.rollback()
            self._wake_at(fields.Datetime.now() + AFTER_CRASH)
            self._commit()
            raise
        finally:
            self._close_lanes(lanes)
        self._sleep_until_due({lane.account_id for lane in lanes})

    # === LANES === #

    def _open_lanes(self, lanes):
        """Add a lane for every account that may call and has something due."""
        for account in self._connected_accounts():
            if self._has_work(account) and self._lock(account):
                lane = None
                try:
                    lane = self._in_transaction(self._open_lane, account)
                finally:
                    if lane:
                        lanes.append(lane)
                    else:
                        self._unlock(account.id)
        self._commit()

    def _connected_accounts(self):
        return self.env["dokstamp.account"].search([("state", "=", "connected")])

    def _in_language_of(self, account):
        """Failure messages are read at the school: write them in its language."""
        return account.with_context(lang=account.company_id.partner_id.lang)

    def _has_work(self, account):
        if not account._may_call():
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
        """The lane of a locked account; None when the account has to pause instead.

        :rtype: Lane | None
        """
        account = self._in_language_of(account)
        client = None if account._pause_if_copied() else self._client_or_pause(account)
        if not client:
            return None
        self._reclaim_orphans(account)
        return Lane(
            account_id=account.id,
            client=client,
            width=account.max_in_flight,
            is_probing=account.outage_count >= BREAKER_OPENS_AFTER,
        )

    def _client_or_pause(self, account):
        try:
            return account._client()
        except ValueError as error:
            account._pause(account._access_sentence(error))
            return None

    def _close_lanes(self, lanes):
        for lane in lanes:
            lane.close()
            self._unlock(lane.account_id)

    def _lock(self, account):
        """Take the account for this process. The lock ends with the database session,
        however that ends.
        """
        ((taken,),) = self.env.execute_query(
            SQL("SELECT pg_try_advisory_lock(%s, %s)", LOCK_CLASS, account.id)
        )
        return taken

    def _unlock(self, account_id):
        self.env.execute_query(
            SQL("SELECT pg_advisory_unlock(%s, %s)", LOCK_CLASS, account_id)
        )

    def _reclaim_orphans(self, account):
        """Rows being sent while nobody held the lock: their sender died, and what it
        did is unknown.
        """
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
        is_late, stragglers = self._commit() <= 0, set()
        while lanes:
            if is_late and not stragglers:
                self._stop(lanes)
            # what hangs when the time is up ends the flush late; other accounts go on
            # meanwhile
            idle = [lane for lane in lanes if stragglers.isdisjoint(lane.jobs)]
            claimed = sum([self._load(lane) for lane in idle])
            if under_way := self._under_way(lanes):
                finished, _rest = wait(under_way, TICK, FIRST_COMPLETED)
                for lane in lanes:
                    self._settle(lane, lane.take(finished))
                stragglers -= finished
            elif not claimed and (is_late or not self._linger(lanes)):
                return
            if self._commit() <= 0 and not is_late:
                is_late = True
                self._drop_unstarted(lanes)
                stragglers = self._under_way(lanes)

    def _under_way(self, lanes):
        return {future for lane in lanes for future in lane.jobs}

    def _linger(self, lanes):
        """Wait for a row that is due in a moment; whether there was one."""
        waits = [self._seconds_until_due(lane) for lane in lanes]
        shortest = min((w for w in waits if w is not None), default=None)
        self._commit()
        if shortest is None or shortest > LINGER:
            return False
        time.sleep(max(shortest, 0.1))
        for lane in lanes:
            self._reopen(lane)
        return True

    def _reopen(self, lane):
        """A lane that had to stop may go on when its account may call again."""
        account = self._account_of(lane)
        lane.is_stopped = not account._may_call()
        lane.is_probing = account.outage_count >= BREAKER_OPENS_AFTER

    def _seconds_until_due(self, lane):
        account = self._account_of(lane)
        due_at = account.state == "connected" and self._next_due_at(account)
        if not due_at:
            return None
        return (due_at - fields.Datetime.now()).total_seconds()

    def _account_of(self, lane):
        return self._in_language_of(
            self.env["dokstamp.account"].browse(lane.account_id)
        )

    def _stop(self, lanes):
        """Claim nothing more for these, and send nothing that is not under way."""
        for lane in lanes:
            lane.is_stopped = True
        self._drop_unstarted(lanes)

    def _drop_unstarted(self, lanes):
        """Put back what no thread has begun."""
        for lane in lanes:
            if jobs := [job for job in lane.drop_unstarted() if job.row_id]:
                self._in_transaction(self._put_back, jobs)

    def _commit(self, processed=0):
        return self.env["ir.cron"]._commit_progress(processed)

    def _in_transaction(self, work, *args, processed=0):
        """Do ``work`` and commit; again when a user's transaction was faster.

        :param int processed: rows to report as done
        :return: what ``work`` returned
        """
        for tries_left in reversed(range(CONFLICT_TRIES)):
            try:
                result = work(*args)
                self._commit(processed)
                return result
            except Exception as error:
                self.env.cr.rollback()
                is_conflict = isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)
                if not is_conflict or not tries_left:
                    raise
        return None

    # === WAKING UP === #

    def _sleep_until_due(self, served_ids):
        """Go on at once with what is due and could not be sent in time; else be woken
        when the next row is due.

        :param set served_ids: accounts that this run had; the others are another's
        """
        now, remaining, wake_at = fields.Datetime.now(), 0, []
        for account in self._connected_accounts():
            due_at = self._next_due_at(account)
            if due_at and due_at <= now and account.id in served_ids:
                remaining += self.env["dokstamp.sync.record"].search_count(
                    self._due_domain(account)
                )
            elif due_at:
                wake_at.append(due_at if due_at > now else now + AFTER_CRASH)
        if remaining:
            # the scheduler itself would look again in a minute
            self.env.ref("dokstamp_connector.ir_cron_flush")._trigger()
        elif wake_at:
            self._wake_at(min(wake_at))
        self.env["ir.cron"]._commit_progress(remaining=remaining)

    def _next_due_at(self, account):
        """When the account's next row is due, and the account may call; None without
        one.

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
