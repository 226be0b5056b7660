"""What the agency sent before, read for comparison with what it sends now.

PostgreSQL gives the cells of one revision and period as two texts, series and values, and not as
rows: that is the least work for it and for the driver. They are taken apart afterwards
(:class:`History` needs no database), which is sooner done than it looks: most periods name the
same series in the same order.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Row,
    Text,
    Uuid,
    cast,
    column,
    func,
    literal,
    select,
    true,
)

from hub.db.sessions import IntakeSession
from hub.db.tables import intake
from hub.errors import PeriodError
from hub.returns import Past, Return, Series
from hub.submissions.history import revisions_of
from hub.submissions.revisions import Revision
from hub.submissions.states import APPROVED, State
from hub.validation.comparison import Earlier, Place, Usual
from hub.vocabulary import parse_breakdown, parse_period, period_of

LONGEST = 36
"""Earlier periods that say what is usual: three years of months. So many returns are read."""
_FIELD, _CELL = "\x1f", "\x1e"
"""What stands between the codes of a series, and between two series; no code holds either."""

_Key = tuple[UUID, int]
"""A return and the number of a revision."""


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of a revision for one period, as PostgreSQL wrote them."""

    of: _Key
    period: str
    series: str = field(repr=False)
    values: str = field(repr=False)
    """Empty for a status."""


@dataclass(frozen=True)
class History:
    """What a return is compared with: the revision before, the return before, and all periods
    before."""

    end: int
    """The month at which the return's own period ends."""
    cells: Sequence[_Cells] = field(repr=False)
    base: _Key | None = None
    """The revision to compare with."""
    before: _Key | None = None
    """The return for the period right before."""
    usual: Sequence[_Key] = ()
    """What says what is usual, by the time it was submitted."""

    @property
    def previous(self) -> Past | None:
        """The return for the period before, as it stands."""
        return self._past(self.before) if self.before else None

    @property
    def earlier(self) -> Earlier:
        """The revision before, and the values of earlier periods."""
        return Earlier(self._past(self.base) if self.base else {}, self._usual())

    def _past(self, key: _Key) -> Past:
        found: dict[str, list[tuple[str, Decimal | None]]] = defaultdict(list)
        for one in self.cells:
            if one.of == key:
                values = one.values.split(" ")
                for where, value in zip(self._split(one), values, strict=True):
                    found[where].append((one.period, Decimal(value) if value else None))
        return {_series(where): dated for where, dated in found.items()}

    def _usual(self) -> Usual:
        """The newest values of each series and length, oldest first."""
        found: dict[Place, list[float]] = {}
        for length, dated in self._dated().items():
            for where, values in self._newest(dated).items():
                found[*_series(where), length] = list(map(float, values[LONGEST - 1 :: -1]))
        return found

    def _dated(self) -> dict[int, dict[tuple[int, int], list[_Cells]]]:
        """By length and months, the cells for them, as they were submitted."""
        found: dict[int, dict[tuple[int, int], list[_Cells]]] = defaultdict(dict)
        order = {key: place for place, key in enumerate(self.usual)}
        mine = [one for one in self.cells if one.of in order]
        for one in sorted(mine, key=lambda one: (order[one.of], one.period)):
            period = parse_period(one.period)
            if period.end <= self.end:
                found[period.length].setdefault(period.months, []).append(one)
        return found

    def _newest(self, dated: dict[tuple[int, int], list[_Cells]]) -> dict[str, list[str]]:
        """The values of each series, newest first; none are looked for once there are enough."""
        newest: dict[str, list[str]] = defaultdict(list)
        for months in sorted(dated, reverse=True):
            cells = dated[months]
            if all(len(newest[name]) >= LONGEST for one in cells for name in self._split(one)):
                continue
            for name, value in self._last(cells):
                if value:
                    newest[name].append(value)
        return {name: values for name, values in newest.items() if values}

    def _last(self, cells: list[_Cells]) -> Iterable[tuple[str, str]]:
        """What was submitted last for some months; a status takes nothing back."""
        pairs = [zip(self._split(one), one.values.split(" "), strict=True) for one in cells]
        if len(pairs) == 1:
            return pairs[0]
        return {name: value for each in pairs for name, value in each if value}.items()

    def _split(self, one: _Cells) -> list[str]:
        """The series of cells; one list for all cells that name the same ones."""
        known = self._names.get(one.series)
        if known is None:
            known = self._names[one.series] = one.series.split(_CELL)
        return known

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        return {}


def _series(text: str) -> Series:
    code, area, cut = text.split(_FIELD)
    return code, area, parse_breakdown(cut)


async def history_of(session: IntakeSession, body: Return) -> History:
    """Read what ``body`` is compared with."""
    heads = await _heads(session, body)
    own = next((one for one in heads if one.period == body.period), None)
    others = [one for one in heads if one is not own]
    base = None
    if own is not None:
        chosen = _base(await revisions_of(session, own.id), body.content_hash)
        base = (chosen.return_id, chosen.number) if chosen else None
    earlier = _period_before(body.period)
    before = next(((one.id, one.number) for one in others if one.period == earlier), None)
    end = parse_period(body.period).end
    newest = [one for one in _newest(others, end) if one.state != State.WITHDRAWN]
    usual = [(one.id, one.number) for one in sorted(newest, key=lambda one: one.submitted_at)]
    wanted = dict.fromkeys(key for key in (base, before, *usual) if key)
    cells = await _cells(session, list(wanted)) if wanted else []
    return History(end, cells, base, before, usual)


def _period_before(text: str) -> str | None:
    period = parse_period(text)
    try:
        return period_of(period.kind, period.start - period.length, period.start).id
    except PeriodError:
        return None  # a year to date has no period of its kind right before it


async def _heads(session: IntakeSession, body: Return) -> Sequence[Row[Any]]:
    """Every return of the agency for the dataset, with its current revision."""
    head, revision = intake.return_, intake.revision
    query = (
        select(head.c.id, head.c.period, revision.c.number, revision.c.submitted_at)
        .add_columns(revision.c.state)
        .join(revision, (revision.c.return_id == head.c.id) & revision.c.is_current)
        .where(head.c.dataset == body.dataset, head.c.agency == body.agency)
    )
    return (await session.execute(query)).all()


def _newest(heads: Iterable[Row[Any]], end: int) -> Iterator[Row[Any]]:
    """The newest returns of each length: what is read does not grow with an agency's past."""
    by_length: dict[int, list[tuple[int, UUID, Row[Any]]]] = defaultdict(list)
    for one in heads:
        period = parse_period(one.period)
        # One that ends later may still hold months from before.
        by_length[period.length].append((min(period.end, end), one.id, one))
    for ends in by_length.values():
        yield from (one for _, _, one in sorted(ends)[-LONGEST:])


def _base(history: list[Revision], content_hash: str) -> Revision | None:
    """The signed-off revision, or else the last with other content.

    Not simply the last: then a change nobody answered for would pass with the next revision.
    """
    signed = [one for one in history if one.state in APPROVED]
    others = [one for one in history if one.content_hash != content_hash]
    return next(reversed(signed or others), None)


async def _cells(session: IntakeSession, keys: Sequence[_Key]) -> list[_Cells]:
    """Read revisions, each by the store's key: a plan that does not depend on statistics."""
    table = intake.observation
    arrays: list[ColumnElement[Any]] = [
        cast(list(values), ARRAY(kind))
        for values, kind in zip(zip(*keys, strict=True), (Uuid, Integer), strict=True)
    ]
    wanted = (
        func.unnest(*arrays)
        .table_valued(column("id", Uuid), column("number", Integer), name="wanted")
        .render_derived()
    )
    series = table.c.indicator + _FIELD + table.c.area + _FIELD + table.c.breakdown
    value = func.coalesce(cast(table.c.value, Text), "")
    cells = (
        select(
            table.c.period,
            func.string_agg(series, literal(_CELL)).label("series"),
            func.string_agg(value, literal(" ")).label("values"),
        )
        .where(table.c.return_id == wanted.c.id, table.c.revision == wanted.c.number)
        .group_by(table.c.period)
        .lateral("cells")
    )
    rows = (await session.execute(select(wanted, cells).join(cells, true()))).all()
    return [_Cells((id_, number), *rest) for id_, number, *rest in rows]
