"""Who a student is: no school app's record is taken for somebody because of an address.

The contact holds a student together. An e-mail address is only a hint, since anybody
can sign up with anybody's and a family may have one: a record of another contact, or of
another name or birth date, that has a known student's address is held back (a claim)
until a registrar says whether both are the same person. And once a student has a
certificate, what says who that is changes on a person's word alone.
docs/how-it-works.md has all cases.
"""

import unicodedata

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..actions import RELOAD, show_message

REGISTRAR = "dokstamp_connector.group_registrar"
# What says who a student is, and may stand on a certificate.
IDENTITY = {"name", "social_name", "email", "date_of_birth", "gender", "partner_id"}


class DokstampStudent(models.Model):
    _inherit = "dokstamp.student"

    union_note = fields.Text(
        string="Other students of the contact", compute="_compute_union_note"
    )
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
        # of several the oldest living one
        students = self.search(
            [("partner_id", "in", list(contacts))], order="active desc, id"
        ).grouped(lambda student: (student.company_id.id, student.partner_id.id))
        found = {}
        for one, vals in vals_by_id.items():
            for student in students.get(
                (vals["company_id"], vals.get("partner_id")), ()
            ):
                if student._is_called(vals.get("name")):
                    found.setdefault(one, student)
        return found

    @api.model
    def _contact_key(self, vals):
        contact = vals.get("partner_id")
        return ("partner_id", contact, as_seen(vals["name"])) if contact else None

    @api.model
    def _get_contact_fields(self):
        return {"partner_id"}

    def _is_same_as(self, vals):
        """By the contact; by the address only where it tells no contact, and has the
        same name and no other birth date.
        """
        if vals.get("partner_id"):
            return self._is_of_contact(vals) and self._is_called(vals.get("name"))
        return _agree(vals, self._who())

    def _is_of_contact(self, vals):
        return bool(self.partner_id) and self.partner_id.id == vals.get("partner_id")

    def _is_called(self, name):
        """Whether this is the name of the student or of the contact; a contact may also
        have booked for others.
        """
        names = (self.name, self.partner_id.name)
        return not name or as_seen(name) in map(as_seen, names)

    def _who(self):
        return {"name": self.name, "date_of_birth": self.date_of_birth}

    def _is_meant_by(self, vals, said):
        """Whoever changes the address stays who it is, and so does who changes the name
        where the contact is kept that the first source reads.
        """
        if self.partner_id and vals.get("partner_id"):
            return self._is_of_contact(vals)
        return _agree(vals, self._who()) or _agree(vals, said)

    def _is_contradicted_by(self, vals):
        has_both = self.partner_id and vals.get("partner_id")
        return bool(has_both) and not self._is_of_contact(vals)

    def _forget_identity_of(self, vals):
        if self._is_of_contact(vals):
            # sudo: a field that a source may feed
            self.sudo().partner_id = False

    # === WHO WAITS FOR IT === #

    @api.model
    def _get_identity_fields(self):
        return super()._get_identity_fields() | IDENTITY

    def _note_created(self):
        result = super()._note_created()
        self._read_claims_of_contacts()
        return result

    def _note_written(self, vals):
        result = super()._note_written(vals)
        if "partner_id" in vals:
            self._read_claims_of_contacts()
        return result

    def _read_claims_of_contacts(self):
        """Somebody made a student of a contact whose record was held back."""
        contacts = set(self.partner_id.ids)
        if not contacts:
            return
        # sudo: links are the connector's
        claims = self.env["dokstamp.source.link"].sudo()
        held_back = claims.search(
            [("entity_model", "=", self._name), ("claimed_id", "!=", False)]
        )
        held_back.filtered(
            lambda link: (link.last_values or {}).get("partner_id") in contacts
        )._read_later()

    # === WHO MAY SAY OTHERWISE === #

    @api.model
    def _get_vouched_fields(self):
        return super()._get_vouched_fields() | IDENTITY

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

    def _parted_sentence(self, vals):
        """Why a record that somebody said is another person is held back still."""
        return self.env._(
            "%(email)s is the address of %(student)s, who is another person. DokStamp "
            "takes an address once: give this one an address of its own.",
            email=vals["email"],
            student=self.display_name,
        )

    # === TWO STUDENTS OF ONE CONTACT, as after a merge: a person says which stays; a
    # certificate of the other one stays valid under the other one's record === #

    @api.depends("partner_id", "active")
    def _compute_union_note(self):
        for student in self:
            others = student._others_of_contact()
            student.union_note = bool(others) and student._union_sentence(others)

    def _others_of_contact(self):
        """The other living students of this one's contact."""
        if not self.partner_id or not self.active or not self.id:
            return self.browse()
        return self.search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("id", "!=", self.id),
            ]
        )

    def _union_sentence(self, others):
        return self.env._(
            "%(contact)s has another student too: %(others)s. If they are one person, "
            "press This one stays on the record that shall go on: it takes over the "
            "other one's enrollments, and the other one is archived. Certificates that "
            "the other one has stay valid under that record, and the contact sees them "
            "all. If they are two people, give one of them another contact.",
            contact=self.partner_id.display_name,
            others=", ".join(others.mapped("display_name")),
        )

    def action_this_one_stays(self):
        """A registrar says that the contact's students are one, and which goes on.

        :raise UserError: there is no other one
        """
        self.ensure_one()
        self.check_access("write")
        others = self._others_of_contact()
        if not others:
            raise UserError(
                self.env._("The contact has no other student: load the page again.")
            )
        others.check_access("write")
        # sudo: what sources feed is not typed in, and links are the connector's
        for other in others.sudo():
            self.sudo()._take_over(other)
        return show_message(
            self.env._(
                "%(name)s is the contact's student now.", name=self.display_name
            ),
            "success",
            next=RELOAD,
        )

    def _take_over(self, other):
        """Go on in the place of ``other``, which is archived with what it earned."""
        links = self.env["dokstamp.source.link"]
        links._take_over(other, self)
        self.write(
            {
                name: other._fields[name].convert_to_write(other[name], other)
                for name in self._get_dokstamp_fields()
                if other[name] and not self[name]
            }
        )
        own = {(e.course_id, e.cohort_id): e for e in self._all_enrollments()}
        for enrollment in other._all_enrollments():
            mine = own.get((enrollment.course_id, enrollment.cohort_id))
            if mine:
                links._take_over(enrollment, mine)
                enrollment.active = False
            elif not enrollment._relied_on():
                enrollment.student_id = self
        other.active = False

    def _all_enrollments(self):
        return self.with_context(active_test=False).enrollment_ids


def _agree(one, other):
    """Whether two people with one address have the same name, and no other birth date
    as far as both are known.
    """
    born = {
        str(who["date_of_birth"]) for who in (one, other) if who.get("date_of_birth")
    }
    names = {as_seen(who.get("name")) for who in (one, other)}
    return len(born) < 2 and len(names) == 1


def as_seen(name):
    """A name as people compare names."""
    return " ".join(unicodedata.normalize("NFKC", name or "").casefold().split())
