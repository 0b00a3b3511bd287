"""Letters on the certificate: how large they can be, and which way they run."""

import unicodedata

# Fonts of the machine, the finest first: wkhtmltopdf sets text in fonts that a page
# brings along as outlines, which nobody can search, copy or hear.
FONTS = ("EB Garamond 12", "EB Garamond", "Noto Serif")
# By the first word of a letter's Unicode name. First in the list where the text starts
# with one: of scripts that join letters WebKit asks for the first font alone.
SCRIPT_FONTS = {
    "ARABIC": "Noto Naskh Arabic",
    "DEVANAGARI": "Noto Serif Devanagari",
    "HEBREW": "Noto Serif Hebrew",
    "THAI": "Noto Serif Thai",
}
# Chinese, Japanese and Korean write the same characters differently.
HAN_FONTS = {
    "ja": "Noto Serif CJK JP",
    "ko": "Noto Serif CJK KR",
    "zh_TW": "Noto Serif CJK TC",
    "zh_HK": "Noto Serif CJK HK",
}
LAST_FONT = "Symbola"  # signs, and emoji that can be printed
# Widths of letters in em, on the generous side: the machine may set another font.
WIDTH, CAPITAL_WIDTH, WIDEST = 0.46, 0.72, 1.02


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
    """``rtl`` where the first letter's script runs from the right, else ``ltr``."""
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"


def fonts(lang, text=""):
    """The fonts for a text, as CSS wants them.

    :param str lang: such as `ja_JP`
    :rtype: str
    """
    han = HAN_FONTS.get(lang) or HAN_FONTS.get(lang[:2], "Noto Serif CJK SC")
    names = [*FONTS, han, LAST_FONT]
    if first := SCRIPT_FONTS.get(_script(text)):
        names.insert(0, first)
    return ", ".join(f"'{name}'" for name in names) + ", serif"


def _script(text):
    letter = next(filter(str.isalpha, text), "x")
    return unicodedata.name(letter, "").partition(" ")[0]
