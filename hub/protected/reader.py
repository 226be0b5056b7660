"""Reading published observations. Everything here runs as the readers' login.

That login sees published releases whose embargo is over, and nothing of the intake.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select, tuple_

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


def _where(query: Select[Any], release: str, wanted: Selection) -> Select[Any]:
    table = protected.observation
    query = query.where(table.c.release_id == release)
    for column, codes in (
        (table.c.indicator, wanted.indicators),
        (table.c.area, wanted.areas),
        (table.c.period, wanted.periods),
    ):
        if codes:
            query = query.where(column.in_(codes))
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
