"""A picture of what was measured."""

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "bench"  # the same ids in the file each time

from matplotlib import pyplot  # noqa: E402 after the backend is chosen

COLOURS = {"limit": "#9aa5b1", "connector": "#1b7f5c", "queue_job": "#c2571a"}


def draw(curves, file):
    """Records a second by latency, a panel for each number in flight.

    :param dict curves: (latency, in flight) → name → Spread
    :param Path file: to write
    """
    widths = sorted({in_flight for _latency, in_flight in curves})
    figure, panels = pyplot.subplots(
        1, len(widths), figsize=(4 * len(widths), 3.6), squeeze=False
    )
    for panel, width in zip(panels[0], widths, strict=True):
        latencies = sorted(latency for latency, one in curves if one == width)
        for name, colour in COLOURS.items():
            spreads = [curves[latency, width][name] for latency in latencies]
            _line(panel, [1000 * one for one in latencies], spreads, name, colour)
        panel.set(title=f"{width} in flight", xlabel="latency (ms)", ylim=(0, None))
        panel.spines[["top", "right"]].set_visible(False)
    panels[0][0].set_ylabel("records a second")
    panels[0][0].legend(frameon=False)
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})


def _line(panel, places, spreads, name, colour):
    medians = [spread.median for spread in spreads]
    below = [spread.median - min(spread.values) for spread in spreads]
    above = [max(spread.values) - spread.median for spread in spreads]
    panel.errorbar(
        places, medians, yerr=[below, above], label=name, color=colour, marker="o"
    )
