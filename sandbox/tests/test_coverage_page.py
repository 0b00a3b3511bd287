"""docs/api-coverage.md speaks of every call, and names nothing that is not there."""

import re
from pathlib import Path

import pytest

from sandbox.app import ROUTES

ROOT = Path(__file__).resolve().parents[2]
ADDON = ROOT / "dokstamp_connector"
PAGE = (ROOT / "docs" / "api-coverage.md").read_text()
# What the page says once for all kinds of records, and the sandbox's own.
SAID_TOGETHER = re.compile(
    r"/_sandbox|/$|/verify/|"
    r"(PUT|GET) /\w+/\{uuid\}$|"
    r"(PUT|GET) /courses/\{course\}/modules/groups/\{uuid\}$|"
    r"(GET|PUT|DELETE) /students/\{student\}/pages|"
    r".*/batch/destroy$"
)


def calls():
    """What the sandbox answers, as ``GET /courses``, but for what is said together."""
    answered = {
        f"{method} {route.path}"
        for route in ROUTES
        for method in route.methods - {"HEAD"}
    }
    return sorted(call for call in answered if not SAID_TOGETHER.search(call))


@pytest.mark.parametrize("call", calls())
def test_each_call_that_the_sandbox_knows_stands_on_the_page(call):
    assert f"`{call}`" in PAGE


def test_the_files_that_the_page_names_are_there():
    named = re.findall(r"`([\w/]+\.py)`", PAGE)
    assert named
    there = [name for name in named if (ADDON / name).exists()]
    there += [name for name in named if (ROOT / name).exists()]
    assert set(named) == set(there)
