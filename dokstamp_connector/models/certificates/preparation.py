"""Who made a certificate what it is: where a second person approves, somebody who did
not issues it.
"""

from odoo import api, fields, models
from odoo.tools import SQL

# Kind of record → its fields that a certificate says, or that decide how it looks.
CERTIFIED = {
    "student": {"name", "social_name", "email", "date_of_birth"},
    "course": {
        "name",
        "workload_hours",
        "institution_id",
        "shows_grade",
        "certificate_document",
        "certificate_report_id",
        "template_uuid",
    },
    "institution": {"name", "signatory_ids"},
    "enrollment": {
        "student_id",
        "course_id",
        "cohort_id",
        "completion_status",
        "completed_at",
        "grade",
        "is_graded",
    },
}
UNDECIDED = ("draft", "failed", "queued")  # a queued one may fail, and be pressed again


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

    prepared_by_ids = fields.Many2many(
        "res.users",
        relation="dokstamp_certificate_preparer_rel",
        column1="certificate_id",
        column2="user_id",
        string="Prepared by",
        readonly=True,
        copy=False,
        help="Everybody of the office who made it what it is; where a second person "
        "approves, somebody else.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        certificates = super().create(vals_list)
        certificates._note_preparer()
        return certificates

    def _note_preparer(self):
        """Remember the user, who is of the office: neither students nor the connector
        prepare anything, nor do they make anybody forgotten.
        """
        user = self.env.user
        if not self.ids or user._is_superuser() or not user._is_internal():
            return
        # not by `write`: the flush may be writing the certificates' own rows
        self.env.execute_query(
            SQL(
                """
                INSERT INTO dokstamp_certificate_preparer_rel (certificate_id, user_id)
                SELECT unnest(%s), %s ON CONFLICT DO NOTHING RETURNING user_id
                """,
                self.ids,
                user.id,
            )
        )
        self.invalidate_model(["prepared_by_ids"], flush=False)

    def _approval_obstacles(self):
        # sudo: the account's settings are the manager's
        if not self._origin or not self.account_id.sudo().needs_approval:
            return []
        # sudo: colleagues of other companies and former ones too
        preparers = self.sudo().with_context(active_test=False).prepared_by_ids
        if self.env.user not in preparers:
            return []
        others = preparers - self.env.user
        if not others:
            return [
                self.env._(
                    "You prepared this certificate, and a second person approves them "
                    "here: let a colleague issue it."
                )
            ]
        return [
            self.env._(
                "You prepared this certificate, and so did %(names)s. A second person "
                "approves them here: let a colleague issue it who did not work on it.",
                names=", ".join(others.mapped("name")),
            )
        ]

    @api.model
    def _note_preparer_of(self, kind, records):
        """Whoever changes what a certificate would say has prepared it too.

        :param str kind: of `CERTIFIED`
        """
        # sudo: also of users who may not see certificates; an archived draft can be
        # issued too
        certificates = self.sudo().with_context(active_test=False)
        certificates.search(
            [(f"{kind}_id", "in", records.ids), ("state", "in", UNDECIDED)]
        )._note_preparer()


class DokstampEntity(models.AbstractModel):
    _inherit = "dokstamp.entity"

    def write(self, vals):
        result = super().write(vals)
        kind = self._name.removeprefix("dokstamp.")
        if not CERTIFIED.get(kind, set()).isdisjoint(vals):
            self.env["dokstamp.certificate"]._note_preparer_of(kind, self)
        return result
