"""Pages of the printed lists: the register, and the outcome of an issue run."""

from odoo import models

ROWS = 20  # a page holds as many even when every second one takes two lines


class DokstampRegisterEntry(models.Model):
    _inherit = "dokstamp.register.entry"

    def _pages_of_books(self):
        """These entries as pages, one book per institution and year, in its order.

        :rtype: list[dict]
        """
        books = self.sorted(
            lambda e: (
                e.institution_id.name,
                e.institution_id.id,
                e.year,
                e.entry_number,
            )
        ).grouped(lambda e: (e.institution_id, e.year))
        return [
            {"institution": institution, "year": year, "entries": entries, **place}
            for (institution, year), book in books.items()
            for entries, place in _pages(book)
        ]


class DokstampIssueRun(models.Model):
    _inherit = "dokstamp.issue.run"

    def _outcome_pages(self):
        """The run's certificates as pages, what failed first.

        :rtype: list[dict]
        """
        self.ensure_one()
        certificates = self.certificate_ids.sorted(
            lambda c: (c.state != "failed", c.number or "", c.id)
        )
        return [
            {"certificates": on_page, **place}
            for on_page, place in _pages(certificates)
        ]


def _pages(records):
    starts = range(0, len(records), ROWS)
    return [
        (records[start : start + ROWS], {"number": number, "count": len(starts)})
        for number, start in enumerate(starts, 1)
    ]
