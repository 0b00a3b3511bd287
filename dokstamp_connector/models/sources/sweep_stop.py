"""Why sources are not read in the background, said on each of them."""

from odoo import fields, models

from ..actions import show_message


class DokstampSource(models.Model):
    _inherit = "dokstamp.source"

    sweep_problem = fields.Text(compute="_compute_sweep_problem")

    def _compute_sweep_problem(self):
        works = {"sweep": self.env._("This source is not read in the background.")}
        problems = self.env["dokstamp.schedule"]._problems(works)
        for source in self:
            source.sweep_problem = problems[0] if problems and source.active else False

    def action_read_all(self):
        answer = super().action_read_all()
        problems = set(filter(None, self.mapped("sweep_problem")))
        return show_message(problems.pop(), "warning") if problems else answer
