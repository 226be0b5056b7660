"""The page about roles says what the data files say."""

from pathlib import Path

from hub.auth.reference import roles_page

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "roles.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == roles_page(), "run python -m hub.auth.reference"
