"""Tables for whoever looks on, and for docs/proof."""

import os
import platform
from datetime import date
from pathlib import Path

from demo_parts.show import say, table

INTRODUCTION = """\
# Killed, restarted, refused: the last run of `scripts/crash-matrix`

{day}, {cores} cores and {memory} GiB of memory ({system}), Odoo 19. It took {minutes}
minutes for {parts}. What each column counts, and how it is done, is in
[reliability.md](../reliability.md). `scripts/crash-matrix --write` runs it again.
"""


class Report:
    """Shows tables as they come, and keeps them."""

    def __init__(self):
        self._tables = []

    def add(self, headings, rows):
        self._tables.append((headings, rows))
        say()
        table(headings, rows)
        say()

    def write(self, parts, seconds):
        """The page in docs/proof.

        :param parts: what was run
        :param float seconds: that it took
        """
        folder = Path(os.environ["ROOT"]) / "docs" / "proof"
        folder.mkdir(exist_ok=True)
        introduction = INTRODUCTION.format(
            day=date.today().isoformat(),
            cores=os.cpu_count(),
            memory=round(_memory() / 2**30),
            system=platform.machine(),
            parts=", ".join(f"`{part}`" for part in parts),
            minutes=round(seconds / 60),
        )
        tables = [_markdown(*found) for found in self._tables]
        (folder / "crash-matrix.md").write_text("\n".join([introduction, *tables]))


def _memory():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _markdown(headings, rows):
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)
