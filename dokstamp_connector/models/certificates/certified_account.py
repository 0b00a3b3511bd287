"""What certificates add to accounts: how they are made and issued where a course says
nothing, and when a person is asked first.
"""

from urllib.parse import urlsplit

from odoo import api, fields, models

from ...dokstamp_api import hindrance, web_page
from ..actions import RELOAD, show_message
from .document_choice import DOCUMENTS


class DokstampAccount(models.Model):
    _name = "dokstamp.account"
    _inherit = ["dokstamp.account", "dokstamp.document.choice"]

    certificate_document = fields.Selection(
        DOCUMENTS,
        string="Document of certificates",
        default="own",
        required=True,
        help="Where the PDF of a certificate comes from: the standard page, "
        "another report of Odoo, or a file that the registrar uploads. A "
        "course may say otherwise.",
    )
    needs_approval = fields.Boolean(
        string="A second person approves",
        help="Whoever prepared a certificate cannot issue it.",
    )
    issue_ceiling = fields.Integer(
        string="Most certificates issued at once without asking",
        default=100,
        aggregator=None,
        help="Where courses issue by themselves: when more certificates than "
        "this are due at once, none is issued before a person has agreed.",
    )
    notifies_students = fields.Boolean(
        string="Send our own e-mail",
        help="DokStamp notifies students by itself; switch this on to send Odoo's "
        "template as well.",
    )
    allows_sharing = fields.Boolean(
        string="Students share by link",
        default=True,
        help="In the portal students make links of their own to certificates, with a "
        "last day and a PIN. Switched off, the links that there are show nothing.",
    )
    # it is printed: what is wrong with it stays wrong on every certificate
    check_address = fields.Char(
        string="Check links begin with",
        compute="_compute_check_address",
        help="Where the QR code of a certificate leads: the address of this Odoo, from "
        "the system parameter web.base.url or the company's website.",
    )
    confirmed_check_address = fields.Char(
        string="Confirmed address of check links",
        readonly=True,
        copy=False,
        help="A manager has said that certificates may be issued with this address, "
        "although people outside may not reach it.",
    )
    check_link_warning = fields.Text(compute="_compute_check_address")

    # === COMPUTE METHODS === #

    @api.depends("company_id", "confirmed_check_address")
    def _compute_check_address(self):
        for account in self:
            account.check_address = account._origin.get_base_url()
            account.check_link_warning = account._check_link_warning()

    # === CRUD METHODS === #

    @api.model
    def _get_writable_fields(self, state=None):
        return super()._get_writable_fields(state) | {
            *("certificate_document", "certificate_report_id", "needs_approval"),
            *("issue_ceiling", "notifies_students", "allows_sharing"),
        }

    def _note_changed(self, vals):
        result = super()._note_changed(vals)
        if "certificate_report_id" in vals:
            self._note_report_chosen()
        return result

    # === WHAT NEEDS ATTENTION === #

    def _get_scheduled_works(self):
        return super()._get_scheduled_works() | {
            "documents": self.env._("No documents of certificates are made."),
            "issue_due": self.env._("No certificates are issued automatically."),
            "refresh_certificates": self.env._(
                "Certificates that expire, or are revoked at DokStamp, are not noticed."
            ),
            "archives": self.env._("No documents are packed for download."),
        }

    def _get_hindrances(self):
        return super()._get_hindrances() + self._reasons_not_to_issue()

    def _reasons_not_to_issue(self):
        """Sentences on why nothing may be printed, whoever it is for; each mechanism
        adds its own.

        :rtype: list[str]
        """
        warning = self._check_link_warning()
        return [warning] if warning else []

    def _is_well(self):
        """No certificate is on its way, or has failed."""
        unfinished = [
            ("account_id", "=", self.id),
            ("state", "in", ("queued", "failed")),
        ]
        certificates = self.env["dokstamp.certificate"].sudo()  # whether there are any
        return super()._is_well() and not certificates.search_count(unfinished, limit=1)

    # === ACTION METHODS === #

    def action_confirm_check_address(self):
        """Let certificates be issued with the address that check links have now,
        although people outside may not reach it.
        """
        self.check_access("write")
        for account in self:
            # sudo: a field of the connector
            account.sudo().confirmed_check_address = account.get_base_url()
        return show_message(
            self.env._("Certificates are issued with this address."), next=RELOAD
        )

    # === CHECK LINKS === #

    def _check_link_warning(self):
        """Why the QR code of certificates that are issued now would be dead for whoever
        scans it; False when nothing speaks against its address, or a manager has
        confirmed that very address.

        :rtype: str | bool
        """
        self.ensure_one()
        address = self._origin.get_base_url()
        obstacle = hindrance(address)
        if not obstacle or self._is_confirmed(address):
            return False
        return self.env._(
            "The QR code on a certificate leads to %(address)s for good. %(reason)s "
            "Open Odoo by its public address as an administrator, or set the system "
            "parameter web.base.url, before you issue certificates. If this address "
            "is right all the same, a manager says so on the DokStamp account.",
            address=address or self.env._("no address"),
            reason=self._hindrance_sentence(obstacle),
        )

    def _is_confirmed(self, address):
        """Whether a manager has said that certificates may lead there: to that server,
        whatever port it answers at.
        """
        confirmed = self.confirmed_check_address
        return bool(confirmed) and _server(address) == _server(confirmed)

    def _hindrance_sentence(self, obstacle):
        """:param str obstacle: as `hindrance` names it"""
        if obstacle == "internal":
            return self.env._(
                "Only your own computer or network knows this address: nobody outside "
                "can check the certificate."
            )
        if obstacle == "unencrypted":
            return self.env._(
                "It does not begin with https://, so that browsers warn of it or do "
                "not open it."
            )
        return self.env._("That is not the address of a page.")

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

    # === AT THE END OF A FLUSH === #

    def _note_flushed(self):
        """Whatever an earlier number waits for, the register is complete now."""
        self.env["dokstamp.certificate"].search(
            [("account_id", "=", self.id), ("is_entry_due", "=", True)]
        )._enter_issue()
        return super()._note_flushed()


def _server(address):
    """What tells one server's addresses from another's: scheme and name."""
    parts = urlsplit(web_page(address) or "")
    return (parts.scheme, parts.hostname) if parts.hostname else address
