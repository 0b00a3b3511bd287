"""The jobs that send: one for each account that has something to send."""

from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain
from odoo.sql_db import PoolError
from odoo.tools import SQL

from odoo.addons.queue_job.job import ENQUEUED, PENDING

# "DKSJ": our space among PostgreSQL's advisory locks. Whoever saves and counts on a job
# that waits holds it, shared, until that is committed; the job asks for it.
COUNTED_ON = 0x444B534A
NOT_BEGUN = (PENDING, ENQUEUED)


class QueueJob(models.Model):
    _inherit = "queue.job"

    def _dokstamp_domain(self):
        """Jobs of ours that have not begun."""
        return Domain("state", "in", NOT_BEGUN) & Domain(
            "channel_method_name", "=", "<dokstamp.account>._job_flush"
        )

    def _dokstamp_counted_on(self):
        """Those among jobs that surely begin after what is saved here is committed.

        What this transaction sees of a job may be long past: it is asked what is
        committed by now. A job that begins meanwhile learns of us by the lock, and
        comes again.
        """
        accounts = SQL(", ").join(
            SQL("pg_advisory_xact_lock_shared(%s, %s)", COUNTED_ON, account_id)
            for account_id in {job.records.id for job in self}
        )
        self.env.execute_query(SQL("SELECT %s", accounts))
        try:
            with self.env.registry.cursor() as now:
                now.execute(
                    SQL("SELECT id, state FROM queue_job WHERE id IN %s", self._ids)
                )
                states = dict(now.fetchall())
        except PoolError:  # a save never fails because of this
            return self.browse()
        # what nobody else sees was made in this transaction
        return self.filtered(lambda job: states.get(job.id, PENDING) in NOT_BEGUN)

    def _dokstamp_overdue(self, late):
        """Jobs of ours that the runner should have begun.

        :param timedelta late: how long ago
        """
        before = fields.Datetime.now() - late
        return self.search(
            self._dokstamp_domain()
            & Domain("date_created", "<", before)
            & (Domain("eta", "=", False) | Domain("eta", "<", before))
        )

    def _dokstamp_planned(self, keys, moment):
        """Whether one of some accounts' jobs is to begin from now until ``moment``.

        :param str keys: how their identity keys begin
        """
        domain = Domain("identity_key", "=like", f"{keys}%") & Domain(
            "state", "in", NOT_BEGUN
        )
        until = Domain("eta", "<=", moment + timedelta(seconds=1))
        return bool(
            self.search_count(
                domain & until & Domain("eta", ">", fields.Datetime.now()), limit=1
            )
        )
