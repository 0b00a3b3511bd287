"""Documents as bytes, and what somebody who reads one finds in it."""

import base64
import io
import re
import unicodedata

from odoo.tools.pdf import (
    ArrayObject,
    DecodedStreamObject,
    NameObject,
    PdfFileReader,
    PdfFileWriter,
)

TEXT_BLOCK = re.compile(rb"\bBT\b.*?\bET\b", re.DOTALL)
# Letters that take another shape, or another place, beside others: what a PDF tells of
# them is letters in some order.
SHAPED = {"R", "AL", "NSM"}
VIRAMA = 9  # its canonical combining class


def decoded(binary):
    """The bytes of a Binary field."""
    return base64.b64decode(binary) if binary else b""


def split_pages(document):
    """Each page as a document of its own.

    :param bytes document: a PDF
    :rtype: list[bytes]
    """
    reader = PdfFileReader(io.BytesIO(document))
    return [_written(_holding(page)) for page in reader.pages]


def merged(documents):
    """All pages as one document; Odoo's own merge fails with PyPDF2 3.

    No signature is valid for several: what remains of one is its mark.

    :param documents: PDFs as bytes
    :rtype: bytes
    """
    writer = PdfFileWriter()
    for document in documents:
        reader = PdfFileReader(io.BytesIO(document))
        for page in reader.pages:
            _drop_signatures(page)
        writer.append_pages_from_reader(reader)
    return _written(writer)


def _drop_signatures(page):
    for field in page.get("/Annots", ()):
        if field.get_object().get("/FT") == "/Sig":
            field.get_object().pop("/V", None)


def labelled(document, *, title, identity):
    """The same PDF with a title, which viewers and screen readers tell.

    :param bytes document: a PDF
    :param str identity: goes into the metadata; no two certificates share it, so no two
        files have the same bytes, as dokstamp-api.md 15 demands
    :rtype: bytes
    """
    writer = PdfFileWriter()
    writer.append_pages_from_reader(PdfFileReader(io.BytesIO(document)))
    writer.add_metadata({"/Title": title, "/DokStampCertificate": identity})
    return _written(writer)


def lacking(document, texts):
    """Which of these texts nobody finds who reads, searches or hears the document.

    Words are looked for one by one, whatever their case, and however a line is broken.

    :param bytes document: a PDF
    :param texts: as people write them; an empty one is found everywhere
    :rtype: list[str]
    """
    wanted = list(texts)
    # drawings take most of the time; who has none between the letters needs no more
    for read in (_quick_text, _whole_text):
        told = read(document)
        found, untold = _letters(told), len(_untold(told))
        wanted = [text for text in wanted if not _stands_in(found, untold, text)]
        if not wanted:
            break
    return wanted


def _stands_in(found, untold, text):
    """
    :param str found: the document's letters
    :param int untold: how many of its glyphs it does not tell the letters of
    """
    if all(_letters(word) in found for word in text.split()):
        return True
    letters = set(_letters(text))
    if not any(unicodedata.bidirectional(letter) in SHAPED for letter in text):
        return False
    # a PDF does not tell of every ligature what it is made of; in the scripts of India
    # that is each syllable with two consonants, which a virama joins
    joined = sum(unicodedata.combining(letter) == VIRAMA for letter in text)
    signs = max(len(letters) - joined, 1)
    return (len(letters & set(found)) + untold) * 3 >= signs * 2


def _untold(text):
    """Glyphs that a PDF has no letter for, as its numbers of them.

    :rtype: set[str]
    """
    return {one for one in text if unicodedata.category(one) == "Cc"} - set("\t\n\r")


def _letters(text):
    """Letters and digits as one compares them: without case, marks and ligatures."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", plain)))


def _whole_text(document):
    pages = PdfFileReader(io.BytesIO(document)).pages
    return "".join(page.extract_text() for page in pages)


def _quick_text(document):
    """As `_whole_text`, of the blocks alone that hold text."""
    pages = PdfFileReader(io.BytesIO(document)).pages
    return "".join(_blocks_alone(page).extract_text() for page in pages)


def _blocks_alone(page):
    contents = page.get("/Contents", [])
    streams = contents if isinstance(contents, ArrayObject) else [contents]
    data = b"\n".join(one.get_object().get_data() for one in streams)
    blocks = DecodedStreamObject()
    blocks.set_data(b"\n".join(TEXT_BLOCK.findall(data)))
    page[NameObject("/Contents")] = blocks
    return page


def _holding(page):
    writer = PdfFileWriter()
    writer.add_page(page)
    return writer


def _written(writer):
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()
