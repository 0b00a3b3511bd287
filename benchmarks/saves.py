"""What a save costs, beside plain Odoo and beside an automation rule."""

from demo_parts.show import Step

from .bench_report import Spread
from .cast import AUTOMATION, CONNECTOR, PLAIN
from .within import figures

NOTE = (
    "Contacts are created and renamed through the ORM, from the call to the end of the "
    "commit, in turn in three copies of one database: plain Odoo, with a "
    "`base_automation` rule on contacts that does nothing, and with the connector, "
    "where no source reads contacts, or one makes a student of each. Of more than a "
    "thousand records in one save the sweep reads them afterwards."
)
GOALS = {1: 15, 10_000: 5}  # records in a save → percent
MANY = 1_000  # records: of so many a goal for more is spoken


def measure_saves(cast, report, scale):
    with report.section("What a save costs", NOTE):
        with Step("Saves in turn"):
            names = {
                "plain": cast.names[PLAIN],
                "automation": cast.names[AUTOMATION],
                "connector": cast.names[CONNECTOR],
            }
            found = figures(cast.work, "saves", turns=scale.saves, **names)
        report.table(
            [
                *("records", "save", "plain Odoo", "connector, no source"),
                *("a source", "an automation rule"),
            ],
            [_row(*one) for one in found["saves"]],
        )
        _show_free(report, found["free"])
        for kind, count, seconds in found["saves"]:
            asked = GOALS[1] if count == 1 else GOALS[10_000] if count > MANY else None
            more = _more(seconds, "source")
            if asked is not None and len(more.values) > 1:  # one turn tells nothing
                report.goal(
                    f"what a source adds to a {kind} of {count}",
                    f"at most {asked} %",
                    more.text("{:+.0f} %"),
                    is_met=more.median <= asked,
                )


def _row(kind, count, seconds):
    plain = Spread.of(1000 * one for one in seconds["plain"])
    others = [
        _more(seconds, name).text("{:+.0f} %")
        for name in ("no source", "source", "rule")
    ]
    return [count, kind, plain.text("{:.1f} ms"), *others]


def _more(seconds, name):
    """Percent that somebody adds to plain Odoo, between the quartiles."""
    return Spread.of(
        100 * (one - 1) for one in _ratios(seconds[name], seconds["plain"])
    )


def _ratios(those, these):
    """Of medians of some turns each: of a single millisecond, noise is all."""
    size = max(1, len(those) // 5)
    return [
        Spread.of(those[first : first + size]).median
        / Spread.of(these[first : first + size]).median
        for first in range(0, len(those) - size + 1, size)
    ]


def _show_free(report, free):
    plain = Spread.of(1e6 * turn["plain"] for turn in free)
    rows = [["plain Odoo", plain.text("{:.0f} µs"), ""]]
    for title, name in (("connector", "no source"), ("with a rule elsewhere", "rule")):
        values = Spread.of(1e6 * turn[name] for turn in free)
        more = Spread.of(1e6 * (turn[name] - turn["plain"]) for turn in free)
        rows.append([title, values.text("{:.0f} µs"), more.text("{:+.1f} µs")])
    report.table(["a write that nobody reads", "each", "more than plain"], rows)
