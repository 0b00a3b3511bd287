from odoo import api, fields, models
from odoo.exceptions import UserError

from ..dokstamp_api import text_in


class DokstampInstitutionChoice(models.TransientModel):
    """Pick the account's institution from those that DokStamp has, or make one of the
    company: what will be said of it is seen, and completed, before.
    """

    _name = "dokstamp.institution.choice"
    _inherit = ["dokstamp.remote.choice"]
    _description = "Choose the Institution"
    _owner = "account_id"

    account_id = fields.Many2one("dokstamp.account", required=True, ondelete="cascade")
    line_ids = fields.One2many("dokstamp.institution.choice.line")
    line_id = fields.Many2one(
        "dokstamp.institution.choice.line", string="Institution at DokStamp"
    )
    # of a new one
    name = fields.Char(
        compute="_compute_of_company",
        store=True,
        readonly=False,
        help="As it stands on diplomas.",
    )
    country_id = fields.Many2one(
        "res.country", compute="_compute_of_company", store=True, readonly=False
    )
    legal_name = fields.Char(
        string="Legal name", compute="_compute_of_company", store=True, readonly=False
    )
    tax_id = fields.Char(
        string="Tax ID", compute="_compute_of_company", store=True, readonly=False
    )
    website = fields.Char(compute="_compute_of_company", store=True, readonly=False)
    diploma_note = fields.Char(
        string="On diplomas", compute="_compute_diploma_note", readonly=True
    )

    @api.depends("account_id")
    def _compute_of_company(self):
        for choice in self:
            company = choice.account_id.company_id
            choice.name = choice.legal_name = company.name
            choice.country_id = company.country_id
            choice.tax_id = company.vat
            choice.website = company.website

    @api.depends("name", "country_id")
    def _compute_diploma_note(self):
        for choice in self:
            said = filter(None, (choice.name, choice.country_id.name))
            choice.diploma_note = ", ".join(said)

    @api.model
    def _get_writable_fields(self, state=None):
        names = {"name", "country_id", "legal_name", "tax_id", "website"}
        return super()._get_writable_fields(state) | names

    def _title(self):
        return self.env._("Choose the institution")

    def _lines_for(self, account):
        return [
            {
                "uuid": one["uuid"],
                "name": text_in(one, "name") or one["uuid"],
                "values": one,
            }
            for one in self._listed(account, "institutions")
        ]

    def action_use(self):
        """Keep the chosen institution in the registry; the next flush finds it there by
        its UUID.
        """
        return self._pressed(
            lambda: self._use(self._registry_institution(self._chosen_line()))
        )

    def action_create_from_company(self):
        """Make an institution of the company; the next flush sends it to DokStamp."""
        self.ensure_one()
        return self._pressed(lambda: self._use(self._company_institution()))

    def _company_institution(self):
        """The registry's institution of this name: the one that was made before, when
        somebody presses twice.

        :rtype: dokstamp.institution
        :raise UserError: it has no name or no country
        """
        company = self.account_id.company_id
        institutions = self.env["dokstamp.institution"]
        name = (self.name or "").strip()
        if not name:
            raise UserError(self.env._("The new institution has no name: enter it."))
        known = institutions.search(
            [
                ("account_id", "=", self.account_id.id),
                ("company_id", "=", company.id),
                ("name", "=", name),
            ],
            limit=1,
        )
        if known:
            return known
        country = self.country_id or company.country_id
        if not country:
            raise UserError(
                self.env._(
                    "%(company)s has no country, and DokStamp needs one: choose it "
                    "here.",
                    company=name,
                )
            )
        return institutions.create(
            {
                "account_id": self.account_id.id,
                "company_id": company.id,
                "name": name,
                "legal_name": self.legal_name,
                "tax_id": self.tax_id,
                "country": country.with_context(lang="en_US").name,
                "website": self.website,
            }
        )

    def _registry_institution(self, line):
        """The registry's institution that is linked to the chosen one's uuid, new if
        need be.

        :rtype: dokstamp.institution
        :raise UserError: it is another account's
        """
        bindings = self.env["dokstamp.binding"].sudo()  # written by the engine alone
        known = bindings._holder_of(self.account_id, "dokstamp.institution", line.uuid)
        if known:
            return known.sudo(False)
        self.account_id._refuse_foreign("dokstamp.institution", line.uuid)
        institution = self.env["dokstamp.institution"].create(
            {
                "account_id": self.account_id.id,
                "company_id": self.account_id.company_id.id,
                **line._registry_values(),
            }
        )
        bindings._note_sent(
            self.account_id,
            institution._name,
            institution.id,
            line.uuid,
            institution._payload(),
        )
        return institution

    def _use(self, institution):
        self.account_id.institution_id = institution


class DokstampInstitutionChoiceLine(models.TransientModel):
    """One institution as DokStamp listed it."""

    _name = "dokstamp.institution.choice.line"
    _inherit = ["dokstamp.remote.choice.line"]
    _description = "Institution at DokStamp"

    choice_id = fields.Many2one("dokstamp.institution.choice")
    values = fields.Json()

    def _registry_values(self):
        """The registry's fields, as far as DokStamp has told them."""
        model = self.env["dokstamp.institution"]
        values = {
            name: model._from_body(self.choice_id.account_id, name, self.values[name])
            for name in model._get_dokstamp_fields()
            if self.values.get(name)
        }
        values = {name: value for name, value in values.items() if value is not None}
        model._refuse_lacking(values)
        return values
