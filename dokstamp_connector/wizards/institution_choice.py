from odoo import fields, models
from odoo.exceptions import UserError


class DokstampInstitutionChoice(models.TransientModel):
    """Pick the account's institution from those that DokStamp has, or make one of the
    company.
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

    def _title(self):
        return self.env._("Choose the institution")

    def _lines_for(self, account):
        return [
            {"uuid": one["uuid"], "name": one["name"], "values": one}
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
        """The registry's institution of the company: the one that was made before, when
        somebody presses twice.

        :rtype: dokstamp.institution
        :raise UserError: the company has no country
        """
        company = self.account_id.company_id
        institutions = self.env["dokstamp.institution"]
        known = institutions.search(
            [
                ("account_id", "=", self.account_id.id),
                ("company_id", "=", company.id),
                ("name", "=", company.name),
            ],
            limit=1,
        )
        if known:
            return known
        if not company.country_id:
            raise UserError(
                self.env._(
                    "%(company)s has no country, and DokStamp needs one. Fill it in "
                    "under Settings > Companies.",
                    company=company.name,
                )
            )
        return institutions.create(
            {
                "account_id": self.account_id.id,
                "company_id": company.id,
                "name": company.name,
                "legal_name": company.name,
                "tax_id": company.vat,
                "country": company.country_id.with_context(lang="en_US").name,
                "website": company.website,
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
            name: self.values.get(name)
            for name in model._get_dokstamp_fields()
            if self.values.get(name)
        }
        if values.get("status") not in model._fields["status"].get_values(self.env):
            values.pop("status", None)
        return values
