"""With which key an account's documents are signed: a mechanism of its own.

Key and certificate are Odoo's own records, of the addon `certificate`, and the
administrators'. Whoever issues uses them for this alone, and sees none of them.
"""

import base64
import functools
from datetime import timedelta

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import ExtensionNotFound, KeyUsage, load_pem_x509_certificate

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .signed_pdf import CAN_SIGN

WARNED_BEFORE = timedelta(days=30)  # a new certificate takes schools weeks to get


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    sign_documents = fields.Selection(
        [
            ("no", "No"),
            ("invisible", "Invisibly"),
            ("mark", "With a mark on the page"),
        ],
        string="Sign documents",
        default="no",
        required=True,
        tracking=True,
        help="Whether documents carry the school's digital signature when DokStamp "
        "gets them. DokStamp signs what it issues, and its documentation does not say "
        "for sure whether a document may be signed before: ask DokStamp first, or try "
        "it with one certificate. The mark is a small box at the foot of the page.",
    )
    signing_certificate_id = fields.Many2one(
        "certificate.certificate",
        string="Signing certificate",
        check_company=True,
        copy=False,
        domain="[('private_key_id', '!=', False), ('is_valid', '=', True), "
        "('company_id', 'parent_of', company_id)]",
        groups="base.group_system",
        tracking=True,
        help="The school's certificate with its private key, of the kind RSA, as an "
        "administrator keeps it in the settings under Certificates and Keys.",
    )
    signing_certificate_name = fields.Char(
        string="Signed as",
        compute="_compute_signing_warning",
        help="Whom the signing certificate names, and until when it is valid.",
    )
    signing_warning = fields.Text(
        compute="_compute_signing_warning",
        help="Why documents cannot be signed, or soon cannot be any more.",
    )
    signing_reason = fields.Char(
        string="Reason of the signature",
        help="What PDF viewers show as the reason, for example Diploma of our school. "
        "Empty: the number of the certificate.",
    )
    signing_location = fields.Char(
        string="Place of the signature",
        help="What PDF viewers show as the place. Empty: the company's city and "
        "country.",
    )

    # === COMPUTE METHODS === #

    @api.depends("sign_documents", "signing_certificate_id", "company_id")
    @api.depends_context("lang")
    def _compute_signing_warning(self):
        # sudo: certificates are the administrators'
        for account, account_sudo in zip(self, self.sudo(), strict=True):
            certificate = account_sudo.signing_certificate_id
            account.signing_certificate_name = certificate and self.env._(
                "%(name)s, valid until %(day)s",
                name=certificate.subject_common_name or certificate.display_name,
                day=format_date(self.env, certificate.date_end),
            )
            account.signing_warning = (
                account._signing_problem() or account._signing_expiry()
            )

    @api.depends("sign_documents", "signing_certificate_id")
    def _compute_attention(self):
        """A form that is being filled in says at once what is amiss."""
        return super()._compute_attention()

    # === CRUD METHODS === #

    @api.model
    def _get_writable_fields(self, state=None):
        return super()._get_writable_fields(state) | {
            *("sign_documents", "signing_certificate_id"),
            *("signing_reason", "signing_location"),
        }

    # === WHAT NEEDS ATTENTION === #

    def _reasons_not_to_issue(self):
        problem = self._signing_problem()
        return super()._reasons_not_to_issue() + ([problem] if problem else [])

    def _get_attention(self):
        expiry = self._signing_expiry()
        return super()._get_attention() | ({expiry: None} if expiry else {})

    def _signs(self):
        # sudo: whoever issues may read no account
        return self.sudo().sign_documents not in (False, "no")

    def _signing_problem(self):
        """Why documents cannot be signed; False when they can, or need not be.

        :rtype: str | bool
        """
        self.ensure_one()
        if not self._signs():
            return False
        try:
            self._signing_key()
        except UserError as error:
            return str(error)
        return False

    def _signing_expiry(self):
        """That the signing certificate is soon no longer valid; False when it is valid
        for long, or not at all.

        :rtype: str | bool
        """
        # sudo: certificates are the administrators'
        certificate = self.sudo().signing_certificate_id
        now = fields.Datetime.now()
        if not self._signs() or not certificate.date_end:
            return False
        if not now <= certificate.date_end <= now + WARNED_BEFORE:
            return False
        return self.env._(
            "The certificate “%(certificate)s”, which documents are signed with, "
            "expires on %(day)s, in %(count)s days. Nothing is issued after that: "
            "get a new one, and choose it on the DokStamp account.",
            certificate=certificate.display_name,
            day=format_date(self.env, certificate.date_end),
            count=(certificate.date_end - now).days,
        )

    # === THE KEY === #

    def _signing_key(self):
        """What documents are signed with.

        :return: private key and certificate, both of cryptography
        :rtype: tuple
        :raise UserError: nothing can be signed with it, and what to do
        """
        self.ensure_one()
        if not CAN_SIGN:
            raise UserError(
                self.env._(
                    "Odoo's server cannot sign PDFs: its Python lacks asn1crypto, or "
                    "has a PyPDF2 older than 2. Ask whoever runs the server, or set "
                    "Sign documents to No on the DokStamp account."
                )
            )
        # sudo: keys are the administrators', and whoever issues uses this one for this
        # alone
        certificate = self.sudo().signing_certificate_id
        if sentence := (
            self._copy_sentence()
            or self._certificate_sentence(certificate)
            or self._validity_sentence(certificate)
        ):
            raise UserError(sentence)
        x509 = load_pem_x509_certificate(_bytes_of(certificate, "pem_certificate"))
        key = self._private_key(certificate)
        if sentence := self._key_sentence(certificate, x509, key):
            raise UserError(sentence)
        return key, x509

    def _private_key(self, certificate):
        """:raise UserError: the certificate has none, or it cannot be opened"""
        key = certificate.private_key_id
        if not key or not key.active:
            raise UserError(
                self.env._(
                    "The signing certificate “%(certificate)s” has no private key, or "
                    "an archived one. An administrator adds it in the settings, under "
                    "Certificates and Keys.",
                    certificate=certificate.display_name,
                )
            )
        content, password = _bytes_of(key, "pem_key"), (key.password or "").encode()
        for word in (password or None, None):  # one that needs none refuses any
            try:
                return _opened(content, word)
            except (TypeError, ValueError, UnsupportedAlgorithm):
                continue
        raise UserError(
            self.env._(
                "The private key of the signing certificate “%(certificate)s” cannot "
                "be opened: its password is wrong, or the file is no private key. An "
                "administrator types the password again in the settings, under "
                "Certificates and Keys.",
                certificate=certificate.display_name,
            )
        )

    def _copy_sentence(self):
        return (
            self.database_uuid
            and self._is_copied()
            and self.env._(
                "This database is a copy, and signs nothing with the school's key "
                "until a manager presses Resume on the DokStamp account."
            )
        )

    def _certificate_sentence(self, certificate):
        if not certificate:
            return self.env._(
                "Documents are to be signed, and no certificate is chosen for that. An "
                "administrator chooses one on the DokStamp account, or sets Sign "
                "documents to No."
            )
        if not certificate.active:
            return self.env._(
                "The signing certificate “%(certificate)s” is archived. An "
                "administrator unarchives it, or chooses another one on the DokStamp "
                "account.",
                certificate=certificate.display_name,
            )
        if certificate.company_id not in self.sudo().company_id.parent_ids:
            return self.env._(
                "The signing certificate “%(certificate)s” belongs to another company. "
                "An administrator chooses one of this company on the DokStamp account.",
                certificate=certificate.display_name,
            )
        if certificate.loading_error or not certificate.date_end:
            return self.env._(
                "The signing certificate “%(certificate)s” cannot be read: the file or "
                "its password is wrong. An administrator uploads it again in the "
                "settings, under Certificates and Keys.",
                certificate=certificate.display_name,
            )
        return None

    def _validity_sentence(self, certificate):
        now = fields.Datetime.now()
        if certificate.date_end < now:
            return self.env._(
                "The signing certificate “%(certificate)s” expired on %(day)s. An "
                "administrator adds a new one in the settings, under Certificates and "
                "Keys, and chooses it on the DokStamp account.",
                certificate=certificate.display_name,
                day=format_date(self.env, certificate.date_end),
            )
        if certificate.date_start > now:
            return self.env._(
                "The signing certificate “%(certificate)s” is not valid before "
                "%(day)s. Wait until then, or let an administrator choose another one "
                "on the DokStamp account.",
                certificate=certificate.display_name,
                day=format_date(self.env, certificate.date_start),
            )
        return None

    def _key_sentence(self, certificate, x509, key):
        if not isinstance(key, RSAPrivateKey):
            return self.env._(
                "The key of the signing certificate “%(certificate)s” is of a kind "
                "that Odoo cannot sign PDFs with: it must be RSA. An administrator "
                "chooses another one on the DokStamp account.",
                certificate=certificate.display_name,
            )
        if key.public_key() != x509.public_key():
            return self.env._(
                "The private key of the signing certificate “%(certificate)s” is "
                "another certificate's. An administrator uploads the right one in the "
                "settings, under Certificates and Keys.",
                certificate=certificate.display_name,
            )
        if not _may_sign(x509):
            return self.env._(
                "The signing certificate “%(certificate)s” was not made for "
                "signatures: viewers would not accept them. An administrator chooses "
                "another one on the DokStamp account.",
                certificate=certificate.display_name,
            )
        return None


@functools.lru_cache(maxsize=8)  # keys: of a few accounts, and of a change of them
def _opened(content, password):
    """A private key; to open one of RSA takes half a second, so that it stays open."""
    return load_pem_private_key(content, password)


def _bytes_of(record, name):
    return base64.b64decode(record.with_context(bin_size=False)[name] or b"")


def _may_sign(x509):
    """Whether a certificate says nothing else of its use: RFC 5280, 4.2.1.3."""
    try:
        usage = x509.extensions.get_extension_for_class(KeyUsage).value
    except ExtensionNotFound:
        return True
    return usage.digital_signature or usage.content_commitment
