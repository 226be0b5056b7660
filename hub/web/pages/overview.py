"""The overview page: the Marac portal's grid, indicators in bands down and comparators across."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from hub.protected.figures import Figure, FigureStatus
from hub.protected.observations import NOT_RETURNED
from hub.views.overview import Column, Comparator, Overview
from hub.vocabulary.rows import Indicator
from hub.web.pages.copying import Copy
from hub.web.pages.frame import Frame, Option, ReleaseNote, render
from hub.web.pages.labels import Labels, labels
from hub.web.pages.tally import tally_of

WIDTH = 8
"""Columns of figures that stand side by side and can still be read; more make another table."""

LEAD = "MAR_CASE"
"""The indicator whose figures the page says first."""


@dataclass(frozen=True, slots=True)
class GridCell:
    """A figure under its column; ``href`` leads to the series it is a point of."""

    column: Column
    figure: Figure
    href: str


@dataclass(frozen=True, slots=True)
class GridRow:
    """An indicator with its figures. ``is_empty`` says that none of them was returned."""

    indicator: Indicator
    cells: tuple[GridCell, ...]


@dataclass(frozen=True, slots=True)
class GridBand:
    """A heading with its rows, and the titles of those without a figure, by the reason."""

    title: str
    rows: tuple[GridRow, ...]
    absent: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of the page: at most :data:`WIDTH` columns."""

    columns: tuple[Column, ...]
    bands: tuple[GridBand, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer, and which of it was chosen."""

    areas: Sequence[Option] = ()
    periods: Sequence[Option] = ()
    comparators: Sequence[Option] = ()
    chosen: frozenset[str] = frozenset()


def overview_page(
    view: Overview,
    *,
    choices: Choices,
    copy: Copy,
    release: ReleaseNote,
    frame: Frame | None = None,
) -> str:
    """Draw the overview; its filters fill the address, without JavaScript."""
    frame = frame or Frame()
    t = labels(frame.lang)
    grids = tuple(_grids(view))
    figures = [cell.figure for grid in grids for band in grid.bands for cell in _cells(band)]
    return render(
        "overview.html",
        frame,
        view=view,
        grids=grids,
        lead=_lead(view, t),
        shown=tally_of((figure.status for figure in figures), t),
        release=release,
        choices=choices,
        copy=copy,
        period=view.period,
    )


def _grids(view: Overview) -> Iterator[Grid]:
    for start in range(0, len(view.columns), WIDTH):
        places = range(start, min(start + WIDTH, len(view.columns)))
        bands = (_band(view, number, places) for number in range(len(view.bands)))
        yield Grid(view.columns[start : start + WIDTH], tuple(bands))


def _band(view: Overview, number: int, places: range) -> GridBand:
    rows: list[GridRow] = []
    absent: dict[str, list[str]] = {}
    band = view.bands[number]
    for row in band.rows:
        cells = tuple(_cell(view, row.indicator, place, row.cells[place]) for place in places)
        if all(cell.figure.value is None and cell.figure.symbol != "c" for cell in cells):
            absent.setdefault(_why(cells), []).append(row.indicator.title)
        else:
            rows.append(GridRow(row.indicator, cells))
    return GridBand(band.band.title, tuple(rows), absent)


def _why(cells: Iterable[GridCell]) -> str:
    """Why a row is empty: the first reason of a computed figure, else that nobody returned it."""
    reasons = (c.figure.reason for c in cells if c.figure.status is FigureStatus.NOT_RETURNED)
    return next((reason for reason in reasons if reason and reason != NOT_RETURNED), "")


def _cell(view: Overview, indicator: Indicator, place: int, figure: Figure) -> GridCell:
    column = view.columns[place]
    asked = {"indicator": indicator.code, "area": column.area.code, "release": view.release}
    return GridCell(column, figure, f"/series?{urlencode(asked)}")


def _cells(band: GridBand) -> Iterator[GridCell]:
    return (cell for row in band.rows for cell in row.cells)


def _lead(view: Overview, t: Labels) -> str:
    """The cases of the first whole area, against its recommended level where both are shown."""
    found = {
        (column.comparator is Comparator.RECOMMENDED, column.area.code): figure
        for band in view.bands
        for row in band.rows
        if row.indicator.code == LEAD
        for column, figure in zip(view.columns, row.cells, strict=True)
    }
    for column in sorted(view.columns, key=lambda c: c.comparator is not Comparator.AREA):
        cases = found.get((False, column.area.code))
        if column.comparator is Comparator.RECOMMENDED or cases is None or cases.value is None:
            continue
        words = {"area": column.title, "cases": cases.display, "period": t.period(view.period)}
        level = found.get((True, column.area.code))
        if level is None or not level.value:
            return t("overview.lead.cases", **words)
        side = "above" if cases.value > level.value else "below"
        key = "equal" if cases.value == level.value else side
        return t(f"overview.lead.{key}", **words, level=level.display)
    return t("overview.lead.none", period=t.period(view.period))
