"""The page that the addon ships says what docs/errors.md says: scripts/pages ran."""

import html
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "docs" / "errors.md"
PAGE = ROOT / "dokstamp_connector" / "static" / "docs" / "errors.html"


def words_of_source():
    text = SOURCE.read_text()
    text = re.sub(r"^## \w+: ", "", text, flags=re.MULTILINE)  # the places' names
    text = re.sub(r"\]\([^)]*\)", "", text)  # where links lead
    text = re.sub(r"\|( --- \|)+", "", text)
    return re.findall(r"\w+", text)


def words_of_page():
    body = PAGE.read_text().partition("<body>")[2]
    return re.findall(r"\w+", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def test_the_shipped_page_has_the_words_of_its_source():
    assert words_of_page() == words_of_source()


def test_each_reason_is_a_place_on_the_page():
    kinds = re.findall(r"^## (\w+): ", SOURCE.read_text(), flags=re.MULTILINE)
    assert kinds
    assert re.findall(r'<h2 id="(\w+)">', PAGE.read_text()) == kinds
