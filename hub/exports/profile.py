"""One return's tables as a document; its JSON has the shape of the GraphQL type ``Profile``."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from hub.errors import NotFoundError
from hub.exports import shapes
from hub.exports.cells import Cell
from hub.exports.chart import Bar, Chart, Panel
from hub.exports.document import Document
from hub.exports.figures import FIGURE, Record, figure_columns
from hub.protected.releases import Release
from hub.views.profile import Profile, ProfileCell, ProfileRow, ProfileTable
from hub.vocabulary import Vocabulary, breakdown_text

COLUMNS = (
    *("release", "dataset", "area", "table", "indicator", "breakdown", "title", "group", "answer"),
    *("figure", "base", "period", *FIGURE),
)
"""The header. ``figure`` is ``count``, ``share`` or ``per_hundred``; ``base`` names what the
last two are divided by."""


CAVEATS = (
    "Each share has its own base. Where several answers may hold at once (multi-select), shares "
    "do not add up to 100 and their sum means nothing.",
    "Unknown and missing answers are rows of their own; they are part of the base.",
)


def profile_document(view: Profile, release: Release, words: Vocabulary) -> Document:
    """Make the tables ready for files, one figure a row."""
    return Document(
        name="profile",
        title=f"{view.dataset.title}: {view.area.name}, {view.period.title}",
        finding=_finding(view),
        release=release,
        slug=(view.dataset.code, view.area.code, view.period.id),
        columns=COLUMNS,
        records=partial(_records, view),
        content=partial(_content, view),
        chart=partial(_chart, view, words),
        caveats=CAVEATS,
    )


def chosen(view: Profile, codes: Collection[str]) -> Profile:
    """Keep only the tables with these codes.

    Raises:
        NotFoundError: the profile has no such table.
    """
    if not codes:
        return view
    if not {table.code for table in view.tables}.issuperset(codes):
        raise NotFoundError("The profile has no table of one of these codes.")
    return replace(view, tables=tuple(table for table in view.tables if table.code in codes))


def _content(view: Profile) -> dict[str, Any]:
    return {
        "dataset": shapes.dataset(view.dataset),
        "area": shapes.area(view.area),
        "period": shapes.period(view.period),
        "release": view.release,
        "periods": [shapes.period(period) for period in view.periods],
        "tableCount": len(view.tables),
        "tables": [_table(table) for table in view.tables],
    }


def _charted(view: Profile) -> ProfileTable | None:
    """The first table with categories: a picture of all of them would be read by nobody."""
    return next((table for table in view.tables if len(table.rows) > 1), None)


def _finding(view: Profile) -> str:
    """The largest figure shown of the charted table; what is hidden may be larger, and is not
    spoken of."""
    table = _charted(view)
    shown = [row for row in table.rows if row.cells[0].count.value is not None] if table else []
    if table is None or not shown:
        return f"{view.dataset.title}: {len(view.tables)} tables"
    row = max(shown, key=lambda row: row.cells[0].count.value or 0)
    cell = row.cells[0]
    share = f" ({cell.share.display})" if cell.share and cell.share.value is not None else ""
    return f"Largest figure shown: {row.title}, {cell.count.display}{share}"


def _chart(view: Profile, words: Vocabulary) -> Chart:
    table = _charted(view)
    if table is None:
        return Chart(_finding(view), "No table has categories", ())
    unit = words.plural(table.indicator.unit)
    bars = tuple(
        Bar(row.title, row.cells[0].count, _note(row), indent=1 if row.group else 0)
        for row in table.rows
    )
    subtitle = f"{table.indicator.title} ({unit})"
    return Chart(_finding(view), subtitle, (Panel("", bars),))


def _note(row: ProfileRow) -> str:
    share = row.cells[0].share
    parts = [row.group, f"{share.display} of the base" if share and share.value is not None else ""]
    return ", ".join(part for part in parts if part)


def _records(view: Profile) -> Iterator[Record]:
    for table in view.tables:
        for row in table.rows:
            head: dict[str, Cell] = {
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


def _cell_records(table: ProfileTable, cell: ProfileCell) -> Iterator[dict[str, Cell]]:
    terms = [base.term for base in table.bases]
    figures = {
        "count": (cell.count, None),
        "share": (cell.share, terms[0] if terms else None),
        "per_hundred": (cell.per_hundred, terms[-1] if terms else None),
    }
    for name, (figure, base) in figures.items():
        if figure is not None:
            head: dict[str, Cell] = {"figure": name, "base": base, "period": cell.period.id}
            yield head | figure_columns(figure)


def _table(table: ProfileTable) -> dict[str, Any]:
    return {
        "code": table.code,
        "indicator": shapes.indicator(table.indicator),
        "partition": table.partition,
        "bases": [
            {"term": base.term, "title": base.title, "figure": shapes.figure(base.figure)}
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
                "period": shapes.period(cell.period),
                "count": shapes.figure(cell.count),
                "share": shapes.figure(cell.share),
                "perHundred": shapes.figure(cell.per_hundred),
            }
            for cell in row.cells
        ],
    }
