"""Pages of one table are read by one statement, and each gets its own rows."""

from asyncio import Lock, gather, sleep

import pytest

from hub.errors import OverloadedError
from hub.protected.reader import Selection
from hub.protected.rows import Row, Rows, table_of
from hub.views.together import Together, is_whole

STORED = table_of(
    [Row(area, "CY2017", "", code, "PUBLISHED", "5") for area in "AB" for code in "IJKL"]
)


def page(indicators: str, areas: str = "AB", totals_only: bool = True) -> Selection:
    return Selection([*indicators], [*areas], ["CY2017"], totals_only=totals_only)


class Store:
    """Reads all of a selection, and remembers what it was asked."""

    def __init__(self, fails: int = 0) -> None:
        self.asked: list[str] = []
        self.fails = fails

    async def read(self, wanted: Selection) -> Rows:
        self.asked.append("".join(wanted.indicators))
        await sleep(0)
        if self.fails:
            self.fails -= 1
            raise OverloadedError
        shown = STORED.by_indicator([wanted.indicators])[0]
        return table_of([row for row in shown if row.area in wanted.areas])


def shown(rows: Rows) -> str:
    return " ".join(f"{row.area}{row.indicator}" for row in rows)


async def test_pages_of_one_table_are_read_once_and_told_apart() -> None:
    store, together = Store(), Together(Lock())
    asked = (together.rows(page(part), (), store.read) for part in ("I", "KJ", "JX"))
    assert [shown(rows) for rows in await gather(*asked)] == ["AI BI", "AJ AK BJ BK", "AJ BJ"]
    # The first did not know of the others yet.
    assert store.asked in (["IJKX"], ["I", "JKX"])


async def test_what_differs_in_anything_is_read_by_itself() -> None:
    store, together = Store(), Together(Lock())
    asked = [
        together.rows(page("I"), ("one",), store.read),
        together.rows(page("J"), ("two",), store.read),
        together.rows(page("K", "A"), ("one",), store.read),
    ]
    assert [shown(rows) for rows in await gather(*asked)] == ["AI BI", "AJ BJ", "AK"]
    assert store.asked == ["I", "J", "K"]


async def test_a_failure_is_told_to_all_who_waited_and_to_nobody_later() -> None:
    store, together = Store(fails=1), Together(Lock())
    async with together.turn:
        waiting = gather(
            *(together.rows(page(part), (), store.read) for part in "IJK"), return_exceptions=True
        )
        await sleep(0)
    assert [type(one) for one in await waiting] == [OverloadedError] * 3
    assert store.asked == ["IJK"]
    assert shown(await together.rows(page("L"), (), store.read)) == "AL BL"


@pytest.mark.parametrize(
    ("wanted", "limit", "whole"),
    [
        (page("IJ"), 4, True),
        (page("IJ"), 3, False),
        (page("IJ", ""), 4, False),
        (page("IJ", totals_only=False), 4, False),
        (Selection(["I"], ["A"], ["CY2017"], [(("RISK", "HIGH"),)]), 1, True),
        (Selection(["I"], ["A"], ["CY2017"], [(), (("RISK", "HIGH"),)]), 9, False),
    ],
)
def test_a_page_is_whole_where_nothing_could_be_left_out(
    wanted: Selection, limit: int, whole: bool
) -> None:
    assert is_whole(wanted, limit) is whole
