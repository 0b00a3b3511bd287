"""Who made a certificate what it is: where a second person approves, somebody else
issues it.
"""

from odoo import fields, models

from ..certificate import OPEN_STATES
from ..changed import CURRENT


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

    prepared_by_id = fields.Many2one(
        "res.users",
        default=lambda self: self.env.user,
        readonly=True,
        copy=False,
        help="Who made it what it is; where a second person approves, somebody else.",
    )

    def _note_preparer(self):
        self.sudo().prepared_by_id = self.env.user  # sudo: a field of the connector

    def _approval_obstacles(self):
        is_own = self._origin and self.prepared_by_id == self.env.user
        # sudo: the account's settings are the manager's
        if not is_own or not self.account_id.sudo().needs_approval:
            return []
        return [
            self.env._(
                "You prepared this certificate, and a second person approves them "
                "here: let a colleague issue it."
            )
        ]


class DokstampStudent(models.Model):
    _inherit = "dokstamp.student"

    def write(self, vals):
        result = super().write(vals)
        _note_preparer(self, "student", vals)
        return result


class DokstampCourse(models.Model):
    _inherit = "dokstamp.course"

    def write(self, vals):
        result = super().write(vals)
        _note_preparer(self, "course", vals)
        return result


def _note_preparer(records, kind, vals):
    """Whoever changes what a draft would certify has prepared it too.

    :param str kind: of `CURRENT`
    """
    if not any(link == kind and name in vals for link, name in CURRENT.values()):
        return
    # sudo: also of users who may not see certificates
    certificates = records.env["dokstamp.certificate"].sudo()
    certificates.search(
        [
            (f"{kind}_id", "in", records.ids),
            ("state", "in", OPEN_STATES),
            ("account_id.needs_approval", "=", True),
        ]
    )._note_preparer()
