"""Odoo's privacy lookup finds what the connector holds on a person, and erases it."""

from odoo import models
from odoo.tools import SQL


class PrivacyLookupWizard(models.TransientModel):
    _inherit = "privacy.lookup.wizard"

    def _get_query(self):
        """Add what neither has an address of its own nor refers to a contact.

        The query begins with `indirect_references`, the contacts of that name or
        address (privacy_lookup/wizard/privacy_lookup_wizard.py); it finds students.
        """
        query = super()._get_query()
        for name, condition in self._dokstamp_conditions().items():
            model = self.env[name]
            query = SQL(
                "%s UNION ALL SELECT %s, id, %s FROM %s WHERE %s",
                query,
                self.env["ir.model"]._get_id(name),
                SQL.identifier("active") if "active" in model else True,
                SQL.identifier(model._table),
                condition,
            )
        return query

    def _dokstamp_conditions(self):
        """Model → which of its rows hold something on the person.

        :rtype: dict[str, SQL]
        """
        students = SQL(
            """(SELECT id FROM dokstamp_student
                 WHERE email ILIKE %(email)s OR name ILIKE %(name)s
                    OR social_name ILIKE %(name)s
                    OR partner_id IN (SELECT id FROM indirect_references))""",
            email=self.email.strip(),
            name=self.name.strip(),
        )
        certificates = SQL(
            "(SELECT id FROM dokstamp_certificate WHERE student_id IN %s)", students
        )
        enrollments = SQL(
            "(SELECT id FROM dokstamp_enrollment WHERE student_id IN %s)", students
        )
        about = SQL(
            """(res_model = 'dokstamp.student' AND res_id IN %s
                 OR res_model = 'dokstamp.enrollment' AND res_id IN %s
                 OR res_model = 'dokstamp.certificate' AND res_id IN %s)""",
            students,
            enrollments,
            certificates,
        )
        return {
            "dokstamp.enrollment": SQL("student_id IN %s", students),
            "dokstamp.certificate": SQL("student_id IN %s", students),
            "dokstamp.portfolio": SQL("student_id IN %s", students),
            "dokstamp.share": SQL(
                """id IN (SELECT share_id FROM dokstamp_share_certificate_rel
                           WHERE certificate_id IN %s)""",
                certificates,
            ),
            "dokstamp.register.entry": SQL(
                "certificate_id IN %s OR student_name ILIKE %s",
                certificates,
                self.name.strip(),
            ),
            "dokstamp.audit.log": SQL(
                "emptied_at IS NULL AND (%s OR %s)",
                about,
                self._dokstamp_says("res_name", "old_values", "new_values"),
            ),
            "dokstamp.sync.record": self._dokstamp_says("removal_keys", "tried_keys"),
            "dokstamp.source.link": self._dokstamp_says("last_values", "held_changes"),
            "dokstamp.run.line": SQL(
                "%s OR %s",
                about,
                self._dokstamp_says("res_name", "differences", "held"),
            ),
            "dokstamp.run.candidate": self._dokstamp_says("values"),
            "dokstamp.run.remote": self._dokstamp_says("values", "labels"),
            "dokstamp.left.difference": SQL(
                "%s OR %s", about, self._dokstamp_says("res_name")
            ),
        }

    def _dokstamp_says(self, *columns):
        """That one of the columns says the person's name or address."""
        return SQL(" OR ").join(
            SQL("%s::text ILIKE ANY(%s)", SQL.identifier(column), patterns)
            for column in columns
            for patterns in [[f"%{self.email.strip()}%", f"%{self.name.strip()}%"]]
        )


class PrivacyLookupWizardLine(models.TransientModel):
    _inherit = "privacy.lookup.wizard.line"

    def action_unlink(self):
        """What of ours cannot go as a whole says what stays, and why."""
        self.ensure_one()
        model = self.env.get(self.res_model)
        if not hasattr(model, "_erase_found") or self.is_unlinked:
            super().action_unlink()
            return True
        # sudo: as Odoo's own lookup deletes
        record = model.sudo().browse(self.res_id).exists()
        kept = record and record._erase_found()
        what = self.env._(
            "%(kind)s #%(number)s", kind=self.res_model_id.name, number=self.res_id
        )
        if kept:
            self.execution_details = f"{what}: {kept}"
        else:
            self.execution_details = self.env._("Deleted %s", what)
            self.is_unlinked = True
        return True
