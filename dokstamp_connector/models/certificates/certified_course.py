"""How a course's certificates are made and issued, with defaults on the account."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

DOCUMENTS = [
    ("own", "Standard certificate"),
    ("report", "Another report of Odoo"),
    ("upload", "Uploaded by the registrar"),
]

REPORT_HELP = (
    "Prints the certificate, its student, enrollment, course or contact, or the school "
    "app's record that feeds the enrollment."
)


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    certificate_document = fields.Selection(
        DOCUMENTS,
        string="Document of certificates",
        default="own",
        required=True,
        help="What the PDF is; a course may say otherwise.",
    )
    certificate_report_id = fields.Many2one(
        "ir.actions.report",
        string="Report",
        domain=[("report_type", "=", "qweb-pdf")],
        ondelete="restrict",
        help=REPORT_HELP,
    )
    needs_approval = fields.Boolean(
        string="A second person approves",
        help="Whoever prepared a certificate cannot issue it.",
    )
    issue_ceiling = fields.Integer(
        string="Ask above",
        default=100,
        aggregator=None,
        help="Automatic issue stops and asks when more certificates than this are "
        "due at once.",
    )
    notifies_students = fields.Boolean(
        string="Send our own e-mail",
        help="DokStamp notifies students by itself; switch this on to send Odoo's "
        "template as well.",
    )

    @api.model
    def _get_writable_fields(self, state=None):
        return super()._get_writable_fields(state) | {
            *("certificate_document", "certificate_report_id", "needs_approval"),
            *("issue_ceiling", "notifies_students"),
        }

    @api.constrains("certificate_document", "certificate_report_id")
    def _check_report(self):
        _check_report(self)


class DokstampCourse(models.Model):
    _inherit = "dokstamp.course"

    certificate_document = fields.Selection(
        DOCUMENTS, string="Document", help="Empty: as the account says."
    )
    certificate_report_id = fields.Many2one(
        "ir.actions.report",
        string="Report",
        domain=[("report_type", "=", "qweb-pdf")],
        ondelete="restrict",
        help=REPORT_HELP,
    )
    shows_grade = fields.Boolean(string="Print the grade")
    automatic_issue = fields.Selection(
        [
            ("manual", "By hand"),
            ("draft", "Prepare a draft on completion"),
            ("issue", "Issue on completion"),
        ],
        string="Certificates",
        default="manual",
        required=True,
    )
    automatic_since = fields.Datetime(
        readonly=True,
        copy=False,
        help="Completions from before this moment are never issued automatically.",
    )
    issue_delay = fields.Integer(
        string="Hours before issue",
        default=24,
        aggregator=None,
        help="Time in which an automatic certificate can be stopped.",
    )

    _issue_delay_positive = models.Constraint(
        "CHECK (issue_delay >= 0)", "The delay before issue cannot be negative."
    )

    @api.model
    def _get_writable_fields(self, state=None):
        return super()._get_writable_fields(state) | {
            "certificate_document",
            "certificate_report_id",
            "shows_grade",
            "automatic_issue",
            "issue_delay",
        }

    @api.constrains("certificate_document", "certificate_report_id")
    def _check_report(self):
        _check_report(self)

    @api.model_create_multi
    def create(self, vals_list):
        courses = super().create(vals_list)
        courses._note_automatic_since()
        return courses

    def write(self, vals):
        result = super().write(vals)
        if "automatic_issue" in vals:
            self._note_automatic_since()
        return result

    def _note_automatic_since(self):
        for course in self.sudo():  # sudo: a field of the connector
            if course.automatic_issue == "manual":
                course.automatic_since = False
            elif not course.automatic_since:
                course.automatic_since = fields.Datetime.now()

    def _document_settings(self, account):
        """How this course's certificates get their document.

        :return: one of `DOCUMENTS`, and the report where it is one
        :rtype: tuple[str, ir.actions.report]
        """
        # sudo: the account's settings are the manager's
        source = self if self.certificate_document else account.sudo()
        return source.certificate_document, source.certificate_report_id


def _check_report(records):
    for record in records:
        if record.certificate_document == "report" and not record.certificate_report_id:
            raise ValidationError(
                record.env._("Choose the report that makes the certificate.")
            )
        _check_may_print(record.env.user, record.certificate_report_id)


def _check_may_print(user, report):
    """Keep people from printing, as a certificate, what Odoo does not let them print:
    certificates are made with elevated rights.

    :raise AccessError: the report is for other groups
    """
    # sudo: of any report
    groups = report.sudo().group_ids
    if groups and not user._is_superuser() and not groups & user.all_group_ids:
        raise AccessError(
            user.env._(
                "The report “%(report)s” is for other groups of users. Choose another "
                "one, or ask an administrator to set it here.",
                report=report.name,
            )
        )
