import base64

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang
from odoo.tools.image import image_data_uri, image_process

from ..models.language import usable_language
from . import artwork, typesetting

NAME_BOX = {"largest": 104, "width": 1330, "height": 150}  # pixels
COURSE_BOX = {"largest": 50, "width": 1250, "height": 116}
# What pictures are fitted to: twice the pixels of their place, which is 300 dpi.
LOGO_SIZE = (840, 192)
SIGNATURE_SIZE = (840, 168)
LARGEST_DRAWING = 1_000_000  # bytes of a picture that is drawn, not made of pixels


class DokstampCertificate(models.Model):
    """What the printed page asks of a certificate."""

    _inherit = "dokstamp.certificate"

    def _document_lang(self):
        partner = self.student_id.partner_id or self.company_id.partner_id
        return usable_language(self.env, partner.lang or self.env.context.get("lang"))

    def _printed_name(self):
        """The name as it must print: dokstamp-api.md 13 puts the social name first."""
        return self.student_id.social_name or self.student_id.name or ""

    def _page(self):
        """What is on the page and no plain field, in the language of the context.

        :rtype: dict
        """
        name, course = self._printed_name(), self.course_id.name or ""
        company = self.company_id
        lang = self.env["res.lang"]._get_data(code=self.env.lang)
        facts, conferred = " · ".join(self._facts()), self._conferred()
        return {
            "shapes": artwork.shapes(),
            "colors": artwork.palette(company.primary_color, company.secondary_color),
            "lang": lang,
            "fonts": typesetting.fonts(self.env.lang),
            "name": name,
            "name_fonts": typesetting.fonts(self.env.lang, name),
            "name_size": typesetting.fitted_size(name, **NAME_BOX),
            "name_dir": typesetting.direction(name),
            "course": course,
            "course_fonts": typesetting.fonts(self.env.lang, course),
            "course_size": typesetting.fitted_size(course, **COURSE_BOX),
            "course_dir": typesetting.direction(course),
            "logo": not company.uses_default_logo
            and self._picture(company.logo, LOGO_SIZE, company.name),
            "facts": facts,
            "facts_dir": typesetting.direction(facts),
            "conferred": conferred,
            "conferred_dir": typesetting.direction(conferred),
            "number": self.env._("Certificate %(number)s", number=self.number),
            "signatories": [
                (
                    signatory,
                    self._picture(signatory.signature, SIGNATURE_SIZE, signatory.name),
                )
                # sudo: whoever prepares a certificate prints its signatures
                for signatory in self.institution_id.sudo().signatory_ids[:4]
            ],
        }

    def _conferred(self):
        date = format_date(self.env, self.conferral_date, date_format="long")
        return self.env._("Conferred on %(date)s", date=date)

    def _facts(self):
        facts = []
        hours = self.course_id.workload_hours
        if hours == 1:
            facts.append(self.env._("1 hour"))
        elif hours:
            facts.append(self.env._("%(count)s hours", count=hours))
        if (grade := self._printed_grade()) is not None:
            grade = formatLang(self.env, grade, digits=2)
            facts.append(self.env._("Grade: %(grade)s", grade=grade))
        return facts

    def _qr(self):
        """The check link as a QR code.

        :return: path data of its dark squares, and how many squares it is wide
        :rtype: tuple[str, int]
        """
        return artwork.qr(self.check_url)

    def _picture(self, image, size, owner):
        """A picture as the page needs it, or None.

        Odoo parses pages of several megabytes anew, and drops what comes after a long
        word such as a picture (`ir_actions_report.py`); and wkhtmltopdf knows no WebP.

        :param bytes image: base64
        :param tuple size: largest width and height, in pixels
        :param str owner: whose it is, for people
        :raise UserError: it is none, or too large
        """
        if not image:
            return None
        try:
            fitted = image_process(base64.b64decode(image), size, output_format="PNG")
        except (UserError, ValueError, OSError) as error:
            raise UserError(
                self.env._(
                    "The picture of %(owner)s (logo or signature) cannot be read. "
                    "Upload it again as PNG or JPEG.",
                    owner=owner,
                )
            ) from error
        if len(fitted) > LARGEST_DRAWING:
            raise UserError(
                self.env._(
                    "The picture of %(owner)s (logo or signature) is a drawing of more "
                    "than 1 MB. Upload it as PNG or JPEG.",
                    owner=owner,
                )
            )
        return image_data_uri(base64.b64encode(fitted))
