"""A save queues what changed, in its own transaction."""

from odoo import api, models


class DokstampEntity(models.AbstractModel):
    _inherit = "dokstamp.entity"

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._trimmed(vals) for vals in vals_list]
        records = super().create(vals_list)
        records._check_typed({name for vals in vals_list for name in vals})
        records._queue_push()
        return records

    def write(self, vals):
        self.check_access("write")  # before any sentence tells what the records hold
        vals = self._trimmed(vals)
        self._check_not_fed(vals)
        result = super().write(vals)
        if "account_id" in vals:
            # sudo: who keeps the registry has no rights on the queue
            self.env["dokstamp.sync.record"].sudo()._cancel_strays(self)
        self._check_typed(vals)
        if not self._payload_triggers().isdisjoint(vals):
            self._queue_push()
        return result

    def unlink(self):
        self.check_access("unlink")
        self._queue_removal()
        return super().unlink()

    def copy_data(self, default=None):
        """A copy names itself as one, since DokStamp would take its twin's code or name
        for the original.
        """
        copies = super().copy_data(default)
        for record, vals in zip(self, copies, strict=True):
            for name in ("name", "code"):
                if name in vals and name not in (default or {}) and vals[name]:
                    vals[name] = self.env._("%s (copy)", record[name])
            vals.pop("email", None)
        return copies

    @api.model
    def _trimmed(self, vals):
        """``vals`` without space around texts: DokStamp searches keys letter by letter.

        :rtype: dict
        """
        return {
            name: (value.strip() or False)
            if isinstance(value, str) and self._is_text(name)
            else value
            for name, value in vals.items()
        }

    def _is_text(self, name):
        return name in self._get_dokstamp_fields() and self._fields[name].type == "char"

    def _payload_triggers(self):
        """Names of the fields whose change must reach DokStamp."""
        triggers = {*self._get_dokstamp_fields(), "active", "account_id"}
        return triggers | {self._dokstamp_parent} if self._dokstamp_parent else triggers

    def _queue_push(self, urgent=False):
        queue = self.env["dokstamp.sync.record"]
        changed = queue._to_send(self, is_changed=True)
        queue._gather(changed, "push", urgent=urgent)

    def _queue_removal(self):
        self.env["dokstamp.sync.record"]._gather(self, "remove")
