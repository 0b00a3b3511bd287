"""What a queue row notes when DokStamp has taken its record."""

from odoo import models
from odoo.fields import Domain


class DokstampSyncRecord(models.Model):
    _inherit = "dokstamp.sync.record"

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
