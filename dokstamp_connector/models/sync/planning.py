"""How a registry record becomes a message. Extends the registry's models, so that they
need not know.
"""

from odoo import models

from .messages import Attach, Detach, Find, Push, Remove


class DokstampEntity(models.AbstractModel):
    _inherit = "dokstamp.entity"

    def _operation_message(self, row, binding, tried):
        """The next message of a queue row, or None when nothing is left to do.

        :param dokstamp.sync.record row: anything but a removal
        :param dokstamp.binding binding: of this record, may be empty
        :param list[dict] tried: as `_push_message` takes it
        :rtype: Message | None
        """
        return self._push_message(binding, tried)

    def _note_answer(self, row, message):
        """A message of this record succeeded. Nothing to keep: the binding tells."""

    def _note_failure(self, row):
        """A row of this record stopped for good. Nothing to keep: the row tells."""

    def _note_retry(self, row):
        """A person sends a row of this record again, which may have stopped for good.

        :raise UserError: the record must not be sent any more
        """

    def _mending_sentence(self, operation):
        """What a person does about a refusal.

        :param str operation: of the queue row that was refused
        """
        if operation == "remove":
            return self.env._("Mend it at DokStamp, then press Retry.")
        return self.env._("Correct the record; it goes out again when you save it.")

    def _lost_sentence(self):
        """What a person does when DokStamp no longer finds what was meant."""
        return self.env._(
            "DokStamp has lost what this record belongs to. Press Send now on that "
            "one, then Retry here."
        )

    def _push_message(self, binding, tried=(), kind=Push):
        """What to send for this record, or None when DokStamp has it all.

        :param dokstamp.binding binding: of this record, may be empty
        :param list[dict] tried: keys of earlier attempts to create it whose outcome is
            unknown
        :param kind: makes the message
        :rtype: Message | None
        """
        payload, path = self._payload(), self._path()
        last_payload = dict(binding.last_payload or {})
        last_path = tuple(last_payload.pop("path", path))
        uuid, moved_from = binding.dokstamp_uuid or None, None
        if uuid and last_path != path:
            uuid, moved_from = None, (last_path, uuid)
        if uuid and payload == last_payload:
            return None
        return kind(
            path=path,
            uuid=uuid,
            payload=payload,
            last_payload=last_payload,
            moved_from=moved_from,
            keys=self._search_keys(),
            tried=list(tried),
            filters=self._get_dokstamp_filters(),
            is_listed=self._dokstamp_is_listed,
        )

    def _first_blocker(self):
        """The registry record that must be at DokStamp before this one, or None."""
        for record in self._prerequisites():
            if not record.dokstamp_uuid:
                return record
        return None

    def _stranger(self):
        """A record that this one refers to and that another account sends, or None.

        Its uuid, if it has one, means nothing to this record's tenant.
        """
        for record in self._prerequisites():
            if record.account_id != self.account_id:
                return record
        return None

    def _tried_keys(self):
        """What an attempt to create this record leaves at DokStamp, to look for if its
        outcome is unknown.

        :rtype: dict
        """
        return self._search_keys()

    def _removal_keys(self):
        """What the queue must know of a record that is gone when its removal is
        planned.

        :rtype: dict
        """
        return {"name": self.display_name, "path": self._path()}

    def _removal_message(self, binding, removal_keys, tried, since):
        """How to take a deleted record away from DokStamp, or None when it never got
        there.

        :param list[dict] tried: keys of attempts to create it whose outcome is unknown
        :param datetime since: when it was queued first
        """
        last_payload = dict(binding.last_payload or {})
        # of a record that the database dropped only the binding knows where it was
        path = last_payload.pop("path", None) or removal_keys.get("path")
        path = tuple(path or self._path())
        if not all(path):
            return None  # what it lay below never got there
        if binding.dokstamp_uuid:
            return Remove(
                path=path,
                uuid=binding.dokstamp_uuid,
                archive_values=self._archive_values(last_payload),
                certificate_filter=self._dokstamp_certificate_filter,
                last_payload=last_payload,
            )
        if tried:
            return Find(
                path=path,
                tried=tried,
                filters=self._get_dokstamp_filters(),
                is_listed=self._dokstamp_is_listed,
                since=since,
            )
        return None


class DokstampCurriculumLine(models.Model):
    _inherit = "dokstamp.curriculum.line"

    def _push_message(self, binding, tried=()):
        item = self._payload()
        known = [binding.last_payload] if binding.last_payload else []
        if not self.active and not self.course_id.active:
            return None  # an archived course keeps its curriculum
        if not self.active:
            return self._detach([*known, *tried], tried)
        elsewhere = [
            one for one in [*known, *tried] if self._place(one) != self._place(item)
        ]
        if known == [item] and not tried:
            return None
        return Attach(
            item=item,
            last_item=known[0] if known else {},
            elsewhere=elsewhere,
            tried=list(tried),
        )

    def _place(self, item):
        return item["course_uuid"], item["uuid"]

    def _tried_keys(self):
        return self._payload()

    def _removal_message(self, binding, removal_keys, tried, since):
        known = [binding.last_payload] if binding.last_payload else []
        return self._detach([*known, *tried], tried)

    def _detach(self, items, tried):
        return Detach(items=items, tried=list(tried)) if items else None
