"""A certificate: from draft to DokStamp and back, and what is kept of it here.

    certificate   what is kept of one
    settings      how a course's certificates are made and issued; account defaults
    issuing/      who gets one and who does not, holds, automatic issue, runs of many
    document/     how the PDF is made, previews, DokStamp's templates, archives of many
    sending       which message is next in the queue, and what its answer changes
    refreshing    asking what became of it
    revoking      taking back, and putting another one in its place
    changed       what the registry says otherwise since
    register/     the numbered book of what was issued and revoked, and its pages
    students/     portal, check link, e-mail, portfolio page
    badges        badge images of institutions and courses
    buttons       what forms open and count
    guard         what people may change, and when
    chatter       who says what on one
    pdf           documents as bytes

The wizards that people open are in `wizards/`, the printed pages in `report/`.
"""

import hashlib
import json
import secrets

from odoo import api, fields, models

from .pdf import decoded

OPEN_STATES = ("draft", "failed")  # a person can still change it
LIVE_STATES = ("queued", "issued")


class DokstampCertificate(models.Model):
    """One certificate of one student for one course.

    draft → queued (a person confirmed) → issued (DokStamp did it) → revoked or expired,
    as dokstamp-api.md 16.4 says; never back. A queued one gets its document from the
    scheduled action for documents, then a queue row sends it. At most one certificate
    of a student, course and cohort is live.
    """

    _name = "dokstamp.certificate"
    _inherit = ["dokstamp.entity", "mail.thread"]
    _description = "DokStamp Certificate"
    _rec_name = "number"
    _order = "id desc"

    _dokstamp_resource = "certificates"
    _dokstamp_rank = 80
    _dokstamp_is_pushed = False

    number = fields.Char(readonly=True, copy=False, index="trigram")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("queued", "On its way"),
            ("issued", "Issued"),
            ("revoked", "Revoked"),
            ("expired", "Expired"),
            ("failed", "Failed"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    student_id = fields.Many2one(
        "dokstamp.student",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        tracking=True,
    )
    course_id = fields.Many2one(
        "dokstamp.course",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        tracking=True,
    )
    institution_id = fields.Many2one(
        "dokstamp.institution",
        compute="_compute_institution_id",
        store=True,
        precompute=True,
        index=True,
    )
    enrollment_id = fields.Many2one(
        "dokstamp.enrollment",
        domain="[('student_id', '=', student_id), ('course_id', '=', course_id)]",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
    )
    cohort_id = fields.Many2one(
        "dokstamp.cohort",
        compute="_compute_cohort_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('course_id', '=', course_id)]",
        ondelete="restrict",
        check_company=True,
    )
    conferral_date = fields.Date(
        string="Conferred on",
        default=fields.Date.context_today,
        required=True,
        help="The day that the certificate names; not the day on which it is sent.",
    )
    issued_at = fields.Datetime(
        string="Issued at", readonly=True, copy=False, tracking=True
    )
    issuer_id = fields.Many2one(
        "res.users",
        string="Issued by",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="Who confirmed that it goes out.",
    )
    pdf = fields.Binary(string="Document", attachment=True, copy=False)
    pdf_filename = fields.Char(compute="_compute_pdf_filename")
    pdf_sha256 = fields.Char(readonly=True, copy=False)
    pdf_is_made = fields.Boolean(
        readonly=True,
        copy=False,
        help="Made by the connector, and made anew each time it is issued.",
    )
    verification_url = fields.Char(
        string="Verification link", readonly=True, copy=False
    )
    check_token = fields.Char(
        readonly=True, copy=False, default=lambda self: secrets.token_urlsafe(16)
    )
    check_url = fields.Char(string="Check link", compute="_compute_check_url")
    revoked_at = fields.Datetime(readonly=True, copy=False, tracking=True)
    revocation_reason = fields.Char(
        copy=False, tracking=True, help="DokStamp shows it publicly."
    )
    replaces_id = fields.Many2one(
        "dokstamp.certificate", readonly=True, copy=False, index="btree_not_null"
    )
    replaced_by_id = fields.Many2one(
        "dokstamp.certificate", compute="_compute_replaced_by_id"
    )
    replaced_by_ids = fields.One2many(
        "dokstamp.certificate", "replaces_id", string="Successors"
    )
    certified_values = fields.Json(readonly=True, copy=False)
    answer = fields.Json(
        readonly=True,
        copy=False,
        help="The certificate as DokStamp told it last; kept for the time when the "
        "account is closed.",
    )
    answer_text = fields.Text(
        string="DokStamp's answer", compute="_compute_answer_text"
    )
    failure_message = fields.Text(readonly=True, copy=False)

    _number_unique = models.UniqueIndex(
        "(company_id, number) WHERE number IS NOT NULL",
        "Another certificate has this number already.",
    )
    _check_token_unique = models.UniqueIndex(
        "(check_token)", "Another certificate has this check link already."
    )
    _one_live = models.UniqueIndex(
        "(student_id, course_id, COALESCE(cohort_id, 0)) WHERE state IN ('queued', "
        "'issued')",
        "This student has a certificate for this course already.",
    )
    # two people may press Re-issue at the same moment
    _one_successor = models.UniqueIndex(
        "(replaces_id) WHERE replaces_id IS NOT NULL AND active",
        "The certificate has a successor already.",
    )
    # DokStamp recognises files by their content, and a file serves one certificate:
    # dokstamp-api.md 15.
    _document_unique = models.UniqueIndex(
        "(account_id, pdf_sha256) WHERE pdf_sha256 IS NOT NULL",
        "Another certificate uses the same document already, and DokStamp takes a "
        "document once. "
        "Upload one that was made for this certificate.",
    )

    # === COMPUTE METHODS === #

    @api.depends("number", "student_id.name")
    def _compute_display_name(self):
        for certificate in self:
            certificate.display_name = certificate.number or self.env._(
                "Draft for %s", certificate.student_id.name or ""
            )

    @api.depends("student_id.account_id")
    def _compute_account_id(self):
        """The student's, until it is numbered: then it stays where it was sent."""
        for certificate in self:
            certificate.account_id = (
                certificate.account_id
                if certificate.number
                else certificate.student_id.account_id
            )

    @api.depends("course_id.institution_id", "state")
    def _compute_institution_id(self):
        """The course's, until it goes out: it stays whose certificate it was."""
        failed = self._origin.filtered(lambda c: c.state == "failed")
        sent = failed and failed._sent_ones()
        for certificate in self:
            went_out = (
                certificate.state not in OPEN_STATES or certificate._origin in sent
            )
            is_kept = certificate.institution_id and went_out
            certificate.institution_id = (
                certificate.institution_id
                if is_kept
                else certificate.course_id.institution_id
            )

    @api.depends("enrollment_id")
    def _compute_cohort_id(self):
        for certificate in self:
            certificate.cohort_id = (
                certificate.enrollment_id.cohort_id or certificate.cohort_id
            )

    @api.depends("number")
    def _compute_pdf_filename(self):
        for certificate in self:
            name = (certificate.number or f"draft-{certificate.id}").replace("/", "-")
            certificate.pdf_filename = f"{name}.pdf"

    @api.depends("check_token")
    def _compute_check_url(self):
        for certificate in self:
            certificate.check_url = (
                f"{certificate.get_base_url()}/dokstamp/check/{certificate.check_token}"
            )

    @api.depends("replaced_by_ids")
    def _compute_replaced_by_id(self):
        for certificate in self:
            certificate.replaced_by_id = certificate.replaced_by_ids[:1]

    @api.depends("answer")
    def _compute_answer_text(self):
        for certificate in self:
            certificate.answer_text = certificate.answer and json.dumps(
                certificate.answer, ensure_ascii=False, indent=2
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        certificates = super().create(vals_list)
        certificates._note_document()
        return certificates

    def write(self, vals):
        result = super().write(vals)
        if "pdf" in vals:
            self._note_document()
        return result

    def _queue_push(self, urgent=False):
        """Nothing: a certificate goes out when a person says so, never by a save."""

    def _queue_removal(self):
        """Nothing: only drafts can be deleted, and they never reached DokStamp."""

    def _note_document(self):
        for certificate in self.sudo():  # sudo: a field of the connector
            data = decoded(certificate.pdf)
            digest = hashlib.sha256(data).hexdigest() if data else False
            certificate.pdf_sha256 = digest
