"""Open Badges, as far as dokstamp-api.md 18 tells: images, and what wears them.

Baking badges into images is switched on at DokStamp; the paths of badge assertions are
not documented.
"""

import base64
import hashlib
from dataclasses import dataclass, field

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..sync.messages import Message
from .pdf import decoded

PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(kw_only=True)
class UploadImage(Message):
    """Send an image to DokStamp's files; the same bytes again give the same file.

    :param bytes content: a PNG
    """

    filename: str
    content: bytes = field(repr=False)

    @property
    def sent(self):
        return {}

    @property
    def size(self):
        return len(self.content)

    def _run(self):
        self._meaning("created", {}, {"original_name": self.filename})
        files = self.client.files.upload([(self.filename, self.content, "image/png")])
        self.uuid = files[0]["uuid"]


class DokstampBadgeImage(models.Model):
    """An image at DokStamp. It never changes: another image is another record."""

    _name = "dokstamp.badge.image"
    _inherit = ["dokstamp.entity"]
    _description = "DokStamp Badge Image"
    _rec_name = "sha256"

    _dokstamp_is_fed = False
    _dokstamp_has_list = False  # among the files, which say of none what it shows
    _dokstamp_resource = "files"
    _dokstamp_rank = 5
    _natural_key = ("sha256",)

    image = fields.Binary(attachment=True, required=True)
    sha256 = fields.Char(required=True, readonly=True)

    _content_unique = models.UniqueIndex(
        "(account_id, sha256)", "This image is there already."
    )

    @api.model
    def _get_writable_fields(self, state=None):
        """Nobody types one in: it is what its digest says."""
        return set()

    @api.model
    def _for(self, record, image):
        """The record of an image with the account of the one that wears it.

        :param bytes image: base64, as a Binary field holds it
        :raise ValidationError: not a PNG
        """
        content = decoded(image)
        if not content.startswith(PNG):
            raise ValidationError(self.env._("The badge image must be a PNG file."))
        keys = {
            "account_id": record.account_id.id,
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        known = self.search([(key, "=", value) for key, value in keys.items()], limit=1)
        if known:
            return known
        # sudo: nobody types one in, so that it is what its digest says
        made_sudo = self.sudo().create(
            {
                **keys,
                "company_id": record.company_id.id,
                "image": base64.b64encode(content),
            }
        )
        return made_sudo.with_env(self.env)

    # === MESSAGES === #

    def _push_message(self, binding, tried=()):
        if binding.dokstamp_uuid:
            return None
        return UploadImage(
            filename=f"badge-{self.sha256[:12]}.png",
            # without the batch's other images
            content=decoded(self.with_prefetch().image),
        )

    def _removal_message(self, binding, removal_keys, tried, since):
        """Nothing: deleting a file is not documented."""


class DokstampBadgeBearer(models.AbstractModel):
    """What institutions and courses share: an image that is sent before they are."""

    _name = "dokstamp.badge.bearer"
    _description = "DokStamp Badge Bearer"

    badge_image_id = fields.Many2one(
        "dokstamp.badge.image", ondelete="restrict", check_company=True, readonly=True
    )
    badge_image = fields.Binary(
        string="Badge image",
        compute="_compute_badge_image",
        inverse="_inverse_badge_image",
        help="A square PNG.",
    )

    @api.depends("badge_image_id")
    def _compute_badge_image(self):
        for record in self:
            record.badge_image = record.badge_image_id.image

    def _inverse_badge_image(self):
        images = self.env["dokstamp.badge.image"]
        for record in self:
            image = record.badge_image
            # sudo: no image is chosen but by its content
            record.sudo().badge_image_id = (
                images._for(record, image) if image else False
            )
