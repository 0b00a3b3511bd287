"""HTML as a person reads it, without a sign of what it was made of.

Odoo's own `html2plaintext` is made for e-mails: it marks what is bold with asterisks
and lists the addresses of links and images, also of those that hold the whole image.
"""

import re
from html import unescape

from lxml import etree

# No words of the text: what a browser does not show, or shows as something else.
UNREAD = re.compile(
    "audio|canvas|datalist|embed|head|iframe|img|map|math|noframes|noscript|object"
    "|option|picture|script|select|style|svg|template|textarea|title|video"
)
# What begins a line of its own.
BLOCK = re.compile(
    "address|article|aside|blockquote|body|br|caption|center|dd|details|dialog|dir|div"
    "|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr|html|legend|li|main"
    "|menu|nav|ol|p|pre|section|summary|table|tbody|tfoot|thead|tr|ul"
)
CELLS = {"td", "th"}
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# Controls, and what stands between letters without being seen; joiners make letters.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff]"
)
TAG = re.compile(r"<[a-z!/?]", re.IGNORECASE)
# In the text so far: a cell ends, a row ends; no text holds them.
CELL_END, ROW_END = "\x01", "\x02"
AROUND_CELL_END = re.compile(rf"[ \n]{{0,3}}{CELL_END}[ \n]{{0,3}}")
BETWEEN_CELLS = " | "
WORD_LENGTH = 100  # characters; what goes on longer has no words to be cut at


def plain_text(html):
    """The words of ``html``, one line a paragraph; a text without tags keeps its lines.

    :param str html: also broken, also no HTML at all
    :rtype: str
    """
    html = INVISIBLE.sub("", html or "")
    if not TAG.search(html):
        text = unescape(html)
    else:
        text = "\n".join(filter(str.strip, "".join(_pieces(_parsed(html))).split("\n")))
        text = AROUND_CELL_END.sub(CELL_END, text)
    lines = text.replace(ROW_END, "\n").splitlines()
    return "\n".join(filter(None, map(_tidy, lines)))


def _parsed(html):
    """The root of the tree.

    Bytes, as lxml refuses a text that names an encoding of its own.
    """
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(html.encode("utf-8", "ignore"), parser=parser)
    return etree.Element("body") if root is None else root


def _pieces(root):
    """The text of a tree, piece by piece; not by calling itself, as it may be deep."""
    unread = preformatted = 0
    lists, bullet = [], ""  # numbers of the last items; what the next words begin with
    for event, element in etree.iterwalk(root, events=("start", "end")):
        is_start, tag = event == "start", element.tag
        step = 1 if is_start else -1
        unread += step * _is_unread(element)
        preformatted += step * (tag == "pre")
        if tag in ("ol", "ul"):
            lists = [*lists, 0] if is_start else lists[:-1]
        if tag == "li":
            bullet = _bullet(element, lists) if is_start else ""
        if tag in CELLS and not is_start:
            yield CELL_END
        elif BLOCK.fullmatch(tag):
            yield ROW_END if tag == "tr" else "\n"
        text = element.text if is_start else element.tail
        if text and not unread:
            if not preformatted:
                text = re.sub(r"\s+", " ", text)
            if bullet and text.strip():
                text, bullet = bullet + text.lstrip(), ""
            yield text


def _is_unread(element):
    return (
        UNREAD.fullmatch(element.tag) is not None
        or element.get("hidden") is not None
        or bool(HIDDEN.search(element.get("style") or ""))
    )


def _bullet(item, lists):
    parent = item.getparent()
    if parent is None or parent.tag != "ol" or not lists:
        return "- "
    lists[-1] += 1
    return f"{lists[-1]}. "


def _tidy(line):
    """A line without space around its words."""
    cells = (" ".join(INVISIBLE.sub("", one).split()) for one in line.split(CELL_END))
    return BETWEEN_CELLS.join(filter(None, cells))


def cut_at_word(text, limit, size=len):
    """The beginning of a text that is no larger than ``limit``, without half a word.

    :param size: what is measured of a text
    :rtype: str
    """
    if size(text) <= limit:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high) if size(text[:middle]) <= limit else (low, middle - 1)
        )
    kept = text[:low]
    if not text[low].isspace():
        broken = re.search(rf"\s\S{{0,{WORD_LENGTH}}}\Z", kept)
        kept = kept[: broken.start()] if broken else kept
    return kept.rstrip()
