"""Letters on the certificate: how large they can be, which way they run, and their fonts."""

import base64
import functools
import unicodedata

from odoo.tools.misc import file_open

FONTS = (
    ("Certificate", "normal", "EBGaramond-Regular.ttf"),
    ("Certificate", "italic", "EBGaramond-Italic.ttf"),
    ("Certificate Display", "normal", "CormorantGaramond-Medium.ttf"),
)
# Widths in em, on the generous side: fonts for other scripts than ours are the machine's.
WIDTH, CAPITAL_WIDTH, WIDEST = 0.5, 0.76, 1.02


def fitted_size(text, *, largest, width, height):
    """The largest size at which a text fits a box, in one line if it can stay readable.

    :param largest: pixels, as are ``width`` and ``height`` of the box
    :rtype: int
    """
    length = sum(map(_letter_width, text)) or 1
    sizes = [largest]
    for lines in range(1, 7):
        # a line can end up emptier by the word that did not fit
        room = width * lines * (1 if lines == 1 else 0.85)
        size = min(largest, room / length, height / lines / 1.2)
        if lines > 1 and size <= sizes[-1] * 1.25:
            break
        sizes.append(size)
    return int(sizes[-1])


def _letter_width(letter):
    if unicodedata.combining(letter):
        return 0
    if unicodedata.east_asian_width(letter) in "WF" or letter in "MWm@—":
        return WIDEST
    return CAPITAL_WIDTH if letter.isupper() else WIDTH


def direction(text):
    """``rtl`` where the first letter belongs to a script that runs from the right, else ``ltr``."""
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"


@functools.cache
def font_faces():
    """CSS that brings the fonts along: wkhtmltopdf reads no files and needs no server then."""
    return "".join(
        f"@font-face {{font-family: '{family}'; font-style: {style}; "
        f"src: url(data:font/ttf;base64,{_font(name)}) format('truetype')}}"
        for family, style, name in FONTS
    )


def _font(name):
    with file_open(f"dokstamp_connector/static/fonts/{name}", "rb") as file:
        return base64.b64encode(file.read()).decode()
