"""The drawn parts of the certificate: colours, wave border, rosettes and QR code.

Shapes are SVG path data; lengths are pixels of the page, `WIDTH` by `HEIGHT`, which
wkhtmltopdf shrinks to A4.
"""

import functools
from math import cos, pi, sin

from reportlab.graphics.barcode.qr import QrCodeWidget

from odoo.tools.image import hex_to_rgb, rgb_to_hex

# A4 landscape at 150 dpi. Wider than the 1403 pixels that WebKit lays out on A4, so
# that it shrinks the page to fit; smaller, and patched and unpatched wkhtmltopdf would
# print different sizes. The height is short of 1240 by a margin for rounding: one pixel
# too many makes a second page.
WIDTH, HEIGHT = 1754, 1236
EDGE = 62  # middle of the wave border
GAP = 14  # from a corner's middle to where the waves start
WAVES = (
    36,
    24,
    12,
    -12,
    -24,
    -36,
)  # heights of the interlaced waves, twice what is seen
SEAL = (226, 1000)
INK = "#20242c"
PRIMARY, SECONDARY = "#1f3a5f", "#a98545"
DARK_ENOUGH = 0.35  # relative luminance above which a colour is too light for letters


def palette(primary, secondary):
    """The colours of the page.

    :param str primary: `#rrggbb` or empty
    :param str secondary: likewise
    :return: by use; what letters are set in is always dark enough to read
    :rtype: dict[str, str]
    """
    primary = _readable(_as_rgb(primary) or hex_to_rgb(PRIMARY))
    secondary = _as_rgb(secondary) or hex_to_rgb(SECONDARY)
    return {
        "ink": INK,
        "soft": "#5d626c",
        "primary": rgb_to_hex(primary),
        "accent": rgb_to_hex(_readable(secondary)),
        "line": rgb_to_hex(_tint(secondary, 0.15)),
        "wave": rgb_to_hex(_tint(primary, 0.5)),
        "ground": rgb_to_hex(_tint(primary, 0.91)),
        "warning": "#b3261e",
        "mark": "#f3d9d7",
    }


def _as_rgb(color):
    """The colour as numbers; None unless it is written `#rrggbb`."""
    try:
        return hex_to_rgb(color) if color and len(color) == 7 else None
    except ValueError:
        return None


def _luminance(rgb):
    return (0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]) / 255


def _readable(rgb):
    """The colour, darkened until letters in it can be read on white."""
    luminance = _luminance(rgb)
    if luminance <= DARK_ENOUGH:
        return rgb
    return tuple(round(part * DARK_ENOUGH / luminance) for part in rgb)


def _tint(rgb, white):
    """The colour mixed with a share of white; opacity could end as pixels."""
    return tuple(round(part + (255 - part) * white) for part in rgb)


def qr(text):
    """A QR code that one can read with 15 % of it lost.

    :return: path data of the dark squares, one unit wide; how many units it is wide
    :rtype: tuple[str, int]
    """
    code = QrCodeWidget(text, barLevel="M").qr
    code.make()
    dark = "".join(
        # a little higher than a row, or viewers show white hairlines between rows
        f"M{x} {y}h1v1.03h-1z"
        for y, row in enumerate(code.modules)
        for x, is_dark in enumerate(row)
        if is_dark
    )
    return dark, code.getModuleCount()


@functools.cache
def shapes():
    """Path data by use; `corners` has the four middles too.

    :rtype: dict[str, str | list[tuple[int, int]]]
    """
    near, right, bottom = EDGE, WIDTH - EDGE, HEIGHT - EDGE
    corners = [(near, near), (right, near), (near, bottom), (right, bottom)]
    across, down = WIDTH - 2 * (EDGE + GAP), HEIGHT - 2 * (EDGE + GAP)
    start = EDGE + GAP
    return {
        "corner_points": corners,
        "corners": "".join(
            _rosette(x, y, 38, petals=8, depth=0.8, turns=4, points=160)
            for x, y in corners
        ),
        "frame": _waves(start, near, across, 54)
        + _waves(start, bottom, across, 54)
        + _waves(near, start, down, 36, vertical=True)
        + _waves(right, start, down, 36, vertical=True),
        "ground": _rosette(
            WIDTH / 2, 570, 430, petals=12, depth=0.62, turns=8, points=480
        ),
        "seal": _rosette(*SEAL, 88, petals=14, depth=0.62, turns=5, points=420),
        "seal_heart": _rosette(*SEAL, 46, petals=9, depth=1.5, turns=3, points=300),
    }


def _waves(x, y, length, count, *, vertical=False):
    """Interlaced waves along one side, of ``count`` arcs."""
    step = length / count
    parts = []
    for height in WAVES:
        bend, arc = (height, step / 2), (0, step)
        if not vertical:
            bend, arc = bend[::-1], arc[::-1]
        parts.append(
            f"M{x} {y}q{_pair(bend)} {_pair(arc)}" + f"t{_pair(arc)}" * (count - 1)
        )
    return "".join(parts)


def _rosette(x, y, radius, *, petals, depth, turns, points):
    """A flower of interlaced curves, as on banknotes.

    :param float depth: how far the petals reach inwards, as a share of the radius
    :param int turns: how many curves, each turned against the next
    """
    return "".join(
        _petals(x, y, radius, petals, depth, 2 * pi * turn / turns, points)
        for turn in range(turns)
    )


def _petals(x, y, radius, petals, depth, phase, points):
    corners = []
    for point in range(points):
        angle = 2 * pi * point / points
        reach = radius * (1 - depth / 2 + depth / 2 * cos(petals * angle + phase))
        corners.append(_pair((x + reach * cos(angle), y + reach * sin(angle))))
    return f"M{'L'.join(corners)}Z"


def _pair(numbers):
    return "{:.1f} {:.1f}".format(*numbers)
