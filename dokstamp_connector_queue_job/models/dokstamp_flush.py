from odoo import models
from odoo.fields import Domain

from odoo.addons.dokstamp_connector.models.accounts.schedule import LATE


class DokstampFlush(models.AbstractModel):
    _inherit = "dokstamp.flush"

    def _hand_over(self, which):
        """Accounts with work get a job. What the runner leaves lying, the scheduled
        action sends itself.
        """
        late = self.env["queue.job"]._dokstamp_overdue(LATE)
        late_ids = [job.records.id for job in late]
        others = which & Domain("id", "not in", late_ids)
        planned = self.env["dokstamp.account"].search(
            others & Domain("pause_until", "!=", False)
        )
        working = self._connected_accounts(others).filtered(self._has_work)
        (planned | working)._queue_flush()
        return which & Domain("id", "in", late_ids)
