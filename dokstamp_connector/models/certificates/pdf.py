"""Documents as bytes."""

import base64
import io

from odoo.tools.pdf import PdfFileReader, PdfFileWriter


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

    :param documents: PDFs as bytes
    :rtype: bytes
    """
    writer = PdfFileWriter()
    for document in documents:
        writer.append_pages_from_reader(PdfFileReader(io.BytesIO(document)))
    return _written(writer)


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


def _holding(page):
    writer = PdfFileWriter()
    writer.add_page(page)
    return writer


def _written(writer):
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()
