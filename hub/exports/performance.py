"""Measures against targets as tidy CSV and as JSON in the shape of GraphQL's ``Performance``."""

import json
from collections.abc import Iterator
from typing import Any

from hub.exports.figures import (
    FIGURE,
    Record,
    area_json,
    figure_columns,
    figure_json,
    indicator_json,
    period_json,
    tidy,
)
from hub.protected.figures import Figure
from hub.views.comparison import Comparison
from hub.views.performance import MeasureView, Performance
from hub.vocabulary import Period

COLUMNS = (
    *("release", "area", "as_at", "measure", "title", "indicator", "standing", "words", "why"),
    *("figure", "period", *FIGURE),
)
"""The header. ``figure`` says which of a measure's figures a row holds, ``period`` of when."""


def performance_csv(view: Performance) -> str:
    """Write the report, one figure a row; ``why`` is the reason of the standing."""
    return tidy(COLUMNS, _records(view))


def performance_json(view: Performance) -> str:
    """Write the report as one JSON object."""
    content = {
        "area": area_json(view.area),
        "asAt": period_json(view.as_at),
        "release": view.release,
        "measures": [_measure(item) for item in view.measures],
    }
    return json.dumps(content, ensure_ascii=False)


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
        "indicator": indicator_json(view.indicator),
        "rule": {
            "direction": rule.direction.name,
            "tolerance": rule.tolerance,
            "profile": rule.profile.value,
            "target": rule.target,
        },
        "standing": view.standing.name,
        "words": view.words,
        "reason": view.reason,
        "period": period_json(view.period) if view.period else None,
        "lastObserved": period_json(view.last) if view.last else None,
        "actual": figure_json(view.actual),
        "actualLastYear": _comparison(view.actual_last_year),
        "cumulative": figure_json(view.cumulative),
        "profile": _comparison(view.profile),
        "lastYear": _comparison(view.last_year),
        "yearTarget": figure_json(view.year_target),
        "points": [
            {
                "period": period_json(point.period),
                "actual": figure_json(point.actual),
                "cumulative": figure_json(point.cumulative),
                "profile": figure_json(point.profile),
            }
            for point in view.outlook
        ],
    }


def _comparison(view: Comparison) -> dict[str, Any]:
    return {
        "other": figure_json(view.other),
        "difference": figure_json(view.difference),
        "percent": figure_json(view.percent),
    }
