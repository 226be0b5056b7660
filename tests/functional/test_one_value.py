"""One figure, one value: GraphQL, JSON, CSV, XLSX and the pictures agree, figure by figure.

Every area that the demo's release speaks of, every view that has something to say there; the
questions are made from the release itself, so a new return is asked about without a new test.
"""

import csv
import io
import json
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from python_calamine import CalamineWorkbook

from hub.app import build
from hub.auth.revocation import source
from hub.auth.roles import Role
from hub.auth.standing import Standing
from hub.clock import now
from hub.exports.columns import COLUMNS
from hub.exports.png import rasterised
from hub.running import RunningHub
from tests.conftest import FreshSettings
from tests.functional.conftest import URL, Client, signed_on
from tests.functional.released import released_demo
from tests.functional.test_views import OVERVIEW, PERFORMANCE, PROFILE, asked, figures, whole
from tests.spec.audiences import public_release
from tests.spec.demo_release import Release, release
from tests.unit.exports.drawn import labels

FIGURE = "{ value status symbol display unit reason marks }"
JOURNEY = f"""query Stages($area: String!, $period: String!) {{
  journey(area: $area, period: $period) {{
    stages {{ code figure {FIGURE} parts {{ code figure {FIGURE} }} target {FIGURE} }}
    links {{ code ratio {FIGURE} }}
  }}
}}"""
SERIES = f"""query Line($indicator: String!, $area: String!, $from: String!, $to: String!) {{
  series(indicator: $indicator, area: $area, from: $from, to: $to) {{
    points {{ period {{ id }} figure {FIGURE} }} }} }}"""
OBSERVATIONS = f"""query Some($area: String!, $after: String) {{
  observations(areas: [$area], first: 100, after: $after) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{ indicator {{ code }} period {{ id }} breakdown {{ dimension category }}
      figure {FIGURE} }} }} }}"""

Told = tuple[float | None, str, str | None]
"""A value with its status and symbol."""


@dataclass(frozen=True)
class Question:
    """A saved query, and the same question in GraphQL."""

    name: str
    query: str
    variables: dict[str, Any]

    @property
    def address(self) -> str:
        """The parameters of the saved query."""
        given = dict(self.variables)
        if "areas" in given:
            given["area"] = given.pop("areas")
        return urlencode(given, doseq=True)


def questions(held: Release) -> Iterator[Question]:
    """Every view of every area in a release, in the period that most of it is about."""
    cells = held.prepared.cells
    words = held.words
    for area in sorted({cell.key.area for cell in cells}):
        here = [cell.key for cell in cells if cell.key.area == area]
        codes = {key.indicator for key in here}
        periods = [key.period for key in here]
        period = max(sorted({*periods}), key=periods.count)
        place: dict[str, Any] = {"area": area, "period": period}
        yield Question("observations", OBSERVATIONS, {"area": area})
        yield Question("journey", JOURNEY, place)
        yield Question("overview", OVERVIEW, {"areas": [area], "period": period})
        yield Question("performance", PERFORMANCE, {"area": area, "asAt": period})
        line = {"indicator": min(codes), "area": area, "from": period, "to": period}
        yield Question("series", SERIES, line)
        for dataset, codes_held in words.dataset_indicators.items():
            if codes & {*codes_held}:
                yield Question("profile", PROFILE, {"dataset": dataset, **place})
                break


@pytest.fixture
def hub(demo: RunningHub) -> RunningHub:
    """The same hub with a registry read anew, so that it knows this test's clients."""
    return replace(demo, standing=Standing(source(demo.database, now), now))


async def by_graphql(client: Client, question: Question) -> Any:
    """The answer's content, all pages of it."""
    if question.name == "profile":
        return await whole(client, question.query, **question.variables)
    found = page = await asked(client, question.query, **question.variables)
    while question.name == "observations" and page["pageInfo"]["hasNextPage"]:
        after = page["pageInfo"]["endCursor"]
        page = await asked(client, question.query, after=after, **question.variables)
        found["nodes"] += page["nodes"]
    return found


def told(question: Question, answer: Any) -> list[Told]:
    """The figures of an answer in the order of the tidy file."""
    if question.name == "journey":
        return list(_journey(answer))
    parts = {
        "observations": "nodes",
        "overview": "bands",
        "performance": "measures",
        "series": "points",
    }
    if question.name == "profile":
        return [figure for table in answer["tables"] for figure in figures(table["rows"])]
    return list(figures(answer[parts[question.name]]))


def _journey(answer: Any) -> Iterator[Told]:
    for stage in answer["stages"]:
        yield from figures([stage["figure"], *stage["parts"], stage["target"] or []])
    yield from figures(answer["links"])


def by_csv(text: str) -> list[Told]:
    rows = list(csv.DictReader(io.StringIO(text)))
    return [_told(row["value"], row["status"], row["symbol"]) for row in rows]


def by_xlsx(content: bytes) -> list[Told]:
    """Every row of every table sheet; shorthand must be the symbol's own."""
    book, found = CalamineWorkbook.from_filelike(io.BytesIO(content)), []
    for name in book.sheet_names[1:]:
        _, _, _, header, *rows = book.get_sheet_by_name(name).to_python()
        at = {title: place for place, title in enumerate(header)}
        for row in rows:
            value = row[at[COLUMNS["value"].heading]]
            symbol = row[at["Symbol"]] if "Symbol" in at else ""
            if isinstance(value, str):
                assert value == (f"[{symbol}]" if symbol else value), (name, row)
                assert value.startswith("[")
                value = ""
            found.append(_told(value, row[at["Status"]], symbol))
    return found


def _told(value: Any, status: Any, symbol: Any) -> Told:
    return (None if value == "" else float(value)), str(status), str(symbol) or None


def same(left: list[Told], right: list[Told]) -> bool:
    """A workbook keeps sixteen digits of the seventeen that tell two numbers apart."""
    return len(left) == len(right) and all(
        one[1:] == other[1:]
        and (one[0] == other[0] or math.isclose(one[0] or 0, other[0] or 0, rel_tol=1e-15))
        for one, other in zip(left, right, strict=True)
    )


async def test_every_file_agrees_with_graphql(analyst: Client) -> None:
    """All areas and views of the demo; status and symbol too, and in how many there are."""
    seen, drawn = Counter[str](), Counter[str]()
    for question in questions(release()):
        answer = await by_graphql(analyst, question)
        wanted = told(question, answer)
        files = {kind: await file_of(analyst, question, kind) for kind in ("json", "csv", "xlsx")}
        assert same(by_csv(files["csv"].text), wanted), question
        sheets = by_xlsx(files["xlsx"].content)
        assert same(sorted(sheets, key=str), sorted(wanted, key=str)), question
        assert by_json(question, files["json"].text) == wanted, question
        seen[question.name] += len(wanted)
        if question.name != "observations":
            picture = await file_of(analyst, question, "svg")
            assert labels(picture.content) == charted(question, answer), question
            if not drawn[question.name]:  # A PNG is that SVG in pixels: once for each view.
                png = await file_of(analyst, question, "png")
                assert png.content == rasterised(picture.content), question
            drawn[question.name] += len(charted(question, answer))
    assert len(release().prepared.cells) == seen["observations"]
    assert min(seen.values()) > 15, seen
    assert min(drawn.values()) > 5, drawn


@pytest.mark.long
async def test_every_file_of_the_public_agrees(fresh_settings: FreshSettings) -> None:
    """The public has no GraphQL; its JSON is what its CSV, workbook and chart must say."""
    seen = Counter[str]()
    async with fresh_settings() as settings, released_demo(settings, public=True) as running:
        hub = replace(running, standing=Standing(source(running.database, now), now))
        transport = httpx2.ASGITransport(app=build(hub))
        async with httpx2.AsyncClient(transport=transport, base_url=URL) as http:
            client = await signed_on(hub.database, http, Role.PUBLIC)
            for question in questions(public_release()):
                kinds = ("json", "csv", "xlsx")
                files = {kind: await file_of(client, question, kind) for kind in kinds}
                wanted = by_json(question, files["json"].text)
                assert same(by_csv(files["csv"].text), wanted), question
                sheets = by_xlsx(files["xlsx"].content)
                assert same(sorted(sheets, key=str), sorted(wanted, key=str)), question
                seen[question.name] += len(wanted)
    assert len(public_release().prepared.cells) == seen["observations"]
    assert min(seen.values()) > 15, seen


async def file_of(client: Client, question: Question, kind: str) -> httpx2.Response:
    """One file of a saved query."""
    found = await client.get(f"/v1/queries/{question.name}.{kind}?{question.address}")
    assert found.status_code == 200, (question, kind, found.text)
    return found


def by_json(question: Question, text: str) -> list[Told]:
    """The figures of the JSON file, whose shape is GraphQL's; observations are flat there."""
    content = json.loads(text)
    if question.name != "observations":
        return told(question, content)
    return [(one["value"], one["status"], one["symbol"]) for one in content["observations"]]


def displays(content: Any) -> list[str]:
    """What every figure of an answer prints, in its order."""
    if isinstance(content, list):
        return [text for item in content for text in displays(item)]
    if isinstance(content, dict) and "display" in content:
        return [content["display"]]
    if isinstance(content, dict):
        return [text for item in content.values() for text in displays(item)]
    return []


def charted(question: Question, answer: Any) -> list[str]:
    """What a chart of an answer must print."""
    if question.name == "journey":
        return [stage["figure"]["display"] for stage in answer["stages"]]
    if question.name == "overview":
        return displays(answer["bands"][0])
    if question.name == "performance":
        return [item["cumulative"]["display"] for item in answer["measures"]]
    if question.name == "series":
        return displays(answer["points"])
    tables = [table for table in answer["tables"] if len(table["rows"]) > 1]
    rows = tables[0]["rows"] if tables else []
    return [row["cells"][0]["count"]["display"] for row in rows]
