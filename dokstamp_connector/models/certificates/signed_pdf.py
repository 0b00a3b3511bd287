"""A PDF with the school's digital signature.

Odoo's own signer (`odoo/tools/pdf/signature.py`) signs; this tells it with which key,
and has it add to the file instead of writing it anew. ISO 32000-1, 12.8.
"""

import io
from datetime import UTC
from math import floor

from reportlab.pdfbase.pdfmetrics import stringWidth

from odoo.tools.pdf import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    PdfFileReader,
    PdfReadError,
    create_string_object,
)

from .pdf_revision import Revision

try:
    from odoo.tools.pdf.signature import PdfSigner
except ImportError:  # an Odoo whose Python lacks asn1crypto, which it lists as needed
    PdfSigner = object

# Odoo's signer itself needs a later pypdf than the oldest that Odoo runs with
CAN_SIGN = PdfSigner is not object and hasattr(DictionaryObject, "write_to_stream")
LARGEST = 8192  # bytes that Odoo's signer leaves for a signature
NO_CHANGES = 1  # what a signature may forbid to others: ISO 32000-1, table 254
# The mark: points, which are 1/72 inch.
MARGIN = 3  # from the edges of the page
OUR_MARGIN = 54  # from the left edge of our own page, which has rosettes in its corners
HEIGHT, LETTERS, PADDING = 11, 6.5, 5
STRIP = 18  # what a page that is not ours gets below it, so that nothing is covered
# Edges of a page as its boxes list them; which is shown below when the page is turned,
# and how the mark is turned then.
LEFT, BOTTOM, RIGHT, TOP = range(4)
EDGES = {0: BOTTOM, 90: RIGHT, 180: TOP, 270: LEFT}
UPRIGHT = {
    BOTTOM: (1, 0, 0, 1),
    RIGHT: (0, 1, -1, 0),
    TOP: (-1, 0, 0, -1),
    LEFT: (0, -1, 1, 0),
}
COLOR = "0.36 0.38 0.42"
LETTERS_OF_FONT = "cp1252"  # what every viewer has of Helvetica


def hindrance_to_sign(document):
    """Why a PDF cannot get a signature.

    :param bytes document: of whatever origin
    :return: None, `unreadable`, `encrypted`, or `locked` by whoever signed it before
    :rtype: str | None
    """
    try:
        reader = PdfFileReader(io.BytesIO(document), strict=False)
        if reader.is_encrypted:
            return "encrypted"
        if _is_locked(reader.trailer["/Root"]):
            return "locked"
        return None if reader.pages[0].indirect_reference else "unreadable"
    # what is no PDF makes the reader stumble in whatever way
    except (PdfReadError, AttributeError, LookupError, OSError, TypeError, ValueError):
        return "unreadable"


def is_signed(document):
    """Whether somebody has signed it: what is signed lies open in every file."""
    return b"/ByteRange" in document


def _is_locked(root):
    lock = root.get("/Perms", {}).get("/DocMDP", {})
    parameters = [one.get_object() for one in lock.get("/Reference", ())]
    return any(
        one.get("/TransformParams", {}).get("/P") == NO_CHANGES for one in parameters
    )


def writable_text(*texts):
    """The first of ``texts`` that the mark's font has the letters for; else none.

    :rtype: str | None
    """
    for text in texts:
        try:
            text.encode(LETTERS_OF_FONT)
        except UnicodeEncodeError:
            continue
        return text
    return None


class SchoolSigner(PdfSigner):
    """Signs with a key that is given, as Odoo's own signer does with a company's."""

    def __init__(self, document, *, key, certificate, signed_at):
        """
        :param bytes document: a PDF without a `hindrance_to_sign`
        :param key: an RSA private key of cryptography
        :param certificate: of that key, of cryptography
        :param datetime signed_at: UTC
        """
        self.key_and_certificate = key, certificate
        self.signing_time = signed_at.replace(tzinfo=UTC)
        self.company = True  # Odoo's signer signs for none otherwise
        self.writer = Revision(document)
        self.page = self.writer.pages[0]
        self.facts = {}
        self.mark = None

    def sign(self, *, field_name, facts, mark=None, is_ours=False):
        """
        :param str field_name: no other signature of the document has it
        :param dict facts: what viewers tell of the signature: `/Name`, `/Reason` …
        :param str mark: what stands on the page, in letters of `LETTERS_OF_FONT`
        :param bool is_ours: our own page leaves room for the mark
        :rtype: bytes
        :raise ValueError: the certificate is larger than a signature may be
        """
        self.facts = facts
        if mark:
            self.mark = self._add_mark(mark, is_ours)
        return self.sign_pdf(field_name=field_name).getvalue()

    def _load_key_and_certificate(self):
        """Override of Odoo's signer: these."""
        return self.key_and_certificate

    def _setup_form(self, *args):
        """Override of Odoo's signer, which leaves out the fields that were there."""
        root, page = self.writer._root_object, self.page
        form = DictionaryObject(root.get("/AcroForm", {}))
        if form:
            root[NameObject("/AcroForm")] = form
        fields = list(form.get("/Fields", ()))
        page[NameObject("/Annots")] = ArrayObject(page.get("/Annots", ()))
        field, value = super()._setup_form(*args)
        form = root["/AcroForm"].get_object()
        form[NameObject("/Fields")] = ArrayObject(fields + list(form["/Fields"]))
        if self.mark:
            field.update(self.mark)
        said = {"/M": f"{self.signing_time:D:%Y%m%d%H%M%S}Z", **self.facts}
        value.update(
            {
                NameObject(key): create_string_object(text)
                for key, text in said.items()
                if text
            }
        )
        return field, value

    def _get_cms_object(self, digest):
        """Override of Odoo's signer: what does not fit would spoil the file."""
        signature = super()._get_cms_object(digest)
        if len(signature.dump()) > LARGEST:
            raise ValueError("the certificate is too large")
        return signature

    # === THE MARK === #

    def _add_mark(self, text, is_ours):
        """Put a box at the foot of the page, where there is nothing.

        :return: what it adds to the signature's field
        :rtype: dict
        """
        if not is_ours:
            self._lengthen_page()
        margin = OUR_MARGIN if is_ours else MARGIN
        left, bottom, right, top = map(float, self.page.cropbox)
        across = right - left if self.edge in (BOTTOM, TOP) else top - bottom
        width = stringWidth(text, "Helvetica", LETTERS) + 2 * PADDING
        shrinking = min(1, (across - 2 * margin) / width)
        width = int(width * shrinking)
        drawing = self._drawing(text, width, LETTERS * shrinking)
        return {
            NameObject("/Rect"): self._create_number_array_object(
                self._place(width, margin)
            ),
            NameObject("/AP"): DictionaryObject(
                {NameObject("/N"): self.writer._add_object(drawing)}
            ),
        }

    @property
    def edge(self):
        """Which edge of the page is shown below; scanners turn pages."""
        return EDGES.get(self.page.get("/Rotate", 0) % 360, BOTTOM)

    def _place(self, width, margin):
        """The mark's box: at the left of the edge that is shown below."""
        left, bottom, right, top = map(floor, map(float, self.page.cropbox))
        near, far = MARGIN, MARGIN + HEIGHT
        start, end = margin, margin + width
        return {
            BOTTOM: (left + start, bottom + near, left + end, bottom + far),
            RIGHT: (right - far, bottom + start, right - near, bottom + end),
            TOP: (right - end, top - far, right - start, top - near),
            LEFT: (left + near, top - end, left + far, top - start),
        }[self.edge]

    def _lengthen_page(self):
        """Give the page a strip below what it shows."""
        edge = self.edge
        shown = list(self.page.cropbox)
        strip = -STRIP if edge in (LEFT, BOTTOM) else STRIP
        shown[edge] = NumberObject(floor(float(shown[edge])) + strip)
        whole = list(self.page.mediabox)
        farther = min if strip < 0 else max
        whole[edge] = NumberObject(farther(floor(float(whole[edge])), shown[edge]))
        self.page[NameObject("/CropBox")] = ArrayObject(shown)
        self.page[NameObject("/MediaBox")] = ArrayObject(whole)

    def _drawing(self, text, width, size):
        letters = text.encode(LETTERS_OF_FONT).hex()
        drawing = DecodedStreamObject()
        drawing.set_data(
            f"q {COLOR} RG {COLOR} rg 0.4 w "
            f"0.2 0.2 {width - 0.4} {HEIGHT - 0.4} re S "
            f"BT /F1 {size:.2f} Tf {PADDING} 3.2 Td <{letters}> Tj ET Q".encode()
        )
        font = {
            "/Type": "/Font",
            "/Subtype": "/Type1",
            "/BaseFont": "/Helvetica",
            "/Encoding": "/WinAnsiEncoding",
        }
        drawing.update(
            {
                NameObject("/Type"): NameObject("/XObject"),
                NameObject("/Subtype"): NameObject("/Form"),
                NameObject("/BBox"): self._create_number_array_object(
                    [0, 0, width, HEIGHT]
                ),
                NameObject("/Matrix"): self._create_number_array_object(
                    [*UPRIGHT[self.edge], 0, 0]
                ),
                NameObject("/Resources"): _nested({"/Font": {"/F1": font}}),
            }
        )
        return drawing


def _nested(names):
    """A dictionary of names, as a PDF holds it."""
    return DictionaryObject(
        {
            NameObject(key): _nested(one) if isinstance(one, dict) else NameObject(one)
            for key, one in names.items()
        }
    )
