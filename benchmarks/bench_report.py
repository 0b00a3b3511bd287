"""What was measured, as it is printed and kept: tables, and goals met or not."""

import os
import platform
import re
import statistics
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from demo_parts import database as db
from demo_parts.show import say, table

GOALS = ("goal", "asked", "measured", "met")
INTRODUCTION = """\
# Side by side: the last runs of `scripts/bench`

`scripts/bench --write` measures all of it again, with names of parts only these. What
is compared was measured in one run on one machine, turn by turn; Odoo, PostgreSQL, the
sandbox and the measuring itself share it. Of several turns the median stands first,
then the least and the most in brackets. Goals that are not met stand with what was
measured.

![Records a second, beside the others](bench.svg)

"""


@dataclass(frozen=True)
class Spread:
    """Several measurements of one thing."""

    values: tuple

    @classmethod
    def of(cls, values):
        return cls(tuple(values))

    @classmethod
    def of_ratios(cls, those, these):
        """Of what was measured turn by turn."""
        return cls.of(a / b for a, b in zip(those, these, strict=True))

    @property
    def median(self):
        return statistics.median(self.values)

    def text(self, shape):
        """Median, and from the least to the most.

        :param str shape: a format of one value, such as `{:.0f}`
        """
        median, least, most = map(
            shape.format, (self.median, min(self.values), max(self.values))
        )
        return median if least == most else f"{median} ({least} to {most})"


@dataclass
class Section:
    """A part of the page.

    :param str note: what is measured, and how
    :param str where: on which machine and when
    :param list tables: pairs of headings and rows
    """

    title: str
    note: str
    where: str
    tables: list = field(default_factory=list)

    def markdown(self):
        lines = [f"## {self.title}", "", self.note, ""]
        for headings, rows in self.tables:
            lines += [*_markdown(headings, rows), ""]
        return "\n".join([*lines, f"{self.where}.", "", ""])


class Report:
    """Fills while the parts run, and is printed as it fills.

    :param bool is_quick: fewer turns of fewer records
    """

    def __init__(self, is_quick):
        self._size = "; `--quick`" if is_quick else ""
        self.curves = {}  # what the plot shows
        self._sections = []
        self._goals = []  # rows of a table, of the part that runs

    @contextmanager
    def section(self, title, note):
        """A part, from its first figure to its goals.

        :param str note: what is measured, and how
        """
        say(f"\n{title}\n{note}")
        section = Section(title, note, where() + self._size)
        self._sections.append(section)
        self._goals = []
        try:
            yield
        finally:
            if self._goals:
                self.table(GOALS, self._goals)

    def table(self, headings, rows):
        rows = [[str(cell) for cell in row] for row in rows]
        self._sections[-1].tables.append((headings, rows))
        say()
        table(headings, rows)
        say()

    def goal(self, what, asked, measured, *, is_met):
        """What was asked of the part that runs, and what it came to."""
        self._goals.append([what, asked, measured, "yes" if is_met else "no"])

    def write(self, page):
        """Keep it as a page, where parts stay that were not run now.

        :param Path page: file
        """
        text = page.read_text() if page.exists() else ""
        _introduction, *known = re.split(r"^(?=## )", text, flags=re.MULTILINE)
        sections = {one.splitlines()[0]: one for one in known}
        for section in self._sections:
            if section.tables:
                sections[f"## {section.title}"] = section.markdown()
        parts = [one.strip() for one in sections.values()]
        page.write_text(INTRODUCTION + "\n\n".join(parts) + "\n")


def where():
    """When and on what a part is measured."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine()}; load average {load}"


@cache
def machine():
    """What it runs on, in words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    postgresql = db.psql("SHOW server_version").split()[0]
    odoo = db.run(
        os.environ["ODOO_PYTHON"], "-c", "import odoo.release as r; print(r.version)"
    ).strip()
    return (
        f"{os.cpu_count()} cores ({_processor()}) and {memory:.0f} GB of memory, Odoo "
        f"{odoo}, PostgreSQL {postgresql}, Python {platform.python_version()}"
    )


def _processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _markdown(headings, rows):
    yield f"| {' | '.join(headings)} |"
    yield f"|{' --- |' * len(headings)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
