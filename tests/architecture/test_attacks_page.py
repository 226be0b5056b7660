"""Every test that the page of attacks names exists, and every attack of the design has a line."""

import re
from pathlib import Path

from scripts.attack_guards import GUARDS

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


LINES = [line for line in PAGE.splitlines() if line.startswith("| ")][1:]
SEEN = ("both ways: ", "guard out *", "planted: ")

DESIGN = """
two releases; audiences; overlapping Marac and district; calendar against financial; rolling years
complement in a partition; in an indicator pair; in a funnel; ratio x base; mean x base
rate x population; "per 100"; year-on-year percentage; multi-select; `n =` bases; structural against
one child; singletons on both sides; two sensitive cells alone; totals of counts; ordering; paging
`totalCount`; filters by value; ETags; sizes; timings; error texts; hidden rows; chart lengths
axis limits; an agency's own counts; steward's report
"""
"""Every attack that the design asks for, in the words of its line."""


def unproved(lines: list[str]) -> list[str]:
    """Lines that do not say how their test was seen to fail, or name a guard nobody takes away."""
    names = {guard.name for guard in GUARDS}
    return [
        line
        for line in lines
        if not any(word in line for word in SEEN)
        or not set(re.findall(r"guard out \*([^*]+)\*", line)) <= names
    ]


def test_every_line_says_how_its_test_was_seen_to_fail() -> None:
    assert unproved(LINES) == []


def test_what_is_said_to_fail_without_a_guard_is_tried() -> None:
    """The tests beside *guard out* are those that the script runs without it."""
    tried = {test for guard in GUARDS for test in guard.tests}
    for line in LINES:
        for named in re.findall(r"guard out \*[^*]+\*: `([^`]+)`", line):
            assert named in tried, named


def test_no_attack_of_the_design_is_missing() -> None:
    attacks = [one.strip() for line in DESIGN.split("\n") for one in line.split(";") if one.strip()]
    assert len(attacks) > 30
    first = " ".join(line.split("|")[1] for line in LINES)
    assert [one for one in attacks if one not in first] == []


def test_the_check_can_fail() -> None:
    assert unproved(["| an attack | a guard | `tests/a.py::test_b` |"])
    assert unproved(["| an attack | a guard | guard out *no such*: `tests/a.py::test_b` |"])
    assert missing([("tests/architecture/test_attacks_page.py", "test_that_is_not_there")])
