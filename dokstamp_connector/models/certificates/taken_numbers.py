"""Certificate numbers that are in use, a mechanism of its own: after the addon was
removed and installed again, its sequence begins anew, and certificates live on at
DokStamp.
"""

import re
from collections import defaultdict

from odoo import fields, models

from ...dokstamp_api import DokStampError, text_in

# What a sequence's prefix or suffix is filled with.
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
DIGITS = 9  # of the running part; a counter takes no more
FULL_YEARS = {"year", "range_year"}


def named(number):
    """A number as it stands in the name of an uploaded document."""
    return number.replace("/", "-")


def pattern_of(prefix, suffix):
    """What finds the running part of a number, and its year where it has one.

    :rtype: re.Pattern
    """
    years = 0

    def part(text):
        nonlocal years
        parts = []
        for place, piece in enumerate(PLACEHOLDER.split(named(text or ""))):
            if place % 2 == 0:
                parts.append(re.escape(piece))
            elif piece in FULL_YEARS:
                parts.append(r"(?P<year>(?:19|20)\d\d)" if not years else r"\d{4}")
                years += 1
            else:
                parts.append(r"\w+?")
        return "".join(parts)

    return re.compile(part(prefix) + r"(?P<count>\d{1,9})" + part(suffix))


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    numbers_problem = fields.Text(
        string="Why no certificate gets a number", readonly=True, copy=False
    )

    # === ACTION METHODS === #

    def action_test_connection(self):
        """Override: what could not be learned when the account was connected is."""
        self.check_access("write")
        if self.state == "connected" and self.numbers_problem:
            self._learn_numbers()
        return super().action_test_connection()

    # === WHAT NEEDS ATTENTION === #

    def _get_hindrances(self):
        problem = self.numbers_problem
        return super()._get_hindrances() + ([problem] if problem else [])

    # === LEARNING === #

    def _note_connected(self):
        """Override: a person waits, so DokStamp may be asked.

        Where certificates have numbers here, the sequence is the one that gave them.
        """
        result = super()._note_connected()
        for account in self:
            if account.numbers_problem or not account._has_numbers():
                account._learn_numbers()
        return result

    def _has_numbers(self):
        # sudo: whether there are any
        certificates = self.env["dokstamp.certificate"].sudo()
        numbered = [("company_id", "=", self.company_id.id), ("number", "!=", False)]
        every = certificates.with_context(active_test=False)
        return bool(every.search_count(numbered, limit=1))

    def _learn_numbers(self):
        """Let the sequence go on after the highest number that is known at DokStamp,
        where a document is named after it, or in the register.
        """
        try:
            names = [
                text_in(file, "original_name").removesuffix(".pdf")
                for file in self._client().files.list()
            ]
        except (DokStampError, ValueError):
            problem = self.env._(
                "DokStamp did not tell which certificate numbers are in use, so none "
                "is given: it could be one that another certificate has. Press Test "
                "connection on the DokStamp account."
            )
        else:
            problem = False
            self._skip_numbers([*names, *map(named, self._registered_numbers())])
        self.sudo().numbers_problem = problem  # sudo: a field of the connector

    def _registered_numbers(self):
        # sudo: numbers alone, of the whole company
        entries = self.env["dokstamp.register.entry"].sudo()
        return entries.search([("company_id", "=", self.company_id.id)]).mapped(
            "certificate_number"
        )

    def _skip_numbers(self, names):
        """:param list names: numbers in use, as documents are named after them"""
        # sudo: sequences are the administrators'
        certificates = self.env["dokstamp.certificate"].sudo()
        sequence = certificates._sequence(self.company_id)
        pattern = pattern_of(sequence.prefix, sequence.suffix)
        highest = defaultdict(int)
        for match in filter(None, map(pattern.fullmatch, names)):
            year, count = match.groupdict().get("year"), match["count"]
            if len(count) <= DIGITS:  # else it is none that a school gave
                highest[year] = max(highest[year], int(count))
        for year, count in highest.items():
            for part in self._parts_of(sequence, year):
                following = count + sequence.number_increment
                # no field tells Odoo when its value is another one
                part.invalidate_recordset(["number_next_actual"])
                if part.number_next_actual < following:
                    part.number_next = following

    def _parts_of(self, sequence, year):
        """What counts the numbers of a year: the sequence, or its part of that year.

        :param str year: None where numbers tell none
        """
        if not sequence.use_date_range:
            return sequence
        year = year or str(fields.Date.context_today(self).year)
        known = sequence.date_range_ids.filtered(
            lambda part: part.date_from.year <= int(year) <= part.date_to.year
        )
        return known or sequence._create_date_range_seq(f"{year}-01-01")
