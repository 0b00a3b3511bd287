"""A day as people write it, where it can be read in one way alone."""

import re
from datetime import date

from babel import Locale, UnknownLocaleError

from odoo.tools.misc import get_lang

YEAR_FIRST = re.compile(r"(\d{4})[-/. 年년]+(\d{1,2})[-/. 月월]+(\d{1,2})[.日일]?")
YEAR_LAST = re.compile(r"(\d{1,2})([-/. ]+)(\d{1,2})[-/. ]+(\d{4})\.?")
WORDS = re.compile(r"[^\W\d_]+|\d+")
SHORTEST = 3  # letters of a month's name
# What stands between the parts of a day: 3rd of April, 1º de abril de 2001, den 3. Mai
FILLERS = {"a", "d", "da", "de", "del", "den", "der", "di", "do", "le", "of", "the"}
FILLERS |= {"er", "nd", "rd", "st", "th", "º"}
FILLERS |= {"r", "г", "р"}  # short for “year”, behind it


def written_day(env, text):
    """The day that ``text`` tells; None where that is none, or could be two.

    03/04/2001 is what it is in the language of ``env``; two digits are no year.

    :param odoo.api.Environment env: of whoever was asked
    :param str text: such as 2001-04-03, 03.04.2001, 3 April 2001
    :rtype: date | None
    """
    text = " ".join((text or "").split())
    days = {
        _date(*parts)
        for parts in _readings(text, get_lang(env))
        if _date(*parts) is not None
    }
    return days.pop() if len(days) == 1 else None


def _readings(text, lang):
    """What ``text`` may mean, as (year, month, day)."""
    if found := YEAR_FIRST.fullmatch(text):
        yield found.groups()
    elif found := YEAR_LAST.fullmatch(text):
        first, between, second, year = found.groups()
        yield from _ordered(first, second, year, between, lang)
    elif found := _with_month_name(text, lang):
        yield found


def _ordered(first, second, year, between, lang):
    """Day and month in the order of a language; where there is none, or no such day in
    it, whatever is one.
    """
    is_month_first = "." not in between and _is_month_first(lang.date_format)
    if is_month_first is None:
        yield year, second, first
        yield year, first, second
        return
    usual, other = (year, second, first), (year, first, second)
    if is_month_first:
        usual, other = other, usual
    yield usual if _date(*usual) else other


def _is_month_first(date_format):
    """None: the language puts the year first, which tells nothing of the rest."""
    order = re.findall(r"%-?([a-zA-Z])", date_format)
    kinds = ["d" if c in "de" else "m" if c in "mbB" else "y" for c in order]
    return None if kinds[:1] == ["y"] else kinds[:1] == ["m"]


def _with_month_name(text, lang):
    """(year, month, day) of a text that has the name of a month and two numbers."""
    words = WORDS.findall(text.casefold())
    names = [word for word in words if not word.isdigit() and word not in FILLERS]
    years = [word for word in words if word.isdigit() and len(word) == 4]
    days = [word for word in words if word.isdigit() and len(word) < 3]
    if (len(names), len(years), len(days)) != (1, 1, 1):
        return None
    month = _month(names[0], lang.code) or _month(names[0], "en")
    return month and (years[0], month, days[0])


def _month(word, code):
    """The number of the one month that is called so, or so in short."""
    names = _month_names(code)
    if word in names:
        return names[word]
    is_long = len(word) >= SHORTEST
    found = {names[name] for name in names if is_long and name.startswith(word)}
    return found.pop() if len(found) == 1 else None


def _month_names(code):
    """Name of a month in a language → its number."""
    try:
        locale = Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return {}
    return {
        name.casefold().strip("."): number
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for number, name in locale.months[context][width].items()
    }


def _date(year, month, day):
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
