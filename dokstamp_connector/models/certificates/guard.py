"""What people may change on a certificate, and when; the buttons do the rest."""

from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from .certificate import OPEN_STATES

# What stands on the document, and whom and what it goes to.
CONTENT = {
    "pdf",
    "student_id",
    "course_id",
    "enrollment_id",
    "cohort_id",
    "conferral_date",
    "company_id",
}
PDF_BEGINNING = b"JVBER"  # "%PDF" in base64


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

    @api.constrains("enrollment_id", "student_id", "course_id")
    def _check_enrollment(self):
        for certificate in self.filtered("enrollment_id"):
            enrollment = certificate.enrollment_id
            if (enrollment.student_id, enrollment.course_id) != (
                certificate.student_id,
                certificate.course_id,
            ):
                raise ValidationError(
                    self.env._(
                        "The enrollment is another student's, or of another course."
                    )
                )

    @api.constrains("pdf")
    def _check_pdf(self):
        for certificate in self.with_context(bin_size=False).filtered("pdf"):
            if not certificate.pdf.startswith(PDF_BEGINNING):
                raise ValidationError(self.env._("The document must be a PDF file."))

    @api.constrains("active", "state")
    def _check_archived(self):
        if self.filtered(lambda c: not c.active and c.state not in OPEN_STATES):
            raise ValidationError(self._archive_sentence())

    def _archive_sentence(self):
        return self.env._(
            "Only drafts can be archived: a certificate that left the school stays in "
            "sight, its student's too. Revoke it instead."
        )

    @api.model
    def _get_writable_fields(self, state=None):
        """All that it says until it is issued; then why it is taken back, no more."""
        if state is None or state in OPEN_STATES:
            return CONTENT | {"active", "run_id"}
        return {"revocation_reason"} if state == "issued" else set()

    def _writing_state(self):
        return self.state

    def _refusal(self, names):
        if "revocation_reason" in names:
            return UserError(
                self.env._("Only an issued certificate gets a reason to revoke it.")
            )
        if "run_id" in names:
            return UserError(
                self.env._("A certificate stays in the run that it went out with.")
            )
        if "active" in names:
            return UserError(self._archive_sentence())
        if names & CONTENT:
            return UserError(
                self.env._(
                    "A certificate that is issued cannot be changed. Re-issue it: that "
                    "revokes this one and makes a new one."
                )
            )
        return super()._refusal(names)

    def write(self, vals):
        self.check_access("write")  # before any sentence tells what the records hold
        self._refuse_other_account(vals)
        if not self.env.su:
            self._refuse_closed(vals)
            if CONTENT.intersection(vals):
                self._refuse_sent()
                self._refuse_other_successor(vals)
                vals = self._with_stale_document_dropped(vals)
                self._note_preparer()
            if "pdf" in vals:
                self.sudo().pdf_is_made = False  # sudo: a field of the connector
        result = super().write(vals)
        if not self.env.su and "student_id" in vals:
            self._check_account()
        return result

    def _check_account(self):
        """:raise UserError: it would go to a tenant that does not know the student"""
        # sudo: accounts are the managers'
        if any(c.account_id != c.student_id.account_id for c in self.sudo()):
            raise UserError(
                self.env._("A certificate goes out with the account of its student.")
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if self.filtered(lambda c: c.state not in OPEN_STATES):
            raise UserError(
                self.env._(
                    "Only drafts can be deleted. Revoke the certificate instead."
                )
            )
        if numbered := self.filtered("number"):
            raise UserError(
                self.env._(
                    "%s has its number already, and no number is given twice. Archive "
                    "it instead.",
                    numbered[0].number,
                )
            )

    def _refuse_other_account(self, vals):
        """:raise UserError: what is queued with one account would never go out"""
        if "account_id" not in vals:
            return
        if any(c.account_id.id != vals["account_id"] for c in self):
            raise UserError(
                self.env._("A certificate stays with the account of its student.")
            )

    def _refuse_other_successor(self, vals):
        """:raise UserError: it would replace somebody else's certificate"""
        for replaced in self.replaces_id:
            if any(
                name in vals and vals[name] != replaced[name].id
                for name in ("student_id", "course_id")
            ):
                raise UserError(
                    self.env._(
                        "It replaces %(number)s, and goes to the same student for the "
                        "same course. Delete this draft, and make a new certificate.",
                        number=replaced.number,
                    )
                )

    def _refuse_sent(self):
        """:raise UserError: DokStamp has one of the documents"""
        if self._sent_ones():
            raise UserError(
                self.env._(
                    "DokStamp has the document already, and what became of it is not "
                    "known for sure. Press Issue again: DokStamp is asked first."
                )
            )

    def _sent_ones(self):
        """Those whose document DokStamp has, so that it may have the certificate too.

        The database is asked once.
        """
        bindings = self._bindings()
        return self.filtered(lambda certificate: certificate.id in bindings)

    def _with_stale_document_dropped(self, vals):
        """A document that was made before the change says what is no longer so."""
        if "pdf" in vals or not any(c.pdf_is_made or c.certified_values for c in self):
            return vals
        return {**vals, "pdf": False}
