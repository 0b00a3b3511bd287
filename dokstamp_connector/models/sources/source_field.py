import re
import zoneinfo

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .reach import is_closed, steps_along

PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_.]*)\}")


class DokstampSourceField(models.Model):
    """Where one field of a registry record comes from."""

    _name = "dokstamp.source.field"
    _inherit = ["dokstamp.source.part"]
    _description = "DokStamp Source Field"
    _order = "source_id, sequence, id"
    _rec_name = "field_name"

    source_id = fields.Many2one(
        "dokstamp.source", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10, aggregator=None)
    entity = fields.Selection(related="source_id.entity")
    model = fields.Char(related="source_id.model")
    field_name = fields.Selection(
        selection="_selection_field_name", string="Registry field", required=True
    )
    available_names = fields.Json(compute="_compute_available_names")
    method = fields.Selection(
        [
            ("path", "Field"),
            ("fixed", "Fixed value"),
            ("text", "Text with placeholders"),
        ],
        required=True,
        default="path",
    )
    path = fields.Char(
        string="Read from",
        help="A field of the record, also a dotted one: partner_id.email",
    )
    fixed_value = fields.Char(string="Fixed value")
    text = fields.Char(help="For example ODOO-{id} or {partner_id.ref}-{id}.")
    conversion = fields.Selection(
        [
            ("html_to_text", "HTML to plain text"),
            ("round_up", "Round up to whole hours"),
            ("date", "Date in a time zone"),
            ("grade", "Grade to DokStamp's scale of 10"),
        ]
    )
    timezone = fields.Selection(
        lambda self: [(name, name) for name in sorted(zoneinfo.available_timezones())],
        help="Empty: the time zone of the company's contact, or UTC.",
    )
    scale = fields.Float(default=20, help="The best grade of the school's own scale.")
    cut = fields.Boolean(
        string="Cut to length",
        help="Cut texts longer than DokStamp takes, instead of reporting them.",
    )
    value_ids = fields.One2many(
        "dokstamp.source.value", "field_id", string="Table of values", copy=True
    )

    _one_per_field = models.Constraint(
        "UNIQUE (source_id, field_name)", "This source fills this field already."
    )

    @api.model
    def _selection_field_name(self):
        """All fields that a source can fill, of all kinds of registry records."""
        choices = {}
        for model in self.env["dokstamp.entity"]._registry_models():
            for name in self._feedable(model):
                field = self.env[model]._fields[name]
                choices.setdefault(name, field._description_string(self.env))
        return sorted(choices.items(), key=lambda choice: choice[1])

    @api.model
    def _feedable(self, entity):
        model = self.env[entity]
        names = [*model._get_dokstamp_fields(), "is_graded", "partner_id"]
        if model._dokstamp_parent:
            names.append(model._dokstamp_parent)
        return [name for name in names if name in model._fields]

    @api.depends("entity")
    def _compute_available_names(self):
        """What a form offers for the kind of record that is fed."""
        for line in self:
            line.available_names = self._feedable(line.entity) if line.entity else []

    # === CONSTRAINT METHODS === #

    @api.constrains("field_name", "source_id")
    def _check_field_name(self):
        for line in self:
            if line.field_name not in self._feedable(line.entity):
                raise ValidationError(
                    self.env._(
                        "%(entity)s has no field %(field)s.",
                        entity=dict(
                            line._fields["entity"]._description_selection(self.env)
                        )[line.entity],
                        field=line.field_name,
                    )
                )

    @api.constrains("method", "path", "text", "source_id")
    def _check_paths(self):
        for line in self:
            if line.method == "path" and not line.path:
                raise ValidationError(
                    self.env._("Say which field %s is read from.", line.field_name)
                )
            for path in line._paths():
                line._check_path(path)
            if closed := line._closed():
                raise ValidationError(line.source_id._closed_sentence(closed))

    def _check_path(self, path):
        model = self.env[self.model]
        for name in path.split("."):
            field = model._fields.get(name) if model is not None else None
            if field is None:
                raise ValidationError(
                    self.env._(
                        "%(model)s has no field “%(path)s”.",
                        model=self.source_id.model_id.name,
                        path=path,
                    )
                )
            model = self.env[field.comodel_name] if field.relational else None

    # === DEFINITION === #

    def _sources(self):
        return self.source_id

    def _paths(self):
        """The dotted paths that this field is read from.

        :rtype: list[str]
        """
        if self.method == "path":
            return [self.path] if self.path else []
        return PLACEHOLDER.findall(self.text or "") if self.method == "text" else []

    def _closed(self):
        """What along its paths no source reads, or None.

        :rtype: str | None
        """
        field = self.env[self.entity]._fields.get(self.field_name)
        target = field and field.comodel_name
        for path in self._paths():
            steps = list(steps_along(self.env[self.model], path))
            # a school app may keep the very record of the registry that is meant
            if target and steps and steps[-1][1].comodel_name == target:
                steps.pop()
            for model, step in steps:
                if is_closed(model, step):
                    return self.source_id._field_label(model, step)
        return None

    def _is_link(self):
        return self.env[self.entity]._fields[self.field_name].type == "many2one"

    def _link_target(self):
        """Model of the records that this link looks up, and the entity that it needs.

        :rtype: tuple[str, str] | None
        """
        if not self._is_link() or not self.path:
            return None
        model = self.env[self.model]
        for name in self.path.split("."):
            field = model._fields.get(name)
            if name == "id":
                break
            if field is None or not field.relational:
                return None
            model = self.env[field.comodel_name]
        return model._name, self.env[self.entity]._fields[self.field_name].comodel_name
