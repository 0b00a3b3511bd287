"""A certificate: from draft to DokStamp and back, and what is kept of it here.

    certificate      what is kept of one, and what people may change, and when
    changed          what the registry says otherwise since, and who left it so
    issuing          from draft to the queue: what is in the way, who approves, numbers;
                     revoking, and putting another one in its place
    delivery         what certificates add to the queue: messages, answers, asking again
    document         how the PDF is made, previews, documents of many
    signing          the school's signature on it; with which key, in signing_account
    student_view     portal, check link, e-mail
    chatter          who says what on one

    certified_*      what certificates add to each model of the layers below: accounts,
                     institutions, courses, students, enrollments, contacts; to all
                     registry records in certified_entity
    document_choice  how certificates get their document, as courses and accounts say it

    hold             what stops the certificates of a student or of an enrollment
    issue_run        certificates that were issued together
    register_entry   the numbered book of what was issued and revoked
    taken_numbers    which certificate numbers are in use at DokStamp already
    signatory        whose names stand on an institution's certificates
    archive          documents of many as one file
    portfolio        the page on which DokStamp shows a student's certificates; how it
                     reaches DokStamp in portfolio_message
    badge            badge images of institutions and courses
    pdf              documents as bytes
    signed_pdf       how a signature gets into them; with nothing else changed, in
                     pdf_revision
    printed_pages    lists as pages

The wizards that people open are in `wizards/`, the printed pages in `report/`.
"""

import hashlib
import json
import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ..actions import open_address, open_form
from ..sentence import Sentence
from .pdf import decoded

OPEN_STATES = ("draft", "failed")  # a person can still change it
LIVE_STATES = ("queued", "issued")
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
UNSIGNED = {"signed_at": False, "signed_by": False}
PDF_BEGINNING = b"JVBER"  # "%PDF" in base64


def _digest(data):
    return hashlib.sha256(data).hexdigest()


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
    _rec_names_search = ["number", "student_id"]
    _order = "id desc"

    _dokstamp_resource = "certificates"
    _dokstamp_rank = 80
    _dokstamp_is_pushed = False

    number = fields.Char(
        readonly=True,
        copy=False,
        index="trigram",
        help="The school's own number; no other certificate gets it.",
    )
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
        compute="_compute_enrollment_id",
        store=True,
        readonly=False,
        precompute=True,
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
        compute="_compute_conferral_date",
        store=True,
        readonly=False,
        precompute=True,
        help="The day that the certificate names: the day of completion, or one that "
        "somebody chose; not the day on which it is sent.",
    )
    is_day_chosen = fields.Boolean(
        readonly=True,
        copy=False,
        help="Somebody chose another day than that of the completion.",
    )
    exception_reason = fields.Char(
        string="Exception",
        copy=False,
        tracking=True,
        help="Why it is issued although something speaks against it, such as a course "
        "that is not completed. It stays on the certificate and in the register.",
    )
    exception_author_id = fields.Many2one(
        "res.users",
        string="Exception made by",
        readonly=True,
        copy=False,
        ondelete="set null",
    )
    issue_at = fields.Datetime(
        string="Issues itself at",
        copy=False,
        index="btree_not_null",
        help="Clear it to stop the automatic issue.",
    )
    run_id = fields.Many2one(
        "dokstamp.issue.run",
        string="Issue run",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
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
    issued_at = fields.Datetime(
        string="Issued at", readonly=True, copy=False, tracking=True
    )
    issuer_id = fields.Many2one(
        "res.users",
        string="Issued by",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="Who confirmed that it goes out.",
    )
    pdf = fields.Binary(
        string="Document",
        attachment=True,
        copy=False,
        help="The PDF that students and DokStamp get.",
    )
    pdf_filename = fields.Char(compute="_compute_pdf_filename")
    pdf_sha256 = fields.Char(readonly=True, copy=False)
    repetition = fields.Integer(
        default=0,
        required=True,
        readonly=True,
        copy=False,
        aggregator=None,
        help="How many live certificates of earlier completions of the course the "
        "student had, where the course can be taken again.",
    )
    completion_count = fields.Integer(
        readonly=True,
        copy=False,
        aggregator=None,
        help="Which completion of the enrollment it is for.",
    )
    pdf_is_made = fields.Boolean(
        readonly=True,
        copy=False,
        help="Made by the connector, and made anew each time it is issued.",
    )
    signed_at = fields.Datetime(
        string="Signed at",
        readonly=True,
        copy=False,
        help="When the document got the school's digital signature.",
    )
    signed_by = fields.Char(
        string="Signed as",
        readonly=True,
        copy=False,
        help="Whom the school's digital signature on the document names.",
    )
    verification_url = fields.Char(
        string="Verification link",
        readonly=True,
        copy=False,
        help="DokStamp's page that says whether the certificate is genuine. Give "
        "this to whoever asks.",
    )
    check_token = fields.Char(
        readonly=True, copy=False, default=lambda self: secrets.token_urlsafe(16)
    )
    check_url = fields.Char(
        string="Check link",
        compute="_compute_check_url",
        help="A page of this Odoo that says whether the certificate is genuine, also "
        "after the account at DokStamp is closed. The QR code leads there.",
    )
    printed_check_url = fields.Char(
        string="Printed check link",
        readonly=True,
        copy=False,
        help="Where the QR code on the document leads, whatever Odoo's address is now.",
    )
    revoked_at = fields.Datetime(
        readonly=True, copy=False, tracking=True, string="Revoked at"
    )
    revocation_reason = fields.Char(
        copy=False,
        tracking=True,
        help="DokStamp shows it publicly.",
        string="Reason of the revocation",
    )
    replaces_id = fields.Many2one(
        "dokstamp.certificate", readonly=True, copy=False, index="btree_not_null"
    )
    replaced_by_id = fields.Many2one(
        "dokstamp.certificate", compute="_compute_replaced_by_id", string="Replaced by"
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
    failure_message = Sentence(readonly=True, copy=False)
    is_in_line = fields.Boolean(
        compute="_compute_is_in_line",
        help="It goes out by itself when the certificate that it replaces is revoked.",
    )
    hindrance = fields.Text(string="What is in the way", compute="_compute_hindrance")

    _number_unique = models.UniqueIndex(
        "(company_id, number) WHERE number IS NOT NULL",
        "Another certificate has this number already.",
    )
    _check_token_unique = models.UniqueIndex(
        "(check_token)", "Another certificate has this check link already."
    )
    _one_live = models.UniqueIndex(
        "(student_id, course_id, COALESCE(cohort_id, 0), repetition) "
        "WHERE state IN ('queued', 'issued')",
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

    def _search_display_name(self, operator, value):
        """A draft bears its student's name."""
        domain = super()._search_display_name(operator, value)
        beginning = self.env._("Draft for %s", "")
        texts = value if operator == "in" else [value]
        names = [
            text.removeprefix(beginning)
            for text in texts
            if isinstance(text, str) and text.startswith(beginning)
        ]
        if not names:
            return domain
        if operator.startswith("not "):
            return NotImplemented  # the ORM negates the positive one
        name = names if operator == "in" else names[0]
        drafts = Domain("number", "=", False)
        return domain | (drafts & Domain("student_id.name", operator, name))

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
        changeable = self._changeable_ones()
        for certificate in self:
            is_kept = certificate.institution_id and certificate not in changeable
            certificate.institution_id = (
                certificate.institution_id
                if is_kept
                else certificate.course_id.institution_id
            )

    @api.depends("student_id", "course_id")
    def _compute_enrollment_id(self):
        """The student's only one in the course, until somebody says which."""
        plain = self.filtered(lambda c: not c._is_own_enrollment())
        for certificate in self - plain:
            certificate.enrollment_id = certificate.enrollment_id
        found = plain._enrollments_of_each()
        for certificate in plain:
            enrollments = found.get(certificate._subject(), ())
            certificate.enrollment_id = len(enrollments) == 1 and enrollments

    @api.depends("enrollment_id.cohort_id", "state")
    def _compute_cohort_id(self):
        changeable = self._changeable_ones()
        for certificate in self:
            certificate.cohort_id = (
                certificate in changeable and certificate.enrollment_id.cohort_id
            ) or certificate.cohort_id

    @api.depends("enrollment_id.completed_at", "state")
    def _compute_conferral_date(self):
        """The day of completion, unless somebody chose one; never today by itself."""
        changeable = self._changeable_ones()
        for certificate in self:
            is_kept = certificate.is_day_chosen or certificate not in changeable
            certificate.conferral_date = (
                certificate.conferral_date
                if is_kept or not certificate.enrollment_id
                else certificate.enrollment_id.completed_at
            )

    @api.depends("number")
    def _compute_pdf_filename(self):
        for certificate in self:
            name = (certificate.number or f"draft-{certificate.id}").replace("/", "-")
            certificate.pdf_filename = f"{name}.pdf"

    @api.depends("check_token", "printed_check_url")
    def _compute_check_url(self):
        for certificate in self:
            certificate.check_url = certificate.printed_check_url or (
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

    @api.depends("state", "failure_message")
    @api.depends_context("lang")
    def _compute_hindrance(self):
        """Why it failed, or what it still waits for."""
        for certificate in self:
            told = [
                certificate.state in ("draft", "queued", "failed")
                and certificate.failure_message,
                certificate.state == "queued" and certificate.sync_message,
            ]
            certificate.hindrance = " ".join(dict.fromkeys(filter(None, told))) or False

    @api.depends("state", "issuer_id", "replaces_id.state")
    def _compute_is_in_line(self):
        """Somebody has issued it."""
        for certificate in self:
            certificate.is_in_line = bool(
                certificate.state == "draft"
                and certificate.issuer_id
                and certificate.replaces_id.state == "issued"
            )

    # === CONSTRAINT METHODS === #

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

    @api.constrains("cohort_id", "course_id")
    def _check_cohort(self):
        for certificate in self.filtered("cohort_id"):
            if certificate.cohort_id.course_id != certificate.course_id:
                raise ValidationError(
                    self.env._(
                        "The cohort %(cohort)s is of another course.",
                        cohort=certificate.cohort_id.display_name,
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

    # === CRUD METHODS === #

    @api.model
    def default_get(self, fields):
        """Nobody's suggestion puts messages on a new certificate."""
        return super().default_get([f for f in fields if f not in self._said_fields()])

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_what_is_said(vals)
        certificates = super().create(vals_list)
        certificates._note_document()
        certificates._note_what_is_chosen({name for vals in vals_list for name in vals})
        certificates._note_preparer()
        return certificates

    def write(self, vals):
        self._refuse_what_is_said(vals)
        self.check_access("write")  # before any sentence tells what the records hold
        self._refuse_other_account(vals)
        if not self.env.su:
            vals = self._prepare_change(vals)
        result = super().write(vals)
        if "pdf" in vals:
            self._note_document(is_signed="signed_at" in vals)
        self._note_what_is_chosen(vals)
        if not self.env.su and "student_id" in vals:
            self._check_account()
        return result

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

    def _note_document(self, *, is_signed=False):
        for certificate in self.sudo():  # sudo: fields of the connector
            data = decoded(certificate.pdf)
            certificate.printed_check_url = False
            certificate.write(
                {
                    "pdf_sha256": _digest(data) if data else False,
                    "printed_check_url": data
                    and certificate.pdf_is_made
                    and certificate.check_url,
                    **({} if is_signed else UNSIGNED),
                }
            )

    def _kept_document(self):
        """The document that was kept; empty before there is one.

        :rtype: bytes
        :raise UserError: its file is gone from Odoo's file store, or is another one
        """
        self.ensure_one()
        # without the documents of whatever was read along with it
        data = decoded(self.with_context(bin_size=False).with_prefetch().pdf)
        if self.pdf_sha256 and _digest(data) != self.pdf_sha256:
            raise UserError(self._document_lost_sentence())
        return data

    def _is_document_lost(self):
        try:
            self._kept_document()
        except UserError:
            return True
        return False

    def _document_lost_sentence(self):
        if self.state in OPEN_STATES:
            return self.env._(
                "The document of %s is lost: its file is gone from Odoo's file store. "
                "Press Issue, and it is made anew; an uploaded one is to be uploaded "
                "again.",
                self.display_name,
            )
        return self.env._(
            "The document of %(certificate)s is lost here: its file is gone from "
            "Odoo's file store. DokStamp has it (%(link)s). No other one is made under "
            "its number; whoever keeps Odoo's backups can bring the file back.",
            certificate=self.display_name,
            link=self._public_page() or self.env._("open the certificate there"),
        )

    def _note_what_is_chosen(self, names):
        """Remember whose word a day or an exception is.

        :param names: of the fields that were written
        """
        # sudo: fields of the connector
        if "conferral_date" in names:
            for certificate in self.sudo():
                day = certificate.conferral_date
                certificate.is_day_chosen = bool(
                    day and day != certificate.enrollment_id.completed_at
                )
        if "exception_reason" in names:
            for certificate in self.sudo():
                certificate.exception_author_id = (
                    certificate._exception() and self.env.user
                )

    def _exception(self):
        """Why it is issued although something speaks against it, or None."""
        return (self.exception_reason or "").strip() or None

    def _queue_push(self, urgent=False):
        """Nothing: a certificate goes out when a person says so, never by a save."""

    def _queue_removal(self):
        """Nothing: only drafts can be deleted, and they never reached DokStamp."""

    # === WHAT PEOPLE MAY CHANGE, AND WHEN === #

    @api.model
    def _get_writable_fields(self, state=None):
        """All that it says until it is issued; then why it is taken back, no more."""
        if state is None or state in OPEN_STATES:
            return CONTENT | {"active", "run_id", "exception_reason"}
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

    def _prepare_change(self, vals):
        """Refuse what people must not change now, and note who changes the rest.

        :return: ``vals``, without a document that they make untrue
        :rtype: dict
        """
        self._refuse_closed(vals)
        self._refuse_in_line(vals)
        if CONTENT.intersection(vals):
            self._refuse_sent()
            self._refuse_other_successor(vals)
            vals = self._with_stale_document_dropped(vals)
        if not (CONTENT | {"exception_reason"}).isdisjoint(vals):
            self._note_preparer()
        if "pdf" in vals:
            self.sudo().pdf_is_made = False  # sudo: a field of the connector
        return vals

    def _refuse_what_is_said(self, vals):
        """:raise AccessError: messages or followers come with a record's own values"""
        if not self.env.su and self._said_fields().intersection(vals):
            raise AccessError(
                self.env._(
                    "Messages and followers are not written into a certificate. Use "
                    "the notes below it."
                )
            )

    def _said_fields(self):
        """:rtype: set[str]"""
        return self.env["mail.thread"]._fields.keys() - self.env["base"]._fields.keys()

    def _check_account(self):
        """:raise UserError: it would go to a tenant that does not know the student"""
        # sudo: accounts are the managers'
        if any(c.account_id != c.student_id.account_id for c in self.sudo()):
            raise UserError(
                self.env._("A certificate goes out with the account of its student.")
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

    def _refuse_in_line(self, vals):
        """:raise UserError: what one of them replaces is being revoked for it"""
        kept = {name for name in (CONTENT | {"active"}) & vals.keys()}
        if vals.get("pdf"):
            kept.discard("pdf")  # another document of the same is as good
        in_line = self.filtered("is_in_line")
        if kept and in_line:
            raise UserError(
                self.env._(
                    "%(number)s is being revoked to make room for this one, which goes "
                    "out as it is then.",
                    number=in_line[0].replaces_id.display_name,
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

    def _changeable_ones(self):
        """Those of which nothing left the school: what they say follows the registry.

        :rtype: dokstamp.certificate
        """
        failed = self._origin.filtered(lambda c: c.state == "failed")
        sent = failed and failed._sent_ones()
        return self.filtered(lambda c: c.state in OPEN_STATES and c._origin not in sent)

    # === WHICH ENROLLMENT === #

    def _subject(self):
        return self.student_id._origin.id, self.course_id._origin.id

    def _is_own_enrollment(self):
        """Whether its enrollment is the student's, of the course."""
        enrollment = self.enrollment_id
        return bool(enrollment) and self._subject() == (
            enrollment.student_id._origin.id,
            enrollment.course_id._origin.id,
        )

    def _enrollments_to_find(self):
        """What `_enrollments_of_each` tells, of those that name none."""
        return self.filtered(lambda c: not c.enrollment_id)._enrollments_of_each()

    def _enrollments_of_each(self):
        """Student and course → the enrollments that these could be for, archived ones
        only where there is no other.

        :rtype: dict[tuple[int, int], dokstamp.enrollment]
        """
        enrollments = self.env["dokstamp.enrollment"].with_context(active_test=False)
        found = enrollments.search(
            [
                ("student_id", "in", self.student_id.ids),
                ("course_id", "in", self.course_id.ids),
            ],
            order="id",
        )
        by_subject = found.grouped(lambda e: (e.student_id.id, e.course_id.id))
        return {
            subject: every.filtered("active") or every
            for subject, every in by_subject.items()
        }

    def _with_stale_document_dropped(self, vals):
        """A document that was made before the change says what is no longer so."""
        if "pdf" in vals or not any(c.pdf_is_made or c.certified_values for c in self):
            return vals
        return {**vals, "pdf": False}

    # === ACTION METHODS === #

    def action_open_verification(self):
        """Open DokStamp's public page of the certificate."""
        self.ensure_one()
        return open_address(self.env, self._public_page())

    def action_open_replaces(self):
        return self.replaces_id._open()

    def action_open_replaced_by(self):
        return self.replaced_by_id._open()

    def _open(self):
        return open_form(self, name=self.env._("Certificate"))
