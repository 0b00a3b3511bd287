"""What sources hold back, or cannot read: there is no registry record to mend yet."""

from odoo import api, models
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
