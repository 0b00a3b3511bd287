"""A source as part of a file that another Odoo takes in: what defines it, by names
alone; no id, no company, nothing that it has read.
"""

from odoo import models
from odoo.exceptions import UserError

from .reach import conditions_along, values_of

# What a file tells of a source and of its fields as it stands in the database.
TOLD = ("relation", "domain", "trigger", "sequence", "company_path")
TOLD_OF_FIELD = ("method", "path", "fixed_value", "text", "conversion", "timezone")
TOLD_OF_FIELD += ("scale", "cut")


class DokstampSource(models.Model):
    _inherit = "dokstamp.source"

    def action_export_definitions(self):
        """Offer the sources as one file, in their order.

        :raise UserError: one asks for a record by its number in this Odoo
        """
        self.check_access("write")
        presets = [source._as_preset() for source in self.sorted()]
        return self.env["dokstamp.source.file"]._offer(presets)

    def _as_preset(self):
        """What a file tells of it, as `wizards/source_file` takes it in.

        :rtype: dict
        """
        self._check_tells_no_number()
        preset = {
            "name": self._names(),
            "model": self.model,
            "entity": self.entity,
            **_told(self, TOLD),
            "fields": [line._as_preset() for line in self.field_ids.sorted()],
        }
        xml_id = self.get_external_id()[self.id]
        is_shipped = xml_id and not xml_id.startswith("__")  # not of an import
        return {"xml_id": xml_id, **preset} if is_shipped else preset

    def _names(self):
        """Code of a language → name, of those in which it has one of its own.

        :rtype: dict[str, str]
        """
        codes = [code for code, _name in self.env["res.lang"].get_installed()]
        names = {code: self.with_context(lang=code).name for code in codes}
        first = names.get("en_US", self.name)
        own = {code: name for code, name in names.items() if name != first}
        return {"en_US": first} | own

    def _check_tells_no_number(self):
        """
        :raise UserError: its condition asks for records by their numbers
        """
        for path, value in _numbered(self.env[self.model], self._domain()):
            raise UserError(
                self.env._(
                    "The condition of “%(name)s” asks for records by their numbers "
                    "(%(path)s: %(value)s), which are other records in another Odoo. "
                    "Ask for a name or a code instead, as in %(path)s.name.",
                    name=self.name,
                    path=path,
                    value=value,
                )
            )


class DokstampSourceField(models.Model):
    _inherit = "dokstamp.source.field"

    def _as_preset(self):
        """As of the source's.

        :rtype: dict
        """
        preset = {"field_name": self.field_name, **_told(self, TOLD_OF_FIELD)}
        values = [
            {"from": value.from_value or "", "to": value.to_value or ""}
            for value in self.value_ids
        ]
        return preset | {"values": values} if values else preset


def _told(record, names):
    """What of the fields ``names`` is neither empty nor what stands there anyway."""
    usual = record.with_env(record.env(context={})).default_get(list(names))
    return {
        name: record[name]
        for name in names
        if record[name] and record[name] != usual.get(name)
    }


def _numbered(model, domain):
    """What of a condition asks for records by their numbers.

    :return: an iterator of (path, value)
    """
    for path, _model, field, value in conditions_along(model, domain):
        is_number = any(type(one) is int for one in values_of(value))
        if is_number and (field.relational or field.name == "id"):
            yield path, value
