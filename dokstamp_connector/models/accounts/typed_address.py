"""The address of the API as people type it; `dokstamp_api/address` takes it apart."""

from odoo import models
from odoo.exceptions import ValidationError

from ...dokstamp_api import Address, AddressRefused

SHOWN_LENGTH = 100  # characters


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    def _with_plain_address(self, vals):
        """Values of a record with the address in its one way to write it.

        :rtype: dict
        :raise ValidationError: no address of an API
        """
        if "base_url" not in vals:
            return vals
        return {**vals, "base_url": self._plain_address(vals["base_url"]).url}

    def _plain_address(self, text):
        """:rtype: Address
        :raise ValidationError: no address of an API
        """
        try:
            return Address.of(text)
        except AddressRefused as error:
            raise ValidationError(self._address_sentence(error, text)) from None

    def _stored_address_sentence(self, error):
        """What is wrong with an address that was stored when it still passed."""
        return self.env._(
            "The address of the API cannot be right, so that nothing is sent: "
            "%(reason)s",
            reason=self._address_sentence(error, self.base_url),
        )

    def _address_sentence(self, error, text):
        """What is wrong with an address, in plain words."""
        if error.reason == "characters":
            return self.env._(
                "The address of the API holds plain letters, digits, dots, hyphens and "
                "slashes alone: no space, backslash, percent sign or letter with an "
                "accent. Type it anew. It looks like https://api.dokstamp.com."
            )
        if error.reason == "unencrypted":
            return self.env._(
                "The address must begin with https://: students' data and "
                "your credentials would travel unencrypted otherwise."
            )
        if error.reason in ("user", "query"):  # may hold a password: not repeated
            return self.env._(
                "The address of the API holds no user name, question mark or #."
            )
        return self.env._(
            "“%(url)s” is not an address of an API. It looks like "
            "https://api.dokstamp.com.",
            url=str(text or "")[:SHOWN_LENGTH],
        )
