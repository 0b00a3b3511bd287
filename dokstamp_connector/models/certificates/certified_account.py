"""What certificates add to accounts: how they are made and issued where a course says
nothing, and when a person is asked first.
"""

from odoo import api, fields, models

from .document_choice import DOCUMENTS, REPORT_HELP, check_report


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

    # === CONSTRAINT METHODS === #

    @api.constrains("certificate_document", "certificate_report_id")
    def _check_report(self):
        check_report(self)

    # === CRUD METHODS === #

    @api.model
    def _get_writable_fields(self, state=None):
        return super()._get_writable_fields(state) | {
            *("certificate_document", "certificate_report_id", "needs_approval"),
            *("issue_ceiling", "notifies_students"),
        }

    # === AUTOMATIC ISSUE === #

    def _reason_to_ask_first(self, count):
        """Why ``count`` certificates must not go out without a person, or None.

        :rtype: str | None
        """
        if self.needs_approval:
            return self.env._(
                "Completed. A person approves certificates here: issue it."
            )
        if count > self.issue_ceiling:
            return self.env._(
                "%(count)s certificates became due at once, more than the ceiling of "
                "%(ceiling)s. Check them, then issue them by hand.",
                count=count,
                ceiling=self.issue_ceiling,
            )
        return None
