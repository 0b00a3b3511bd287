"""Why something is not at DokStamp yet: one sentence, in the language and time zone of
whoever reads it, and the kind of reason that `docs/errors.md` says more of.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_datetime

SHOWN_STATES = [
    ("pending", "On its way"),
    ("waiting", "Waiting"),
    ("done", "Done"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
]
SOON = timedelta(minutes=2)
DEPTH = 6  # kinds that may hang on each other


class DokstampSyncRecord(models.Model):
    _inherit = "dokstamp.sync.record"

    sending_stop = fields.Text(
        string="Why it is not sent now", compute="_compute_sending_stop"
    )

    shown_state = fields.Selection(
        SHOWN_STATES, string="DokStamp", compute="_compute_shown_state"
    )

    @api.depends("state", "waiting_for")
    def _compute_shown_state(self):
        """As records say it: what waits for another one is on its way as little as what
        is held.
        """
        for row in self:
            is_open = row.state in ("pending", "held", "sending")
            row.shown_state = row._sync_state() if is_open else row.state

    @api.depends("state", "waiting_for", "account_id")
    def _compute_sending_stop(self):
        self.sending_stop = False
        due = self.filtered(lambda row: row.state == "pending" and not row.waiting_for)
        for account, rows in due.grouped("account_id").items():
            # sudo: why it stops is no secret to whoever sees the queue
            rows.sending_stop = account.sudo()._sending_stop()

    def _reasons(self):
        """Why each open row is not done.

        :return: row → kind of reason and sentence
        :rtype: dict[dokstamp.sync.record, tuple[str, str]]
        """
        stops = {account: account._stop() for account in self.account_id}
        behind = self._behind()
        return {
            row: row._reason(stops.get(row.account_id), behind.get(row)) for row in self
        }

    def _reason(self, stop, behind):
        """:param tuple stop: of the account, as `_stop` tells it
        :param dokstamp.sync.record behind: as of `_behind`
        """
        if self.state == "failed":
            return self.failure_type or "internal", self.failure_message
        if self.state == "held":
            return "held", self.failure_message
        if self.waiting_for:
            return self._waiting_reason(stop, behind)
        if self.state == "sending":
            return "queued", False
        return stop or self._due_reason()

    def _waiting_reason(self, stop, behind):
        parts = [self.failure_message or ""]
        if behind:
            parts.append(
                self.env._(
                    "%(record)s in its turn: %(reason)s",
                    record=behind.res_name,
                    reason=behind.failure_message,
                )
            )
        elif stop:
            parts.append(stop[1])
        kind = "waiting" if self._awaited_place() else "load"
        return kind, " ".join(filter(None, parts))

    def _awaited_place(self):
        """Model and id of the record that it waits for; None where that is no record of
        the registry, as when a first load keeps it back.

        :rtype: tuple[str, int] | None
        """
        model, _comma, res_id = (self.waiting_for or "").partition(",")
        is_ours = model in self.env["dokstamp.entity"]._queued_models()
        return (model, int(res_id)) if is_ours else None

    def _behind(self):
        """The last of those rows that each one waits for in turn, where what it waits
        for waits itself.

        :rtype: dict[dokstamp.sync.record, dokstamp.sync.record]
        """
        awaited = {row: row.waiting_for for row in self if row.waiting_for}
        behind = {}
        for _step in range(DEPTH):
            waiting = self._waiting_rows_of(set(awaited.values()))
            awaited_next = {}
            for row, place in awaited.items():
                if place in waiting:
                    behind[row] = waiting[place]
                    awaited_next[row] = waiting[place].waiting_for
            if not awaited_next:
                break
            awaited = awaited_next
        return behind

    def _waiting_rows_of(self, places):
        """Place, as `waiting_for` names it → the row of that record that waits.

        :rtype: dict[str, dokstamp.sync.record]
        """
        ours = self.env["dokstamp.entity"]._queued_models()
        pairs = [place.split(",") for place in places]
        found = {}
        for name in {name for name, _id in pairs}.intersection(ours):
            ids = [int(id_) for model, id_ in pairs if model == name]
            rows = self.search(
                [
                    ("res_model", "=", name),
                    ("res_id", "in", ids),
                    ("state", "=", "pending"),
                    ("waiting_for", "!=", False),
                ]
            )
            found.update((row._name_of_place(), row) for row in rows)
        return found

    def _due_reason(self):
        """When what nothing stops is sent."""
        if self.next_attempt_at and self.next_attempt_at > fields.Datetime.now():
            if not self.failure_message:  # asked again by plan
                return "later", False
            return self.failure_type or "later", self.env._(
                "%(reason)s Next try at %(time)s.",
                reason=self.failure_message,
                time=format_datetime(self.env, self.next_attempt_at),
            )
        if self._waits_for_interval():
            cron = self.env["dokstamp.schedule"]._flush_of(self.account_id)
            return "interval", self.env._(
                "Its account sends at intervals: next at %(time)s.",
                time=format_datetime(self.env, cron.nextcall),
            )
        if self.create_date + SOON < fields.Datetime.now():
            return "queued", self.env._("Other changes are sent before it.")
        return "queued", False  # it takes as long as reading a sentence about it

    def _waits_for_interval(self):
        is_usual = self.priority >= self._default_priority()
        return is_usual and self.account_id.sync_mode == "scheduled"
