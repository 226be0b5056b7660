"""The four questions, as the hub and its peers are asked them, and what their answers say.

The peers get the most natural document of each; :func:`told` brings every answer to one form, so
that all can be compared before anything is timed. A page of the hub holds at most 100
observations and an answer 10,000 objects (security G12), so its table of 400 figures is asked in
four pages and its pull of 1,600 observations in sixteen, in one document; a peer is asked for the
same observations in one list.
"""

import random
from dataclasses import dataclass
from typing import Any

from benchmarks.national import Size

SERIES = """query($i: String!, $a: String!, $from: String!, $to: String!) {
  series(indicator: $i, area: $a, from: $from, to: $to) {
    points { period { id title } figure { value status } } } }"""
ROWS = """indicator { code title unit } area { code name level parents { code name } }
  period { id title } figure { value status }"""
PULL = "indicator { code } area { code } period { id } figure { value status display unit symbol }"
JOURNEY = """query($a: String!, $p: String!) { journey(area: $a, period: $p) {
  stages { code period { id } figure { value status } } } }"""
WHOLE = """query($a: String!, $p: String!) { journey(area: $a, period: $p) {
  stages { code title agency { code name } unit period { id } area { code }
    figure { value status display } parts { code title figure { value status } } }
  links { code from to ratio { value status } comparability caveats { code text } } } }"""

MERCURIUS = {
    "Q1": """query($i: String!, $a: String!, $periods: [String!]!) {
  series(i: $i, a: $a, periods: $periods) { period { id title } value status } }""",
    "Q2": """query($i: [String!]!, $a: [String!]!, $p: [String!]!) { cells(i: $i, a: $a, p: $p) {
  indicator { code title unit } area { code name level parents { code name } }
  period { id title } value status } }""",
    "Q3": """query($a: String!, $p: String!) {
  journey(a: $a, p: $p) { stage period { id } value status } }""",
    "Q4": """query($i: [String!]!, $a: [String!]!, $p: [String!]!) { cells(i: $i, a: $a, p: $p) {
  indicator { code } area { code } period { id } value status display unit symbol } }""",
}
POSTGRAPHILE = {
    "Q1": """query($i: String!, $a: String!, $periods: [String!]!) {
  series: seriesList(i: $i, a: $a, periods: $periods) {
    period: periodByPeriodId { id: rowId title } value status } }""",
    "Q2": """query($i: [String!]!, $a: [String!]!, $p: [String!]!) {
  cells: cellsList(i: $i, a: $a, p: $p) {
    indicator: indicatorByIndicatorCode { code title unit }
    area: areaByAreaCode { code name level
      parents: areaParentsByChildList { area: areaByParent { code name } } }
    period: periodByPeriodId { id: rowId title } value status } }""",
    "Q3": """query($a: String!, $p: String!) { journey: journeyList(a: $a, p: $p) {
  stage period: periodByPeriodId { id: rowId } value status } }""",
    "Q4": """query($i: [String!]!, $a: [String!]!, $p: [String!]!) {
  cells: cellsList(i: $i, a: $a, p: $p) {
    indicator: indicatorByIndicatorCode { code unit } area: areaByAreaCode { code }
    period: periodByPeriodId { id: rowId } value status display symbol } }""",
}


@dataclass(frozen=True, slots=True)
class Question:
    """One question: the hub's document with sets of variables, and those of its peers."""

    name: str
    document: str
    variables: tuple[dict[str, Any], ...]
    peers: tuple[dict[str, Any], ...] = ()


def paged(fields: str, pages: int) -> str:
    """Ask for several pages of observations in one document."""
    heads = ", ".join(f"$i{n}: [String!]" for n in range(pages))
    ask = "areas: $a, periods: $p, breakdowns: [], first: 100"
    parts = (
        f"p{n}: observations(indicators: $i{n}, {ask}) {{ nodes {{ {fields} }} }}"
        for n in range(pages)
    )
    return f"query($a: [String!], $p: [String!], {heads}) {{ {' '.join(parts)} }}"


def questions(size: Size, sets: int = 300, seed: int = 7) -> list[Question]:
    """Make the questions, each with as many sets of variables."""
    draw = _Draw(size, random.Random(seed))  # noqa: S311
    found = [
        ("Q1", SERIES, [draw.series() for _ in range(sets)]),
        ("Q2", paged(ROWS, 4), [draw.table(4) for _ in range(sets)]),
        ("Q3", JOURNEY, [draw.journey() for _ in range(sets)]),
        ("Q4", paged(PULL, 16), [draw.pull(16) for _ in range(sets)]),
    ]
    made = [
        Question(name, document, tuple(h for h, _ in both), tuple(p for _, p in both))
        for name, document, both in found
    ]
    return [*made, Question("Q3 whole", WHOLE, made[2].variables)]


@dataclass(frozen=True, slots=True)
class _Draw:
    """Draws variables: for the hub, and the same for its peers."""

    size: Size
    chance: random.Random

    def series(self) -> tuple[dict[str, Any], dict[str, Any]]:
        months = self.size.months()
        start = self.chance.randrange(max(1, len(months) - 60))
        shown = months[start : start + 60]
        code = self.chance.choice(self.size.indicator_codes())
        both = {"i": code, "a": self.chance.choice(self.size.area_codes())}
        return both | {"from": shown[0], "to": shown[-1]}, both | {"periods": shown}

    def table(self, pages: int) -> tuple[dict[str, Any], dict[str, Any]]:
        return self._pages([self.chance.choice(self.size.quarters())], pages)

    def pull(self, pages: int) -> tuple[dict[str, Any], dict[str, Any]]:
        return self._pages(self.chance.sample(self.size.months(), 5), pages)

    def _pages(self, periods: list[str], pages: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """Forty indicators at ten places: a page of a hundred for each part of the indicators."""
        each = 100 // (10 * len(periods)) or 1
        chosen = self.chance.sample(self.size.indicator_codes(), each * pages)
        places = self.chance.sample(self.size.area_codes(), min(10, self.size.areas))
        parts = {f"i{n}": chosen[n * each : (n + 1) * each] for n in range(pages)}
        return {"a": places, "p": periods, **parts}, {"a": places, "p": periods, "i": chosen}

    def journey(self) -> tuple[dict[str, Any], dict[str, Any]]:
        when = self.chance.choice([*self.size.years_(), *self.size.quarters()])
        both = {"a": self.chance.choice(self.size.area_codes()), "p": when}
        return both, both


def told(name: str, answer: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Bring an answer, of the hub or of a peer, to one form."""
    assert not answer.get("errors"), str(answer["errors"])[:400]
    data = answer["data"]
    if name == "Q1":
        shown = data["series"]
        return [_point(one) for one in (shown["points"] if isinstance(shown, dict) else shown)]
    if name == "Q3":
        shown = data["journey"]
        stages = shown["stages"] if isinstance(shown, dict) else shown
        return sorted(_stage(stage) for stage in stages if stage["period"])
    pages = [data["cells"]] if "cells" in data else [page["nodes"] for page in data.values()]
    form = _row if name == "Q2" else _pulled
    return sorted(form(node) for page in pages for node in page)


def _figure(item: dict[str, Any]) -> str:
    figure = item.get("figure", item)
    value = figure["value"]
    return f"{value if value is None else float(value)} {figure['status']}"


def _point(point: dict[str, Any]) -> tuple[Any, ...]:
    return (point["period"]["id"], point["period"]["title"], _figure(point))


def _stage(stage: dict[str, Any]) -> tuple[Any, ...]:
    return (stage.get("code") or stage["stage"], stage["period"]["id"], _figure(stage))


def _row(node: dict[str, Any]) -> tuple[Any, ...]:
    indicator, area, period = node["indicator"], node["area"], node["period"]
    above = [parent.get("area", parent) for parent in area["parents"]]
    return (
        *(indicator["code"], indicator["title"], indicator["unit"]),
        *(area["code"], area["name"], area["level"], period["id"], period["title"]),
        repr(sorted((parent["code"], parent["name"]) for parent in above)),
        _figure(node),
    )


def _pulled(node: dict[str, Any]) -> tuple[Any, ...]:
    figure, indicator = node.get("figure", node), node["indicator"]
    unit = figure.get("unit") or indicator["unit"]
    address = (indicator["code"], node["area"]["code"], node["period"]["id"])
    return (*address, _figure(node), figure["display"], unit, str(figure["symbol"]))
