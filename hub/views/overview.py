"""The Marac portal's overview: indicators in bands down, comparators across."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hub.errors import InvalidError
from hub.protected.figures import Figure, FigureStatus, missing
from hub.protected.observations import Cells
from hub.views.comparison import figure_at
from hub.views.lacking import why_not
from hub.vocabulary import CellKey, Period, Vocabulary
from hub.vocabulary.rows import Area, Band, Indicator, Line

MOST_AREAS = 40
"""Most areas side by side; the Metropolitan Police has 29 Maracs."""
SMALLEST_GROUP = 3
"""A group of fewer members is not shown: with two, each could tell the other's figure."""
GROUP, REGION, FORCE = "MSG", "RGN", "PFA"
"""Levels of most similar groups, of regions and of police forces."""
GROUP_SIZE = "REF_FORCE_COUNT"
"""What a comparator group says of its size, where its registrar does not name its members."""
NO_REGION = "Nobody has returned a figure for this region."
NO_LEVEL = "SafeLives recommends no level of this."


class Comparator(StrEnum):
    """What stands across the grid."""

    UK = "UK"
    RECOMMENDED = "RECOMMENDED"
    SIMILAR = "SIMILAR"
    REGION = "REGION"
    FORCE = "FORCE"
    AREA = "AREA"


ALWAYS = (
    *(Comparator.UK, Comparator.RECOMMENDED),
    *(Comparator.SIMILAR, Comparator.REGION, Comparator.FORCE),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it is compared as, and whose figures it holds."""

    comparator: Comparator
    area: Area
    title: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A comparator that is not shown, and why."""

    comparator: Comparator
    area: Area
    reason: str


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """An indicator with one figure for each column, in the columns' order."""

    indicator: Indicator
    cells: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class OverviewBand:
    """A heading with its lines."""

    band: Band
    rows: tuple[OverviewRow, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole grid for one period, from one release."""

    period: Period
    release: str
    columns: tuple[Column, ...]
    bands: tuple[OverviewBand, ...]
    left_out: tuple[LeftOut, ...]


def columns_of(
    areas: Sequence[Area], period: Period, wanted: Iterable[Comparator], words: Vocabulary
) -> tuple[Column, ...]:
    """Say which columns the areas ask for: the comparators they share, then each of them.

    The recommended level is that of the first area asked for: a level depends on the place's
    population, so a column of it must name a place.

    Raises:
        InvalidError: more areas than :data:`MOST_AREAS`.
    """
    if len(areas) > MOST_AREAS:
        raise InvalidError(f"At most {MOST_AREAS} areas stand side by side.", code="PAGE_SIZE")
    chosen = set(wanted)
    found = [column for column in _candidates(areas, period, words) if column.comparator in chosen]
    found += [Column(Comparator.AREA, area, area.name) for area in areas]
    unique: dict[tuple[bool, str], Column] = {}
    for column in found:
        is_level = column.comparator is Comparator.RECOMMENDED
        unique.setdefault((is_level, column.area.code), column)
    return tuple(unique.values())


def overview_terms(words: Vocabulary) -> set[str]:
    """Name every indicator the grid may need, so that one query fetches them all."""
    lines = words.overview.values()
    shown = {line.code for line in lines} | {line.recommended for line in lines if line.recommended}
    indicators = [words.indicator(code) for code in shown]
    parts = {t.indicator for word in indicators for t in (*word.numerator, *word.denominator)}
    return shown | parts | {GROUP_SIZE}


def overview_of(
    columns: Sequence[Column], period: Period, release: str, cells: Cells, words: Vocabulary
) -> Overview:
    """Fill the grid. Groups too small to be shown are left out, and that is said."""
    left_out = (*_too_small(columns, period, cells, words), *_empty(columns, cells))
    hidden = {item.area.code for item in left_out}
    shown = tuple(column for column in columns if column.area.code not in hidden)
    bands = sorted(words.overview_bands.values(), key=lambda band: band.order)
    lines = sorted(words.overview.values(), key=lambda line: line.order)
    return Overview(
        period=period,
        release=release,
        columns=shown,
        bands=tuple(
            OverviewBand(
                band,
                tuple(
                    _row(line, shown, period, cells, words)
                    for line in lines
                    if line.band == band.code
                ),
            )
            for band in bands
        ),
        left_out=left_out,
    )


def _row(
    line: Line, columns: Iterable[Column], period: Period, cells: Cells, words: Vocabulary
) -> OverviewRow:
    found = tuple(_cell(line, column, period, cells, words) for column in columns)
    return OverviewRow(words.indicator(line.code), found)


def _cell(line: Line, column: Column, period: Period, cells: Cells, words: Vocabulary) -> Figure:
    code: str | None = line.code
    if column.comparator is Comparator.RECOMMENDED:
        code = line.recommended
    if code is None:
        unit = words.indicator(line.code).unit
        return missing(FigureStatus.NOT_APPLICABLE, unit, NO_LEVEL)
    key = CellKey(code, column.area.code, period.id)
    figure = figure_at(key, cells, words)
    if figure.status is FigureStatus.NOT_RETURNED and (reason := why_not(key, cells, words)):
        return missing(FigureStatus.NOT_RETURNED, figure.unit, reason)
    return figure


def _candidates(areas: Sequence[Area], period: Period, words: Vocabulary) -> Iterator[Column]:
    """Every comparator the areas have, in the order of the portal."""
    top = min(words.levels.values(), key=lambda level: level.rank).code
    whole = [area for area in words.areas.values() if area.level == top]
    yield from (Column(Comparator.UK, area, area.name) for area in whole)
    for area in areas[:1] or whole:
        yield Column(Comparator.RECOMMENDED, area, f"SafeLives recommended, {area.name}")
    above = dict.fromkeys(code for area in areas for code in _above(area, period, words))
    forces = [code for code in above if words.area(code).level == FORCE]
    own = {area.code for area in areas}
    regions = [code for code in above if words.area(code).level == REGION and code not in own]
    for code in forces:
        if code in words.similar:
            group = words.area(words.similar[code].group)
            yield Column(Comparator.SIMILAR, group, group.name)
    yield from (
        Column(Comparator.REGION, words.area(code), words.area(code).name) for code in regions
    )
    yield from (
        Column(Comparator.FORCE, words.area(code), words.area(code).name) for code in forces
    )


def _above(area: Area, period: Period, words: Vocabulary) -> list[str]:
    """What ``area`` is and lies in during the period, from the nearest outwards."""
    seen: dict[str, None] = {}
    front = [area.code]
    while front:
        seen |= dict.fromkeys(front)
        above = (parent for code in front for parent in words.parents(code, period))
        front = [code for code in dict.fromkeys(above) if code not in seen]
    return list(seen)


def _empty(columns: Iterable[Column], cells: Cells) -> Iterator[LeftOut]:
    """Regions of which nobody reports anything: a column without a figure compares nothing."""
    for column in columns:
        if column.comparator is Comparator.REGION and not any(
            key.area == column.area.code for key in cells
        ):
            yield LeftOut(column.comparator, column.area, NO_REGION)


def _too_small(
    columns: Iterable[Column], period: Period, cells: Cells, words: Vocabulary
) -> Iterator[LeftOut]:
    """Groups whose members or stated size are fewer than :data:`SMALLEST_GROUP`.

    A group is shown when its registrar names neither: then nobody can subtract a member.
    """
    for column in columns:
        if column.area.level != GROUP or column.comparator is Comparator.RECOMMENDED:
            continue
        members = len(words.children(column.area.code, period)) or None
        stated = cells.get(CellKey(GROUP_SIZE, column.area.code, period.id))
        sizes = [members, stated.value if stated else None]
        if any(size is not None and size < SMALLEST_GROUP for size in sizes):
            reason = f"A group of fewer than {SMALLEST_GROUP} members is not shown."
            yield LeftOut(column.comparator, column.area, reason)
