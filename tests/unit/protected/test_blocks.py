"""Blocks are made of whole and plainly sorted areas only; see also ``test_store_read``."""

from typing import Any

import pytest

from hub.protected import blocks
from hub.protected.blocks import Block, of_blocks, read_block
from hub.protected.reader import Selection
from hub.protected.rows import ALL, BETWEEN, PLAIN


class Store:
    """Answers the two questions for one period with two indicators."""

    def __init__(self, *, is_plain: bool = True, many: int = 2, value: str = "1 2") -> None:
        columns = ["PUBLISHED SUPPRESSED", value, "p ", " c", "10 ", "[] []", "true false"]
        joined = [text.replace(" ", BETWEEN) for text in columns]
        self.rows_ = [("CY2017", "", f"A{BETWEEN}B", *joined, many, is_plain)]

    async def rows(self, statement: str, *values: object) -> list[Any]:
        return self.rows_ if statement == blocks._BY_PERIOD else []


async def block(**said: Any) -> Block | None:
    return await read_block(Store(**said), "r", "E1")


async def test_a_block_tells_its_rows() -> None:
    found = await block()
    assert found is not None
    wanted = Selection(["B", "A", "C"], ["E1"], ["CY2017", "CY2018"])
    first, second = of_blocks([found], wanted, ALL)
    assert tuple(first) == (
        *("E1", "CY2017", "", "A", "PUBLISHED", "1", "p", None, "10", "[]", True),
    )
    assert tuple(second) == (
        *("E1", "CY2017", "", "B", "SUPPRESSED", "2", "", "c", None, "[]", False),
    )
    plain = list(of_blocks([found], Selection(["B"], ["E1"]), PLAIN))
    assert [tuple(row)[:6] for row in plain] == [("E1", "CY2017", "", "B", "SUPPRESSED", "2")]
    assert plain[0].reason is None


async def test_what_is_not_there_is_no_row() -> None:
    found = await block()
    assert found is not None
    assert len(of_blocks([found], Selection(["C"], ["E1"]), ALL)) == 0
    assert len(of_blocks([], Selection(["A"], ["E2"]), ALL)) == 0
    assert len(found.line("A", None, ALL)) == 0


async def test_a_database_that_sorts_by_a_language_is_asked_itself() -> None:
    assert await block(is_plain=False) is None


async def test_an_area_with_too_much_is_left_to_the_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert await block(many=blocks.MOST) is not None
    assert await block(many=blocks.MOST + 1) is None


async def test_a_text_that_holds_what_stands_between_texts_is_an_error() -> None:
    with pytest.raises(ValueError, match="stands between"):
        await block(value="1 2 3")


async def test_a_block_says_no_figure_of_itself() -> None:
    found = await block(value="617 618")
    assert found is not None
    assert "617" not in repr(found) + repr(found.strips["CY2017", ""])
