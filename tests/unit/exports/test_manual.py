"""The reference page of files is the one the code writes."""

from pathlib import Path

from hub.exports.manual import page

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "formats.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
