"""What the agency sent before, read for comparison with what it sends now."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Double, cast, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from hub.db.sessions import IntakeSession
from hub.db.tables import intake
from hub.returns import Past, Return
from hub.submissions.history import revisions_of
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


async def past_of_revision(session: IntakeSession, return_id: UUID, number: int) -> Past:
    """Read a revision's figures by series: a row for each series, not for each cell.

    The periods come as one text, which most rows have in common. Neither list is ordered, so both
    are in the order that PostgreSQL meets the cells in.
    """
    table = intake.observation
    series = (table.c.indicator, table.c.area, table.c.breakdown)
    query = (
        select(*series, func.string_agg(table.c.period, " "), func.array_agg(table.c.value))
        .where(table.c.return_id == return_id, table.c.revision == number)
        .group_by(*series)
    )
    return {
        (indicator, area, parse_breakdown(breakdown)): list(
            zip(_periods(periods), values, strict=True)
        )
        for indicator, area, breakdown, periods, values in (await session.execute(query)).all()
    }


@lru_cache(maxsize=1024)
def _periods(text: str) -> tuple[str, ...]:
    return tuple(text.split(" "))


async def _before(session: IntakeSession, body: Return) -> Past:
    current = await find(session, body.dataset, body.agency, body.period)
    if current is None:
        return {}
    chosen = _base(await revisions_of(session, current.return_id), body.content_hash)
    return await past_of_revision(session, chosen.return_id, chosen.number) if chosen else {}


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
    found: dict[_Place, list[float]] = {}
    orders: dict[str, list[tuple[int, list[int]]]] = {}
    for indicator, area, breakdown, periods, values in await _rows_of(session, body, ids):
        if periods not in orders:
            orders[periods] = list(_orders(_periods(periods), end))
        where = (indicator, area, parse_breakdown(breakdown))
        for length, chosen in orders[periods]:
            found[*where, length] = [values[place] for place in chosen]
    return found


def _orders(periods: Sequence[str], end: int) -> Iterator[tuple[int, list[int]]]:
    """By length, where in a list the newest periods stand, oldest first; what comes later in the
    list replaces what was said of the same months before. Most series have the same list."""
    found: dict[int, dict[tuple[int, int], int]] = defaultdict(dict)
    for place, period in enumerate(map(parse_period, periods)):
        if period.end <= end:
            found[period.length][period.months] = place
    for length, places in found.items():
        yield length, [places[months] for months in sorted(places)][-LONGEST:]


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

    # By period too, so that series which hold the same periods give the same text.
    order = (revision.c.submitted_at, table.c.period)
    periods = func.string_agg(table.c.period, aggregate_order_by(literal(" "), *order))
    values = func.array_agg(aggregate_order_by(cast(table.c.value, Double), *order))
    query = (
        select(*address, periods, values)
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
