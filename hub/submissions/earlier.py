"""What the agency sent before, read for comparison with what it sends now."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Double, cast, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from hub.db.sessions import IntakeSession
from hub.db.tables import intake
from hub.returns import Reported, Return
from hub.submissions.history import observations_of, revisions_of
from hub.submissions.revisions import Revision
from hub.submissions.states import APPROVED, State
from hub.submissions.store import find
from hub.validation.comparison import Earlier
from hub.vocabulary import Breakdown, parse_breakdown, parse_period

LONGEST = 36
"""Earlier periods that say what is usual: three years of months. So many returns are read."""

_Place = tuple[str, str, Breakdown, int]


async def earlier_than(session: IntakeSession, body: Return) -> Earlier:
    """Read what ``body`` is compared with: the revision before, and the periods before."""
    return Earlier(await _before(session, body), await _series(session, body))


async def _before(session: IntakeSession, body: Return) -> tuple[Reported, ...]:
    current = await find(session, body.dataset, body.agency, body.period)
    if current is None:
        return ()
    chosen = _base(await revisions_of(session, current.return_id), body.content_hash)
    return await observations_of(session, chosen.return_id, chosen.number) if chosen else ()


def _base(history: list[Revision], content_hash: str) -> Revision | None:
    """The signed-off revision, or else the last with other content.

    Not simply the last: then a change nobody answered for would pass with the next revision.
    """
    signed = [one for one in history if one.state in APPROVED]
    others = [one for one in history if one.content_hash != content_hash]
    return next(reversed(signed or others), None)


async def _series(session: IntakeSession, body: Return) -> dict[_Place, list[float]]:
    """The values of earlier periods, the latest return of each period counting, oldest first."""
    end = parse_period(body.period).end
    ids = await _returns_before(session, body)
    found: dict[_Place, dict[tuple[int, int], float]] = defaultdict(dict)
    for indicator, area, breakdown, periods, values in await _rows_of(session, body, ids):
        where = (indicator, area, parse_breakdown(breakdown))
        for text, value in zip(periods, values, strict=True):
            period = parse_period(text)
            if period.end <= end:
                found[*where, period.length][period.months] = value
    return {
        place: [values[months] for months in sorted(values)][-LONGEST:]
        for place, values in found.items()
    }


async def _returns_before(session: IntakeSession, body: Return) -> list[UUID]:
    """The newest returns of each length: what is read does not grow with an agency's past."""
    head, end = intake.return_, parse_period(body.period).end
    query = select(head.c.id, head.c.period).where(
        head.c.dataset == body.dataset,
        head.c.agency == body.agency,
        head.c.period != body.period,
    )
    by_length: dict[int, list[tuple[int, UUID]]] = defaultdict(list)
    for row in (await session.execute(query)).all():
        period = parse_period(row.period)
        # One that ends later may still hold months from before.
        by_length[period.length].append((min(period.end, end), row.id))
    return [id_ for ends in by_length.values() for _, id_ in sorted(ends)[-LONGEST:]]


async def _rows_of(session: IntakeSession, body: Return, ids: Sequence[UUID]) -> Sequence[Any]:
    """The values by place, each with the periods they are for; later returns come last."""
    revision, table = intake.revision, intake.observation
    address = (table.c.indicator, table.c.area, table.c.breakdown)

    def listed(column: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.array_agg(aggregate_order_by(column, revision.c.submitted_at))

    query = (
        select(*address, listed(table.c.period), listed(cast(table.c.value, Double)))
        .join(
            revision,
            (revision.c.return_id == table.c.return_id) & (revision.c.number == table.c.revision),
        )
        .where(
            revision.c.return_id.in_(ids),
            revision.c.is_current,
            revision.c.state != str(State.WITHDRAWN),
            table.c.value.is_not(None),
            table.c.indicator.in_({item.indicator for item in body.observations}),
        )
        .group_by(*address)
    )
    rows: Sequence[Any] = (await session.execute(query)).all()
    return rows
