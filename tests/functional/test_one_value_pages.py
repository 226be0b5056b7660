"""One figure, one value, on the pages too: each prints what the saved query's JSON displays.

That JSON, CSV and workbook agree with GraphQL is tested in ``test_one_value.py``. Here both
audiences read: an analyst what partners get, a stranger without a session what the public gets.
Every area, view and indicator of the two releases; the run of each change takes every
twenty-fourth series and return (two pages of it), the long run all of them.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from hub.app import build
from hub.auth.revocation import source
from hub.auth.roles import Role
from hub.auth.standing import Standing
from hub.clock import now
from hub.running import RunningHub
from hub.vocabulary import PeriodKind, parse_period
from hub.web.pages.overview import WIDTH
from hub.web.pages.profile import TABLES
from tests.conftest import FreshSettings
from tests.functional.conftest import URL, Client, signed_on
from tests.functional.printed import Row, Table, rows, tables
from tests.functional.released import released_demo
from tests.spec.audiences import public_release
from tests.spec.demo_release import Release, release

SOME, ALL = 24, 1
YEARS = (PeriodKind.CALENDAR_YEAR, PeriodKind.FINANCIAL_YEAR, PeriodKind.ROLLING_YEAR)
RELEASES: dict[Role, Callable[[], Release]] = {Role.ANALYST: release, Role.PUBLIC: public_release}
Json = Any


@dataclass
class Reader:
    """Reads files with a token; reads pages as its audience does."""

    client: Client
    role: Role
    seen: Counter[str] = field(default_factory=Counter)
    """Figures compared, by page."""

    async def json(self, name: str, **asked: Any) -> Json:
        """The saved query, with the question as its address has it."""
        address = f"/v1/queries/{name}.json?{urlencode(asked, doseq=True)}"
        return (await self._read(address, is_signed_in=True)).json()

    async def page(self, name: str, **asked: Any) -> str:
        """The page; the public's without credentials."""
        address = f"/{name}?{urlencode(asked, doseq=True)}"
        answer = await self._read(address, is_signed_in=self.role is not Role.PUBLIC)
        return str(answer.text)

    async def _read(self, address: str, *, is_signed_in: bool) -> httpx2.Response:
        read = self.client.get if is_signed_in else self.client.http.get
        answer = await read(address)
        if answer.status_code == 401:
            await self.client.renew()
            answer = await read(address)
        assert answer.status_code == 200, (address, answer.text)
        return answer

    @property
    def held(self) -> Release:
        """What its audience's release holds."""
        return RELEASES[self.role]()

    def same(self, page: str, printed: Sequence[str], wanted: Sequence[str], what: object) -> None:
        """Compare, and count what was compared."""
        assert list(printed) == list(wanted), (page, what)
        self.seen[page] += len(printed)


@pytest.fixture(scope="module")
async def demo(fresh_settings: FreshSettings) -> AsyncIterator[RunningHub]:
    async with fresh_settings() as settings, released_demo(settings, public=True) as running:
        yield running


@pytest.fixture(scope="module", params=RELEASES, ids=str)
async def reader(demo: RunningHub, request: pytest.FixtureRequest) -> AsyncIterator[Reader]:
    """A reader of each audience."""
    hub = replace(demo, standing=Standing(source(demo.database, now), now))
    async with AsyncExitStack() as stack:
        transport = httpx2.ASGITransport(app=build(hub))
        http = await stack.enter_async_context(
            httpx2.AsyncClient(transport=transport, base_url=URL)
        )
        client = await signed_on(hub.database, http, request.param)
        yield Reader(client, request.param)


def places(held: Release) -> Iterator[tuple[str, str]]:
    """Every area, with the period that most of what is published there is about."""
    keys = list(held.cells)
    for area in sorted({key.area for key in keys}):
        periods = [key.period for key in keys if key.area == area]
        yield area, max(sorted({*periods}), key=periods.count)


def shown(figure: Json) -> str:
    """A figure as a page prints it: what GraphQL displays, with its marks."""
    return str(figure["display"]) + "".join(f"[{mark}]" for mark in figure["marks"])


def signed(figure: Json) -> str:
    """A difference as a page prints it."""
    if figure["value"] is None:
        return str(figure["display"])
    sign = "+" if figure["value"] > 0 else ""
    return sign + str(figure["display"]).replace("-", "−")


def spoken(figure: Json) -> list[str]:
    """A figure among words: a value or the box of a symbol; what has neither is said in words."""
    return [figure["display"]] if figure["value"] is not None or figure["symbol"] else []


async def test_journey(reader: Reader) -> None:
    for area, period in places(reader.held):
        answer = await reader.json("journey", area=area, period=period)
        html = await reader.page("journey", area=area, period=period)
        printed = {row.data["stage"]: row.figures for row in rows(html, "stage")}
        for stage in answer["stages"]:
            if stage["within"] is None:
                inner = [one for one in answer["stages"] if one["within"] == stage["code"]]
                wanted = list(_stage(stage, inner))
                reader.same("journey", printed.pop(stage["code"]), wanted, (area, stage["code"]))
        assert not printed, "a row that the journey does not have"
        links = {row.data["link"]: row.texts for row in rows(html, "link")}
        for link in answer["links"]:
            if link["ratio"]["symbol"] in ("x", "z") or link["ratio"]["status"] == "NOT_RETURNED":
                assert link["code"] not in links
                continue
            ratio, grade, months = links[link["code"]][1:4]
            assert grade == link["comparability"]
            assert months == f"{link['commonMonths']} of {link['longestMonths']} months"
            bare = ratio.replace("≈", "").strip()
            reader.same("journey", [bare], [link["ratio"]["display"]], link["code"])
    assert reader.seen["journey"] > 40


def _stage(stage: Json, inner: Sequence[Json]) -> Iterator[str]:
    """What a row of the journey prints: planned level, count, parts, and what is nested."""
    absent = {"NOT_AVAILABLE", "NOT_APPLICABLE", "NOT_RETURNED"}
    bare = all(one["figure"]["status"] in absent for one in (stage, *inner))
    if stage["target"] and not bare:
        yield from spoken(stage["target"])
    for one in (stage, *stage["parts"]):
        yield from spoken(one["figure"])
    for one in inner:
        yield from spoken(one["figure"])
        if one["figure"]["value"] is not None and one["target"]:
            yield from spoken(one["target"])


async def test_overview(reader: Reader) -> None:
    for area, period in places(reader.held):
        answer = await reader.json("overview", area=area, period=period)
        html = await reader.page("overview", area=area, period=period)
        printed = list(rows(html, "indicator"))
        for start in range(0, len(answer["columns"]), WIDTH):
            for line in (row for band in answer["bands"] for row in band["rows"]):
                cells = line["cells"][start : start + WIDTH]
                if any(cell["value"] is not None or cell["symbol"] == "c" for cell in cells):
                    row = printed.pop(0)
                    assert row.data["indicator"] == line["indicator"]["code"]
                    reader.same("overview", row.texts[1:], [*map(shown, cells)], (area, line))
        assert not printed
    assert reader.seen["overview"] > 200


async def test_the_bare_overview_shows_the_period_of_which_most_is_held(reader: Reader) -> None:
    """The same months are there as a rolling year, and for counts alone as a financial one."""
    printed = {
        row.data["indicator"]: row for row in rows(await reader.page("overview"), "indicator")
    }
    wanted = {"MAR_CASE_RATE", "MAR_IDVA_FTE_CURRENT", "MAR_REF_POLICE_PC", "MAR_V1617_PC"}
    assert wanted <= printed.keys()
    assert "–" not in printed["MAR_IDVA_FTE_CURRENT"].texts


async def test_performance(reader: Reader) -> None:
    for area, period in places(reader.held):
        answer = await reader.json("performance", area=area, asAt=period)
        found = tables(await reader.page("performance", area=area, asAt=period))
        for measure, row in zip(
            answer["measures"], found.pop(0).rows if answer["measures"] else [], strict=True
        ):
            assert (row.data["measure"], row.texts[1]) == (measure["code"], measure["words"])
            gap = measure["profile"]
            wanted = [shown(measure["cumulative"]), shown(gap["other"])]
            wanted += [signed(gap["difference"]), signed(gap["percent"])]
            reader.same("performance", row.texts[2:6], wanted, (area, measure["code"]))
        for measure in answer["measures"]:
            if measure["period"] is not None:
                compared, points = found.pop(0), found.pop(0)
                _compared(reader, measure, compared.rows)
                _points(reader, measure, points.rows)
        for line in (row for table in found for row in table.rows):
            rate = await _published(reader, "IQ_MSG_CRIME_RATE", line)
            reader.same("performance", line.figures, [rate], line.texts)
    assert reader.seen["performance"] > 300


def _compared(reader: Reader, measure: Json, printed: Sequence[Row]) -> None:
    pairs = [("cumulative", "profile"), ("cumulative", "lastYear"), ("actual", "actualLastYear")]
    for row, (own, other) in zip(printed, pairs, strict=False):
        gap = measure[other]
        wanted = [shown(measure[own]), shown(gap["other"])]
        wanted += [signed(gap["difference"]), signed(gap["percent"])]
        reader.same("performance", row.texts[1:], wanted, (measure["code"], other))
    periods = [measure["lastObserved"] or measure["period"], measure["period"]]
    last, to_date = (parse_period(period["id"]).months for period in periods)
    assert len(printed) == 2 + (last != to_date)


def _points(reader: Reader, measure: Json, printed: Sequence[Row]) -> None:
    for row, point in zip(printed, measure["points"], strict=True):
        wanted = [shown(point[name]) for name in ("actual", "cumulative", "profile")]
        assert row.texts[0] == point["period"]["title"]
        reader.same("performance", row.texts[1:], wanted, (measure["code"], point["period"]))


async def _published(reader: Reader, indicator: str, row: Row) -> str:
    """The one published rate of the area and period that a row names."""
    words = reader.held.words
    (figure,) = (
        one["display"]
        for one in (await reader.json("observations", indicator=indicator))["observations"]
        if words.areas[one["area"]].name == row.texts[0]
        and parse_period(one["period"]).title == row.texts[1]
    )
    return str(figure)


async def profiles(reader: Reader, step: int, most: int) -> None:
    """The tables of returns, over at most so many pages of each."""
    words, keys = reader.held.words, list(reader.held.cells)
    for dataset, codes in words.dataset_indicators.items():
        held = {(key.area, key.period) for key in keys if key.indicator in codes}
        years = sorted(one for one in held if parse_period(one[1]).kind in YEARS)
        for area, period in years[::step]:
            asked = {"dataset": dataset, "area": area, "period": period}
            answer = await reader.json("profile", **asked)
            pages = min(most, len(answer["tables"]) // TABLES + 1)
            found: list[Table] = []
            for page in range(pages):
                found += tables(await reader.page("profile", **asked, page=page + 1))
            by_code = {table.data["table"]: table for table in found}
            compared = answer["tables"][: pages * TABLES]
            assert list(by_code) == [table["code"] for table in compared]
            for table in compared:
                printed = [row for row in by_code[table["code"]].rows if len(row.cells) > 1]
                groups = list(dict.fromkeys(row["group"] for row in table["rows"]))
                ordered = sorted(table["rows"], key=lambda row: groups.index(row["group"]))
                for row, wanted in zip(printed, ordered, strict=True):
                    texts = [text for text in row.texts[1:] if text]
                    reader.same("profile", texts, list(_row(wanted)), (asked, table["code"]))


def _row(row: Json) -> Iterator[str]:
    for cell in row["cells"]:
        yield shown(cell["count"])
        if cell["share"]:
            yield shown(cell["share"])
    if row["cells"][0]["perHundred"]:
        yield shown(row["cells"][0]["perHundred"])


async def test_profiles(reader: Reader) -> None:
    await profiles(reader, SOME, most=2)
    assert reader.seen["profile"] > 150


@pytest.mark.long
async def test_every_profile(reader: Reader) -> None:
    await profiles(reader, ALL, most=100)
    assert reader.seen["profile"] > 3000


async def lines(reader: Reader, step: int) -> None:
    """Every indicator of every area over time."""
    pairs = sorted({(key.indicator, key.area) for key in reader.held.cells})
    for indicator, area in pairs[::step]:
        asked = {"indicator": indicator, "area": area}
        html = await reader.page("series", **asked)
        answer = (await reader.json("observations", **asked))["observations"]
        # Two kinds of period over the same months may differ (T20), each in a table of its own.
        wanted: dict[str, set[str]] = {}
        for one in answer:
            if not one["breakdown"]:
                wanted.setdefault(parse_period(one["period"]).title, set()).add(shown(one))
        for table in tables(html):
            ends = [row.texts[0] for row in table.rows]
            assert all(one != other for one, other in pairwise(ends)), asked
            for title, printed in (row.texts[:2] for row in table.rows):
                assert printed in wanted.get(title, {"–"}), (asked, title)
                reader.seen["series"] += 1
        printed_at = {row.texts[0] for table in tables(html) for row in table.rows}
        assert set(wanted) <= printed_at, asked


async def test_series(reader: Reader) -> None:
    await lines(reader, SOME)
    assert reader.seen["series"] > 20


@pytest.mark.long
async def test_every_series(reader: Reader) -> None:
    await lines(reader, ALL)
    assert reader.seen["series"] > 700
