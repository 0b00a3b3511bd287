"""What sources add to accounts: what they cannot read, or hold back; another language
has them read all again, and a further company gets sources of its own.
"""

from odoo import fields, models
from odoo.exceptions import UserError

from ..actions import show_message
from ..language import usable_language


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    lacks_sources = fields.Boolean(compute="_compute_lacks_sources")

    def _compute_lacks_sources(self):
        """Whether addons brought sources that the account's company has not."""
        for account in self:
            account.lacks_sources = bool(account.company_id and account._lacking())

    def _note_changed(self, vals):
        result = super()._note_changed(vals)
        spoken = self.filtered(
            lambda account: (
                "lang" in vals
                or account._language()
                != usable_language(self.env, account.company_id.partner_id.lang)
            )
        )
        if spoken:
            # sudo: sources of whoever set them up
            sources = self.env["dokstamp.source"].sudo()
            sources.search([("company_id", "in", spoken.company_id.ids)])._read_all()
        return result

    def _lacking(self):
        """Sources that came with an addon and that the company has none like.

        :rtype: dokstamp.source
        """
        # sudo: they are another company's
        sources = self.env["dokstamp.source"].sudo().with_context(active_test=False)
        known = {
            (source.model_id, source.relation, source.entity)
            for source in sources.search([("company_id", "=", self.company_id.id)])
        }
        shipped = sources.search([("company_id", "!=", self.company_id.id)])
        names = shipped.get_external_id()
        return shipped.filtered(
            lambda one: (
                names[one.id]
                and not names[one.id].startswith("__")  # of an export
                and (one.model_id, one.relation, one.entity) not in known
            )
        )

    def action_make_sources(self):
        """Give the account's company the sources that came with addons, switched off,
        to be looked at first.

        :raise AccessError: the user may not read what they ask for
        :raise UserError: it has them all
        """
        self.ensure_one()
        self.check_access("write")
        lacking = self._lacking()
        if not lacking:
            raise UserError(
                self.env._("%s has a source for everything.", self.company_id.name)
            )
        values = lacking.copy_data(
            {"company_id": self.company_id.id, "active": False, "lang": False}
        )
        self.env["dokstamp.source"].create(values)
        return show_message(
            self.env._(
                "%(count)s sources are made for %(company)s. Look at them under "
                "Configuration > Sources, and switch them on.",
                count=len(values),
                company=self.company_id.name,
            ),
            "success",
        )

    # === WHAT NEEDS ATTENTION === #

    def _get_scheduled_works(self):
        works = super()._get_scheduled_works()
        sweep = self.env._(
            "Sources are not read again, nor changes found that no save shows."
        )
        return works | {"sweep": sweep}

    def _get_attention(self):
        own = [("company_id", "=", self.company_id.id)]
        held = [
            ("source_id.company_id", "=", self.company_id.id),
            ("is_held", "=", True),
            ("error", "!=", False),
        ]
        return (
            super()._get_attention()
            | dict.fromkeys(self._unread_sentences(), ("dokstamp_source_action", own))
            | dict.fromkeys(
                self._undecided_sentences(), ("dokstamp_source_link_action_held", held)
            )
        )

    def _sources_of_company(self):
        # sudo: how many they are, for registrars who do not see all of them
        sources = self.env["dokstamp.source"].sudo()
        return sources.search([("company_id", "=", self.company_id.id)])

    def _unread_sentences(self):
        """Sentences on what the sources of the account's company cannot read.

        :rtype: list[str]
        """
        sources = self._sources_of_company()
        sentences = [
            self.env._(
                "The source “%(name)s” reads nothing: %(reason)s",
                name=source.name,
                reason=source.reading_problem,
            )
            for source in sources
            if source.reading_problem
        ]
        sentences += [
            self.env._(
                "The source “%(name)s”: %(reason)s",
                name=source.name,
                reason=source.stale_note,
            )
            for source in sources
            if source.stale_note
        ]
        if unread := sources._count_broken(is_held=False):
            sentences.append(
                self.env._(
                    "%s records of school apps could not be read: the sources under "
                    "Configuration > Sources tell which, and why.",
                    unread,
                )
            )
        return sentences

    def _undecided_sentences(self):
        """A sentence on what waits for a registrar's word.

        :rtype: list[str]
        """
        held = self._sources_of_company()._count_broken(is_held=True)
        if not held:
            return []
        return [
            self.env._(
                "%s to decide under Registry > To decide: who somebody is, or "
                "whether a change of a student is right.",
                held,
            )
        ]
