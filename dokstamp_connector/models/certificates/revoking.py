"""Taking issued certificates back, and putting others in their place."""

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import clean_context

from ..actions import open_form


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

    # === ACTION METHODS === #

    def action_revoke(self):
        """Take back issued certificates; asks for the public reason unless it is there
        already.

        :raise UserError: none of them is issued
        """
        issued = self.filtered(lambda c: c.state == "issued")
        if not issued:
            raise UserError(self.env._("Only issued certificates can be revoked."))
        if not all(issued.mapped("revocation_reason")):
            return issued._open_revocation(successor=False)
        issued._queue_revocation()
        return True

    def action_reissue(self):
        """Replace certificates: revoke what is live, and issue a successor with a new
        document.

        :raise UserError: none of them can have a successor
        """
        replaceable = self._replaceable()
        live = replaceable.filtered(lambda c: c.state == "issued")
        if not live or not all(live.mapped("revocation_reason")):
            return replaceable._open_revocation(successor=True)
        return replaceable._reissue()

    def _open_revocation(self, *, successor):
        wizard = self.env["dokstamp.certificate.revocation"].create(
            {
                "certificate_ids": [Command.set(self.ids)],
                "has_successor": successor,
            }
        )
        name = self.env._("Re-issue") if successor else self.env._("Revoke")
        return open_form(wizard, name=name, target="new")

    # === MOVES === #

    def _queue_revocation(self):
        self.env["dokstamp.sync.record"]._gather(self, "revoke", urgent=True)

    def _replaceable(self):
        """:raise UserError: none of them can have a successor"""
        replaceable = self.filtered(
            lambda c: (
                c.state in ("issued", "revoked", "expired") and not c.replaced_by_id
            )
        )
        if not replaceable:
            raise UserError(
                self.env._(
                    "Only issued, revoked or expired certificates without a successor "
                    "can be re-issued."
                )
            )
        return replaceable

    def _reissue(self):
        """:return: the successors, drafts until their predecessors are revoked
        :raise UserError: one must not be issued, with the reason; then nothing is
            revoked either
        """
        self._refuse_unready_students()
        # sudo: fields of the connector; the user stays who made them, and nothing that
        # the context suggests comes in
        maker = self.sudo().with_context(clean_context(self.env.context))
        successors = maker.create([c._successor_values() for c in self])
        successors.issuer_id = self.env.user
        successors = successors.with_env(self.env)
        self.filtered(lambda c: c.state == "issued")._queue_revocation()
        successors.filtered(
            lambda c: c.replaces_id.state != "issued"
        )._issue_successors()
        return successors

    def _successor_values(self):
        return {
            "student_id": self.student_id.id,
            "course_id": self.course_id.id,
            "enrollment_id": self.enrollment_id.id,
            "cohort_id": self.cohort_id.id,
            "conferral_date": self.conferral_date,
            "company_id": self.company_id.id,
            "account_id": self.account_id.id,
            "replaces_id": self.id,
        }

    def _issue_successors(self):
        """Send drafts whose predecessor is gone."""
        self._issue_unattended(lambda c: c._successor_obstacles())
        for successor in self:
            successor._tell_issuer()

    def _successor_obstacles(self):
        # sudo: the account's settings are the manager's
        if not self.account_id.sudo().needs_approval:
            return []
        return [self.env._("A second person approves certificates here: issue it.")]
