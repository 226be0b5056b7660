"""The Marac overview as a document; its JSON has the shape of the GraphQL type ``Overview``."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from hub.errors import NotFoundError
from hub.exports import shapes
from hub.exports.chart import Bar, Chart, Panel
from hub.exports.document import Document
from hub.exports.figures import FIGURE, Record, figure_columns
from hub.protected.figures import Figure
from hub.protected.releases import Release
from hub.views.overview import Comparator, Overview, OverviewBand, OverviewRow
from hub.vocabulary import Vocabulary
from hub.vocabulary.rows import Indicator

COLUMNS = ("release", "period", "band", "indicator", "title", "comparator", "area", *FIGURE)
"""The header. ``area`` is whose figure it is: for ``RECOMMENDED``, whose recommended level."""


CAVEATS = (
    "The recommended level is SafeLives' for the first area asked for; a level depends on the "
    "number of adult women there.",
    "Groups of fewer than three members are not shown.",
)


def overview_document(view: Overview, release: Release, words: Vocabulary) -> Document:
    """Make the grid ready for files, one figure a row."""
    areas = [item.area for item in view.columns if item.comparator is Comparator.AREA]
    names = ", ".join(area.name for area in areas) or "United Kingdom"
    return Document(
        name="overview",
        title=f"Marac overview: {names}, {view.period.title}",
        finding=_finding(view),
        release=release,
        slug=(*(area.code for area in areas[:1]), view.period.id),
        columns=COLUMNS,
        records=partial(_records, view),
        content=partial(_content, view),
        chart=partial(_chart, view, words),
        caveats=CAVEATS,
        sheets=("band", {group.band.code: group.band.title for group in view.bands}),
    )


def narrowed(view: Overview, codes: Collection[str]) -> Overview:
    """Keep only the lines of these indicators, and the bands that still have any.

    Raises:
        NotFoundError: the grid has no such line.
    """
    known = {row.indicator.code for band in view.bands for row in band.rows}
    if not codes:
        return view
    if not known.issuperset(codes):
        raise NotFoundError("The overview has no line for one of these indicators.")
    bands = [
        replace(band, rows=tuple(row for row in band.rows if row.indicator.code in codes))
        for band in view.bands
    ]
    return replace(view, bands=tuple(band for band in bands if band.rows))


def _content(view: Overview) -> dict[str, Any]:
    return {
        "period": shapes.period(view.period),
        "release": view.release,
        "columns": [
            {
                "comparator": str(item.comparator),
                "title": item.title,
                "area": shapes.area(item.area),
            }
            for item in view.columns
        ],
        "bands": [_band(group) for group in view.bands],
        "leftOut": [
            {
                "comparator": str(item.comparator),
                "area": shapes.area(item.area),
                "reason": item.reason,
            }
            for item in view.left_out
        ],
    }


def _band(group: OverviewBand) -> dict[str, Any]:
    return {
        "code": group.band.code,
        "title": group.band.title,
        "rows": [_row(row.indicator, row.cells) for row in group.rows],
    }


def _finding(view: Overview) -> str:
    """The first rate or share that two columns show: the last column against the first."""
    rows = [row for band in view.bands for row in band.rows if not row.indicator.kind.is_count]
    for row in rows:
        shown = [
            f"{figure.display} in {column.title}"
            for column, figure in zip(view.columns, row.cells, strict=True)
            if figure.value is not None and column.comparator is not Comparator.RECOMMENDED
        ]
        if len(shown) > 1:
            return f"{row.indicator.title}: {shown[-1]}, {shown[0]}"
    return "No rate or share is shown in two places"


def _chart(view: Overview, words: Vocabulary) -> Chart:
    """The first band: a picture of all would be read by nobody."""
    band = view.bands[0]
    panels = tuple(_panel(view, row, words) for row in band.rows)
    return Chart(_finding(view), band.band.title, panels)


def _panel(view: Overview, row: OverviewRow, words: Vocabulary) -> Panel:
    bars = zip(view.columns, row.cells, strict=True)
    unit = f" ({words.plural(row.indicator.unit)})" if row.indicator.kind.is_count else ""
    title = f"{row.indicator.title}{unit}"
    return Panel(title, tuple(Bar(column.title, figure) for column, figure in bars))


def _row(indicator: Indicator, cells: Iterable[Figure]) -> dict[str, Any]:
    return {
        "indicator": shapes.indicator(indicator),
        "cells": [shapes.figure(cell) for cell in cells],
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
