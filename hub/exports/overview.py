"""The Marac overview as tidy CSV and as JSON in the shape of the GraphQL type ``Overview``."""

import json
from collections.abc import Iterable, Iterator
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
from hub.views.overview import Overview
from hub.vocabulary.rows import Indicator

COLUMNS = ("release", "period", "band", "indicator", "title", "comparator", "area", *FIGURE)
"""The header. ``area`` is whose figure it is: for ``RECOMMENDED``, whose recommended level."""


def overview_csv(view: Overview) -> str:
    """Write the grid, one figure a row."""
    return tidy(COLUMNS, _records(view))


def overview_json(view: Overview) -> str:
    """Write the grid as one JSON object."""
    content = {
        "period": period_json(view.period),
        "release": view.release,
        "columns": [
            {"comparator": str(item.comparator), "title": item.title, "area": area_json(item.area)}
            for item in view.columns
        ],
        "bands": [
            {
                "code": group.band.code,
                "title": group.band.title,
                "rows": [_row(row.indicator, row.cells) for row in group.rows],
            }
            for group in view.bands
        ],
        "leftOut": [
            {
                "comparator": str(item.comparator),
                "area": area_json(item.area),
                "reason": item.reason,
            }
            for item in view.left_out
        ],
    }
    return json.dumps(content, ensure_ascii=False)


def _row(indicator: Indicator, cells: Iterable[Figure]) -> dict[str, Any]:
    return {
        "indicator": indicator_json(indicator),
        "cells": [figure_json(cell) for cell in cells],
    }


def _records(view: Overview) -> Iterator[Record]:
    for group in view.bands:
        for row in group.rows:
            for column, figure in zip(view.columns, row.cells, strict=True):
                yield {
                    "release": view.release,
                    "period": view.period.id,
                    "band": group.band.code,
                    "indicator": row.indicator.code,
                    "title": row.indicator.title,
                    "comparator": str(column.comparator),
                    "area": column.area.code,
                    **figure_columns(figure),
                }
