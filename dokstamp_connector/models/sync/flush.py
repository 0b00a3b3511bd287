"""The flush: claim what is due, send it in parallel, note what came back.

    _serve ┬ _open_lanes        a lane per account with work
           ├ _run               until nothing is due or the time is up:
           │   ├─ _load           claim → plan, commit, hand over
           │   └─ _settle         apply the answers, commit
           └ _sleep_until_due   be woken when a row is due

No transaction is open while the threads talk to DokStamp, and no thread touches the
ORM.
"""

import logging
import time
from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import dataclass
from datetime import timedelta
from math import inf

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..language import usable_language
from . import sessions
from .lane import Job, Lane
from .memory import memories, process_token
from .messages import RefusedAlone, where
from .origin import ORIGIN_FIELDS
from .verdict import Verdict, judge

_logger = logging.getLogger(__name__)

LOCK_CLASS = 0x444B5354  # "DKST": our space among PostgreSQL's advisory locks
CONFLICT_TRIES = 5
LINGER = 3  # seconds: a row due this soon is waited for, the scheduler takes a minute
ECHO = 4  # seconds in which DokStamp is through with a call whose sender has died
MOMENT = 0.1  # seconds that an answer waits for others, to be noted with them
TICK = 1  # seconds between two looks at the clock while answers are awaited
AFTER_CRASH = timedelta(minutes=1)
SUSPICION = 1  # seconds until a record is tried again that may not be to blame


@dataclass
class Known:
    """What the engine knows of a batch's records, read at once.

    :param records: (model, id) → registry record
    :param bindings: (model, id) → binding
    :param tried: (model, id) → attempts whose outcome is unknown
    :param shared: bindings to what another account's record is linked to as well, of
        records that are removed
    :param removed_since: (model, id) → when a record that is removed was queued first
    """

    records: dict
    bindings: dict
    tried: dict
    shared: models.Model
    removed_since: dict

    @classmethod
    def of(cls, rows):
        bindings = rows._bindings()
        removals = rows.filtered(lambda row: row.operation == "remove")
        removed = [bindings[p] for row in removals if (p := row._place()) in bindings]
        return cls(
            rows._records(),
            bindings,
            rows._take_over_tried_keys(),
            rows.env["dokstamp.binding"].union(*removed)._shared(),
            removals._first_queued() if removals else {},
        )

    def of_row(self, row):
        """:return: record or None, binding, keys of attempts"""
        place, none = row._place(), row.env["dokstamp.binding"]
        return (
            self.records.get(place),
            self.bindings.get(place, none),
            self.tried.get(place, []),
        )


class DokstampFlush(models.AbstractModel):
    """Sends the queue. A run that is killed loses nothing: the next one sees that its
    claims are orphans.
    """

    _name = "dokstamp.flush"
    _description = "DokStamp Flush"

    @api.model
    def _cron_flush(self, name="flush"):
        """Send the due rows of a scheduled action's share of the accounts. Commits:
        only for the scheduled actions.

        :param str name: of the action, as of `dokstamp.schedule`
        """
        share = self.env["dokstamp.schedule"]._share(name)
        # who was another's when this action was woken is looked at there
        self._wake_when_due(self._due_moments(set(), ~share))
        self._serve(self._hand_over(share))

    def _hand_over(self, which):
        """Leave accounts to another engine that sends.

        :param Domain which: accounts that the scheduled action should serve
        :return: those of them that it has to serve itself
        :rtype: Domain
        """
        return which

    @api.model
    def _serve(self, which):
        """Send the due rows of some accounts. Commits.

        :param Domain which: the accounts
        :return: ids of those that were served; another sender has the others, or they
            had no work
        :rtype: set[int]
        """
        lanes = []
        try:
            self._open_lanes(lanes, which)
            self._run(lanes)
            for lane in lanes:
                self._alone(lane, self._note_flushed)
            self._tell(lane for lane in lanes if lane.untold)
            self._raise_if_all_broke(lanes)
        except Exception:
            # an aborted transaction could neither give the locks back nor ask to be
            # woken
            self.env.cr.rollback()
            self._in_transaction(self._wake_after_crash, which)
            raise
        finally:
            self._close_lanes(lanes)
        served_ids = {lane.account_id for lane in lanes if not lane.fault}
        self._sleep_until_due(served_ids, which)
        return served_ids

    def _raise_if_all_broke(self, lanes):
        """An error that stopped every account is the scheduler's to know; one that
        stopped some must not have it count the run as failed.
        """
        faults = [lane.fault for lane in lanes if lane.fault]
        if faults and len(faults) == len(lanes):
            raise faults[0]

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
            claimed = sum([self._alone(lane, self._load) or 0 for lane in idle])
            if under_way := self._under_way(lanes):
                finished = self._answered(under_way)
                for lane in lanes:
                    self._alone(lane, self._settle, lane.take(finished))
                stragglers -= finished
            elif not claimed and (is_late or not self._linger(lanes)):
                return
            self._tell(lane for lane in lanes if lane.is_to_tell)
            if self._commit() <= 0 and not is_late:
                is_late = True
                self._drop_unstarted(lanes)
                stragglers = self._under_way(lanes)

    def _alone(self, lane, work, *args):
        """Do ``work`` for a lane; an error of our own stops that account alone. What it
        had claimed is looked into by the next run, as after a crash.

        :return: what ``work`` returned
        """
        try:
            return work(lane, *args)
        except Exception as error:  # noqa: BLE001
            self.env.cr.rollback()
            _logger.error(
                "Account %s sends nothing more now: %s", lane.account_id, where(error)
            )
            lane.fault, lane.is_stopped = error, True
            lane.drop_unstarted()
            return None

    def _note_flushed(self, lane):
        self._in_transaction(self._account_of(lane)._note_flushed)

    def _under_way(self, lanes):
        return {future for lane in lanes for future in lane.jobs}

    def _tell(self, lanes):
        """Let users' forms show what has become of their records."""
        for lane in lanes:
            rows = self.env["dokstamp.sync.record"].browse(lane.untold)
            self._in_transaction(rows._tell_users)
            lane.told()

    def _answered(self, under_way):
        """What is answered, and what follows in the same moment: noting many costs
        little more than noting one.
        """
        finished, rest = wait(under_way, TICK, FIRST_COMPLETED)
        if finished and rest:
            finished |= wait(rest, MOMENT).done
        return finished

    def _linger(self, lanes):
        """Wait for a row that is due in a moment; whether there was one."""
        lanes = [lane for lane in lanes if not lane.fault]
        waits = [self._seconds_until_due(lane) for lane in lanes]
        shortest = min((w for w in waits if w is not None), default=None)
        self._commit()
        if shortest is None or shortest > max(lane.patience for lane in lanes):
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

    # === LANES === #

    def _open_lanes(self, lanes, which):
        """Add a lane for every account that may call and has something due."""
        self._follow_plans(which)
        for account in self._connected_accounts(which):
            if not self._has_work(account) or self._pause_if_unguarded(account):
                continue
            if self._lock(account):
                if lane := self._opened_lane(account):
                    lanes.append(lane)
                else:
                    self._unlock(account.id)
        self._commit()

    def _follow_plans(self, which):
        """Pause accounts, or let them go on, as was planned for today; an error of our
        own is in no other one's way.
        """
        planned = Domain("pause_until", "!=", False)
        for account in self.env["dokstamp.account"].search(planned & which):
            try:
                self._in_transaction(self._in_language_of(account)._follow_plan)
            except Exception as error:  # noqa: BLE001
                self.env.cr.rollback()
                _logger.error("Account %s keeps no plan: %s", account.id, where(error))

    def _opened_lane(self, account):
        """The lane of a locked account; None where it pauses, or an error of our own is
        in the way: other accounts go on.
        """
        try:
            return self._in_transaction(self._open_lane, account)
        except Exception as error:  # noqa: BLE001
            self.env.cr.rollback()
            _logger.error("Account %s sends nothing: %s", account.id, where(error))
            return None

    def _has_work(self, account):
        if not account._may_call():
            return False
        queue = self.env["dokstamp.sync.record"]
        return bool(
            queue.search_count(self._due_domain(account), limit=1)
            or queue.search_count(self._claimed_domain(account), limit=1)
        )

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
        client.hold.release()  # the account's own date tells when a wait is over
        orphans = self._reclaim_orphans(account)
        return Lane(
            account_id=account.id,
            lang=account.env.lang,
            client=client,
            width=account.max_in_flight,
            is_probing=account._needs_probe(),
            memory=self._recall(account, client, is_interrupted=bool(orphans)),
            # + 1: stored without fractions of a second
            patience=max(LINGER, ECHO + 1) if orphans else LINGER,
        )

    def _recall(self, account, client, *, is_interrupted):
        """What this process has read for the account before, unless somebody else may
        have written since.

        :param bool is_interrupted: a flush of the account has ended halfway
        """
        senders = self.env["dokstamp.flush.sender"]
        is_ours = senders._take_over(account, process_token())
        return memories.recall(
            (self.env.cr.dbname, account.id),
            client,
            is_ours and not is_interrupted and not self._shares_tenant(account),
        )

    def _shares_tenant(self, account):
        """Whether other accounts write to the tenant; an archived one may have sent
        just before.
        """
        others = [("tenant", "=", account.tenant), ("id", "!=", account.id)]
        accounts = self.env["dokstamp.account"].with_context(active_test=False)
        return bool(accounts.search_count(others, limit=1))

    def _client_or_pause(self, account):
        """The account's client; None when its address or tenant cannot be right.

        :rtype: Client | None
        """
        try:
            return account._client()
        except ValueError as error:
            account._pause(account._access_sentence(error))
            return None

    def _close_lanes(self, lanes):
        """Begin nothing more anywhere, wait for what is under way, then give the locks
        back: that fails where the session has ended, and its locks with it.
        """
        for lane in lanes:
            lane.drop_unstarted()
        for lane in lanes:
            lane.close()
        for lane in lanes:
            self._unlock(lane.account_id)

    def _reclaim_orphans(self, account):
        """Rows being sent while nobody held the lock: their sender died, and what it
        did is unknown. DokStamp may be at it still, where another server takes over at
        once: who asked before the end would be told that nothing is there.
        """
        orphans = self.env["dokstamp.sync.record"].search(self._claimed_domain(account))
        for row in orphans:
            row._postpone("no_answer", ECHO, uses_attempt=True)
        if orphans:
            _logger.warning(
                "Account %s: took over %s rows of a flush that ended halfway",
                account.id,
                len(orphans),
            )
        return orphans

    def _reopen(self, lane):
        """A lane that had to stop may go on when its account may call again."""
        account = self._account_of(lane)
        lane.is_stopped = not account._may_call()
        lane.is_probing = account._needs_probe()
        if not lane.is_stopped:
            lane.client.hold.release()  # the account's own date tells when it is over

    # === CLAIM AND PLAN === #

    def _load(self, lane):
        """Bring new work to the lane's threads; return how many rows were claimed."""
        lane.probe()
        if not lane.room:
            return 0
        if self._account_of(lane).state != "connected":  # paused while we ran
            self._stop([lane])
            self._commit()
            return 0
        row_ids = self._in_transaction(self._claim, lane)
        if row_ids:
            lane.start(self._in_transaction(self._plan, lane, row_ids))
        return len(row_ids)

    def _claim(self, lane):
        """Take the next due rows, one per record: its latest. It covers all earlier
        ones; a mere question covers no change, and no failure of one.

        Removals go first, and one kind after the other, so that what hangs on a record
        is gone before it, and before another record takes its place.

        :return: ids of the rows to plan
        """
        queue = self.env["dokstamp.sync.record"]
        # in the same transaction, which sees the same rows: none slips in between
        queue._hold_too_much(self._account_of(lane))
        queue.flush_model()
        claimed = self._claim_behind(lane) or self._claim_from_the_start(lane)
        queue.invalidate_model(flush=False)
        sending = sorted(
            (priority, rank, row_id)
            for row_id, state, priority, rank, _place in claimed
            if state == "sending"
        )
        return [row_id for _priority, _rank, row_id in sending]

    def _claim_behind(self, lane):
        """Go on where the last claim has ended, but for what is more urgent."""
        if not (place := lane.place):
            return []
        if sooner := self._claim_where(lane, SQL("priority < %s", place[0])):
            return sooner
        behind = self._claim_where(lane, SQL("(priority, rank, id) > %s", place))
        lane.go_on_behind(behind)
        return behind

    def _claim_from_the_start(self, lane):
        claimed = self._claim_where(lane, SQL("TRUE"))
        lane.look_from_the_start()
        lane.go_on_behind(claimed)
        return claimed

    def _claim_where(self, lane, place):
        """Take the next due rows among some of them.

        :param SQL place: which, in the order of sending
        :return: id, state, priority and rank of each row that was touched, and the
            place of the last one that was due
        """
        # OFFSET 0: looked up record by record. Made one join, all that was being sent
        # lately is read, which a snapshot that somebody holds open keeps in the index.
        return self.env.execute_query(
            SQL(
                """
                WITH due AS (
                    SELECT id, res_model, res_id, priority, rank
                      FROM dokstamp_sync_record
                     WHERE account_id = %(account)s AND state = 'pending'
                       AND waiting_for IS NULL AND next_attempt_at <= %(now)s
                       AND %(place)s
                       AND rank <= COALESCE((
                           SELECT MIN(rank)
                             FROM dokstamp_sync_record
                            WHERE account_id = %(account)s AND operation = 'remove'
                              AND (state = 'sending'
                                   OR state = 'pending' AND waiting_for IS NULL
                                      AND next_attempt_at <= %(now)s)), rank)
                       AND NOT EXISTS (
                           SELECT FROM dokstamp_sync_record other
                            WHERE other.account_id = %(account)s
                              AND other.state IN ('sending', 'held')
                              AND other.res_model = dokstamp_sync_record.res_model
                              AND other.res_id = dokstamp_sync_record.res_id
                           OFFSET 0)
                     ORDER BY priority, rank, id
                     LIMIT %(limit)s
                       FOR UPDATE SKIP LOCKED
                ), latest AS (
                    SELECT DISTINCT ON (q.res_model, q.res_id)
                           q.id, q.res_model, q.res_id, q.operation
                      FROM dokstamp_sync_record q
                     WHERE (q.res_model, q.res_id) IN (
                               SELECT res_model, res_id FROM due)
                       AND q.account_id = %(account)s AND q.state = 'pending'
                     ORDER BY q.res_model, q.res_id, q.operation = 'refresh', q.id DESC
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
                   AND q.account_id = %(account)s
                   AND (q.state = 'pending'
                        OR q.state = 'failed'
                           AND (latest.operation <> 'refresh'
                                OR q.operation = 'refresh'))
                RETURNING q.id, q.state, q.priority, q.rank,
                          (SELECT ARRAY[priority, rank, id] FROM due
                            ORDER BY priority DESC, rank DESC, id DESC LIMIT 1)
                """,
                account=lane.account_id,
                now=fields.Datetime.now(),
                place=place,
                limit=lane.room,
            )
        )

    def _plan(self, lane, row_ids):
        """Read what each row's record holds now, and make it a message.

        :rtype: list[Job]
        """
        account = self._account_of(lane)
        rows = self._locked(row_ids).with_env(account.env)
        room = lane.room_bytes
        jobs = self._in_one_go(self._plan_rows, rows, room)
        if jobs is None:
            jobs = []
            for row in rows:
                left = room - sum(job.message.size for job in jobs)
                jobs += self._guarded(row, self._plan_rows, row, left) or []
        # what needed no call, failed or waits is settled here
        lane.untold.update(rows.filtered(lambda row: row.state != "sending").ids)
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

    def _plan_rows(self, rows, room):
        """Make messages of rows; settle those that need none.

        :param int room: bytes of documents that may be held; what comes after them is
            put back
        :rtype: list[Job]
        """
        known = Known.of(rows)
        planned, settled, failing, waiting = {}, [], {}, {}
        for place, row in enumerate(rows):
            if room <= 0:
                rows[place:].state = "pending"
                break
            obstacle, message = self._plan_row(row, known)
            if isinstance(obstacle, str):
                failing[row] = ("incomplete", obstacle)
            elif obstacle:
                waiting[row] = obstacle
            elif message:
                planned[row] = message
                room -= message.size
            else:
                settled.append(row.id)
        for row, reason in rows._look_through(planned, known).items():
            failing[row] = ("incomplete", reason)
            del planned[row]
        rows.browse(settled)._finish()
        rows.browse(settled).change = False
        rows.browse(settled)._release_waiting()
        rows._fail_each(failing)
        rows._wait_each(waiting)
        for row in rows.browse(row.id for row in planned)._wait_for_held(known):
            del planned[row]
        for row in rows._wait_for_keys(planned, known.records):
            del planned[row]
        for row, message in planned.items():
            row._note_try(message.attempt)
        return [Job(row.id, message) for row, message in planned.items()]

    def _plan_row(self, row, known):
        """What is in a row's way, or the message for it; neither when there is nothing
        to send.

        :param Known known: of the batch
        """
        record, binding, tried = known.of_row(row)
        if row.operation == "remove":
            return None, self._plan_removal(row, known)
        if not record or record.account_id != row.account_id:
            return None, None
        if not (record.active or binding or tried):
            return None, None  # archived before it was ever sent
        if obstacle := row._obstacle(record):
            return obstacle, None
        return None, record._operation_message(row, binding, tried)

    def _plan_removal(self, row, known):
        _record, binding, tried = known.of_row(row)
        since, message = known.removed_since[row._place()], None
        if binding not in known.shared:
            message = self.env[row.res_model]._removal_message(
                binding, row.removal_keys or {}, tried, since
            )
        if not message:
            binding.unlink()
        return message

    def _put_back(self, jobs):
        """Leave what was not begun to the next run, as if it had not been claimed."""
        rows = self._locked([job.row_id for job in jobs])
        for row, job in zip(rows, jobs, strict=True):
            row.write({"state": "pending", "tried_keys": job.message.tried or False})

    def _in_one_go(self, work, *args):
        """Do ``work`` for a whole batch; None when an error of our own is in the way:
        then it is to be done row by row.
        """
        try:
            with self.env.cr.savepoint():
                return work(*args)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:  # noqa: BLE001
            _logger.info("A batch goes row by row: %s", where(error))
            return None

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
        messages = {job.row_id: job.message for job in jobs}
        steps = (self._write_audit_lines, self._settle_rows)
        if self._in_one_go(self._take, steps, rows, lane, messages) is None:
            for row in rows:
                for step in steps:  # the audit line stays whatever comes after it
                    self._guarded(row, step, row, lane, messages)
        lane.untold.update(rows.ids)

    def _take(self, steps, *args):
        for step in steps:
            step(*args)
        return True

    def _settle_rows(self, rows, lane, messages):
        """Note what came of each row's message.

        :param dict messages: row id → Message
        """
        account, failing = rows.account_id, {}
        for row in rows:
            message = messages[row.id]
            if message.unresolved != (row.tried_keys or []):
                row.tried_keys = message.unresolved or False
            if not message.error:
                account._note_answer()
            elif reason := self._settle_failure(row, lane, message):
                failing[row] = reason
        empty = rows.filtered(lambda row: messages[row.id].left_nothing)
        empty._forget_bindings()
        rows._fail_each(failing)
        rows.filtered(lambda row: not messages[row.id].error)._note_sent(messages)

    def _settle_failure(self, row, lane, message):
        """Try the row again later, unless it failed for good: then its failure type and
        a sentence come back.
        """
        error = message.error
        verdict = judge(error, row.attempt_count)
        if isinstance(error, RefusedAlone) and (other := self._suspicion(lane, row)):
            error, verdict = error.refusal, other
        sentence = row._failure_sentence(verdict, error)
        if verdict.action != "fail":
            row._postpone(
                verdict.failure_type,
                verdict.delay,
                uses_attempt=verdict.uses_attempt,
                message=sentence,
            )
        self._note_failure(lane, row.account_id, verdict, error, row.res_name)
        return (verdict.failure_type, sentence) if verdict.action == "fail" else None

    def _suspicion(self, lane, row):
        """What follows from a refused record while it is open whether the account may
        write at all; None: the record fails.

        :rtype: Verdict | None
        """
        action = lane.suspect(row.id)
        if action == "fail":
            return None
        return Verdict(action, "account", delay=SUSPICION)

    def _note_failure(self, lane, account, verdict, error, name=None):
        """What a failure means for the account.

        :param str name: of the record that met it
        """
        if verdict.action == "pause":
            if account.state == "connected":  # what was under way with it ends likewise
                account._pause(account._refused_sentence(error, name))
        elif verdict.failure_type == "rate_limit":
            account._note_wait(verdict.wait)
        elif verdict.is_outage:
            account._note_outage(error)
        else:  # DokStamp answered, if only with a refusal
            account._note_answer()
            lane.is_probing = False
        lane.is_stopped = lane.is_stopped or not account._may_call()

    def _write_audit_lines(self, rows, lane, messages):
        self.env["dokstamp.audit.log"].create(
            [
                {
                    "account_id": row.account_id.id,
                    "res_model": row.res_model,
                    "res_id": row.res_id,
                    "res_name": row.res_name,
                    "dokstamp_uuid": messages[row.id].uuid,
                    "event": line.event,
                    "old_values": line.old_values,
                    "new_values": line.new_values,
                    "user_id": row.user_id.id,
                    **{name: row[name] for name in ORIGIN_FIELDS},
                    "called_at": line.call.started_at.replace(tzinfo=None),
                    "duration_ms": line.call.duration_ms,
                    "method": line.call.method,
                    "path": line.call.path,
                    "status_code": line.call.status,
                    "request_id": line.call.request_id,
                    "sync_record_id": row.id,
                }
                for row in rows
                for line in messages[row.id].audit
            ]
        )

    # === WHAT IS DUE === #

    def _sendable_domain(self, account):
        """What waits for nothing but its time."""
        return [
            ("account_id", "=", account.id),
            ("state", "=", "pending"),
            ("waiting_for", "=", False),
        ]

    def _due_domain(self, account):
        due = ("next_attempt_at", "<=", fields.Datetime.now())
        return [*self._sendable_domain(account), due]

    def _seconds_until_due(self, lane):
        """Until the lane's next row; None when there is none, or the account may not
        call.

        :rtype: float | None
        """
        account = self._account_of(lane)
        due_at = account.state == "connected" and self._next_due_at(account)
        if not due_at:
            return None
        return (due_at - fields.Datetime.now()).total_seconds()

    def _sleep_until_due(self, served_ids, which):
        """Go on at once with what is due and could not be sent in time; else be woken
        when the next row is due.

        :param set served_ids: accounts that this run had; the others are another's
        """
        moments = self._due_moments(served_ids, which)
        remaining = sum(
            self.env["dokstamp.sync.record"].search_count(self._due_domain(account))
            for account in moments
            if account.id in served_ids
        )
        self._wake_when_due(moments)
        self.env["ir.cron"]._commit_progress(remaining=remaining)

    def _due_moments(self, served_ids, which):
        """When to look at accounts again: at once where something is left, in a minute
        where that is another's.

        :rtype: dict
        """
        now, moments = fields.Datetime.now(), {}
        for account in self._connected_accounts(which):
            if due_at := self._next_due_at(account):
                is_late = due_at <= now and account.id not in served_ids
                moments[account] = now + AFTER_CRASH if is_late else due_at
        return moments

    def _wake_after_crash(self, which):
        again_at = fields.Datetime.now() + AFTER_CRASH
        self._wake_when_due(dict.fromkeys(self._connected_accounts(which), again_at))

    def _wake_when_due(self, moments):
        self.env["dokstamp.schedule"]._wake_flush_when_due(moments)

    def _next_due_at(self, account):
        """When the account's next row is due, and the account may call; None without
        one.

        :rtype: datetime | None
        """
        row = self.env["dokstamp.sync.record"].search(
            self._sendable_domain(account), order="next_attempt_at", limit=1
        )
        if not row:
            return None
        return max(row.next_attempt_at, account.call_again_at or row.next_attempt_at)

    # === ACCOUNTS === #

    def _connected_accounts(self, which):
        connected = Domain("state", "=", "connected")
        return self.env["dokstamp.account"].search(connected & which)

    def _account_of(self, lane):
        account = self.env["dokstamp.account"].browse(lane.account_id)
        return account.with_context(lang=lane.lang)

    def _in_language_of(self, account):
        """Failure messages are read at the school: write them in its language."""
        return account.with_context(
            lang=usable_language(self.env, account.company_id.partner_id.lang)
        )

    def _pause_if_unguarded(self, account):
        """Whether the account's lock would not hold here; then the account pauses."""
        if sessions.are_kept(self.env.cr, self._commit):
            return False
        self._in_transaction(self._in_language_of(account)._pause_unguarded)
        return True

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

    # === TRANSACTIONS === #

    def _commit(self, processed=0):
        """:return: seconds left: Odoo's own for a scheduled action, or until the moment
        that it is given where none runs
        """
        left = self.env["ir.cron"]._commit_progress(processed)
        ends_at = self.env.context.get("cron_end_time", inf)
        return min(left, max(ends_at - time.monotonic(), 0))

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
