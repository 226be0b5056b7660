"""The security page names every requirement once, and only tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reference/security.md"
REQUIREMENTS = {
    "A": 18, "Z": 11, "D": 8, "G": 15, "H": 13, "U": 11, "S": 5, "L": 10, "I": 7, "C": 7, "K": 7,
    "B": 6, "P": 9,
}  # fmt: skip
"""How many requirements each chapter of the owner's design has."""
PROOF = re.compile(r"\[(test_\w+)\]\(([^)]+)\)")


def lines(text: str) -> dict[str, list[str]]:
    """The cells of each line by its number; a number given twice is an error."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"[A-Z]\d+", cells[0]):
            assert cells[0] not in found, f"{cells[0]} stands twice"
            found[cells[0]] = cells
    return found


LINES = lines(PAGE.read_text(encoding="utf-8"))


def missing_tests(cell: str) -> list[str]:
    """The tests a proof names that are not in the tree at that place."""
    missing = []
    for name, address in PROOF.findall(cell):
        path = (PAGE.parent / address).resolve()
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        if not re.search(rf"^(async )?def {name}\(", text, re.M):
            missing.append(name)
    return missing


def test_every_requirement_has_its_line() -> None:
    wanted = {f"{key}{n}" for key, count in REQUIREMENTS.items() for n in range(1, count + 1)}
    assert set(LINES) == wanted


@pytest.mark.parametrize("number", LINES)
def test_the_line_is_whole_and_its_tests_exist(number: str) -> None:
    _, must, state, how, proof = LINES[number]
    assert must
    assert state in {"met", "partly", "not yet"}
    assert missing_tests(proof) == []
    assert proof == "<br>".join(f"[{name}]({where})" for name, where in PROOF.findall(proof))
    if state == "not yet":
        assert how, "say why"
    else:
        assert proof, "name the test"


def test_the_check_can_fail() -> None:
    assert missing_tests("[test_of_nothing](test_x.py)") == ["test_of_nothing"]
