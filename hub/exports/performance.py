"""Measures against targets as a document; its JSON has the shape of GraphQL's ``Performance``."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

from hub.exports import shapes
from hub.exports.chart import Bar, Chart, Panel
from hub.exports.document import Document
from hub.exports.figures import FIGURE, Record, figure_columns
from hub.protected.figures import Figure
from hub.protected.releases import Release
from hub.views.comparison import Comparison
from hub.views.performance import MeasureView, Performance
from hub.vocabulary import Period, Vocabulary

COLUMNS = (
    *("release", "area", "as_at", "measure", "title", "indicator", "standing", "words", "why"),
    *("figure", "period", *FIGURE),
)
"""The header. ``figure`` says which of a measure's figures a row holds, ``period`` of when."""


CAVEATS = (
    "The year to date ends with the last month observed; months to come are never computed.",
    "Last year and the planned level are two comparisons: do not read one for the other.",
)
KEY = ("Red tick: the level planned for the same months.",)


def performance_document(view: Performance, release: Release, words: Vocabulary) -> Document:
    """Make the report ready for files, one figure a row."""
    return Document(
        name="performance",
        title=f"Measures against targets: {view.area.name}, as at {view.as_at.title}",
        finding=_finding(view),
        release=release,
        slug=(view.area.code, view.as_at.id),
        columns=COLUMNS,
        records=partial(_records, view),
        content=partial(_content, view),
        chart=partial(_chart, view, words),
        caveats=CAVEATS,
    )


def _content(view: Performance) -> dict[str, Any]:
    return {
        "area": shapes.area(view.area),
        "asAt": shapes.period(view.as_at),
        "release": view.release,
        "measures": [_measure(item) for item in view.measures],
    }


def _finding(view: Performance) -> str:
    """How many measures stand where, exceptions first, in the report's own words."""
    found = Counter(item.words for item in view.measures)
    told = [f"{count} {words[0].lower()}{words[1:]}" for words, count in found.items()]
    return f"{len(view.measures)} measures: {', '.join(told)}" if told else "Nobody reports here"


def _chart(view: Performance, words: Vocabulary) -> Chart:
    """The year to date of each measure on a scale of its own, with the planned level."""
    panels = tuple(_panel(item, words) for item in view.measures)
    subtitle = "Year to date against the planned level"
    return Chart(_finding(view), subtitle, panels, KEY)


def _panel(item: MeasureView, words: Vocabulary) -> Panel:
    when = item.period.title if item.period else "no month observed"
    note = f"{words.plural(item.indicator.unit)}, {when}"
    bar = Bar(item.words, item.cumulative, note, level=item.profile.other)
    return Panel(item.measure.title, (bar,))


def figures_of(view: MeasureView) -> Iterator[tuple[str, Period | None, Figure]]:
    """Every figure of a measure with its name and the period it is of."""
    last, to_date = view.last, view.period
    yield "actual", last, view.actual
    yield from _compared("actual_last_year", last, view.actual_last_year)
    yield "cumulative", to_date, view.cumulative
    yield from _compared("profile", to_date, view.profile)
    yield from _compared("last_year", to_date, view.last_year)
    yield "year_target", None, view.year_target
    for point in view.outlook:
        yield "point_actual", point.period, point.actual
        yield "point_cumulative", point.period, point.cumulative
        yield "point_profile", point.period, point.profile


def _compared(
    name: str, period: Period | None, view: Comparison
) -> Iterator[tuple[str, Period | None, Figure]]:
    yield name, period, view.other
    yield f"{name}_difference", period, view.difference
    yield f"{name}_percent", period, view.percent


def _records(view: Performance) -> Iterator[Record]:
    for item in view.measures:
        for name, period, figure in figures_of(item):
            yield {
                "release": view.release,
                "area": view.area.code,
                "as_at": view.as_at.id,
                "measure": item.measure.code,
                "title": item.measure.title,
                "indicator": item.indicator.code,
                "standing": item.standing.name,
                "words": item.words,
                "why": item.reason,
                "figure": name,
                "period": period.id if period else None,
                **figure_columns(figure),
            }


def _measure(view: MeasureView) -> dict[str, Any]:
    rule = view.measure
    return {
        "code": rule.code,
        "title": rule.title,
        "note": rule.note,
        "indicator": shapes.indicator(view.indicator),
        "rule": {
            "direction": rule.direction.name,
            "tolerance": rule.tolerance,
            "profile": rule.profile.value,
            "target": rule.target,
        },
        "standing": view.standing.name,
        "words": view.words,
        "reason": view.reason,
        "period": shapes.period(view.period) if view.period else None,
        "lastObserved": shapes.period(view.last) if view.last else None,
        "actual": shapes.figure(view.actual),
        "actualLastYear": _comparison(view.actual_last_year),
        "cumulative": shapes.figure(view.cumulative),
        "profile": _comparison(view.profile),
        "lastYear": _comparison(view.last_year),
        "yearTarget": shapes.figure(view.year_target),
        "points": [
            {
                "period": shapes.period(point.period),
                "actual": shapes.figure(point.actual),
                "cumulative": shapes.figure(point.cumulative),
                "profile": shapes.figure(point.profile),
            }
            for point in view.outlook
        ],
    }


def _comparison(view: Comparison) -> dict[str, Any]:
    return {
        "other": shapes.figure(view.other),
        "difference": shapes.figure(view.difference),
        "percent": shapes.figure(view.percent),
    }
