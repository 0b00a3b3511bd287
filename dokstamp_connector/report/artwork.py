"""The drawn parts of the certificate: colours, wave border and rosettes, as SVG path data.

Lengths are pixels of the page, which is `WIDTH` by `HEIGHT`; wkhtmltopdf shrinks that to A4.
"""

from math import cos, pi, sin

from odoo.tools.image import hex_to_rgb, rgb_to_hex

# A4 landscape at 150 dpi. Wider than the 1403 pixels that WebKit lays out on A4, so that it shrinks the page
# to fit; smaller, and patched and unpatched wkhtmltopdf would print different sizes. The height is short of
# 1240 by a margin for rounding: one pixel too many makes a second page.
WIDTH, HEIGHT = 1754, 1236
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
        "ground": rgb_to_hex(_tint(primary, 0.94)),
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
    """The colour mixed with a share of white; opacity would make wkhtmltopdf paint pixels."""
    return tuple(round(part + (255 - part) * white) for part in rgb)


def waves(x, y, length, count, heights, *, vertical=False):
    """Interlaced waves along one side.

    :param int count: arcs along the length; even ones close the pattern
    :param heights: one wave for each, negative ones mirrored
    :rtype: str
    """
    step = length / count
    parts = []
    for height in heights:
        bend, arc = (height, step / 2), (0, step)
        if not vertical:
            bend, arc = bend[::-1], arc[::-1]
        parts.append(f"M{x} {y}q{_pair(bend)} {_pair(arc)}" + f"t{_pair(arc)}" * (count - 1))
    return "".join(parts)


def rosette(x, y, radius, *, petals, depth, turns=6, points=360):
    """A flower of interlaced curves, as on banknotes.

    :param float depth: how far the petals reach inwards, as a share of the radius
    :param int turns: how many curves, each turned against the next
    :rtype: str
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
