"""What a student, and whoever holds the paper, may see of a certificate."""

import logging
import re
from urllib.parse import urlencode

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...dokstamp_api import web_page

_logger = logging.getLogger(__name__)

# What left the school; drafts, waiting and failed ones are its own business.
PUBLIC_STATES = ("issued", "revoked", "expired")
NOTIFICATION = "dokstamp_connector.mail_template_certificate_issued"
UNFIT_FOR_FILES = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
MAX_COURSE = 80  # characters of it in the name of a file
LINKEDIN_FORM = "https://www.linkedin.com/profile/add"


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

    # === PORTAL === #

    @api.model
    def _domain_of_partner(self, partner):
        """What this one person sees: of the contact itself, not of its company."""
        return [
            ("student_id.partner_id", "=", partner.id),
            ("state", "in", PUBLIC_STATES),
        ]

    def _told_state(self):
        """The state as people outside are told it: what the school has revoked is so
        for them, before DokStamp has confirmed it, and if it cannot.

        :rtype: str
        """
        return "revoked" if self.is_taken_back else self.state

    def _has_portal_document(self):
        """Whether the student is offered the PDF: not one that was taken back."""
        is_valid = self._told_state() in ("issued", "expired") and self.pdf_sha256
        return bool(is_valid and not self._is_document_lost())

    def _portal_successor(self):
        """The certificate that stands for this one, once the student may see it."""
        return self.replaced_by_id.filtered(lambda c: c.state in PUBLIC_STATES)

    def _as_certified(self, key):
        """What the document says; the registry may say something else by now.

        :param str key: of `changed.CURRENT`
        """
        values = self.certified_values or self._current_values()
        return values.get(key)

    def _public_page(self):
        """DokStamp's public page of the certificate; False where there is none, or what
        is stored from an earlier version is no page that a browser may be led to.

        :rtype: str | bool
        """
        return web_page(self.verification_url) or False

    def _linkedin_url(self):
        """The link that fills in LinkedIn's form.

        What it tells is in dokstamp-api.md 18: the public link, and the uuid as id.

        :rtype: str | None
        """
        self.ensure_one()
        page = self._public_page()
        if self._told_state() != "issued" or not page:
            return None
        fields_ = {
            "startTask": "CERTIFICATION_NAME",
            "name": self._as_certified("course"),
            **self._linkedin_organization(),
            "issueYear": self.conferral_date.year,
            "issueMonth": self.conferral_date.month,
            "certUrl": page,
            "certId": self.dokstamp_uuid,
        }
        return f"{LINKEDIN_FORM}?{urlencode(fields_)}"

    def _linkedin_organization(self):
        """LinkedIn's form knows an organization by its number, or else by its name."""
        known_as = self.institution_id.linkedin_organization or ""
        if known_as.isdecimal():
            return {"organizationId": known_as}
        name = self._as_certified("institution") or self.institution_id.name
        return {"organizationName": name}

    def _shareable(self):
        """Of those that the portal shows: what a student can make a link to now."""
        return self.filtered(
            lambda c: c._told_state() != "revoked" and c.account_id.allows_sharing
        )

    def _portal_filename(self):
        """What the student's computer calls the document: course and number."""
        course = " ".join(
            UNFIT_FOR_FILES.sub(" ", self._as_certified("course")).split()
        )
        return f"{course[:MAX_COURSE]} {self.pdf_filename}".strip()

    # === CHECK LINK === #

    @api.model
    def _check(self, token):
        """What the check link tells.

        :return: `issued` with the address of DokStamp's public page; or `revoked`,
            `expired`, `pending`, `unknown` without one; and the certificate
        :rtype: tuple[str, str | None, dokstamp.certificate]
        """
        certificate = self.search([("check_token", "=", token)])
        if not certificate:
            return "unknown", None, certificate
        state = certificate._told_state()
        if state in ("revoked", "expired"):
            return state, None, certificate
        # DokStamp may answer before its public page stands: dokstamp-api.md 16.2
        page = certificate._public_page()
        if state == "issued" and page:
            return "issued", page, certificate
        return "pending", None, certificate

    def _public_facts(self):
        """What anybody with the paper may know of one that was revoked: nobody's name.

        :rtype: dict
        """
        self.ensure_one()
        return {
            "number": self.number,
            "school": self.institution_id.name or self.company_id.name,
            "revoked_on": self._revoked_on(),
            "reason": self.revocation_reason,
        }

    def _revoked_on(self):
        """The school's day on which it was revoked; False as long as nobody knows it.

        :rtype: date | bool
        """
        return self.revoked_at and self.company_id._dokstamp_day(self.revoked_at)

    # === E-MAIL === #

    def _notify_student(self):
        """Queue our own e-mail on an issued certificate, where the account wants it.

        DokStamp notifies by itself (dokstamp-api.md 16.2), so that this is off by
        default. An e-mail that cannot be written never undoes what DokStamp answered:
        it leaves a note on the certificate.
        """
        for certificate in self:
            if certificate.state == "issued" and certificate._wants_notification():
                certificate._queue_notification()

    def _wants_notification(self):
        # sudo: the account's settings are the manager's
        return self.account_id.sudo().notifies_students and bool(self.student_id.email)

    def _queue_notification(self):
        try:
            with self.env.cr.savepoint():
                self.env.ref(NOTIFICATION).send_mail(
                    self.id,
                    force_send=False,
                    email_layout_xmlid="mail.mail_notification_light",
                )
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:  # noqa: BLE001
            _logger.exception("Certificate %s: no e-mail to the student", self.id)
            self._message_log(
                body=self.env._(
                    "The e-mail to the student could not be written. Check the "
                    "template “Certificate issued”."
                )
            )
