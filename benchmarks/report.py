"""Tables for whoever looks on, and for docs/proof."""

import os
import re
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from demo_parts.show import say, table

SECTION = """\

## {name}

{day}, {cores} cores (load {load:.0f}), {memory} GiB of memory; {seconds:.0f} seconds.

"""


class Report:
    """Shows tables as they come, and keeps those of each part.

    :param str name: of the page in docs/proof
    :param str introduction: what the page begins with
    """

    def __init__(self, name, introduction):
        self._name, self._introduction = name, introduction
        self._tables = {}  # part → tables as Markdown
        self._seconds = {}

    @contextmanager
    def timed(self, part):
        started = time.monotonic()
        yield
        seconds = time.monotonic() - started
        self._seconds[part] = self._seconds.get(part, 0) + seconds

    def add(self, part, headings, rows):
        say()
        table(headings, rows)
        say()
        self._tables.setdefault(part, []).append(_markdown(headings, rows))

    def write(self):
        """The page in docs/proof; the sections of parts that were not run stay."""
        folder = Path(os.environ["ROOT"]) / "docs" / "proof"
        folder.mkdir(exist_ok=True)
        page = folder / f"{self._name}.md"
        sections = _sections(page.read_text()) if page.exists() else {}
        for name, tables in self._tables.items():
            sections[name] = self._heading(name) + "\n".join(tables)
        page.write_text(self._introduction + "".join(sections.values()))

    def _heading(self, name):
        return SECTION.format(
            name=name,
            day=date.today().isoformat(),
            cores=os.cpu_count(),
            memory=round(_memory() / 2**30),
            load=os.getloadavg()[0],
            seconds=self._seconds[name],
        )


def _memory():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _markdown(headings, rows):
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def _sections(page):
    """Name → section, as the page has them."""
    _introduction, *sections = re.split(r"^(?=\n## )", page, flags=re.MULTILINE)
    return {section.split()[1]: section for section in sections}
