import re
import unicodedata

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from .api_field import EMAIL, EMAIL_LENGTH, ApiField

OLDEST, YOUNGEST = 120, 1  # years
# What Unicode counts among letters and marks, and no screen shows.
UNSEEN = {
    *map(chr, range(0xFE00, 0xFE10)),
    *map(chr, range(0xE0100, 0xE01F0)),
    *map(chr, range(0x180B, 0x1810)),
    *"\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0",
}
MAILTO = re.compile(r"mailto:\s*([^?]*).*", re.IGNORECASE | re.DOTALL)


class DokstampStudent(models.Model):
    """A person who can earn certificates; known at DokStamp by the e-mail address.

    dokstamp-api.md 13.
    """

    _name = "dokstamp.student"
    _inherit = ["dokstamp.entity"]
    _description = "DokStamp Student"
    _order = "name, id"

    _dokstamp_resource = "students"
    _dokstamp_rank = 30
    _natural_key = ("email",)
    _dokstamp_keys = (("email",),)
    _dokstamp_certificate_link = "student_uuid"

    name = fields.Char(required=True, help="The full legal name.")
    email = fields.Char(
        string="E-mail address",
        index=True,
        help="Where DokStamp writes to the student. Two students cannot share it.",
    )
    date_of_birth = fields.Date(
        string="Date of birth",
        help="DokStamp needs it to tell people of one name apart; no student is "
        "sent without it.",
    )
    gender = fields.Char(help="DokStamp takes any word here.")
    social_name = fields.Char(
        string="Social name", help="Printed on certificates instead of the name."
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        ondelete="set null",
        index="btree_not_null",
        help="Who this is in Odoo. It holds a person of several apps together, and "
        "gives access to the portal.",
    )
    enrollment_ids = fields.One2many("dokstamp.enrollment", "student_id")

    _email_per_account = models.UniqueIndex(
        "(account_id, lower(email)) WHERE email IS NOT NULL",
        "Another student already has this e-mail address, and DokStamp knows students "
        "by it.",
    )

    @api.model
    def _get_dokstamp_fields(self):
        return super()._get_dokstamp_fields() | {
            "name": ApiField(needed=True, hints_apart=True),
            "email": ApiField(
                filterable=True,
                needed=True,
                pattern=EMAIL,
                max_length=EMAIL_LENGTH,
                unique=True,
            ),
            "date_of_birth": ApiField(needed=True, tells_apart=True),
            "gender": ApiField(),
            "social_name": ApiField(),
        }

    @api.model
    def _trimmed(self, vals):
        vals = super()._trimmed(vals)
        if isinstance(vals.get("email"), str):
            vals["email"] = _visible(vals["email"]) or False
        return vals

    @api.model
    def _get_feedable_fields(self):
        return [*super()._get_feedable_fields(), "partner_id"]

    @api.model
    def _get_writable_fields(self, state=None):
        return super()._get_writable_fields(state) | {"partner_id", "enrollment_ids"}

    def _problem_of(self, name):
        if name == "date_of_birth" and self.date_of_birth:
            return self._problem_of_birth()
        return super()._problem_of(name)

    def _problem_of_birth(self):
        """Why nobody was born on that day: forms and lists are filled with a first day
        of the calendar, or with today, where the date is not known.
        """
        today = self.company_id._dokstamp_today()
        if self.date_of_birth > today:
            return self.env._("The date of birth lies in the future.")
        if self.date_of_birth > today - relativedelta(years=YOUNGEST):
            return self.env._(
                "The date of birth is less than a year ago. Look whether it is another "
                "date, and correct it."
            )
        if self.date_of_birth < today - relativedelta(years=OLDEST):
            return self.env._(
                "The date of birth, %(date)s, is more than %(count)s years ago: it "
                "stands for one that nobody knows. Correct it, or leave it empty until "
                "it is known.",
                date=fields.Date.to_string(self.date_of_birth),
                count=OLDEST,
            )
        return None


def _visible(address):
    """An address as people see it: what cannot be seen tells no two apart, nor does how
    wide a letter is. Of a link that writes to it the address alone.
    """
    seen = "".join(character for character in address if not _is_unseen(character))
    seen = unicodedata.normalize("NFKC", seen).strip()
    return MAILTO.sub(r"\1", seen).strip()


def _is_unseen(character):
    """Whether it is no part of an address; a plain space is a slip that people see."""
    category = unicodedata.category(character)
    is_odd_space = category in ("Zl", "Zp", "Zs") and character != " "
    return category in ("Cc", "Cf") or is_odd_space or character in UNSEEN
