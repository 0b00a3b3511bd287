"""The flush: claim what is due, send it in parallel, note what came back.

    _cron_flush ┬ _open_lanes        a lane per account with work      (flush_lanes.py)
                ├ _run               until nothing is due or the time is up:
                │   ├─ _load           claim → plan, commit, hand over        (work.py)
                │   └─ _settle         apply the answers, commit              (work.py)
                └ _sleep_until_due   be woken when a row is due       (flush_waking.py)

No transaction is open while the threads talk to DokStamp, and no thread touches the
ORM.
"""

import time
from concurrent.futures import FIRST_COMPLETED, wait
from datetime import timedelta

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

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

    # === THE LOOP === #

    def _run(self, lanes):
        """Load lanes and settle what they answer, until nothing is due or time is up.

        :param list[Lane] lanes: of the accounts that this flush serves
        """
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

    # === TRANSACTIONS === #

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
