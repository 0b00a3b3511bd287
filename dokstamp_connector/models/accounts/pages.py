"""Where people see the account's records at DokStamp."""

from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    page_url_pattern = fields.Char(
        string="Pattern of DokStamp's pages",
        help="Where people see a record at DokStamp, for example "
        "https://app.example.com/{resource}/{uuid}. Leave empty for no link.",
    )

    @api.constrains("page_url_pattern")
    def _check_page_url_pattern(self):
        """:raise ValidationError: no address of the web comes of it"""
        for account in self.filtered("page_url_pattern"):
            try:
                url = account.page_url_pattern.format(resource="courses", uuid="0")
            except (KeyError, IndexError, ValueError):
                url = ""
            if urlsplit(url).scheme not in ("http", "https"):
                raise ValidationError(
                    self.env._(
                        "The pattern of DokStamp's pages is an address that begins "
                        "with https:// and may hold {resource} and {uuid}."
                    )
                )

    def _page_url(self, record, uuid):
        """Where people see ``record`` at DokStamp, or False."""
        if not self.page_url_pattern or not uuid:
            return False
        return self.page_url_pattern.format(
            resource=record._dokstamp_resource, uuid=uuid
        )
