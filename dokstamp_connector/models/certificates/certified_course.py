"""What certificates add to courses: how theirs are made and issued, their template and
badge, their number.
"""

from odoo import api, fields, models

from ..registry.api_field import ApiField
from .document_choice import DOCUMENTS


class DokstampCourse(models.Model):
    _name = "dokstamp.course"
    _inherit = [
        "dokstamp.course",
        "dokstamp.badge.bearer",
        "dokstamp.document.choice",
    ]

    certificate_document = fields.Selection(
        DOCUMENTS, string="Document", help="Empty: as the account says."
    )
    # DokStamp's certificate templates: dokstamp-api.md 17.
    template_uuid = fields.Char(string="Template UUID", readonly=True, copy=False)
    template_name = fields.Char(
        string="Template at DokStamp",
        readonly=True,
        copy=False,
        help="The design that DokStamp uses for certificates of this course. "
        "Empty: its standard one.",
    )
    shows_grade = fields.Boolean(
        string="Print the grade",
        help="The certificate prints the grade of the enrollment, where there is one.",
    )
    is_repeatable = fields.Boolean(
        string="Can be taken again",
        help="Whoever completes the course anew gets another certificate; the earlier "
        "one stays valid. Otherwise only once that is revoked or expired.",
    )
    automatic_issue = fields.Selection(
        [
            ("manual", "By hand"),
            ("draft", "Prepare a draft on completion"),
            ("issue", "Issue on completion"),
        ],
        string="Certificates",
        default="manual",
        required=True,
        help="What happens when an enrollment is completed.",
    )
    automatic_since = fields.Datetime(
        readonly=True,
        copy=False,
        help="Completions from before this moment are never issued automatically.",
        string="Automatic since",
    )
    automatic_issue_problem = fields.Text(compute="_compute_automatic_issue_problem")
    issue_delay = fields.Integer(
        string="Hours before issue",
        default=24,
        aggregator=None,
        help="Time in which an automatic certificate can be stopped.",
    )
    certificate_count = fields.Integer(
        compute="_compute_certificate_count", string="Certificate count"
    )

    _issue_delay_positive = models.Constraint(
        "CHECK (issue_delay >= 0)", "The delay before issue cannot be negative."
    )

    # === DECLARATION === #

    @api.model
    def _get_dokstamp_fields(self):
        return super()._get_dokstamp_fields() | {"badge_image_id": ApiField()}

    @api.model
    def _get_writable_fields(self, state=None):
        names = super()._get_writable_fields(state) | {
            "certificate_document",
            "certificate_report_id",
            "shows_grade",
            "automatic_issue",
            "is_repeatable",
            "issue_delay",
            "badge_image",
        }
        return names - {"badge_image_id"}

    # === COMPUTE METHODS === #

    def _compute_certificate_count(self):
        counts = self._count("dokstamp.certificate", "course_id")
        for course in self:
            course.certificate_count = counts.get(course.id, 0)

    @api.depends("automatic_issue")
    def _compute_automatic_issue_problem(self):
        effect = self.env._("Nothing is issued automatically at the moment.")
        problems = self.env["dokstamp.schedule"]._problems({"issue_due": effect})
        for course in self:
            is_told = problems and course.automatic_issue == "issue"
            course.automatic_issue_problem = problems[0] if is_told else False

    # === WHAT FOLLOWS FROM A CHANGE === #

    def _note_created(self):
        result = super()._note_created()
        self._note_automatic_since()
        return result

    def _note_written(self, vals):
        result = super()._note_written(vals)
        if "certificate_report_id" in vals:
            self._note_report_chosen()
        if "automatic_issue" in vals:
            self._note_automatic_since()
        return result

    def _note_automatic_since(self):
        for course in self.sudo():  # sudo: a field of the connector
            if course.automatic_issue == "manual":
                course.automatic_since = False
            elif not course.automatic_since:
                course.automatic_since = fields.Datetime.now()

    # === ACTION METHODS === #

    def action_view_certificates(self):
        return self._action_pointing_here(
            "dokstamp_connector.dokstamp_certificate_action", "course_id"
        )

    def action_download_certificates(self):
        """All documents of the course's certificates as one archive."""
        self.ensure_one()
        self.check_access("read")
        certificates = self.env["dokstamp.certificate"].search(
            [("course_id", "=", self.id)]
        )
        return certificates.action_download_documents()

    def action_choose_template(self):
        """Let the registrar pick one of the templates that DokStamp has now."""
        self.ensure_one()
        return self.env["dokstamp.template.choice"]._open_for(self)._shown()

    def action_remove_template(self):
        """Leave the choice to DokStamp again."""
        self._choose_template(False, False)
        return True

    def _choose_template(self, uuid, name):
        self.check_access("write")
        # sudo: templates are chosen from DokStamp's own list, not typed in
        self.sudo().write({"template_uuid": uuid, "template_name": name})

    # === DOCUMENTS === #

    def _document_settings(self, account):
        """How this course's certificates get their document.

        :return: one of `DOCUMENTS`, and the report where it is one
        :rtype: tuple[str, ir.actions.report]
        """
        choice = self._document_choice(account)
        return choice.certificate_document, choice.certificate_report_id

    def _document_choice(self, account):
        """What says how: this course or the account.

        :rtype: dokstamp.document.choice
        """
        # sudo: the account's settings are the manager's
        return self if self.certificate_document else account.sudo()
