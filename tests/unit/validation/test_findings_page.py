"""Every finding code is explained on its page, and the page explains no other."""

import re
from pathlib import Path

from hub.loaders import LoaderCode
from hub.validation import RuleCode

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "findings.md"
CODES = {*map(str, LoaderCode), *map(str, RuleCode)}


def explained() -> list[str]:
    return re.findall(r"^\| `([A-Z_]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_page_explains_every_code_once() -> None:
    assert sorted(explained()) == sorted(CODES)


def test_no_code_of_reading_is_also_one_of_judging() -> None:
    assert not set(map(str, LoaderCode)) & set(map(str, RuleCode))


def test_every_code_is_used() -> None:
    rooms = [Path(__file__).parents[3] / "hub" / room for room in ("loaders", "validation")]
    source = "".join(
        file.read_text(encoding="utf-8") for room in rooms for file in room.rglob("*.py")
    )
    for code in CODES:
        assert re.search(rf"(LoaderCode|RuleCode)\.{code}\b", source), code
