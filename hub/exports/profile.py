"""One return's tables as tidy CSV and as JSON in the shape of the GraphQL type ``Profile``."""

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
from hub.views.profile import Profile, ProfileCell, ProfileRow, ProfileTable
from hub.vocabulary import breakdown_text

COLUMNS = (
    *("release", "dataset", "area", "table", "indicator", "breakdown", "title", "group", "answer"),
    *("figure", "base", "period", *FIGURE),
)
"""The header. ``figure`` is ``count``, ``share`` or ``per_hundred``; ``base`` names what the
last two are divided by."""


def profile_csv(view: Profile) -> str:
    """Write the tables, one figure a row."""
    return tidy(COLUMNS, _records(view))


def profile_json(view: Profile) -> str:
    """Write the tables as one JSON object."""
    content = {
        "dataset": {"code": view.dataset.code, "title": view.dataset.title},
        "area": area_json(view.area),
        "period": period_json(view.period),
        "release": view.release,
        "periods": [period_json(period) for period in view.periods],
        "tableCount": len(view.tables),
        "tables": [_table(table) for table in view.tables],
    }
    return json.dumps(content, ensure_ascii=False)


def _records(view: Profile) -> Iterator[Record]:
    for table in view.tables:
        for row in table.rows:
            head: dict[str, object] = {
                "release": view.release,
                "dataset": view.dataset.code,
                "area": view.area.code,
                "table": table.code,
                "indicator": table.indicator.code,
                "breakdown": breakdown_text(row.breakdown),
                "title": row.title,
                "group": row.group,
                "answer": str(row.answer),
            }
            for cell in row.cells:
                yield from (head | record for record in _cell_records(table, cell))


def _cell_records(table: ProfileTable, cell: ProfileCell) -> Iterator[dict[str, object]]:
    terms = [base.term for base in table.bases]
    figures = {
        "count": (cell.count, None),
        "share": (cell.share, terms[0] if terms else None),
        "per_hundred": (cell.per_hundred, terms[-1] if terms else None),
    }
    for name, (figure, base) in figures.items():
        if figure is not None:
            head: dict[str, object] = {"figure": name, "base": base, "period": cell.period.id}
            yield head | figure_columns(figure)


def _table(table: ProfileTable) -> dict[str, Any]:
    return {
        "code": table.code,
        "indicator": indicator_json(table.indicator),
        "partition": table.partition,
        "bases": [
            {"term": base.term, "title": base.title, "figure": figure_json(base.figure)}
            for base in table.bases
        ],
        "rows": [_row(row) for row in table.rows],
    }


def _row(row: ProfileRow) -> dict[str, Any]:
    return {
        "breakdown": [{"dimension": name, "category": code} for name, code in row.breakdown],
        "title": row.title,
        "group": row.group,
        "answer": str(row.answer),
        "cells": [
            {
                "period": period_json(cell.period),
                "count": figure_json(cell.count),
                "share": figure_json(cell.share),
                "perHundred": figure_json(cell.per_hundred),
            }
            for cell in row.cells
        ],
    }
