"""How a queue row moves on: the only code that changes one after it is born, but for Retry and Cancel."""

from collections import defaultdict
from datetime import timedelta

from odoo import fields, models

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
        """Stop until the data changes or a person says so; tell those who wait for it."""
        self.write(
            {
                "state": "failed",
                "failure_type": failure_type,
                "failure_message": message,
            }
        )
        self.env[self.res_model].browse(self.res_id).exists()._note_failure(self)
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
        """Wait, without using up attempts, until ``blocker`` is at DokStamp; see to it that it gets there."""
        blocker_rows = self._open_rows(blocker).get(blocker.id, [])
        message = self.env._(
            "Waiting for %(record)s, which is not at DokStamp yet.",
            record=blocker.display_name,
        )
        if blocker_rows and blocker_rows[-1].state == "failed":
            message = self.env._(
                "Waiting for %(record)s, which failed: %(reason)s",
                record=blocker.display_name,
                reason=blocker_rows[-1].failure_message,
            )
        elif not blocker_rows:
            self._gather(blocker, "push")
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

    def _was_attempted(self):
        """Whether DokStamp may hold the record although no binding says so."""
        return bool(
            self.search_count(
                [
                    ("res_model", "=", self.res_model),
                    ("res_id", "=", self.res_id),
                    ("account_id", "=", self.account_id.id),
                    ("attempt_count", ">", 0),
                ],
                limit=1,
            )
        )

    # === WHAT CAME BACK === #

    def _note_sent(self, message):
        """DokStamp holds the record now: bind it, and let go what waited for it."""
        if self._is_taken(message):
            return
        is_replaced = self._bind(message.uuid, message.sent)
        self._finish()
        self._release_waiting()
        if is_replaced:  # what refers to the old uuid must be told
            self.env.ref("dokstamp_connector.ir_cron_sweep")._trigger()

    def _note_removed(self, message):
        """DokStamp holds the record no more, or keeps it for a reason."""
        self.env["dokstamp.binding"]._forget(
            self.account_id, self.res_model, self.res_id
        )
        self._finish(message.left_in_place and self._left_in_place_sentence())

    def _note_uploaded(self, message):
        """Keep the file's uuid before anything else may fail; the row is due again with it."""
        self._bind(None, {"file_uuid": message.file_uuid})
        self._postpone(False, 0, uses_attempt=False)

    def _note_certified(self, message):
        """DokStamp's word on a certificate."""
        certificate = self.env[self.res_model].browse(self.res_id)
        binding = self.env["dokstamp.binding"]._of(certificate)
        self._bind(message.uuid, binding.last_payload or {})
        self._finish()
        self._release_waiting()
        certificate._note_remote(self, message.remote)

    def _bind(self, uuid, payload):
        """:return: whether the record had another uuid before"""
        return self.env["dokstamp.binding"]._note_sent(
            self.account_id, self.res_model, self.res_id, uuid, payload
        )

    def _note_found(self, message):
        """Keep the uuid although the call after it failed: the next attempt need not search again."""
        if not self._is_taken(message):
            self._bind(message.uuid, {})

    def _is_taken(self, message):
        """Whether another record of ours is linked to what was found; then this one fails."""
        if not message.uuid:
            return False
        holder = self.env["dokstamp.binding"]._holder_of(
            self.account_id, self.res_model, message.uuid
        )
        if not holder or holder.id == self.res_id:
            return False
        self._fail(
            "taken",
            self.env._(
                "DokStamp has this record already, and it is linked to %(other)s. If both are the same, keep "
                "one of them; if not, give this one another code, name or e-mail address.",
                other=holder.display_name,
            ),
        )
        return True

    # === SENTENCES === #

    def _failure_sentence(self, verdict, error):
        """What happened, why, and what to do, in plain words.

        :param Verdict verdict: what was decided
        :param Exception error: what a message ended with
        """
        if verdict.failure_type == "rejected":
            return self._rejection_sentence(error)
        if verdict.failure_type == "ambiguous":
            return self.env._(
                "DokStamp holds %(count)s records that could be this one. Remove the surplus ones there, then "
                "press Retry.",
                count=error.count,
            )
        if verdict.failure_type == "document":
            return self.env._(
                "DokStamp has used this document for another certificate, and takes each one once. Make a new "
                "certificate with a document of its own."
            )
        if verdict.failure_type == "internal":
            return self._internal_sentence(error)
        cause = self.account_id._access_sentence(error)
        if verdict.failure_type == "gave_up":
            return self.env._(
                "%(cause)s This was tried %(count)s times. Press Retry to go on.",
                cause=cause,
                count=self.attempt_count + 1,
            )
        return cause

    def _rejection_sentence(self, error):
        labels = self._api_labels()
        reasons = [
            f"{labels.get(key.split('.')[0], key)}: {' '.join(texts)}"
            for key, texts in error.field_messages.items()
        ]
        return self.env._(
            "DokStamp refused it (%(status)s). %(reasons)s Correct the record; it goes out again when you "
            "save it.",
            status=error.status,
            reasons=" ".join(reasons) or error.server_message or "",
        )

    def _api_labels(self):
        """API key → the field's label.

        :rtype: dict[str, str]
        """
        model = self.env[self.res_model]
        return {
            spec.key_of(model._fields[name]): model._fields[name]._description_string(
                self.env
            )
            for name, spec in model._dokstamp_fields.items()
        }

    def _internal_sentence(self, error):
        return self.env._(
            "The connector could not handle this record (%(error)s). This is a fault of the connector: the "
            "server log has the details. Press Retry once it is mended.",
            error=type(error).__name__,
        )

    def _left_in_place_sentence(self):
        return self.env._(
            "It stays at DokStamp: certificates or other records there depend on it."
        )

    # === BUS === #

    def _tell_users(self):
        """Let the forms that show these records reload; one notification per user."""
        changed = defaultdict(list)
        for row in self:
            changed[row.user_id].append([row.res_model, row.res_id])
        for user, records in changed.items():
            if user._is_internal():
                user._bus_send(BUS_MESSAGE, {"records": records})
