"""Who a student is: no school app's record is taken for somebody because of an address.

The contact holds a student together. An e-mail address is only a hint, since anybody
can sign up with anybody's: a record of another contact that has a known student's
address is held back (a claim) until a registrar says that both are the same person. And
once a student has a certificate, what says who that is changes on a person's word
alone. docs/how-it-works.md has all cases.
"""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

REGISTRAR = "dokstamp_connector.group_registrar"
# What says who a student is, and may stand on a certificate.
IDENTITY = {"name", "social_name", "email", "date_of_birth", "gender", "partner_id"}


class DokstampStudent(models.Model):
    _inherit = "dokstamp.student"

    to_decide_count = fields.Integer(
        string="Records to decide on", compute="_compute_to_decide_count"
    )

    def _compute_to_decide_count(self):
        # sudo: whoever sees the student may know that something waits
        links = self.env["dokstamp.source.link"].sudo()
        for student in self:
            student.to_decide_count = links.search_count(student._to_decide_domain())

    def _to_decide_domain(self):
        """The links that wait for a registrar's word on who these students are."""
        claims = Domain("claimed_id", "in", self.ids)
        changes = Domain("entity_id", "in", self.ids)
        waits = Domain("entity_model", "=", self._name) & Domain("is_held", "=", True)
        return waits & (claims | changes)

    def action_view_to_decide(self):
        """Open the school apps' records that wait for a word on who this student is."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_source_link_action_held"
        )
        action["domain"] = list(self._to_decide_domain())
        return action

    # === WHO IS MEANT === #

    @api.model
    def _key_value(self, name, value):
        if name != "email":
            return super()._key_value(name, value)
        return value.lower().replace("ς", "σ")  # one letter, in two places of a word

    @api.model
    def _column_domain(self, name, values):
        if name != "email":
            return super()._column_domain(name, values)
        self.flush_model(["email"])
        # what is no ASCII is lower case in Python and not in every database
        is_foreign = any(not value.isascii() for value in values)
        with_address = SQL(
            "(SELECT id FROM dokstamp_student WHERE lower(email) = ANY(%s)%s)",
            values,
            SQL(" OR email ~ '[^[:ascii:]]'") if is_foreign else SQL(),
        )
        return Domain("id", "in", with_address)

    @api.model
    def _identified(self, vals_by_id):
        """Override to know a student by the contact, whatever its address is now."""
        contacts = {vals.get("partner_id") for vals in vals_by_id.values()} - {
            None,
            False,
        }
        if not contacts:
            return {}
        # of several the oldest living one, which comes last
        students = self.search(
            [("partner_id", "in", list(contacts))], order="active, id desc"
        )
        of_contact = {(s.company_id.id, s.partner_id.id): s for s in students}
        found = {
            one: of_contact.get((vals["company_id"], vals.get("partner_id")))
            for one, vals in vals_by_id.items()
        }
        return {one: student for one, student in found.items() if student}

    @api.model
    def _get_contact_fields(self):
        return {"partner_id"}

    def _is_same_as(self, vals):
        return bool(self.partner_id) and self.partner_id.id == vals.get("partner_id")

    def _is_meant_by(self, vals):
        if self.partner_id and vals.get("partner_id"):
            return self._is_same_as(vals)
        return super()._is_meant_by(vals)

    def _is_contradicted_by(self, vals):
        has_both = self.partner_id and vals.get("partner_id")
        return bool(has_both) and not self._is_same_as(vals)

    def _forget_identity_of(self, vals):
        if self._is_same_as(vals):
            # sudo: a field that a source may feed
            self.sudo().partner_id = False

    # === WHO MAY SAY OTHERWISE === #

    def _to_be_vouched_for(self, differences):
        names = IDENTITY.intersection(differences)
        return names if names and self._is_certified() else set()

    def _is_certified(self):
        """Whether others rely on who the student is: certificates add when."""
        return False

    def _may_be_vouched_for_by(self, user):
        """Override: staff may, of others; where it may be the own person only a
        registrar; nobody else.
        """
        if user._is_superuser() or not user._is_internal():
            return False
        # without a contact nobody can tell that the student is somebody else
        is_another = self.partner_id and user.partner_id != self.partner_id
        return bool(is_another) or user.has_group(REGISTRAR)

    # === SENTENCES === #

    def _claim_sentence(self, vals):
        """Why a record with this student's address is held back, and what to do."""
        return self.env._(
            "%(email)s is the address of %(student)s already. An address alone does "
            "not tell who somebody is: if both are the same person, press Same person; "
            "if not, give this one an address of its own.",
            email=vals["email"],
            student=self.display_name,
        )

    def _vouching_sentence(self, held):
        """Which changes wait for a person's word.

        :param dict held: field name → new value
        """
        changes = [
            f"{self._fields[name]._description_string(self.env)}: "
            f"{self._shown(name, self[name])} → {self._shown(name, value)}"
            for name, value in sorted(held.items())
        ]
        return self.env._(
            "%(student)s has a certificate, and this record says something else now: "
            "%(changes)s. Nothing changes until somebody presses Accept.",
            student=self.display_name,
            changes="; ".join(changes),
        )

    def _shown(self, name, value):
        if self._fields[name].type == "many2one":
            if isinstance(value, int):
                value = self.env[self._fields[name].comodel_name].browse(value)
            value = value.exists().display_name
        return value or "–"
