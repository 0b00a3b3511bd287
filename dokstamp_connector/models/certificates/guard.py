"""What people may change on a certificate, and when; the buttons do the rest."""

from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .certificate import OPEN_STATES

# Written by the connector alone: what DokStamp answered, and what was certified.
ENGINE_FIELDS = {
    "number",
    "state",
    "issued_at",
    "verification_url",
    "revoked_at",
    "certified_values",
    "pdf_sha256",
    "pdf_is_made",
    "check_token",
    "answer",
    "failure_message",
    "issuer_id",
    "prepared_by_id",
    "replaces_id",
    "issue_at",
}
SUGGESTED = tuple(f"default_{name}" for name in ENGINE_FIELDS)
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
            raise ValidationError(
                self.env._(
                    "Only drafts can be archived: a certificate that left the school "
                    "stays in sight, its student's too. Revoke it instead."
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.su:
            return super().create(vals_list)
        for vals in vals_list:
            self._refuse_engine_fields(vals)
            if vals.get("revocation_reason"):
                self._refuse_reason()
        # what the context suggests is typed in no less
        context = {
            key: value
            for key, value in self.env.context.items()
            if key not in SUGGESTED
        }
        typed = self.with_env(self.env(context=context))
        certificates = super(DokstampCertificate, typed).create(vals_list)
        certificates._check_account()
        return certificates

    def write(self, vals):
        self._refuse_other_account(vals)
        if not self.env.su:
            self._refuse_engine_fields(vals)
            self._refuse_frozen(vals)
            if CONTENT.intersection(vals):
                vals = self._with_stale_document_dropped(vals)
                self._note_preparer()
            if "pdf" in vals:
                self.sudo().pdf_is_made = False  # sudo: as above
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

    def _refuse_reason(self):
        raise UserError(
            self.env._("Only an issued certificate gets a reason to revoke it.")
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

    def _refuse_engine_fields(self, vals):
        """:raise AccessError: one of these fields is the connector's"""
        if ENGINE_FIELDS.intersection(vals):
            raise AccessError(
                self.env._(
                    "These fields tell what DokStamp answered; they cannot be typed "
                    "in. Use the buttons."
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

    def _refuse_frozen(self, vals):
        """:raise UserError: one of these fields cannot be changed any more"""
        for certificate in self:
            if CONTENT.intersection(vals):
                certificate._check_is_open()
            if "revocation_reason" in vals and certificate.state != "issued":
                self._refuse_reason()
            if "run_id" in vals and certificate.state not in OPEN_STATES:
                raise UserError(
                    self.env._("A certificate stays in the run that it went out with.")
                )
            certificate._refuse_other_successor(vals)

    def _refuse_other_successor(self, vals):
        """:raise UserError: it would replace somebody else's certificate"""
        replaced = self.replaces_id
        if replaced and any(
            name in vals and vals[name] != replaced[name].id
            for name in ("student_id", "course_id")
        ):
            raise UserError(
                self.env._(
                    "It replaces %(number)s, and goes to the same student for the same "
                    "course. Delete this draft, and make a new certificate.",
                    number=replaced.number,
                )
            )

    def _check_is_open(self):
        """:raise UserError: it is issued, or may be"""
        if self.state not in OPEN_STATES:
            raise UserError(
                self.env._(
                    "A certificate that is issued cannot be changed. Re-issue it: that "
                    "revokes this one and makes a new one."
                )
            )
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
