"""What the agency sent before, read for comparison with what it sends now."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

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
"""Earlier periods that say what is usual: three years of months."""

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


async def _series(session: IntakeSession, body: Return) -> dict[_Place, list[Decimal]]:
    """The values of earlier periods, the latest return of each period counting, oldest first."""
    end = parse_period(body.period).end
    found: dict[_Place, dict[tuple[int, int], Decimal]] = defaultdict(dict)
    for row in await _earlier_rows(session, body):
        period = parse_period(row.period)
        if period.end <= end:
            place = (row.indicator, row.area, parse_breakdown(row.breakdown), period.length)
            found[place][period.months] = row.value
    return {
        place: [values[months] for months in sorted(values)][-LONGEST:]
        for place, values in found.items()
    }


async def _earlier_rows(session: IntakeSession, body: Return) -> Sequence[Any]:
    head, revision, table = intake.return_, intake.revision, intake.observation
    query = (
        select(table.c.indicator, table.c.area, table.c.period, table.c.breakdown, table.c.value)
        .join(
            revision,
            (revision.c.return_id == table.c.return_id) & (revision.c.number == table.c.revision),
        )
        .join(head, head.c.id == revision.c.return_id)
        .where(
            head.c.dataset == body.dataset,
            head.c.agency == body.agency,
            head.c.period != body.period,
            revision.c.is_current,
            revision.c.state != str(State.WITHDRAWN),
            table.c.value.is_not(None),
            table.c.indicator.in_({item.indicator for item in body.observations}),
        )
        .order_by(revision.c.submitted_at)
    )
    rows: Sequence[Any] = (await session.execute(query)).all()
    return rows
