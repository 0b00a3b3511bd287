"""What certificates add to institutions: who signs, Open Badges, and a register that
stays with its company.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..registry.api_field import ApiField


class DokstampInstitution(models.Model):
    _name = "dokstamp.institution"
    _inherit = ["dokstamp.institution", "dokstamp.badge.bearer"]

    signatory_ids = fields.One2many("dokstamp.signatory", "institution_id", copy=True)
    is_badges_enabled = fields.Boolean(
        string="Issue Open Badges",
        help="DokStamp gives an Open Badge with each certificate, which students "
        "can show elsewhere.",
    )
    manages_badges = fields.Boolean(
        compute="_compute_manages_badges",
        store=True,
        help="Until somebody sets up badges here, DokStamp keeps its own switch.",
    )

    # === DECLARATION === #

    @api.model
    def _get_dokstamp_fields(self):
        return super()._get_dokstamp_fields() | {
            "is_badges_enabled": ApiField(),
            "badge_image_id": ApiField(),
        }

    @api.model
    def _get_writable_fields(self, state=None):
        names = super()._get_writable_fields(state) | {"signatory_ids", "badge_image"}
        return names - {"badge_image_id"}

    # === COMPUTE METHODS === #

    @api.depends("is_badges_enabled", "badge_image_id")
    def _compute_manages_badges(self):
        for institution in self:
            institution.manages_badges = (
                institution.manages_badges
                or institution.is_badges_enabled
                or bool(institution.badge_image_id)
            )

    # === CRUD METHODS === #

    def _check_change(self, vals):
        if "company_id" in vals:
            self._keep_register(vals["company_id"])
        return super()._check_change(vals)

    def _keep_register(self, company_id):
        """:raise UserError: the register would go to another company with it"""
        moving = self.filtered(lambda i: i.company_id.id != company_id)
        # sudo: a register is kept, whoever may see it
        register = self.env["dokstamp.register.entry"].sudo()
        if register.search_count([("institution_id", "in", moving.ids)], limit=1):
            raise UserError(
                self.env._(
                    "An institution stays with its company once its register is begun: "
                    "the register would leave with it."
                )
            )

    def copy_data(self, default=None):
        """Who may not add signatories copies the institution without them."""
        copies = super().copy_data(default)
        if not self.env["dokstamp.signatory"].has_access("create"):
            for vals in copies:
                vals.pop("signatory_ids", None)
        return copies

    # === BODY === #

    def _api_value(self, name):
        if name == "is_badges_enabled" and not self.manages_badges:
            return None
        return super()._api_value(name)

    def _problems(self):
        problems = super()._problems()
        if self.is_badges_enabled and not self.badge_image_id:
            problems.append(self.env._("Open Badges need a badge image: add a PNG."))
        return problems
