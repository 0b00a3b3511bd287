"""An account is sent by a job of its own."""

import time

from odoo import SUPERUSER_ID, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from odoo.addons.base.models.ir_cron import MIN_TIME_PER_JOB
from odoo.addons.dokstamp_connector.models.sync.messages import where
from odoo.addons.queue_job.exception import FailedJobError, RetryableJobError

from .queue_job import COUNTED_ON

AGAIN = 2  # seconds until a job looks whether another sender is through


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    # === JOBS === #

    def _queue_flush(self, at=None):
        """Make a job for each account, unless one waits that will see what is saved.

        :param datetime at: when it is to begin; None: at once
        """
        if at and at <= fields.Datetime.now():
            at = None
        keys = {account._flush_key(at): account for account in self}
        # sudo: everybody's save may wake the flush
        jobs = self.env["queue.job"].sudo()
        waiting = jobs.search(
            jobs._dokstamp_domain() & Domain("identity_key", "in", list(keys))
        )
        counted_on = waiting and waiting._dokstamp_counted_on()
        for key in keys.keys() - set(counted_on.mapped("identity_key")):
            # the runner takes a key once: a job that has begun by now would be found
            is_stale = key in waiting.mapped("identity_key")
            keys[key]._make_job(at, identity_key=None if is_stale else key)

    def _flush_key(self, at=None):
        moment = fields.Datetime.to_string(at) if at else "now"
        return f"{self._flush_keys()}{moment}"

    def _flush_keys(self):
        """How the identity keys of an account's jobs begin."""
        return f"dokstamp-flush-{self.id}-"

    def _make_job(self, at, **options):
        self.ensure_one()
        # as the scheduled action: nothing of whoever saves goes along
        account = self.with_env(self.env(user=SUPERUSER_ID, context={}))
        title = self.env._("Send to DokStamp: %(account)s", account=account.name)
        account.with_context(company_id=account.company_id.id).with_delay(
            eta=at,
            max_retries=0,  # attempts are the rows'; what was killed begins again
            description=title,
            **options,
        )._job_flush()

    # === WHAT A JOB DOES === #

    def _job_flush(self):
        """Send what is due of this account, as long as a scheduled action may. Commits.

        :raise RetryableJobError: there is more to come, and it cannot go on now
        :raise FailedJobError: an error of our own
        """
        ends_at = time.monotonic() + MIN_TIME_PER_JOB
        flush = self.env["dokstamp.flush"].with_context(cron_end_time=ends_at)
        is_counted_on = self._is_counted_on()
        flush._commit()  # what was saved by now is seen
        try:
            served_ids = flush._serve(Domain("id", "=", self.id))
            is_busy = self.id not in served_ids and flush._has_work(self)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise  # the runner itself tries again
        except Exception as error:  # noqa: BLE001
            if self.env.cr.closed:
                raise self._later(
                    self.env._("The database ended the session.")
                ) from None
            raise FailedJobError(where(error)) from None
        if is_busy:
            raise self._later(self.env._("Another process sends for this account."))
        if is_counted_on:
            raise self._later(self.env._("Somebody saves something at the moment."))

    def _later(self, reason):
        return RetryableJobError(reason, seconds=AGAIN, ignore_retry=True)

    def _is_counted_on(self):
        """Whether somebody has made no job of their own because of this one, and is not
        through with saving.
        """
        lock = (COUNTED_ON, self.id)
        ((is_alone,),) = self.env.execute_query(
            SQL("SELECT pg_try_advisory_lock(%s, %s)", *lock)
        )
        if is_alone:
            self.env.execute_query(SQL("SELECT pg_advisory_unlock(%s, %s)", *lock))
        return not is_alone
