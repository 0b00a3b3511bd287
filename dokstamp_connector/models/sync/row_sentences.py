"""What happened to a queue row, why, and what to do, in plain words."""

from odoo import models

from ...dokstamp_api import NotFound


class DokstampSyncRecord(models.Model):
    _inherit = "dokstamp.sync.record"

    def _failure_sentence(self, verdict, error):
        """What happened, why, and what to do, in plain words.

        :param Verdict verdict: what was decided
        :param Exception error: what a message ended with
        """
        if verdict.failure_type == "rejected":
            return self._rejection_sentence(error)
        if verdict.failure_type == "incomplete":
            return str(error)
        if verdict.failure_type == "ambiguous":
            return self.env._(
                "DokStamp holds %(count)s records that could be this one. Remove the "
                "surplus ones there, then press Retry.",
                count=error.count,
            )
        if verdict.failure_type == "document":
            return self.env._(
                "DokStamp has used this document for another certificate, and takes "
                "each one once. Make a new "
                "certificate with a document of its own."
            )
        if verdict.failure_type == "denied":
            return self.env._(
                "DokStamp does not let this integration revoke certificates. Ask "
                "DokStamp for that right and press Revoke again, or revoke it in "
                "DokStamp itself: Ask DokStamp then shows it here."
            )
        if verdict.failure_type == "internal":
            return self._internal_sentence(error)
        if verdict.is_outage and verdict.action == "later":
            return self.account_id._outage_sentence(error)
        cause = self.account_id._access_sentence(error)
        if verdict.failure_type == "gave_up":
            return self.env._(
                "%(cause)s This was tried %(count)s times. Press Retry to go on.",
                cause=cause,
                count=self.attempt_count + 1,
            )
        return cause

    def _rejection_sentence(self, error):
        if isinstance(error, NotFound):
            return self.env[self.res_model]._lost_sentence()
        labels = self._api_labels()
        reasons = [
            f"{labels.get(key.split('.')[0], key)}: {' '.join(texts)}"
            for key, texts in error.field_messages.items()
        ]
        return self.env._(
            "DokStamp refused it (%(status)s). %(reasons)s %(mending)s",
            status=error.status,
            reasons=" ".join(reasons) or error.server_message or "",
            mending=self.env[self.res_model]._mending_sentence(self.operation),
        )

    def _api_labels(self):
        """API key → the field's label.

        :rtype: dict[str, str]
        """
        model = self.env[self.res_model]
        # certificates send more than they keep in step: their links go out too
        fields_ = {
            f"{name.removesuffix('_id')}_uuid": field
            for name, field in model._fields.items()
            if field.type == "many2one" and name.endswith("_id")
        }
        fields_ |= {
            spec.key_of(model._fields[name]): model._fields[name]
            for name, spec in model._dokstamp_fields.items()
        }
        return {
            key: field._description_string(self.env) for key, field in fields_.items()
        }

    def _stranger_sentence(self, stranger):
        return self.env._(
            "%(record)s does not belong to the DokStamp account %(account)s. Choose "
            "one that does, or change its account.",
            record=stranger.display_name,
            account=self.account_id.display_name,
        )

    def _internal_sentence(self, error):
        return self.env._(
            "The connector could not handle this record (%(error)s). This is a fault "
            "of the connector: the server log has the details. Press Retry once it "
            "is mended.",
            error=type(error).__name__,
        )

    def _left_in_place_sentence(self):
        return self.env._(
            "It stays at DokStamp: certificates or other records there depend on it."
        )
