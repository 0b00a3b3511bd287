"""How a queue row moves on once the flush has claimed it, and who is told of it."""

from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models

BUS_MESSAGE = "dokstamp_connector/records_changed"


class DokstampSyncRecord(models.Model):
    _inherit = "dokstamp.sync.record"

    # === AFTER AN ATTEMPT === #

    def _finish(self, note=False):
        self.write(
            {
                "state": "done",
                "done_at": fields.Datetime.now(),
                "failure_type": False,
                "failure_message": note,
            }
        )

    def _fail(self, failure_type, message):
        """Stop until the data changes or a person says so; tell those who wait."""
        self.write(
            {
                "state": "failed",
                "failure_type": failure_type,
                "failure_message": message,
            }
        )
        self._record()._note_failure(self)
        waiting = self._waiting_for_this()
        waiting.failure_message = self._failed_blocker_sentence(self.res_name, message)
        waiting._tell_users()

    def _postpone(self, failure_type, delay, *, uses_attempt, message=False):
        """Try again later.

        :param failure_type: why not now; False: nothing went wrong
        :param float delay: seconds
        :param bool uses_attempt: whether this counts towards giving up
        """
        self.write(
            {
                "state": "pending",
                "attempt_count": self.attempt_count + uses_attempt,
                # stored without fractions of a second: never earlier than asked for
                "next_attempt_at": fields.Datetime.now() + timedelta(seconds=delay + 1)
                if delay
                else fields.Datetime.now(),
                "failure_type": failure_type,
                "failure_message": message,
            }
        )

    # === WAITING FOR ANOTHER RECORD === #

    def _is_held_back(self, record):
        """Whether the record cannot be sent as it is; then the row fails or waits, and
        says why.
        """
        if self.operation in ("revoke", "refresh"):
            return False  # these need the certificate's uuid, and nothing else
        if problems := record._missing() + record._problems():
            self._fail("incomplete", "\n".join(problems))
        elif stranger := record._stranger():
            self._fail("incomplete", self._stranger_sentence(stranger))
        elif blocker := record._first_blocker():
            self._wait_for(blocker)
        else:
            return False
        return True

    def _wait_for(self, blocker):
        """Wait, without using up attempts, until ``blocker`` is at DokStamp; see to it
        that it gets there.
        """
        blocker_rows = self._open_rows(blocker).get(blocker.id, [])
        if blocker_rows and blocker_rows[-1].state == "failed":
            message = self._failed_blocker_sentence(
                blocker.display_name, blocker_rows[-1].failure_message
            )
        elif blocker.active:
            message = self.env._(
                "Waiting for %(record)s, which is not at DokStamp yet.",
                record=blocker.display_name,
            )
        else:
            message = self.env._(
                "Waiting for %(record)s, which is archived and was never sent.",
                record=blocker.display_name,
            )
        if not blocker_rows:
            blocker._queue_push()
        self.write(
            {
                "state": "pending",
                "waiting_for": f"{blocker._name},{blocker.id}",
                "failure_type": "waiting",
                "failure_message": message,
            }
        )

    def _waiting_for_this(self):
        return self.search(
            [
                ("state", "=", "pending"),
                ("waiting_for", "=", f"{self.res_model},{self.res_id}"),
            ]
        )

    def _release_waiting(self):
        """What waited for this record is due now."""
        self._waiting_for_this().write(
            {
                "waiting_for": False,
                "next_attempt_at": fields.Datetime.now(),
                "failure_type": False,
                "failure_message": False,
            }
        )

    def _failed_blocker_sentence(self, name, reason):
        return self.env._(
            "Waiting for %(record)s, which failed: %(reason)s",
            record=name,
            reason=reason,
        )

    # === CANCELLING === #

    def _cancel(self):
        """Take the rows out of the queue, and tell the records that it was done."""
        self.write({"state": "cancelled", "waiting_for": False})
        # what a save sends shows by itself that it is not sent
        for row in self.filtered(lambda row: row.operation != "push"):
            row._record()._note_failure(row)

    @api.model
    def _cancel_strays(self, records):
        """Cancel what is queued for these records with an account that was theirs."""
        open_rows = self.search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("state", "in", ("pending", "failed")),
            ]
        )
        accounts = {record.id: record.account_id for record in records.sudo()}
        open_rows.filtered(lambda row: row.account_id != accounts[row.res_id])._cancel()

    @api.model
    def _cancel_open_of(self, account):
        """Cancel what an account that is archived has not sent."""
        self.search(
            [("account_id", "=", account.id), ("state", "in", ("pending", "failed"))]
        )._cancel()

    # === BUS === #

    def _tell_users(self):
        """Let the forms that show these records reload; one notification per user."""
        changed = defaultdict(list)
        for row in self:
            changed[row.user_id].append([row.res_model, row.res_id])
        for user, records in changed.items():
            if user and user._is_internal():
                user._bus_send(BUS_MESSAGE, {"records": records})
