"""How certificates get their document: what courses and accounts can say of it."""

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


def check_report(records):
    """:raise ValidationError: one of these courses or accounts names no report
    :raise AccessError: the report is for other groups
    """
    for record in records:
        if record.certificate_document == "report" and not record.certificate_report_id:
            raise ValidationError(
                record.env._("Choose the report that makes the certificate.")
            )
        check_may_print(record.env.user, record.certificate_report_id)


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
