"""What sources hold back, or cannot read: there is no registry record to mend yet. And
where a fed field is mended: in the record that tells it.
"""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..actions import open_form
from .data_check import TABLE, DataCheck


class DokstampSourceLink(models.Model):
    _inherit = "dokstamp.source.link"

    @api.model
    def _get_data_checks(self):
        error = self._field_to_sql(TABLE, "error")
        return [
            DataCheck(
                "held_back",
                self.env._("Held back by a source"),
                "",
                condition=SQL("%s <> ''", error),
                value=error,
            )
        ]

    @api.model
    def _data_name(self):
        """What it fed last; what its record is called may be closed to the reader."""
        return SQL("NULL")

    @api.model
    def _data_scope(self):
        return SQL(
            "%s IN (SELECT id FROM dokstamp_source WHERE active)",
            self._field_to_sql(TABLE, "source_id"),
        )

    def _data_problem(self, _check):
        return self.error

    def _data_feeding(self):
        return {}

    def _data_place(self, _name, _feeders):
        return self.source_id.name

    def _open_to_mend(self, _name):
        """What waits for a person's word is decided in its list."""
        if self.is_held:
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "dokstamp_connector.dokstamp_source_link_action_held"
            )
            return {**action, "domain": [("id", "=", self.id)]}
        record = self.env[self.res_model].browse(self.res_id)
        return open_form(record if record.has_access("read") else self)

    def _check_may_mend(self):
        self.check_access("read")

    # === WHAT A FIELD IS FROM === #

    def _record_that_tells(self, name):
        """The record that holds the value of a registry field: the school app's, or the
        one along the path that is read.

        :param str name: of a field that this link tells
        """
        record = self.env[self.res_model].browse(self.res_id).exists()
        line = self._line_of(name)
        *steps, _field = (line.path or "").split(".") if line.method == "path" else [""]
        for step in steps:
            record = record[step][:1] or record
        return record

    def _line_of(self, name):
        lines = self.source_id.field_ids
        return lines.filtered(lambda line: line.field_name == name)[:1]

    def _may_be_written_back(self, name):
        """Whether the user may change what a registry field is read from, and it is
        read as it stands there.
        """
        line = self.sudo()._line_of(name)  # sudo: how a source reads is the managers'
        if line.method != "path" or line.conversion or line.value_ids:
            return False
        record = self.sudo()._record_that_tells(name).with_env(self.env)
        field = record._fields.get(line.path.rpartition(".")[2])
        told = self.env[self.entity_model]._fields[name]
        return bool(
            record
            and field
            and field.type == told.type
            and (field.inverse or (field.store and not field.compute))
            and not field.readonly
            and not field.translate
            and record.has_access("write")
            and record._has_field_access(field, "write")
        )

    def _write_back(self, name, value):
        """Write what a registry field shall be into what it is read from.

        :raise UserError: it has to be changed there by hand, or by somebody else
        """
        path = self.sudo()._line_of(name).path or ""  # sudo: as above
        target = path.rpartition(".")[2]
        record = self.sudo()._record_that_tells(name).with_env(self.env)
        if target in record._fields and record.sudo()[target] == value:
            return
        if not self._may_be_written_back(name):
            raise UserError(self._elsewhere_sentence(name))
        record.write({target: value})

    def _elsewhere_sentence(self, name):
        entity = self.env[self.entity_model].browse(self.entity_id)
        return self.env._(
            "%(field)s comes from %(origin)s, where you cannot change it from here. "
            "Change it there, or have it changed, and press Accept after that.",
            field=entity._fields[name]._description_string(self.env),
            origin=entity._name_of_feeder(self),
        )
