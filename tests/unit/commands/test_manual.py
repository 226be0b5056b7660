"""The page for operators lists every setting, as the code has it."""

from pathlib import Path

from hub.commands.manual import settings_table

PAGE = Path(__file__).parents[3] / "docs/how-to/run-a-hub.md"


def test_page_holds_the_table_as_generated() -> None:
    assert settings_table() in PAGE.read_text(encoding="utf-8")


def test_a_secret_never_has_a_value_in_the_table() -> None:
    line = next(row for row in settings_table().splitlines() if "HUB_DATABASE_URL" in row)
    assert line.split("|")[3].strip() == "none"
