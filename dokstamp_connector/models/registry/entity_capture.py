"""A save queues what changed, in its own transaction; and what people can do with a
record by hand.
"""

from odoo import api, models
from odoo.exceptions import UserError

from ..actions import RELOAD, show_message


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
        return name in self._dokstamp_fields and self._fields[name].type == "char"

    def _check_not_fed(self, vals):
        """Keep people from typing over a field that a source would overwrite at its
        next save.
        """
        if self.env.su:
            return
        for record in self:
            for name in set(vals).intersection(record.fed_fields or ()):
                field = self._fields[name]
                if field.convert_to_write(record[name], record) != vals[name]:
                    raise UserError(
                        self.env._(
                            "%(field)s comes from %(origin)s. Change it there: it "
                            "would be overwritten here at the next save. In an import, "
                            "leave this column out.",
                            field=field._description_string(self.env),
                            origin=record.fed_by,
                        )
                    )

    def _payload_triggers(self):
        """Names of the fields whose change must reach DokStamp."""
        triggers = {*self._dokstamp_fields, "active", "account_id"}
        return triggers | {self._dokstamp_parent} if self._dokstamp_parent else triggers

    def _queue_push(self, urgent=False):
        self.env["dokstamp.sync.record"]._gather(self, "push", urgent=urgent)

    def _queue_removal(self):
        self.env["dokstamp.sync.record"]._gather(self, "remove")

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Make the fields that a source feeds read-only in forms, record by record."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form":
            for name in self._dokstamp_fields:
                for node in arch.xpath(
                    f"//field[@name='{name}'][not(ancestor::field)][not(@readonly)]"
                ):
                    node.set("readonly", f"'{name}' in (fed_fields or [])")
        return arch, view

    # === ACTION METHODS === #

    def action_sync_now(self):
        """Send the records now, ahead of what is queued; also retries what failed."""
        unassigned = self.filtered(lambda record: not record.account_id)
        if unassigned:
            raise UserError(
                self.env._(
                    "%(name)s has no DokStamp account. Choose one on the record, or "
                    "set one up for the "
                    "company under DokStamp > Configuration > Accounts.",
                    name=unassigned[0].display_name,
                )
            )
        self._queue_push(urgent=True)
        return show_message(self.env._("On its way to DokStamp."), next=RELOAD)

    def action_view_audit_trail(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_audit_log_action"
        )
        action["domain"] = [("res_model", "=", self._name), ("res_id", "=", self.id)]
        action["display_name"] = self.env._("Audit trail: %s", self.display_name)
        return action

    def action_open_dokstamp_page(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": self.dokstamp_page_url,
            "target": "new",
        }
