"""Signing documents with the school's key before DokStamp gets them: a mechanism of its
own. What is made is signed when it is made, what is uploaded when it is issued; a
document is signed once.
"""

import base64

from odoo import fields, models
from odoo.exceptions import UserError

from .signed_pdf import SchoolSigner, hindrance_to_sign, is_signed, writable_text


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

    def _document_values(self, document):
        """Fields to write: the document, signed if the account wants that.

        :param bytes document: a PDF
        :rtype: dict
        :raise UserError: it is to be signed, and cannot be
        """
        account = self.account_id.sudo()  # sudo: accounts are the managers'
        if not account._signs():
            return {"pdf": base64.b64encode(document)}
        key, certificate = account._signing_key()
        if sentence := self._hindrance_to_sign(document):
            raise UserError(sentence)
        signed_at = fields.Datetime.now()
        name = self._signing_name()
        signer = SchoolSigner(
            document, key=key, certificate=certificate, signed_at=signed_at
        )
        try:
            signed = signer.sign(
                # of two that somebody puts into one file, too
                field_name=f"{self.number} {signed_at:%Y%m%d%H%M%S}",
                facts=self._signature_facts(name),
                mark=self._signature_mark(document, name, signed_at),
                is_ours=self._kind_of_document() == "own",
            )
        except ValueError:
            raise UserError(
                self.env._(
                    "The document could not be signed: the signing certificate is too "
                    "large. An administrator chooses another one on the DokStamp "
                    "account."
                )
            ) from None
        return {
            "pdf": base64.b64encode(signed),
            "signed_at": signed_at,
            "signed_by": name,
        }

    def _sign_uploaded(self):
        """Sign what people have uploaded, now that it goes out.

        :raise UserError: one of them cannot be signed
        """
        for certificate in self:
            if certificate._is_upload_to_sign():
                document = certificate._kept_document()
                certificate.write(certificate._document_values(document))

    def _is_upload_to_sign(self):
        is_upload = self.pdf_sha256 and not self.pdf_is_made
        return bool(is_upload and not self.signed_at and self.account_id._signs())

    def _signature_obstacles(self):
        """Why an uploaded document cannot go out.

        :rtype: list[str]
        """
        if not self._is_upload_to_sign() or self._is_document_lost():
            return []
        sentence = self._hindrance_to_sign(self._kept_document())
        return [sentence] if sentence else []

    def _hindrance_to_sign(self, document):
        hindrance = hindrance_to_sign(document)
        if hindrance == "encrypted":
            return self.env._(
                "The document is protected by a password, and the school's signature "
                "cannot be added to it: upload one without."
            )
        if hindrance == "locked":
            return self.env._(
                "The document is signed by somebody who allows no further signature: "
                "upload one without that signature, or let an administrator set Sign "
                "documents to No on the DokStamp account while it is issued."
            )
        if hindrance:
            return self.env._(
                "The document is no complete PDF, so that the school's signature "
                "cannot be added to it: export it anew, and upload that."
            )
        return None

    def _signing_name(self):
        # sudo: certificates are the administrators'
        certificate = self.account_id.sudo().signing_certificate_id
        return certificate.subject_common_name or certificate.display_name

    def _signature_facts(self, name):
        """What viewers tell of the signature: ISO 32000-1, table 252.

        :rtype: dict[str, str]
        """
        account = self.account_id.sudo()  # sudo: accounts are the managers'
        company = self.company_id
        place = filter(None, (company.city, company.country_id.name))
        translated = self.with_context(lang=self._document_lang()).env
        return {
            "/Name": name,
            "/Reason": account.signing_reason
            or translated._("Certificate %(number)s", number=self.number),
            "/Location": account.signing_location or ", ".join(place),
        }

    def _signature_mark(self, document, name, signed_at):
        """What stands on the page; None for nothing.

        Nothing may be changed on a page that somebody has signed.
        """
        account = self.account_id.sudo()  # sudo: accounts are the managers'
        if account.sign_documents != "mark" or is_signed(document):
            return None
        moment = f"{signed_at:%Y-%m-%d %H:%M} UTC"
        texts = []
        for lang in (self._document_lang(), "en_US"):
            env = self.with_context(lang=lang).env
            texts.append(
                env._(
                    "Digitally signed by %(name)s, %(moment)s", name=name, moment=moment
                )
            )
        return writable_text(*texts, f"Digitally signed, {moment}")
