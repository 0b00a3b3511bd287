"""Where people see the account's records at DokStamp."""

import re
from urllib.parse import quote

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...dokstamp_api import web_page

# What is filled in stands behind the server's name: whose page it is stays decided.
PATTERN = re.compile(r"[^{}/]+//[^{}/?#]+(?:[/?#](?:[^{}]|\{uuid\}|\{resource\})*)?")


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
            if not account._filled_in(resource="courses", uuid="0"):
                raise ValidationError(
                    self.env._(
                        "The pattern of DokStamp's pages is an address that begins "
                        "with https:// and the server's name, as "
                        "https://app.example.com/{resource}/{uuid}. Behind the name it "
                        "may hold {resource} and {uuid}, and no other braces."
                    )
                )

    def _page_url(self, record, uuid):
        """Where people see ``record`` at DokStamp, or False."""
        if not self.page_url_pattern or not uuid:
            return False
        return self._filled_in(resource=record._dokstamp_resource, uuid=uuid)

    def _filled_in(self, resource, uuid):
        """The page of that name, False where the pattern is not one of pages: it may be
        of an earlier version.

        :rtype: str | bool
        """
        if not PATTERN.fullmatch(self.page_url_pattern):
            return False
        url = self.page_url_pattern.replace("{resource}", resource)
        return web_page(url.replace("{uuid}", quote(uuid, safe=""))) or False
