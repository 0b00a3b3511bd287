from odoo import api, fields, models
from odoo.exceptions import UserError

from ..dokstamp_api import DokStampError


class DokstampTemplateChoice(models.TransientModel):
    """Pick a course's template from the active ones of its institution.

    Asks DokStamp while the registrar waits: a reading call only.
    """

    _name = "dokstamp.template.choice"
    _description = "Choose the Template"

    course_id = fields.Many2one("dokstamp.course", required=True, ondelete="cascade")
    line_ids = fields.One2many("dokstamp.template.choice.line", "choice_id")
    line_id = fields.Many2one(
        "dokstamp.template.choice.line",
        string="Template at DokStamp",
        domain="[('choice_id', '=', id)]",
    )
    has_lines = fields.Boolean(compute="_compute_has_lines")

    @api.depends("line_ids")
    def _compute_has_lines(self):
        for choice in self:
            choice.has_lines = bool(choice.line_ids)

    @api.model
    def _open_for(self, course):
        """A choice among the templates that DokStamp has now.

        :raise UserError: DokStamp cannot be asked
        """
        course.check_access("write")
        lines = [
            fields.Command.create({"uuid": one["uuid"], "name": self._label_of(one)})
            for one in self._remote_templates(course)
        ]
        choice = self.create({"course_id": course.id, "line_ids": lines})
        chosen = choice.line_ids.filtered(
            lambda line: line.uuid == course.template_uuid
        )
        choice.line_id = chosen or choice.line_ids[:1]
        return choice

    def _remote_templates(self, course):
        """The active templates of the course's institution, the default one first."""
        account = course.account_id
        if not account:
            raise UserError(self.env._("The course has no DokStamp account."))
        try:
            templates = list(
                account._client().certificate_templates.list(where={"status": "active"})
            )
        except (DokStampError, ValueError) as error:
            raise UserError(account._access_sentence(error)) from error
        own = course.institution_id.dokstamp_uuid
        # checked here too: whether a filter was obeyed is not documented
        found = [
            one
            for one in templates
            if one.get("status", "active") == "active"
            and (one.get("institution") or {}).get("uuid", own) == own
        ]
        return sorted(found, key=lambda one: not one.get("is_default"))

    def _label_of(self, template):
        name, version = (
            template.get("name") or template["uuid"],
            template.get("version"),
        )
        label = f"{name} ({version})" if version else name
        if template.get("is_default"):
            return self.env._("%s, default of the institution", label)
        return label

    def action_use(self):
        self.ensure_one()
        if not self.line_id:
            raise UserError(self.env._("Choose a template first."))
        self.course_id.write(
            {"template_uuid": self.line_id.uuid, "template_name": self.line_id.name}
        )


class DokstampTemplateChoiceLine(models.TransientModel):
    """One template as DokStamp listed it."""

    _name = "dokstamp.template.choice.line"
    _description = "Template at DokStamp"

    choice_id = fields.Many2one(
        "dokstamp.template.choice", required=True, ondelete="cascade"
    )
    uuid = fields.Char(required=True)
    name = fields.Char(required=True)
