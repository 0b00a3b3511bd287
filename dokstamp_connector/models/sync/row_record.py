"""What is known of a queue row's record, and of earlier attempts to send it."""

from odoo import models


class DokstampSyncRecord(models.Model):
    _inherit = "dokstamp.sync.record"

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
