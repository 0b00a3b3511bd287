"""Which of Odoo's models a source can be for: those that its author is offered."""

from odoo import api, fields, models
from odoo.fields import Domain

from .reach import is_technical

TECHNICAL_NAMES = "dokstamp_technical_names"  # context: names of models with these


class IrModel(models.Model):
    _inherit = "ir.model"

    is_dokstamp_offered = fields.Boolean(
        string="Can be a DokStamp source",
        compute="_compute_is_dokstamp_offered",
        search="_search_is_dokstamp_offered",
    )

    @api.depends("model")
    @api.depends_context("uid")
    def _compute_is_dokstamp_offered(self):
        offered = self._dokstamp_offered()
        for model in self:
            model.is_dokstamp_offered = model.model in offered

    def _search_is_dokstamp_offered(self, operator, value):
        if operator != "in":
            return NotImplemented
        offered = Domain("model", "in", self._dokstamp_offered())
        if set(value) == {True}:
            return offered
        return ~offered if set(value) == {False} else Domain.TRUE

    @api.model
    def _dokstamp_offered(self):
        """Names of the models whose records may feed the registry, and that the user
        may read.

        A model that was made by hand is nobody's to read at first; a system
        administrator finds it all the same, and is told so.

        :rtype: list[str]
        """
        makes_models = self.env.user._is_system()
        return [
            name
            for name, model in self.env.items()
            if model._auto
            and not is_technical(model)
            and (model.has_access("read") or (model._custom and makes_models))
        ]

    @api.depends("name", "model")
    @api.depends_context(TECHNICAL_NAMES)
    def _compute_display_name(self):
        result = super()._compute_display_name()
        if self.env.context.get(TECHNICAL_NAMES):
            for model in self:
                model.display_name = f"{model.display_name} ({model.model})"
        return result
