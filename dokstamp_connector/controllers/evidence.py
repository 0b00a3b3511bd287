"""Files that people outside upload: what is taken, and what it is called."""

import unicodedata

MAX_SIZE = 5 * 1024 * 1024  # bytes
MAX_NAME = 80  # characters, with the ending
# How a file begins tells what it is; its name and the browser may say anything.
KINDS = {
    b"%PDF-": "pdf",
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpg",
}


class Refused(Exception):
    """The file is not taken; the message is the key of a sentence on the page."""


def taken(upload):
    """What is kept of an uploaded file; nothing where none was chosen.

    :param werkzeug.datastructures.FileStorage | str | None upload: of the form
    :return: content, name, and whether it is a picture; or None
    :rtype: tuple[bytes, str, bool] | None
    :raise Refused: it is too large, empty, or of another kind
    """
    if not hasattr(upload, "read") or not upload.filename:
        return None
    content = upload.read(MAX_SIZE + 1)
    if len(content) > MAX_SIZE:
        raise Refused("file_size")
    kind = next((k for start, k in KINDS.items() if content.startswith(start)), None)
    if not kind:
        raise Refused("file_kind")
    return content, file_name(upload.filename, kind), kind != "pdf"


def file_name(name, kind):
    """A name that leads nowhere, shows as it is, and ends as the content does.

    :param str name: as a browser, or whoever pretends to be one, sends it
    """
    name = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(c for c in name if unicodedata.category(c)[0] != "C")
    stem = " ".join(shown.rpartition(".")[0].split()) or "evidence"
    return f"{stem[: MAX_NAME - len(kind) - 1]}.{kind}"
