"""How certificates get their document: what courses and accounts can say of it.

A report prints what whoever chose it may read, whoever presses *Preview* or *Issue*.
"""

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

DOCUMENTS = [
    ("own", "Standard certificate"),
    ("report", "Another report of Odoo"),
    ("upload", "Uploaded by the registrar"),
]

REPORT_HELP = (
    "Prints the certificate, its student, enrollment, course or contact, or the school "
    "app's record that feeds the enrollment."
)


class DokstampDocumentChoice(models.AbstractModel):
    """What says how documents are made; it has a `certificate_document` of its own."""

    _name = "dokstamp.document.choice"
    _description = "DokStamp Choice of Documents"

    certificate_report_id = fields.Many2one(
        "ir.actions.report",
        string="Report",
        domain=[("report_type", "=", "qweb-pdf")],
        ondelete="restrict",
        help=REPORT_HELP,
    )
    report_chosen_by_id = fields.Many2one(
        "res.users",
        string="Chosen by",
        default=lambda self: self.env.uid,
        readonly=True,
        copy=False,
        ondelete="set null",
        help="Who chose the report: it prints what this user may read.",
    )

    def _init_column(self, column_name):
        """Of reports chosen before that was kept: whoever wrote the record last."""
        result = super()._init_column(column_name)
        if column_name == "report_chosen_by_id":
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET report_chosen_by_id = write_uid"
                    " WHERE certificate_report_id IS NOT NULL",
                    SQL.identifier(self._table),
                )
            )
        return result

    @api.constrains("certificate_document", "certificate_report_id")
    def _check_report(self):
        """:raise ValidationError: no report is named
        :raise AccessError: the report is for other groups
        """
        for record in self:
            report = record.certificate_report_id
            if record.certificate_document == "report" and not report:
                raise ValidationError(
                    self.env._("Choose the report that makes the certificate.")
                )
            check_may_print(self.env.user, report)

    def _note_report_chosen(self):
        # sudo: a field of the connector
        self.sudo().report_chosen_by_id = self.env.uid

    def _report_reader(self):
        """With whose rights the report prints: of whoever chose it; where that was an
        addon, of whoever asks, and scheduled actions have them all.

        :rtype: res.users
        :raise AccessError: that user was deleted
        """
        chooser = self.report_chosen_by_id
        if not chooser:
            raise AccessError(
                self.env._(
                    "Whoever chose the report “%(report)s” has no account any more, so "
                    "it prints nothing. Choose it again.",
                    report=self.certificate_report_id.name,
                )
            )
        return self.env.user if chooser.id == SUPERUSER_ID else chooser


def check_may_print(user, report):
    """Keep people from printing, as a certificate or its preview, what Odoo does not
    let them print: certificates are made with elevated rights.

    :param res.users user: not a scheduled action's, who may print all

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
