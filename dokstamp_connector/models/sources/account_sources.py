"""What sources add to accounts: what they cannot read, or hold back."""

from odoo import models


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    def _get_scheduled_works(self):
        works = super()._get_scheduled_works()
        sweep = self.env._(
            "Sources are not read again, nor changes found that no save shows."
        )
        return works | {"sweep": sweep}

    def _get_attention(self):
        return super()._get_attention() + self._source_problems()

    def _source_problems(self):
        """Sentences on what the sources of the account's company cannot read, or hold
        back until somebody decides.

        :rtype: list[str]
        """
        # sudo: how many they are, for registrars who do not see all of them
        sources = self.env["dokstamp.source"].sudo()
        sources = sources.search([("company_id", "=", self.company_id.id)])
        sentences = [
            self.env._(
                "The source “%(name)s” reads nothing: %(reason)s",
                name=source.name,
                reason=source.reading_problem,
            )
            for source in sources
            if source.reading_problem
        ]
        links = self.env["dokstamp.source.link"].sudo()
        broken = [("source_id", "in", sources.ids), ("error", "!=", False)]
        if held := links.search_count([*broken, ("is_held", "=", True)]):
            sentences.append(
                self.env._(
                    "%s to decide under Registry > To decide: who somebody is, or "
                    "whether a change of a student is right.",
                    held,
                )
            )
        if unread := links.search_count([*broken, ("is_held", "=", False)]):
            sentences.append(
                self.env._(
                    "%s records of school apps could not be read: the sources under "
                    "Configuration > Sources tell which, and why.",
                    unread,
                )
            )
        return sentences
