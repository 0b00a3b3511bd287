"""Documents as bytes."""

import base64


def decoded(binary):
    """The bytes of a Binary field."""
    return base64.b64decode(binary) if binary else b""
