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
    @api.depends_context("uid")
    def _compute_names(self):
        """What is linked, by the names that its viewer may read.

        A record of the school app may be closed to them: it is called as the registry
        calls what it fed.
        """
        records = self._names_of("res_model", "res_id")
        entities = self._names_of("entity_model", "entity_id")
        hidden = self.env._("no access")
        for link in self:
            entity_name = entities.get((link.entity_model, link.entity_id))
            link.entity_name = (entity_name or hidden) if link.entity_id else False
            link.res_name = (
                records.get((link.res_model, link.res_id)) or entity_name or hidden
            )

    def _names_of(self, model_name, id_name):
        """(model, id) → the record's name, where the user may read it.

        :rtype: dict[tuple[str, int], str]
        """
        names = {}
        for model, links in self.grouped(model_name).items():
            if model not in self.env:
                continue
            records = self.env[model].browse(set(links.mapped(id_name)) - {0})
            existing = records.exists()
            for record in existing._filtered_access("read"):
                # sudo: a name may be made of more than the record
                names[model, record.id] = record.sudo().display_name
            for one in (records - existing).ids:
                names[model, one] = self.env._("deleted record")
        return names

    @api.depends("source_id", "res_model", "res_id")
    @api.depends_context("uid")
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
