"""Published observations as the store holds them: texts, of which nothing is parsed unasked.

Most answers show two or three things of many figures. A row is a plain tuple; whoever needs an
observation with its types makes one with :func:`observation_of_row`.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache, partial
from itertools import chain, repeat
from operator import itemgetter
from typing import Any, NamedTuple, overload

from hub.db.reads import Asks
from hub.protected.figures import FigureStatus
from hub.protected.observations import Observation, Provenance
from hub.protected.reader import Difference, Position, Selection
from hub.vocabulary import CellKey, breakdown_text, parse_breakdown

OPTIONAL = {
    "marks": ("marks", "''::text"),
    "reason": ("reason", "NULL::text"),
    "base": ("base::text", "NULL::text"),
    "provenance": ("provenance::text", "'[]'::text"),
    "derived": ("derived::text", "'false'::text"),
}
"""Columns that are read only where they are shown: how to read one, and what stands otherwise."""
ALL = frozenset(OPTIONAL)
PLAIN = frozenset[str]()
BETWEEN = "\x1f"
"""Stands between codes; no code of the vocabulary, period or breakdown has it."""
EXACT = "exact"
"""Names the condition that there is one breakdown to be had, which may be the empty one."""
ORDER = "area, period, breakdown, indicator"
STATUSES = {status.value: status for status in FigureStatus}


NULLABLE = frozenset({"value", "reason", "base"})
"""Columns in which an empty text stands for nothing."""


class Row(NamedTuple):
    """One published observation.

    ``breakdown`` is in its stored form, ``value`` and ``base`` are exact decimal texts, and
    ``provenance`` is JSON. Columns that were not asked for hold what the store has by default.
    """

    area: str
    period: str
    breakdown: str
    indicator: str
    status: str
    value: str | None
    marks: str = ""
    reason: str | None = None
    base: str | None = None
    provenance: str = "[]"
    derived: bool = False

    def __repr__(self) -> str:
        """Name the cell, without its figure."""
        return f"Row({self.indicator} {self.breakdown} {self.area} {self.period})"


PLAIN_COLUMNS = len(Row._fields) - len(OPTIONAL)
"""How many columns are always read: the first of a row's."""
_DEFAULTS = tuple(Row._field_defaults.values())
_row: Callable[[Iterable[Any]], Row] = partial(tuple.__new__, Row)
ROW_TELLS = frozenset({"row", *(f"row.{name}" for name in Row._fields)})
"""What a table of rows can tell by column: the rows themselves, and each of their fields."""


class Rows(Sequence[Row]):
    """Published observations column by column, as they are read: a row is made when asked for.

    Most answers go through a hundred rows once, a column at a time.
    """

    __slots__ = ("_columns", "_size")
    tells = ROW_TELLS
    """What columns there are, as the object that a row is shown by names them."""

    def __init__(self, columns: Sequence[Sequence[Any]]) -> None:
        """``columns`` are those of :class:`Row`, in its order; the last ones may be left out."""
        self._columns = columns
        self._size = len(columns[0])

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, place: int) -> Row: ...

    @overload
    def __getitem__(self, place: slice) -> "Rows": ...

    def __getitem__(self, place: int | slice) -> "Row | Rows":
        """Make one row, or choose some."""
        if isinstance(place, slice):
            return Rows([column[place] for column in self._columns])
        return Row(*[column[place] for column in self._columns])

    def __iter__(self) -> Iterator[Row]:
        """Make them one after the other."""
        rest = [repeat(one) for one in _DEFAULTS[len(self._columns) - PLAIN_COLUMNS :]]
        # A row's own constructor is Python's, and takes four times as long.
        return map(_row, zip(*self._columns, *rest, strict=not rest))

    def __repr__(self) -> str:
        """Tell how many there are."""
        return f"Rows({self._size})"

    def column(self, name: str) -> Sequence[Any]:
        """Give a column; what was not read is what the store has by default."""
        if name == "row":
            return self
        name = name.removeprefix("row.")
        place = Row._fields.index(name)
        if place < len(self._columns):
            return self._columns[place]
        return [Row._field_defaults[name]] * self._size

    def by_indicator(self, parts: Iterable[Iterable[str]]) -> list["Rows"]:
        """Choose the rows of some indicators, for each part anew; they keep their order."""
        places: dict[str, list[int]] = defaultdict(list)
        for place, code in enumerate(self.column("row.indicator")):
            places[code].append(place)
        return [self._at(sorted(chain(*(places.get(code, ()) for code in part)))) for part in parts]

    def _at(self, places: Sequence[int]) -> "Rows":
        if len(places) < 2:
            return Rows([[column[place] for place in places] for column in self._columns])
        choose = itemgetter(*places)
        return Rows([choose(column) for column in self._columns])


def table_of(rows: Sequence[Row]) -> Rows:
    """Turn rows into columns."""
    return Rows(list(zip(*rows, strict=True))) if rows else NONE


NONE = Rows([()] * PLAIN_COLUMNS)
"""No observation."""


async def page(
    reads: Asks,
    release: str,
    wanted: Selection,
    *,
    limit: int | None = None,
    after: Position | None = None,
    columns: frozenset[str] = ALL,
) -> Rows:
    """Read observations of a release in the order area, period, breakdown, indicator.

    ``columns`` are those of :data:`OPTIONAL` to read.
    """
    given = _given(wanted)
    statement = _page(columns, tuple(given), after is not None, limit)
    values = (*given.values(), *(after or ()))
    return _read(await reads.rows(statement, release, *values))


async def line(
    reads: Asks,
    release: str,
    indicator: str,
    area: str,
    ends: tuple[str, str] | None = None,
    *,
    columns: frozenset[str] = ALL,
) -> Rows:
    """Read an indicator's totals in an area, in the order of their periods' strings.

    ``ends`` are the first and the last of periods of one kind that repeats; strings of one kind
    are as long as each other and sort as the periods do. Without them every period is read.
    """
    given = (indicator, area) if ends is None else (indicator, area, *ends, len(ends[0]))
    return _read(await reads.rows(_line(columns, ends is not None), release, *given))


def _read(found: Sequence[Sequence[str | None]]) -> Rows:
    """Take the columns apart; without a row the database has no text at all."""
    names, texts = Row._fields, found[0]
    if texts[0] is None:
        return NONE
    columns: list[Sequence[Any]] = [text.split(BETWEEN) for text in texts if text is not None]
    for place, name in enumerate(names[: len(columns)]):
        if name in NULLABLE:
            columns[place] = [text or None for text in columns[place]]
        elif name == "derived":
            columns[place] = [text == "true" for text in columns[place]]
    if any(len(column) != len(columns[0]) for column in columns):
        raise ValueError("A text of the store holds what stands between texts.")
    return Rows(columns)


async def count(reads: Asks, release: str, wanted: Selection) -> int:
    """Count the observations of a selection; suppressed ones count like any other."""
    given = _given(wanted)
    statement = f"SELECT count(*) FROM protected.observation WHERE {_where(tuple(given))}"  # noqa: S608
    found: int = (await reads.rows(statement, release, *given.values()))[0][0]
    return found


async def places(reads: Asks, release: str, indicators: Sequence[str]) -> list[tuple[str, str]]:
    """List each area and period for which a release says anything on some of the indicators."""
    found = await reads.rows(_PLACES, release, list(indicators))
    return [(row[0], row[1]) for row in found]


_PLACES = """
SELECT DISTINCT area, period FROM protected.observation
WHERE release_id = $1 AND indicator = ANY($2::text[]) ORDER BY area, period
"""


async def returned(
    reads: Asks, release: str, datasets: Mapping[str, Collection[str]]
) -> list[tuple[str, str, str]]:
    """List each dataset, area and period for which a release says anything, in this order.

    ``datasets`` are indicators by dataset; an indicator may be in several.
    """
    pairs = [(name, code) for name, codes in datasets.items() for code in codes]
    names, codes = [name for name, _ in pairs], [code for _, code in pairs]
    return [(row[0], row[1], row[2]) for row in await reads.rows(_RETURNED, release, names, codes)]


_RETURNED = """
SELECT DISTINCT held.dataset, o.area, o.period
FROM protected.observation o
JOIN unnest($2::text[], $3::text[]) AS held (dataset, indicator) USING (indicator)
WHERE o.release_id = $1 ORDER BY held.dataset, o.area, o.period
"""


async def differences(reads: Asks, new: str, old: str) -> list[Difference]:
    """List what two releases say differently, in the order area, period, indicator, breakdown.

    A cell that only one of them has stands with nothing on the other side.
    """
    return [_difference(tuple(row)) for row in await reads.rows(_DIFFERENCES, new, old)]


# Whole numbers and shares alike are stored exactly, so any difference is one of content.
_DIFFERENCES = """
SELECT area, period, indicator, breakdown,
       after.status, after.value::text, before.status, before.value::text
FROM (SELECT * FROM protected.observation WHERE release_id = $1) AS after
FULL JOIN (SELECT * FROM protected.observation WHERE release_id = $2) AS before
    USING (area, period, indicator, breakdown)
WHERE after.status IS DISTINCT FROM before.status OR after.value IS DISTINCT FROM before.value
ORDER BY area, period, indicator, breakdown
"""


def _difference(row: tuple[Any, ...]) -> Difference:
    area, period, indicator, breakdown, status, value, old_status, old_value = row
    return Difference(
        CellKey(indicator, area, period, parse_breakdown(breakdown)),
        STATUSES[old_status] if old_status else None,
        Decimal(old_value) if old_value is not None else None,
        STATUSES[status] if status else None,
        Decimal(value) if value is not None else None,
    )


async def periods(reads: Asks, release: str, area: str) -> tuple[str, ...]:
    """List the periods for which a release says anything of an area."""
    return tuple(row[0] for row in await reads.rows(_PERIODS, release, area))


# Each step finds the next period by the primary key, however many observations lie between.
_PERIODS = """
WITH RECURSIVE held AS (
    (SELECT period FROM protected.observation
     WHERE release_id = $1 AND area = $2 ORDER BY period LIMIT 1)
    UNION ALL
    SELECT (SELECT o.period FROM protected.observation o
            WHERE o.release_id = $1 AND o.area = $2 AND o.period > held.period
            ORDER BY o.period LIMIT 1)
    FROM held WHERE held.period IS NOT NULL
)
SELECT period FROM held WHERE period IS NOT NULL
"""


def observation_of_row(row: Row) -> Observation:
    """Give a row its types."""
    return Observation(
        key=CellKey(row.indicator, row.area, row.period, parse_breakdown(row.breakdown)),
        status=STATUSES[row.status],
        value=Decimal(row.value) if row.value is not None else None,
        marks=row.marks,
        reason=row.reason,
        base=Decimal(row.base) if row.base is not None else None,
        provenance=sources_of(row.provenance),
        derived=row.derived,
    )


@lru_cache(maxsize=4096)
def sources_of(text: str) -> tuple[Provenance, ...]:
    """Read which returns a figure came from; few texts stand for many figures."""
    return tuple(Provenance(**item) for item in json.loads(text))


def _given(wanted: Selection) -> dict[str, str]:
    """Name the conditions that a selection makes, with their values joined to one text."""
    found: dict[str, str] = {}
    if wanted.areas:
        found["area"] = BETWEEN.join(wanted.areas)
    if wanted.periods:
        found["period"] = BETWEEN.join(wanted.periods)
    if wanted.indicators:
        found["indicator"] = BETWEEN.join(wanted.indicators)
    if len(wanted.breakdowns) == 1:
        found[EXACT] = breakdown_text(wanted.breakdowns[0])
    elif wanted.breakdowns:
        found["breakdown"] = BETWEEN.join([breakdown_text(item) for item in wanted.breakdowns])
    elif wanted.totals_only:
        found[EXACT] = ""
    return found


TABLE = frozenset({"area", "period", "indicator"})
"""With all three chosen, one plan is the best for every choice: that of the primary key."""


def _where(given: tuple[str, ...]) -> str:
    is_settled = frozenset(given) >= TABLE
    conditions = (_condition(name, place, is_settled) for place, name in enumerate(given, 2))
    return " AND ".join(("release_id = $1", *conditions))


def _condition(name: str, place: int, is_settled: bool) -> str:
    if name == EXACT:
        return f"breakdown = ${place}"
    # The driver takes long over arrays: it asks each element what it is.
    array = f"string_to_array(${place}, E'\\x1f')"
    # Where the planner cannot see how many there are, it plans once and not for every question,
    # which takes as long as finding a hundred rows.
    return f"{name} = ANY((SELECT {array})::text[])" if is_settled else f"{name} = ANY({array})"


@lru_cache(maxsize=1024)
def _page(columns: frozenset[str], given: tuple[str, ...], goes_on: bool, limit: int | None) -> str:
    """Write the statement; every value is a parameter of it."""
    where, first = _where(given), len(given) + 2
    if goes_on:
        where += f" AND ({ORDER}) > (${first}, ${first + 1}, ${first + 2}, ${first + 3})"
    ending = f" LIMIT {int(limit)}" if limit is not None else ""
    return _joined(columns, f"WHERE {where} ORDER BY {ORDER}{ending}")


@lru_cache(maxsize=64)
def _line(columns: frozenset[str], has_ends: bool) -> str:
    between = "AND period BETWEEN $4 AND $5 AND length(period) = $6" if has_ends else ""
    where = f"release_id = $1 AND indicator = $2 AND area = $3 AND breakdown = '' {between}"
    return _joined(columns, f"WHERE {where} ORDER BY period")


def _joined(columns: frozenset[str], ending: str) -> str:
    """Ask for columns, each as one text: the driver takes as long over a field as over a text of
    a hundred of them, and the database longer over a hundred rows than over one.

    Aggregates take the rows in the order of the sub-query they stand over alone (PostgreSQL's
    manual, section 9.21).
    """
    last = max((place for place, name in enumerate(OPTIONAL, 1) if name in columns), default=0)
    shown = [
        f"{read if name in columns else otherwise} AS {name}"
        for name, (read, otherwise) in list(OPTIONAL.items())[:last]
    ]
    names = Row._fields[: PLAIN_COLUMNS + last]
    asked = ", ".join((ORDER, "status", "value::text AS value", *shown))
    texts = ", ".join(f"string_agg(coalesce({name}, ''), E'\\x1f')" for name in names)
    return f"SELECT {texts} FROM (SELECT {asked} FROM protected.observation {ending}) AS found"  # noqa: S608
