"""A PDF with something added, and nothing in it written anew: an earlier signature,
form fields and what makes a file PDF/A stay as they are (ISO 32000-1, 7.5.6).
"""

import io

from odoo.tools.pdf import (
    ArrayObject,
    ByteStringObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfFileReader,
)


class Revision:
    """What Odoo's signer takes for a writer, which writes the document as it is, and
    behind it what is new or changed.
    """

    def __init__(self, document):
        self.document = document
        self.reader = PdfFileReader(io.BytesIO(document), strict=False)
        self.pages = self.reader.pages
        self._root_object = self.reader.trailer["/Root"]
        root = self.reader.trailer.raw_get("/Root")
        self.objects = {
            (one.idnum, one.generation): target
            for one, target in (
                (root, self._root_object),
                (self.pages[0].indirect_reference, self.pages[0]),
            )
        }
        self.next_number = self._first_free_number()

    def _first_free_number(self):
        """Some writers tell a size that is too small."""
        used = {number for entries in self.reader.xref.values() for number in entries}
        used |= set(self.reader.xref_objStm)
        return max(int(self.reader.trailer["/Size"]), max(used) + 1)

    def get_object(self, reference):
        return self.objects[reference.idnum, reference.generation]

    def _add_object(self, content):
        reference = IndirectObject(self.next_number, 0, self)
        self.objects[reference.idnum, 0] = content
        self.next_number += 1
        return reference

    def write_stream(self, stream):
        """Write the whole file: what was there first."""
        stream.write(self.document)
        stream.write(b"\n")
        offsets = {}
        for (number, generation), content in self.objects.items():
            offsets[number] = stream.tell(), generation
            stream.write(b"%d %d obj\n" % (number, generation))
            content.write_to_stream(stream, None)
            stream.write(b"\nendobj\n")
        start = stream.tell()
        if self._has_table():
            self._write_table(stream, offsets)
        else:
            self._write_cross_references(stream, offsets, start)
        stream.write(b"\nstartxref\n%d\n%%%%EOF\n" % start)

    def _previous_start(self):
        end = self.document.rindex(b"startxref") + len(b"startxref")
        return int(self.document[end : end + 30].split()[0])

    def _has_table(self):
        """Whether the file lists its objects in the plain way; it stays so."""
        start = self._previous_start()
        return self.document[start : start + 20].lstrip().startswith(b"xref")

    def _write_table(self, stream, offsets):
        stream.write(b"xref\n")
        for run in _runs(offsets):
            stream.write(b"%d %d\n" % (run[0], len(run)))
            for number in run:
                stream.write(b"%010d %05d n \n" % offsets[number])
        stream.write(b"trailer\n")
        self._trailer().write_to_stream(stream, None)

    def _write_cross_references(self, stream, offsets, start):
        """Write the list as a stream, which is an object too (7.5.8)."""
        number = self.next_number
        offsets = {**offsets, number: (start, 0)}
        runs = _runs(offsets)
        entries = b"".join(
            b"\1%b%b" % (offset.to_bytes(8, "big"), generation.to_bytes(2, "big"))
            for run in runs
            for offset, generation in map(offsets.get, run)
        )
        listing = DecodedStreamObject()
        listing.set_data(entries)
        listing.update(self._trailer(size=number + 1))
        index = [part for run in runs for part in (run[0], len(run))]
        listing.update(
            {
                NameObject("/Type"): NameObject("/XRef"),
                NameObject("/W"): ArrayObject(map(NumberObject, (1, 8, 2))),
                NameObject("/Index"): ArrayObject(map(NumberObject, index)),
            }
        )
        stream.write(b"%d 0 obj\n" % number)
        listing.write_to_stream(stream, None)
        stream.write(b"\nendobj\n")

    def _trailer(self, size=None):
        old = self.reader.trailer
        trailer = DictionaryObject(
            {
                NameObject("/Size"): NumberObject(size or self.next_number),
                NameObject("/Prev"): NumberObject(self._previous_start()),
            }
        )
        for name in ("/Root", "/Info"):
            if name in old:
                trailer[NameObject(name)] = old.raw_get(name)
        if "/ID" in old:
            trailer[NameObject("/ID")] = ArrayObject(
                ByteStringObject(getattr(one, "original_bytes", one))
                for one in old["/ID"]
            )
        return trailer


def _runs(numbers):
    """Numbers in order, those that follow each other together.

    :rtype: list[list[int]]
    """
    runs = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs
