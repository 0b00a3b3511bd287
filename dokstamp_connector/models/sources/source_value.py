from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DokstampSourceValue(models.Model):
    """One line of a table of values: `ongoing` → `enrolled`."""

    _name = "dokstamp.source.value"
    _inherit = ["dokstamp.source.part"]
    _description = "DokStamp Source Value"
    _order = "field_id, id"
    _rec_name = "from_value"

    field_id = fields.Many2one(
        "dokstamp.source.field", required=True, ondelete="cascade", index=True
    )
    from_value = fields.Char(
        string="Value in Odoo",
        help="As the app has it.",
    )
    to_value = fields.Char(
        string="Value at DokStamp",
        help="As DokStamp wants it.",
    )
    from_choices = fields.Json(compute="_compute_choices")
    to_choices = fields.Json(compute="_compute_choices")

    _one_per_value = models.Constraint(
        "UNIQUE (field_id, from_value)", "This value has a line already."
    )

    @api.depends("field_id.read_choices", "field_id.value_choices")
    def _compute_choices(self):
        """The values that each side has, with their labels, where it has a list."""
        for line in self:
            line.from_choices = line.field_id.read_choices
            line.to_choices = line.field_id.value_choices

    @api.constrains("to_value", "field_id")
    def _check_to_value(self):
        for line in self:
            target, choices = line.field_id._target(), dict(line.to_choices or ())
            if target.type != "selection":
                continue
            if line.to_value and line.to_value not in choices:
                raise ValidationError(
                    self.env._(
                        "“%(value)s” is no value of %(field)s. It takes: %(choices)s.",
                        value=line.to_value,
                        field=line.field_id._target_label(),
                        choices=", ".join(map(_labelled, choices.items())),
                    )
                )

    @api.depends("from_value", "to_value")
    def _compute_display_name(self):
        for line in self:
            sides = (
                (line.from_value, line.from_choices),
                (line.to_value, line.to_choices),
            )
            line.display_name = " → ".join(_shown(*side) for side in sides)

    def _sources(self):
        return self.field_id.source_id


def _shown(value, choices):
    """A value by its label, where it has one."""
    if not value:
        return "–"
    label = dict(choices or ()).get(value)
    return _labelled((value, label)) if label else value


def _labelled(choice):
    key, label = choice
    return f"{label} ({key})"
