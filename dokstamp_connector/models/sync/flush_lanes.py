"""Which accounts a flush serves: it opens a lane for each and closes it again."""

import logging

from odoo import models
from odoo.tools import SQL

from .lane import Lane

_logger = logging.getLogger(__name__)

LOCK_CLASS = 0x444B5354  # "DKST": our space among PostgreSQL's advisory locks


class DokstampFlush(models.AbstractModel):
    _inherit = "dokstamp.flush"

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
        self._reclaim_orphans(account)
        return Lane(
            account_id=account.id,
            client=client,
            width=account.max_in_flight,
            is_probing=account._needs_probe(),
        )

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
        for lane in lanes:
            lane.close()
            self._unlock(lane.account_id)

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

    def _reopen(self, lane):
        """A lane that had to stop may go on when its account may call again."""
        account = self._account_of(lane)
        lane.is_stopped = not account._may_call()
        lane.is_probing = account._needs_probe()

    # === ACCOUNTS === #

    def _connected_accounts(self):
        return self.env["dokstamp.account"].search([("state", "=", "connected")])

    def _account_of(self, lane):
        return self._in_language_of(
            self.env["dokstamp.account"].browse(lane.account_id)
        )

    def _in_language_of(self, account):
        """Failure messages are read at the school: write them in its language."""
        return account.with_context(lang=account.company_id.partner_id.lang)

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
