"""Which releases there are, and how observations are asked for, as the readers' login.

That login sees published releases whose embargo is over, and nothing of the intake.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select

from hub.db.sessions import ProtectedSession
from hub.db.tables import protected
from hub.protected.figures import FigureStatus
from hub.protected.observations import Observation, Provenance
from hub.protected.releases import Audience, Release
from hub.vocabulary import Breakdown, CellKey, parse_breakdown

Position = tuple[str, str, str, str]
"""Where a page ended: area, period, breakdown, indicator."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which observations are asked for; an empty choice means all.

    ``breakdowns`` are exact breakdowns; ``totals_only`` asks for the totals alone.
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
