"""How a queue row moves on: the only code that changes one after it is born, but for
Retry and Cancel.
"""

from collections import defaultdict
from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

BUS_MESSAGE = "dokstamp_connector/records_changed"


class DokstampSyncRecord(models.Model):
    _inherit = "dokstamp.sync.record"

    # === MOVES === #

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
        for waiting in self._waiting_for_this():
            waiting.failure_message = self.env._(
                "Waiting for %(record)s, which failed: %(reason)s",
                record=self.res_name,
                reason=message,
            )

    def _postpone(self, failure_type, delay, *, uses_attempt, message=False):
        """:param float delay: seconds"""
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

    def _wait_for(self, blocker):
        """Wait, without using up attempts, until ``blocker`` is at DokStamp; see to it
        that it gets there.
        """
        blocker_rows = self._open_rows(blocker).get(blocker.id, [])
        if blocker_rows and blocker_rows[-1].state == "failed":
            message = self.env._(
                "Waiting for %(record)s, which failed: %(reason)s",
                record=blocker.display_name,
                reason=blocker_rows[-1].failure_message,
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

    # === WHAT IS KNOWN OF THE RECORD AT DOKSTAMP === #

    def _of_record(self):
        """A domain: this and all other rows of the record."""
        return [
            ("res_model", "=", self.res_model),
            ("res_id", "=", self.res_id),
            ("account_id", "=", self.account_id.id),
        ]

    def _record(self):
        return self.env[self.res_model].browse(self.res_id).exists()

    def _is_repeated(self):
        """Whether the same was tried before: by this row, or by one that gave up."""
        earlier = [
            *self._of_record(),
            ("operation", "=", self.operation),
            ("id", "<", self.id),
        ]
        return bool(self.attempt_count or self.search_count(earlier, limit=1))

    def _binding(self):
        return self.env["dokstamp.binding"].search(self._of_record())

    def _take_over_tried_keys(self):
        """Keys under which DokStamp may hold the record although no binding says so.

        They are this row's from now on: the earlier ones of the record are covered by
        it.

        :rtype: list[dict]
        """
        rows = self.search([*self._of_record(), ("tried_keys", "!=", False)])
        tried = []
        for row in rows:
            tried += [keys for keys in row.tried_keys if keys not in tried]
        (rows - self).tried_keys = False
        return tried

    def _note_try(self, record):
        """Keep under which keys the record is about to be created, in case we never
        hear of it again.
        """
        keys, tried = record._tried_keys(), self.tried_keys or []
        if keys and keys not in tried:
            self.tried_keys = [*tried, keys]

    def _queued_at(self):
        """When the record was queued first.

        :rtype: datetime
        """
        return self.search(self._of_record(), order="id", limit=1).create_date

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

    # === WHAT CAME BACK === #

    def _note_sent(self, message):
        """DokStamp holds the record now: bind it, and let go what waited for it."""
        bindings = self.env["dokstamp.binding"]
        if message.sent is None:  # removed
            bindings._forget(self.account_id, self.res_model, self.res_id)
            self._finish(message.left_in_place and self._left_in_place_sentence())
            return
        if other := self._other_holder(message.uuid):
            self._give_way_to(other)
            return
        is_replaced = bindings._note_sent(
            self.account_id, self.res_model, self.res_id, message.uuid, message.sent
        )
        if message.is_done:
            self._finish()
        else:
            self._postpone(False, 0, uses_attempt=False)
        self._release_waiting()
        self._record()._note_answer(self, message)
        if is_replaced or message.is_relinked:
            self._tell_dependants()

    def _other_holder(self, uuid):
        """The other registry record that is linked to DokStamp's ``uuid``, or None.

        The link of one that is deleted in Odoo is given up: its removal is still to
        come, and would take away what this record is linked to.
        """
        if not uuid:
            return None
        binding = self.env["dokstamp.binding"].search(
            [
                ("account_id", "=", self.account_id.id),
                ("res_model", "=", self.res_model),
                ("dokstamp_uuid", "=", uuid),
                ("res_id", "!=", self.res_id),
            ]
        )
        other = self.env[self.res_model].browse(binding.res_id).exists()
        if binding and not other:
            binding.unlink()
        return other or None

    def _give_way_to(self, other):
        """What was found at DokStamp is another record's of ours."""
        if self.operation == "remove":
            self._finish()
            return
        self._fail(
            "taken",
            self.env._(
                "DokStamp has this record already, and it is linked to %(other)s. If "
                "both are the same, keep one of them; if not, give this one another "
                "code, name or e-mail address.",
                other=other.display_name,
            ),
        )

    def _tell_dependants(self):
        """Send anew what refers to this record, which has a new uuid or a new place.

        What refers to one of those too comes after them: a cohort has to be in its new
        course before an enrollment in both can follow.
        """
        told = set()
        for name in self.env["dokstamp.entity"]._registry_models():
            dependants = self._dependants(name).filtered(
                lambda record: told.isdisjoint(record._prerequisites())
            )
            told.update(dependants)
            self._gather(dependants, "push")

    def _dependants(self, name):
        """The records of a registry model that refer to this row's record."""
        model = self.env[name].with_context(active_test=False)
        links = [
            Domain(link, "=", self.res_id)
            for link in {*model._dokstamp_fields, model._dokstamp_parent}
            if link and model._fields[link].comodel_name == self.res_model
        ]
        return model.search(Domain.OR(links))

    # === BUS === #

    def _tell_users(self):
        """Let the forms that show these records reload; one notification per user."""
        changed = defaultdict(list)
        for row in self:
            changed[row.user_id].append([row.res_model, row.res_id])
        for user, records in changed.items():
            if user and user._is_internal():
                user._bus_send(BUS_MESSAGE, {"records": records})
