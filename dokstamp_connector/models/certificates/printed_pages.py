"""Printed lists as pages, broken by height: the register, and the outcome of a run."""

import unicodedata

ROOM = "dokstamp_page_room"  # context: how many lines of text a page holds
# What is tried one after the other until nothing runs over: neither the fonts nor the
# kind of wkhtmltopdf are known before it has printed.
ROOMS = (38, 34, 30, 26, 22, 18, 14)
BETWEEN = 0.6  # height between two rows, in lines
WIDE = 0.55  # width of a letter in em, on the generous side


def pages_of(records, cells):
    """The records of each page, and which one of how many it is.

    :param cells: record → (text, width in em) of each column that may wrap
    :rtype: list[tuple[odoo.models.Model, dict[str, int]]]
    """
    room = records.env.context.get(ROOM, ROOMS[0])
    pages, left = [], 0
    for record in records:
        height = max(_lines(*cell) for cell in cells(record)) + BETWEEN
        if height > left or not pages:
            pages.append(records.browse())
            left = room
        pages[-1] |= record
        left -= height
    return [
        (page, {"number": number, "count": len(pages)})
        for number, page in enumerate(pages, 1)
    ]


def _lines(text, width):
    """Lines that a text takes: words stay whole where they can."""
    lines, used = 1, 0.0
    for word in (text or "").split():
        length = _width(word)
        if used and used + length > width:
            lines, used = lines + 1, 0.0
        lines += int(length // width)
        used += length % width + WIDE / 2
    return lines


def _width(word):
    return sum(
        1.0 if unicodedata.east_asian_width(letter) in "WF" else WIDE for letter in word
    )
