"""What a source feeds, people change in the school app: not here."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class DokstampEntity(models.AbstractModel):
    _inherit = "dokstamp.entity"

    fed_fields = fields.Json(string="Fed fields", compute="_compute_fed_fields")
    fed_by = fields.Char(string="Fed by", compute="_compute_fed_fields")

    @api.depends_context("uid")
    def _compute_fed_fields(self):
        links = self.env["dokstamp.source.link"].sudo()._feeding(self)
        for record in self:
            link = links.get(record.id, self.env["dokstamp.source.link"].sudo())
            record.fed_fields = link.source_id._fed_field_names() if link else []
            # names no record of the school app that the user may not read
            seen = link.with_env(self.env)
            origin = seen if seen.has_access("read") else link.source_id
            record.fed_by = origin.display_name if link else False

    def _check_not_fed(self, vals):
        """Keep people from typing over a field that a source would overwrite at its
        next save.

        :raise UserError: ``vals`` would do so
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
