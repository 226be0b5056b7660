"""Every test that the page of attacks names exists, and every attack of the design has a line."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "attacks.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)


def missing(named: list[tuple[str, str]]) -> list[str]:
    return [
        f"{file}::{test}"
        for file, test in named
        if not (ROOT / file).is_file()
        or f"def {test}(" not in (ROOT / file).read_text(encoding="utf-8")
    ]


def test_every_test_named_exists() -> None:
    assert len(NAMED) > 40
    assert missing(NAMED) == []


def test_every_line_names_a_test() -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith("| ")][1:]
    assert len(lines) > 30
    assert [line for line in lines if "::" not in line] == []


def test_the_check_can_fail() -> None:
    assert missing([("tests/architecture/test_attacks_page.py", "test_that_is_not_there")])
