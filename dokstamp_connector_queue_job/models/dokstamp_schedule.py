from odoo import api, models

from odoo.addons.dokstamp_connector.models.accounts.schedule import LATE
from odoo.addons.dokstamp_connector.models.accounts.server_start import (
    is_server,
    notify_later,
)

# Seconds until the runner takes a job for dead that was begun just before the end
# (jobrunner/runner.py: `_query_requeue_dead_jobs`), and one more.
DEAD_AFTER = 11


class DokstampSchedule(models.AbstractModel):
    """Waking the flush makes jobs; the scheduled action is the safety net."""

    _inherit = "dokstamp.schedule"

    @api.model
    def _wake_flush(self, accounts, at=None):
        accounts._queue_flush(at)

    @api.model
    def _wake_flush_when_due(self, moments):
        jobs = self.env["queue.job"].sudo()
        for account, at in moments.items():
            if not jobs._dokstamp_planned(account._flush_keys(), at):
                account._queue_flush(at)

    def _register_hook(self):
        """A server comes up. Jobs that died with the last one are begun again whenever
        the runner looks: by itself it would in a minute.
        """
        result = super()._register_hook()
        if is_server():
            database = self.env.cr.dbname
            notify_later(database, (DEAD_AFTER,), channel="queue_job", home=database)
        return result

    def _problem(self, name):
        if problem := super()._problem(name):
            return problem
        # sudo: everybody may see that nothing is sent
        if name == "flush" and self.env["queue.job"].sudo()._dokstamp_overdue(LATE):
            return self.env._(
                "The job runner does not run, or other jobs keep it busy: look into "
                "the server log, and whether queue_job is among server_wide_modules. "
                "Meanwhile the scheduled action sends once an hour."
            )
        return False
