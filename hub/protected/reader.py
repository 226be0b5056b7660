"""Reading published observations. Everything here runs as the readers' login.

That login sees published releases whose embargo is over, and nothing of the intake.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, String, and_, column, func, or_, select, tuple_, values

from hub.db.sessions import ProtectedSession
from hub.db.tables import protected
from hub.protected.figures import FigureStatus
from hub.protected.observations import Observation, Provenance
from hub.protected.releases import Audience, Release
from hub.vocabulary import Breakdown, CellKey, breakdown_text, parse_breakdown

Position = tuple[str, str, str, str]
"""Where a page ended: area, period, breakdown, indicator."""


OPTIONAL = frozenset({"marks", "reason", "base", "provenance", "derived"})
"""Columns that are read only where they are shown."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which observations are asked for; an empty choice means all.

    ``breakdowns`` are exact breakdowns; ``dimensions`` any breakdown by just these dimensions.
    """

    indicators: Sequence[str] = ()
    areas: Sequence[str] = ()
    periods: Sequence[str] = ()
    breakdowns: Sequence[Breakdown] = ()
    totals_only: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """What an earlier release said of a cell and what a later one says; nothing if it has none."""

    key: CellKey
    before: FigureStatus | None
    value_before: Decimal | None = field(repr=False)
    after: FigureStatus | None
    value_after: Decimal | None = field(repr=False)


async def releases(session: ProtectedSession, audience: Audience) -> list[Release]:
    """List the releases of an audience, newest first."""
    table = protected.release
    query = select(table).where(table.c.audience == str(audience)).order_by(table.c.sequence.desc())
    return [release_of(row) for row in (await session.execute(query)).all()]


async def observations(
    session: ProtectedSession,
    release: str,
    wanted: Selection,
    *,
    limit: int | None = None,
    after: Position | None = None,
    columns: Collection[str] = OPTIONAL,
) -> list[Observation]:
    """Read observations of a release in the order area, period, breakdown, indicator.

    ``columns`` are those of :data:`OPTIONAL` to read; the others keep an observation's defaults.
    """
    table = protected.observation
    order = (table.c.area, table.c.period, table.c.breakdown, table.c.indicator)
    chosen = [*order, table.c.status, table.c.value, *(table.c[name] for name in sorted(columns))]
    query = _where(select(*chosen), release, wanted).order_by(*order)
    if after is not None:
        query = query.where(tuple_(*order) > after)
    if limit is not None:
        query = query.limit(limit)
    rows = (await session.execute(query)).all()
    if set(columns) >= OPTIONAL:
        return [observation_of(row) for row in rows]
    return [_partly(row, columns) for row in rows]


async def count(session: ProtectedSession, release: str, wanted: Selection) -> int:
    """Count the observations of a selection; suppressed ones count like any other."""
    table = protected.observation
    return (
        await session.scalar(_where(select(func.count()).select_from(table), release, wanted)) or 0
    )


async def places(
    session: ProtectedSession, release: str, indicators: Sequence[str]
) -> list[tuple[str, str]]:
    """List each area and period for which a release says anything on some of the indicators."""
    table = protected.observation
    query = select(table.c.area, table.c.period).distinct()
    query = _where(query, release, Selection(indicators=indicators))
    found = await session.execute(query.order_by(table.c.area, table.c.period))
    return [(row.area, row.period) for row in found.all()]


async def grouped(
    session: ProtectedSession, release: str, groups: Mapping[str, Collection[str]]
) -> list[tuple[str, str, str]]:
    """List each group, area and period for which a release says anything, in this order.

    ``groups`` are indicators by a name, such as their dataset's; one may be in several.
    """
    pairs = [(name, code) for name, codes in groups.items() for code in codes]
    held = values(column("name", String), column("indicator", String), name="held").data(pairs)
    table = protected.observation
    query = (
        select(held.c.name, table.c.area, table.c.period)
        .distinct()
        .join(held, held.c.indicator == table.c.indicator)
        .where(table.c.release_id == release)
        .order_by(held.c.name, table.c.area, table.c.period)
    )
    return [(row.name, row.area, row.period) for row in (await session.execute(query)).all()]


async def differences(session: ProtectedSession, new: str, old: str) -> list[Difference]:
    """List what two releases say differently, in the order area, period, indicator, breakdown.

    A cell that only one of them has stands with nothing on the other side.
    """
    after, before = (
        select(protected.observation).where(protected.observation.c.release_id == id_).subquery()
        for id_ in (new, old)
    )
    address = ("area", "period", "indicator", "breakdown")
    same = and_(*(after.c[name] == before.c[name] for name in address))
    # Whole numbers and shares alike are stored exactly, so any difference is one of content.
    differs = or_(
        after.c.status.is_distinct_from(before.c.status),
        after.c.value.is_distinct_from(before.c.value),
    )
    key = [func.coalesce(after.c[name], before.c[name]).label(name) for name in address]
    query = (
        select(*key, after.c.status, after.c.value, before.c.status, before.c.value)
        .select_from(after.join(before, same, full=True))
        .where(differs)
        .order_by(*(column.name for column in key))
    )
    found = await session.execute(query)
    return [_difference(row._tuple()) for row in found.all()]


def _difference(row: tuple[Any, ...]) -> Difference:
    area, period, indicator, breakdown, status, value, old_status, old_value = row
    return Difference(
        CellKey(indicator, area, period, parse_breakdown(breakdown)),
        FigureStatus(old_status) if old_status else None,
        old_value,
        FigureStatus(status) if status else None,
        value,
    )


def _where(query: Select[Any], release: str, wanted: Selection) -> Select[Any]:
    table = protected.observation
    query = query.where(table.c.release_id == release)
    for where, codes in (
        (table.c.indicator, wanted.indicators),
        (table.c.area, wanted.areas),
        (table.c.period, wanted.periods),
    ):
        if codes:
            query = query.where(where.in_(codes))
    if wanted.totals_only:
        query = query.where(table.c.breakdown == "")
    if wanted.breakdowns:
        texts = [breakdown_text(item) for item in wanted.breakdowns]
        query = query.where(or_(*(and_(table.c.breakdown == text) for text in texts)))
    return query


def release_of(row: Row[Any]) -> Release:
    """Read one row of the releases."""
    return Release(
        id=row.id,
        sequence=row.sequence,
        audience=Audience(row.audience),
        content_hash=row.content_hash,
        policy_version=row.policy_version,
        vocabulary_version=row.vocabulary_version,
        note=row.note,
        published_at=row.published_at,
        cells=row.cells,
        protection=row.protection,
    )


def _partly(row: Row[Any], columns: Collection[str]) -> Observation:
    """Read one row of which only some columns were fetched."""
    found = {name: getattr(row, name) for name in columns}
    if "provenance" in found:
        found["provenance"] = tuple(Provenance(**item) for item in found["provenance"])
    key = CellKey(row.indicator, row.area, row.period, parse_breakdown(row.breakdown))
    return Observation(key=key, status=FigureStatus(row.status), value=row.value, **found)


def observation_of(row: Row[Any]) -> Observation:
    """Read one row of the store."""
    key = CellKey(row.indicator, row.area, row.period, parse_breakdown(row.breakdown))
    return Observation(
        key=key,
        status=FigureStatus(row.status),
        value=row.value,
        marks=row.marks,
        reason=row.reason,
        base=row.base,
        provenance=tuple(Provenance(**item) for item in row.provenance),
        derived=row.derived,
    )
