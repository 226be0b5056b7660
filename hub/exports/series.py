"""One indicator over time as a document: every period in order, gaps said."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from hub.exports import shapes
from hub.exports.chart import Bar, Chart, Panel
from hub.exports.document import Document
from hub.exports.figures import FIGURE, Record, figure_columns
from hub.protected.releases import Release
from hub.views.series import Point
from hub.vocabulary import Vocabulary
from hub.vocabulary.rows import Area, Indicator

COLUMNS = ("release", "indicator", "title", "area", "period", *FIGURE)


def series_document(
    indicator: Indicator,
    area: Area,
    points: Sequence[Point],
    release: Release,
    words: Vocabulary,
) -> Document:
    """Make a series ready for files."""
    return Document(
        name="series",
        title=f"{indicator.title}, {area.name}",
        finding=_finding(indicator, points),
        release=release,
        slug=(indicator.code, area.code),
        columns=COLUMNS,
        records=partial(_records, indicator, area, points, release),
        content=partial(_content, indicator, area, points, release),
        chart=partial(_chart, indicator, points, words),
        caveats=("A period without a figure is a gap, not a zero.",),
    )


def _finding(indicator: Indicator, points: Sequence[Point]) -> str:
    """The first and the last figure shown."""
    shown = [point for point in points if point.figure.value is not None]
    if not shown:
        return f"{indicator.title}: no figure is shown"
    told = [f"{point.figure.display} in {point.period.title}" for point in (shown[0], shown[-1])]
    return f"{indicator.title}: {' and '.join(dict.fromkeys(told))}"


def _records(
    indicator: Indicator, area: Area, points: Sequence[Point], release: Release
) -> Iterator[Record]:
    for point in points:
        yield {
            "release": release.id,
            "indicator": indicator.code,
            "title": indicator.title,
            "area": area.code,
            "period": point.period.id,
            **figure_columns(point.figure),
        }


def _content(
    indicator: Indicator, area: Area, points: Sequence[Point], release: Release
) -> dict[str, Any]:
    return {
        "indicator": shapes.indicator(indicator),
        "area": shapes.area(area),
        "release": release.id,
        "points": [
            {"period": shapes.period(point.period), "figure": shapes.figure(point.figure)}
            for point in points
        ],
    }


def _chart(indicator: Indicator, points: Sequence[Point], words: Vocabulary) -> Chart:
    bars = tuple(Bar(point.period.title, point.figure) for point in points)
    return Chart(
        _finding(indicator, points), words.plural(indicator.unit).capitalize(), (Panel("", bars),)
    )
