"""What the agency sent before, read for comparison with what it sends now."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Double, Integer, Uuid, cast, func, literal, select

from hub.db.sessions import IntakeSession
from hub.db.tables import intake
from hub.returns import Past, Return, Series
from hub.submissions.history import revisions_of
from hub.submissions.revisions import Revision
from hub.submissions.states import APPROVED, State
from hub.submissions.store import find
from hub.validation.comparison import Earlier
from hub.vocabulary import Breakdown, parse_breakdown, parse_period

LONGEST = 36
"""Earlier periods that say what is usual: three years of months. So many returns are read."""

_Place = tuple[str, str, Breakdown, int]
_STANDING = ("number", "state", "submitted_at")


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
    parts: dict[Series, tuple[list[str], list[float]]] = {}
    for _, indicator, area, breakdown, periods, values in await _rows_of(session, body):
        texts, joined = parts.setdefault((indicator, area, parse_breakdown(breakdown)), ([], []))
        texts.append(periods)
        joined += values
    found: dict[_Place, list[float]] = {}
    orders: dict[tuple[str, ...], list[tuple[int, list[int]]]] = {}
    for series, (texts, joined) in parts.items():
        said = tuple(texts)
        if said not in orders:
            orders[said] = list(_orders(said, end))
        for length, chosen in orders[said]:
            found[*series, length] = [joined[place] for place in chosen]
    return found


def _orders(texts: Sequence[str], end: int) -> Iterator[tuple[int, list[int]]]:
    """By length, where in all periods of ``texts`` the newest ones stand, oldest first.

    What a later text says of the same months replaces what an earlier one says, and so does what
    comes later in the order of a text's periods. Most series have the same texts.
    """
    found: dict[int, dict[tuple[int, int], int]] = defaultdict(dict)
    first = 0
    for periods in map(_periods, texts):
        for place in sorted(range(len(periods)), key=periods.__getitem__):
            period = parse_period(periods[place])
            if period.end <= end:
                found[period.length][period.months] = first + place
        first += len(periods)
    for length, places in found.items():
        yield length, [places[months] for months in sorted(places)][-LONGEST:]


async def _revisions_before(session: IntakeSession, body: Return) -> list[tuple[UUID, int]]:
    """The newest returns of each length as they stand, in the order they were submitted: what is
    read does not grow with an agency's past."""
    head, revision, end = intake.return_, intake.revision, parse_period(body.period).end
    query = (
        select(head.c.id, head.c.period, *(revision.c[name] for name in _STANDING))
        .join(revision, (revision.c.return_id == head.c.id) & revision.c.is_current)
        .where(
            head.c.dataset == body.dataset,
            head.c.agency == body.agency,
            head.c.period != body.period,
        )
    )
    by_length: dict[int, list[tuple[int, UUID, Any]]] = defaultdict(list)
    for row in (await session.execute(query)).all():
        period = parse_period(row.period)
        # One that ends later may still hold months from before.
        by_length[period.length].append((min(period.end, end), row.id, row))
    newest = [row for ends in by_length.values() for *_, row in sorted(ends)[-LONGEST:]]
    standing = [row for row in newest if row.state != str(State.WITHDRAWN)]
    return [(row.id, row.number) for row in sorted(standing, key=attrgetter("submitted_at"))]


async def _rows_of(session: IntakeSession, body: Return) -> Sequence[Any]:
    """The values by return and series, each with the periods they are for; later returns last.

    The rows of a return are put together by themselves: PostgreSQL hashes those few thousand,
    and would sort the rows of all returns together, which takes most of its time.
    """
    chosen = await _revisions_before(session, body)
    if not chosen:
        return ()
    ids, numbers = (list(column) for column in zip(*chosen, strict=True))
    table = intake.observation
    one = (
        func.unnest(literal(ids, ARRAY(Uuid)), literal(numbers, ARRAY(Integer)))
        .table_valued("id", "number", with_ordinality="place", name="one")
        .render_derived()
    )
    series = (table.c.indicator, table.c.area, table.c.breakdown)
    periods, values = (
        func.string_agg(table.c.period, " ").label("periods"),
        func.array_agg(cast(table.c.value, Double)).label("said"),
    )
    within = (
        select(*series, periods, values)
        .where(
            table.c.return_id == one.c.id,
            table.c.revision == one.c.number,
            table.c.value.is_not(None),
            table.c.indicator.in_({item.indicator for item in body.observations}),
        )
        .group_by(*series)
        .lateral("within")
    )
    rows = (await session.execute(select(one.c.place, *within.c))).all()
    return sorted(rows, key=itemgetter(0))
