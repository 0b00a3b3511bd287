"""In which language a source reads, and what of its records stays in Odoo for that.

What is sent has one language: the account's, or the source's own. It does not depend on
who saves, nor on who looks.
"""

from odoo import api, fields, models

from ..language import language_name, usable_language
from .source_field import as_text


class DokstampSource(models.Model):
    _inherit = "dokstamp.source"

    lang = fields.Selection(
        lambda self: self.env["res.lang"].get_installed(),
        string="Own language",
        help="In which language texts are read that have several, and so sent. Empty: "
        "the language of the company's DokStamp account.",
    )
    language_name = fields.Char(
        string="Reads texts in", compute="_compute_language_name"
    )

    @api.depends("lang", "company_id")
    def _compute_language_name(self):
        for source in self:
            source.language_name = language_name(self.env, source._language())

    @api.model
    def _get_writable_fields(self, state=None):
        return super()._get_writable_fields(state) | {"lang"}

    def _language(self):
        """The code of the language that it reads in.

        :rtype: str
        """
        if len(self.env["res.lang"].get_installed()) == 1:
            return usable_language(self.env)
        company = self.sudo().company_id
        account = company and company._dokstamp_account()
        return usable_language(
            self.env,
            self.sudo().lang,
            account and account.lang,
            company.partner_id.lang,
        )

    def _told_otherwise(self, ids):
        """What reads otherwise in a language that is not sent.

        :param ids: of records of the source's model
        :return: record id → names of registry fields
        :rtype: dict[int, list[str]]
        """
        source = self._as_reader()
        spoken = source.env.lang
        codes = [code for code, _name in self.env["res.lang"].get_installed()]
        lines = source.field_ids.filtered(lambda line: line._is_translated())
        if len(codes) < 2 or not lines:
            return {}
        told = {}
        for record in source.env[source.model].browse(ids).exists():
            names = [
                line.field_name
                for line in lines
                if any(
                    as_text(line._raw(record.with_context(lang=code)))
                    != as_text(line._raw(record))
                    for code in codes
                    if code != spoken
                )
            ]
            if names:
                told[record.id] = names
        return told

    def _language_sentence(self, names):
        """Which language counts for the fields ``names``, for whoever looks.

        :rtype: str
        """
        fields_ = self.env[self.entity]._fields
        labels = [fields_[name]._description_string(self.env) for name in names]
        return self.env._(
            "What DokStamp gets is written in %(language)s. What is written in other "
            "languages stays in Odoo: %(fields)s.",
            language=language_name(self.env, self._language()),
            fields=", ".join(labels),
        )
