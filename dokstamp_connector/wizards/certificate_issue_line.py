from odoo import api, fields, models
from odoo.exceptions import UserError


class DokstampCertificateIssueLine(models.TransientModel):
    """One enrollment, or one draft, in the wizard."""

    _name = "dokstamp.certificate.issue.line"
    _inherit = ["dokstamp.write.protection"]
    _description = "Certificate to Issue"
    _order = "id"

    wizard_id = fields.Many2one(
        "dokstamp.certificate.issue", required=True, ondelete="cascade", index=True
    )
    certificate_id = fields.Many2one(
        "dokstamp.certificate", string="Draft", readonly=True, ondelete="cascade"
    )
    enrollment_id = fields.Many2one(
        "dokstamp.enrollment", readonly=True, ondelete="cascade"
    )
    student_id = fields.Many2one("dokstamp.student", compute="_compute_subject")
    course_id = fields.Many2one("dokstamp.course", compute="_compute_subject")
    company_id = fields.Many2one("res.company", compute="_compute_subject")
    completed_at = fields.Date(related="enrollment_id.completed_at")
    is_selected = fields.Boolean(string="Issue")
    obstacle = fields.Text(string="Why not", readonly=True)

    @api.model
    def _get_writable_fields(self, state=None):
        """Whom a list is of, and what is said of each, is worked out."""
        names = super()._get_writable_fields(state)
        return names if state is None else names | {"is_selected"}

    @api.depends("certificate_id", "enrollment_id")
    def _compute_subject(self):
        for line in self:
            subject = line.certificate_id or line.enrollment_id
            line.student_id = subject.student_id
            line.course_id = subject.course_id
            line.company_id = subject.company_id

    def _certificate_values(self):
        return {
            **self.enrollment_id._certificate_values(),
            "conferral_date": self.wizard_id.conferral_date,
        }

    def _make_missing_drafts(self):
        """Create the certificates that are not there yet; pressing twice makes none
        twice.
        """
        new = self.filtered(lambda line: not line.certificate_id)
        new._refuse_outdated()
        # who prepared it stands in a field: no message and no follower for each
        quiet = {"mail_create_nolog": True, "mail_create_nosubscribe": True}
        certificates = (
            self.env["dokstamp.certificate"]
            .with_context(**quiet)
            .create([line._certificate_values() for line in new])
            .with_env(self.env)
        )
        for line, certificate in zip(new, certificates, strict=True):
            line.sudo().certificate_id = certificate  # sudo: as with the whole line

    def _refuse_outdated(self):
        """:raise UserError: a completion was taken back since the list was opened"""
        for line in self:
            if reasons := line.enrollment_id._completion_obstacles():
                raise UserError(
                    self.env._(
                        "%(name)s: %(reasons)s That has changed since this list was "
                        "opened: open it again.",
                        name=line.student_id.name,
                        reasons=" ".join(reasons),
                    )
                )

    def action_preview(self):
        """The document as it would print now; nothing is kept."""
        self.ensure_one()
        draft = self.certificate_id or self.env["dokstamp.certificate"].new(
            self._certificate_values()
        )
        return draft._preview()
