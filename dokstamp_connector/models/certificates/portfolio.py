"""The page on which DokStamp shows a student's certificates: dokstamp-api.md 13.1."""

import re
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from ..registry.api_field import LONG_TEXT, ApiField
from ..sync.messages import Find
from .portfolio_message import FindUnlisted, Hide, PushUnlisted
from .student_view import PUBLIC_STATES

SLUG = re.compile(r"[a-z0-9-]+")


class DokstampPortfolioEntity(models.AbstractModel):
    """What pages and items share: where they lie, and being hidden, never deleted."""

    _name = "dokstamp.portfolio.entity"
    _inherit = ["dokstamp.entity"]
    _description = "DokStamp Portfolio Entity"

    _dokstamp_is_fed = False
    _dokstamp_has_list = False

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_parents_account(vals) for vals in vals_list])

    @api.model
    def _get_writable_fields(self, state=None):
        """Where it lies is said once."""
        names = super()._get_writable_fields(state)
        if state is None:
            return names
        return names - {"company_id", "account_id", self._dokstamp_parent}

    @api.model
    def _with_parents_account(self, vals):
        parent = self._fields[self._dokstamp_parent].comodel_name
        # sudo: whether the user may read it is asked when the link is written
        above = self.env[parent].sudo().browse(vals.get(self._dokstamp_parent))
        return {
            **vals,
            "company_id": above.company_id.id,
            "account_id": above.account_id.id,
        }

    # === MESSAGES === #

    def _unknown_sentence(self):
        return self.env._(
            "DokStamp may have this page or item: the answer that would tell was lost, "
            "and DokStamp does not list them. Look there whether the public sees it, "
            "and hide it; then press Cancel here."
        )

    def _push_kind(self):
        return partial(PushUnlisted, hidden=self._get_dokstamp_archive_values())

    def _removal_message(self, binding, removal_keys, tried, since):
        message = super()._removal_message(binding, removal_keys, tried, since)
        if isinstance(message, Find):
            return FindUnlisted(
                path=message.path,
                tried=message.tried,
                filters=message.filters,
                is_listed=message.is_listed,
                since=message.since,
                unknown=self._unknown_sentence(),
            )
        return message and Hide(
            path=message.path,
            uuid=message.uuid,
            hidden=self._get_dokstamp_archive_values(),
        )


class DokstampPortfolio(models.Model):
    """A student's portfolio page.

    Private until a person publishes it. Its link is DokStamp's to tell, and what the
    answer holds is not documented, so that none stands here.
    """

    _name = "dokstamp.portfolio"
    _inherit = ["dokstamp.portfolio.entity"]
    _description = "DokStamp Portfolio Page"
    _rec_name = "slug"
    _order = "slug, id"

    _dokstamp_resource = "pages"
    _dokstamp_rank = 85
    _natural_key = ("student_id",)
    _dokstamp_below = "students/{student_id}"
    _dokstamp_keys = (("slug",),)

    student_id = fields.Many2one(
        "dokstamp.student",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
    )
    slug = fields.Char(
        string="Address",
        required=True,
        help="The last part of the page's link: lowercase letters, digits and hyphens. "
        "Nobody else at DokStamp may have it.",
    )
    is_public = fields.Boolean(string="Public")
    bio = fields.Text(
        string="About the student",
        help="Some words about the student, shown on top of the page at DokStamp.",
    )
    item_ids = fields.One2many(
        "dokstamp.portfolio.item", "portfolio_id", string="Certificates", copy=False
    )
    has_more = fields.Boolean(compute="_compute_has_more")

    _one_per_student = models.Constraint(
        "UNIQUE (student_id)", "This student has a portfolio page already."
    )
    _slug_unique = models.Constraint(
        "UNIQUE (slug)", "Another page has this address already."
    )

    # === DECLARATION === #

    @api.model
    def _get_dokstamp_fields(self):
        return super()._get_dokstamp_fields() | {
            "slug": ApiField(needed=True, pattern=SLUG, unique=True),
            "is_public": ApiField(archived=False),
            "bio": ApiField(max_bytes=LONG_TEXT),
        }

    @api.model
    def _get_writable_fields(self, state=None):
        return super()._get_writable_fields(state) | {"item_ids"}

    # === COMPUTE METHODS === #

    @api.depends("item_ids.certificate_id", "student_id")
    def _compute_has_more(self):
        for page in self:
            page.has_more = bool(page._certificates_to_show())

    # === CONSTRAINT METHODS === #

    @api.constrains("slug")
    def _check_slug(self):
        for page in self:
            if problem := page._problem_of("slug"):
                raise ValidationError(problem)

    # === CRUD METHODS === #

    @api.model
    def default_get(self, fields):
        """Suggest an address, and all certificates, for the student at hand."""
        values = super().default_get(fields)
        student = self.env["dokstamp.student"].browse(values.get("student_id"))
        if student:
            values["slug"] = self.env["ir.http"]._slugify(student.name)
            values["item_ids"] = self._item_commands(student._issued_certificates())
        return values

    # === ACTION METHODS === #

    def action_publish(self):
        """Show the page, and the certificates that are visible on it, to all."""
        self.is_public = True
        return True

    def action_hide(self):
        """Take the page and all that is on it out of the public's sight."""
        self.is_public = False
        return True

    def action_add_certificates(self):
        """Put what was issued since at the end of the page."""
        self.ensure_one()
        last = max(self.item_ids.mapped("sort_order"), default=0)
        missing = self._certificates_to_show()
        self.item_ids = self._item_commands(missing, start=last + 1)
        return True

    # === WHAT STANDS ON IT === #

    def _certificates_to_show(self):
        """Issued certificates that are not on the page yet."""
        shown = self.item_ids.certificate_id
        return self.student_id._issued_certificates() - shown

    @api.model
    def _item_commands(self, certificates, start=1):
        return [
            Command.create({"certificate_id": certificate.id, "sort_order": position})
            for position, certificate in enumerate(certificates, start)
        ]


class DokstampPortfolioItem(models.Model):
    """A certificate on a student's portfolio page."""

    _name = "dokstamp.portfolio.item"
    _inherit = ["dokstamp.portfolio.entity"]
    _description = "DokStamp Portfolio Item"
    _rec_name = "certificate_id"
    _order = "portfolio_id, sort_order, id"

    _dokstamp_resource = "items"
    _dokstamp_rank = 90
    _natural_key = ("portfolio_id", "certificate_id")
    _dokstamp_below = "students/{student_id}/pages/{portfolio_id}"
    _dokstamp_keys = (("certificate_id",),)

    portfolio_id = fields.Many2one(
        "dokstamp.portfolio",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
    )
    student_id = fields.Many2one(related="portfolio_id.student_id")
    certificate_id = fields.Many2one(
        "dokstamp.certificate",
        required=True,
        domain="[('student_id', '=', student_id), ('state', '=', 'issued')]",
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    course_id = fields.Many2one(related="certificate_id.course_id")
    state = fields.Selection(related="certificate_id.state")
    conferral_date = fields.Date(related="certificate_id.conferral_date")
    sort_order = fields.Integer(
        string="Position",
        default=1,
        aggregator=None,
        help="Certificates stand on the page in this order, the smallest number first.",
    )
    is_visible = fields.Boolean(
        string="Shown",
        default=True,
        help="Whether the page at DokStamp shows the certificate.",
    )

    _once_per_page = models.Constraint(
        "UNIQUE (portfolio_id, certificate_id)",
        "This certificate is on the page already.",
    )

    @api.model
    def _get_dokstamp_fields(self):
        return super()._get_dokstamp_fields() | {
            "certificate_id": ApiField(needed=True),
            "sort_order": ApiField(),
            "is_visible": ApiField(archived=False),
        }

    @api.constrains("certificate_id", "portfolio_id")
    def _check_own_certificate(self):
        for item in self:
            if item.certificate_id.student_id != item.student_id:
                raise ValidationError(
                    self.env._("A page shows the student's own certificates only.")
                )
            if item.certificate_id.state not in PUBLIC_STATES:
                raise ValidationError(
                    self.env._("Only certificates that were issued can be shown.")
                )
