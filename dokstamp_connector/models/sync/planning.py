"""How a registry record becomes a message. Extends the registry's models, so that they need not know."""

from odoo import models

from .message import Attach, Detach, Push, Remove


class DokstampEntity(models.AbstractModel):
    _inherit = "dokstamp.entity"

    def _operation_message(self, row, binding):
        """The next message of a queue row, or None when nothing is left to do.

        :param dokstamp.sync.record row: anything but a removal
        :param dokstamp.binding binding: of this record, may be empty
        :rtype: Message | None
        """
        if not binding and not self.active and not row._was_attempted():
            return None  # archived before it was ever sent
        return self._push_message(binding)

    def _push_message(self, binding):
        """What to send for this record, or None when DokStamp has it all.

        :param dokstamp.binding binding: of this record, may be empty
        :rtype: Message | None
        """
        payload, last_payload = self._payload(), binding.last_payload or {}
        if binding.dokstamp_uuid and payload == last_payload:
            return None
        return Push(
            resource=self._dokstamp_resource,
            parent_uuid=self._parent_uuid(),
            uuid=binding.dokstamp_uuid or None,
            payload=payload,
            last_payload=last_payload,
            keys=self._search_keys(),
            filters=self._dokstamp_filters,
        )

    def _note_failure(self, row):
        """A queue row of this record stopped for good. Nothing to keep: the row tells."""

    def _first_blocker(self):
        """The registry record that must be at DokStamp before this one, or None."""
        for record in self._prerequisites():
            if not record.dokstamp_uuid:
                return record
        return None

    def _parent_uuid(self):
        parent = self[self._dokstamp_parent] if self._dokstamp_parent else None
        return parent.dokstamp_uuid or None if parent else None

    def _removal_keys(self):
        """What `_removal_message` needs of a record that is gone by then.

        :rtype: dict
        """
        return {"keys": self._search_keys(), "parent_uuid": self._parent_uuid()}

    def _removal_message(self, binding, removal_keys, was_attempted):
        """How to take a deleted record away from DokStamp, or None when it never got there.

        :param bool was_attempted: an attempt to create it may have succeeded unnoticed
        """
        keys = removal_keys.get("keys") if was_attempted else None
        if not binding.dokstamp_uuid and not keys:
            return None
        return Remove(
            resource=self._dokstamp_resource,
            parent_uuid=removal_keys.get("parent_uuid"),
            uuid=binding.dokstamp_uuid or None,
            keys=keys or {},
            filters=self._dokstamp_filters,
            archive_values=self._dokstamp_archive_values,
            certificate_filter=self._dokstamp_certificate_filter,
        )


class DokstampCurriculumLine(models.Model):
    _inherit = "dokstamp.curriculum.line"

    def _push_message(self, binding):
        course_uuid, item = self.course_id.dokstamp_uuid, self._payload()
        del item["course_uuid"]
        last = dict(binding.last_payload or {})
        last_course_uuid = last.pop("course_uuid", None)
        if not self.active:
            return self._detach(last_course_uuid, last)
        if item == last and course_uuid == last_course_uuid:
            return None
        return Attach(course_uuid=course_uuid, item=item, last_item=last)

    def _removal_message(self, binding, removal_keys, was_attempted):
        payload = binding.last_payload or (was_attempted and removal_keys.get("keys"))
        last = dict(payload or {})
        return self._detach(last.pop("course_uuid", None), last)

    def _removal_keys(self):
        return {"keys": self._payload()}

    def _detach(self, course_uuid, item):
        if not course_uuid or not item.get("uuid"):
            return None
        return Detach(course_uuid=course_uuid, last_item=item)
