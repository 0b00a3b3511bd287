from odoo import fields, models
from odoo.exceptions import UserError

from ..dokstamp_api import object_in, text_in


class DokstampTemplateChoice(models.TransientModel):
    """Pick a course's template from the active ones of its institution."""

    _name = "dokstamp.template.choice"
    _inherit = ["dokstamp.remote.choice"]
    _description = "Choose the Template"
    _owner = "course_id"

    course_id = fields.Many2one("dokstamp.course", required=True, ondelete="cascade")
    line_ids = fields.One2many("dokstamp.template.choice.line")
    line_id = fields.Many2one(
        "dokstamp.template.choice.line", string="Template at DokStamp"
    )

    def _title(self):
        return self.env._("Choose the template")

    def _lines_for(self, course):
        return [
            {"uuid": one["uuid"], "name": self._label_of(one)}
            for one in self._remote_templates(course)
        ]

    def _chosen_uuid(self, course):
        return course.template_uuid

    def _remote_templates(self, course):
        """The active templates of the course's institution, the default one first."""
        if not course.account_id:
            raise UserError(self.env._("The course has no DokStamp account."))
        templates = self._listed(
            course.account_id, "certificate_templates", status="active"
        )
        own = course.institution_id.dokstamp_uuid
        # checked here too: whether a filter was obeyed is not documented
        found = [
            one
            for one in templates
            if one.get("status", "active") == "active"
            and object_in(one, "institution").get("uuid", own) == own
        ]
        return sorted(found, key=lambda one: not one.get("is_default"))

    def _label_of(self, template):
        name = text_in(template, "name") or template["uuid"]
        version = template.get("version")
        label = f"{name} ({version})" if version else name
        if template.get("is_default"):
            return self.env._("%s, default of the institution", label)
        return label

    def action_use(self):
        """Have certificates of the course name the chosen template from now on."""
        return self._pressed(self._use)

    def _use(self):
        line = self._chosen_line()
        self.course_id._choose_template(line.uuid, line.name)


class DokstampTemplateChoiceLine(models.TransientModel):
    """One template as DokStamp listed it."""

    _name = "dokstamp.template.choice.line"
    _inherit = ["dokstamp.remote.choice.line"]
    _description = "Template at DokStamp"

    choice_id = fields.Many2one("dokstamp.template.choice")
