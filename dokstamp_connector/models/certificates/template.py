"""DokStamp's certificate templates, chosen per course: dokstamp-api.md 17."""

from odoo import fields, models

from ..actions import open_form


class DokstampCourse(models.Model):
    _inherit = "dokstamp.course"

    template_uuid = fields.Char(string="Template UUID", readonly=True, copy=False)
    template_name = fields.Char(
        string="Template at DokStamp", readonly=True, copy=False
    )

    def action_choose_template(self):
        """Let the registrar pick one of the templates that DokStamp has now."""
        self.ensure_one()
        wizard = self.env["dokstamp.template.choice"]._open_for(self)
        name = self.env._("Choose the template")
        return open_form(wizard, name=name, target="new")

    def action_remove_template(self):
        """Leave the choice to DokStamp again."""
        self._choose_template(False, False)
        return True

    def _choose_template(self, uuid, name):
        self.check_access("write")
        # sudo: templates are chosen from DokStamp's own list, not typed in
        self.sudo().write({"template_uuid": uuid, "template_name": name})


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

    def _issue_payload(self, file_uuid):
        payload = super()._issue_payload(file_uuid)
        if self.course_id.template_uuid:
            payload["template_uuid"] = self.course_id.template_uuid
        return payload
