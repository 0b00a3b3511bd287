"""What the person at the terminal sees: steps that move while they last, and tables."""

import sys
import threading
import time

TICK = 0.5  # seconds between two looks of a moving line
PATIENCE = 10  # seconds between two lines where nothing can move: in a log file


class DemoFailed(Exception):
    """The demo cannot go on, or did not show what it should; the message says why."""


def say(text=""):
    print(text, flush=True)


class Step:
    """One line: what happens, how far it is, and in the end the seconds it took."""

    def __init__(self, title):
        self.title = title
        self._note = ""
        self._over = threading.Event()
        self._moves = sys.stdout.isatty()

    def __enter__(self):
        self._started = time.monotonic()
        self._ticker = threading.Thread(target=self._tick, daemon=True)
        self._ticker.start()
        return self

    def __exit__(self, kind, error, _traceback):
        self._over.set()
        self._ticker.join()
        end = "\r\033[K" if self._moves else ""
        say(f"{end}==> {self._line('failed after ' if kind else '')}")

    def note(self, text):
        """How far it is."""
        self._note = text

    def _line(self, verb=""):
        note = f" {self._note}," if self._note else ""
        return f"{self.title} ...{note} {verb}{time.monotonic() - self._started:.0f} s"

    def _tick(self):
        while not self._over.wait(TICK if self._moves else PATIENCE):
            if self._moves:
                print(f"\r\033[K==> {self._line()}", end="", flush=True)
            else:
                say(f"    {self._line()} so far")


def table(headings, rows):
    """Print rows under their headings; numbers to the right."""
    rows = [[str(cell) for cell in row] for row in rows]
    columns = list(zip(headings, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    numeric = [all(c.isdigit() for c in column[1:] if c) for column in columns]
    for row in (headings, ["-" * width for width in widths], *rows):
        cells = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ]
        say(f"    {'  '.join(cells)}".rstrip())
