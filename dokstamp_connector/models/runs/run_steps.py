"""How a run goes on: step by step, each committed, in a scheduled action.

    _cron_run → _work   the runs of an account one after the other, while there is time
                 └ _go_on → _step   reading, comparing, sending

What a step has done stands in the database, so that nothing is lost but the step that
was interrupted.
"""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ...dokstamp_api import DokStampError
from ..sync.messages import where
from ..sync.sync_record import BUS_MESSAGE
from ..sync.verdict import judge
from .run import UNDER_WAY

LOCK_CLASS = 0x444B5352  # "DKSR": our space among PostgreSQL's advisory locks
CONFLICT_TRIES = 5

_logger = logging.getLogger(__name__)


class DokstampRun(models.Model):
    _inherit = "dokstamp.run"

    @api.model
    def _cron_run(self):
        """Go on with all runs. Commits: only for the scheduled action."""
        self._work([])

    @api.model
    def _work(self, domain):
        """Go on with the runs of a domain, until nothing is to be done now or the time
        is up; then ask to be woken. Commits.
        """
        self._settle_all()
        for run in self.search([("state", "in", UNDER_WAY), *domain], order="id"):
            if not run._go_on_alone():
                break
        self._sleep_until_due()

    def _go_on_alone(self):
        """Go on unless another process does.

        :return: whether there is time left
        """
        if not self._lock():
            return True
        try:
            return self._go_on()
        finally:
            self._unlock()

    def _go_on(self):
        """Take steps while there is something to do now.

        :return: whether there is time left
        """
        tries_left, is_in_time = CONFLICT_TRIES, self._commit() > 0
        while is_in_time and self._is_due():
            try:
                has_more = self._step()
                tries_left = CONFLICT_TRIES
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()  # a user was quicker
                tries_left -= 1
                has_more = tries_left > 0
            except Exception as error:  # noqa: BLE001 one run in trouble stops no other
                self.env.cr.rollback()
                self._note_trouble(error)
                has_more = False
            self._tell_user()
            is_in_time = self._commit() > 0
            if not has_more:
                break
        return is_in_time

    def _step(self):
        """Do a piece of the work, as much as may be lost when it is interrupted.

        :return: whether more can be done at once
        :rtype: bool
        """
        if self.problem:
            self.write({"problem": False, "next_step_at": False})
        if self._stop_in_copy():
            return False
        if self.state == "reading":
            return self._step_reading()
        if self.state == "comparing":
            return self._compare_next()
        return self._send_next()

    def _step_reading(self):
        if not self._read_next_page():
            self._begin_comparing()
        elif self.attempt_count:
            self.attempt_count = 0
        return True

    def _stop_in_copy(self):
        """Whether this database is a copy of the one that the account sends from: the
        run was begun in that one.
        """
        account = self.account_id
        if not account.database_uuid or not account._is_copied():
            return False
        self._stop(
            self.env._(
                "This database is a copy of the one that the run was started in, or "
                "was renamed or moved. Resume the account first, then the run."
            )
        )
        return True

    def _tell_user(self):
        """Let the form of whoever has started it show how far it is."""
        user = self.user_id  # none, once that one is deleted
        if user and user._is_internal():
            user._bus_send(BUS_MESSAGE, {"records": [[self._name, self.id]]})

    # === WHEN IT CANNOT GO ON === #

    def _note_trouble(self, error):
        """Try again later, or stop until a person presses Resume."""
        account = self.account_id
        is_ours = not isinstance(error, DokStampError | ValueError)
        if is_ours:
            _logger.error("Run %s stops: %s", self.id, where(error))
            self._stop(self._internal_sentence(error))
            return
        verdict = judge(error, self.attempt_count)
        if verdict.wait:
            account._note_wait(verdict.wait)
        if verdict.action != "later":
            self._stop(account._access_sentence(error))
            return
        self.write(
            {
                "problem": account._outage_sentence(error),
                "attempt_count": self.attempt_count + verdict.uses_attempt,
                # + 1: stored without fractions of a second
                "next_step_at": fields.Datetime.now()
                + timedelta(seconds=verdict.delay + 1),
            }
        )

    def _stop(self, problem):
        self.write({"state": "failed", "resume_state": self.state, "problem": problem})

    def _internal_sentence(self, error):
        return self.env._(
            "The connector could not go on (%(error)s). This is a fault of the "
            "connector: the server log has the details. Press Resume once it is "
            "mended.",
            error=type(error).__name__,
        )

    # === WHAT IS DUE === #

    def _is_due(self):
        """Whether something can be done now."""
        if self.state not in UNDER_WAY or not self._has_work():
            return False
        due_at = self._due_at()
        return not due_at or due_at <= fields.Datetime.now()

    def _has_work(self):
        """Whether a step would do something, once its time has come."""
        return True

    def _due_at(self):
        """When the next step may be taken; what DokStamp asks for holds for runs too.

        :rtype: datetime | None
        """
        moments = (self.next_step_at, self.account_id.call_again_at)
        return max(filter(None, moments), default=None)

    def _sleep_until_due(self):
        """Go on at once with what is left, else be woken when the next step is due."""
        now, wake_at = fields.Datetime.now(), []
        for run in self.search([("state", "in", UNDER_WAY)]):
            if run._has_work():
                wake_at.append(max(run._due_at() or now, now))
        if wake_at:
            moment = min(wake_at)
            self.env["dokstamp.schedule"]._wake("run", moment if moment > now else None)
        self.env["ir.cron"]._commit_progress(remaining=0)

    @api.model
    def _settle_all(self):
        """Note what became of what the runs have handed over; the flush does so too."""

    # === TRANSACTIONS === #

    def _commit(self):
        """:return: seconds left"""
        return self.env["ir.cron"]._commit_progress()

    def _lock(self):
        """Take the run for this process. The lock ends with the database session,
        however that ends.
        """
        ((taken,),) = self.env.execute_query(
            SQL("SELECT pg_try_advisory_lock(%s, %s)", LOCK_CLASS, self.id)
        )
        return taken

    def _unlock(self):
        self.env.execute_query(
            SQL("SELECT pg_advisory_unlock(%s, %s)", LOCK_CLASS, self.id)
        )
