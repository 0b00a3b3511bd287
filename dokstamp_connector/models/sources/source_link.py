from odoo import api, fields, models

from ..actions import open_form


class DokstampSourceLink(models.Model):
    """Which registry record a school app's record has fed, or why it could not.

    Several records may feed one: two contacts with one e-mail address are one student.
    The oldest live link writes, the others only refer.
    """

    _name = "dokstamp.source.link"
    _description = "DokStamp Source Link"
    _order = "id"

    source_id = fields.Many2one(
        "dokstamp.source", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="source_id.company_id", store=True, precompute=True
    )
    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        model_field="res_model", required=True, readonly=True
    )
    res_name = fields.Char(string="Record in Odoo", compute="_compute_names")
    entity_model = fields.Char(required=True, readonly=True)
    entity_id = fields.Many2oneReference(model_field="entity_model", readonly=True)
    entity_name = fields.Char(string="Registry record", compute="_compute_names")
    is_live = fields.Boolean(
        string="In use",
        default=True,
        readonly=True,
        help="The record meets the condition of its source and is not archived.",
    )
    error = fields.Text(string="Problem", readonly=True)

    _one_per_record = models.UniqueIndex(
        "(source_id, res_id)", "This source has taken this record already."
    )
    _of_entity = models.Index("(entity_model, entity_id)")
    _of_record = models.Index("(res_model, res_id)")

    @api.depends("res_model", "res_id", "entity_model", "entity_id")
    def _compute_names(self):
        for link in self:
            link.res_name = self._name_of(link.res_model, link.res_id)
            link.entity_name = self._name_of(link.entity_model, link.entity_id)

    def _name_of(self, model, res_id):
        if not res_id or model not in self.env:
            return False
        # sudo: whoever may see the link may see what it links
        record = self.env[model].sudo().browse(res_id).exists()
        return record.display_name or self.env._("deleted record")

    @api.depends("source_id", "res_model", "res_id")
    def _compute_display_name(self):
        for link in self:
            link.display_name = f"{link.source_id.name}: {link.res_name}"

    @api.model
    def _feeding(self, records):
        """Record id → the link that writes it: its oldest live one, or else its oldest.

        :rtype: dict[int, dokstamp.source.link]
        """
        links = self.search(
            [
                ("entity_model", "=", records._name),
                ("entity_id", "in", records.ids),
                ("source_id.active", "=", True),
            ],
            order="is_live, id desc",
        )
        return {link.entity_id: link for link in links}

    @api.model
    def _errors_of(self, records):
        """Record id → why its source could not be read.

        :rtype: dict[int, str]
        """
        links = self.search(
            [
                ("entity_model", "=", records._name),
                ("entity_id", "in", records.ids),
                ("error", "!=", False),
            ]
        )
        return {link.entity_id: link.error for link in links}

    def action_open_source_record(self):
        self.ensure_one()
        return open_form(self.env[self.res_model].browse(self.res_id))

    def action_open_registry_record(self):
        self.ensure_one()
        return open_form(self.env[self.entity_model].browse(self.entity_id))
