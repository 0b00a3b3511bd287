"""What a source feeds, people change in the school app: not here."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL


class DokstampEntity(models.AbstractModel):
    _inherit = "dokstamp.entity"

    fed_fields = fields.Json(string="Fed fields", compute="_compute_fed_fields")
    fed_by = fields.Char(string="Fed by", compute="_compute_fed_fields")

    @api.depends_context("uid")
    def _compute_fed_fields(self):
        links = self.env["dokstamp.source.link"].sudo()._feeding(self)
        for record in self:
            link = links.get(record.id)
            record.fed_fields = link.source_id._fed_field_names() if link else []
            record.fed_by = self._name_of_feeder(link) if link else False

    def _name_of_feeder(self, link):
        """A name that tells no record that the user may not read."""
        seen = link.with_env(self.env)
        return (seen if seen.has_access("read") else link.source_id).display_name

    def _check_change(self, vals):
        """Keep people from typing over a field that a source would overwrite at its
        next save.

        :raise UserError: ``vals`` would do so
        """
        super()._check_change(vals)
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

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Make the fields that a source feeds read-only in forms, record by record."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form":
            for name in self._get_dokstamp_fields():
                for node in arch.xpath(
                    f"//field[@name='{name}'][not(ancestor::field)][not(@readonly)]"
                ):
                    node.set("readonly", f"'{name}' in (fed_fields or [])")
        return arch, view

    # === HOW FAR IT GOT === #

    def _compute_sync_state(self):
        """What a source cannot read is as good as failed, unless the queue knows
        better.
        """
        result = super()._compute_sync_state()
        # sudo: whoever sees the record may see why it is as it is
        errors = self.env["dokstamp.source.link"].sudo()._errors_of(self)
        for record in self:
            if record.id in errors and record.sync_state in ("none", "synced"):
                record.sync_state = "failed"
                record.sync_message = errors[record.id]
        return result

    def _sync_state_domains(self):
        domains = super()._sync_state_domains()
        # sudo: as above
        unreadable = (
            self.env["dokstamp.source.link"]
            .sudo()
            ._search([("entity_model", "=", self._name), ("error", "!=", False)])
        )
        is_unreadable = Domain(
            "id", "in", unreadable.subselect(SQL.identifier("entity_id"))
        )
        quiet = domains["none"] | domains["synced"]
        return {
            **domains,
            "none": domains["none"] & ~is_unreadable,
            "synced": domains["synced"] & ~is_unreadable,
            "failed": domains["failed"] | (quiet & is_unreadable),
        }

    # === ACTION METHODS === #

    def action_open_source_record(self):
        """Open the school app's record that feeds this one."""
        self.ensure_one()
        self.check_access("read")
        link = self.env["dokstamp.source.link"]._feeding(self).get(self.id)
        return link.action_open_source_record() if link else True
