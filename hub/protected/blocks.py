"""What one release says of one area, kept in memory the way the store tells it: column by column.

A release never changes, so neither does a block made of it. Texts stay joined until a question
needs them: a hundred figures take the memory of a hundred short texts in a row, not that of
objects. What a block answers are the rows that the statements of :mod:`hub.protected.rows` would
give, in the same order.
"""

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from sys import getsizeof, intern
from typing import Any

from hub.db.reads import Asks
from hub.protected.reader import Selection
from hub.protected.rows import (
    BETWEEN,
    NONE,
    NULLABLE,
    OPTIONAL,
    ORDER,
    PLAIN_COLUMNS,
    STATUSES,
    Row,
    Rows,
)
from hub.vocabulary import breakdown_text

TOLD = ("status", "value", *OPTIONAL)
"""The columns of a strip beside its key; the rest of a row is the same for the whole of it."""
LETTERS = {status: chr(ord("a") + place) for place, status in enumerate(STATUSES)}
STATUS_OF = {letter: status for status, letter in LETTERS.items()}
Choose = Callable[[Sequence[Any]], Sequence[Any]]
TURN = 16
"""Strips made at a stretch, in a few milliseconds."""
MOST = 200_000
"""Observations of an area up to which it is read into memory at once."""


@dataclass(frozen=True, slots=True)
class Same:
    """A column in which every row says the same."""

    value: Any


@dataclass(frozen=True, slots=True, repr=False)
class Strip:
    """Rows that differ in one thing: the indicators of a period, or the periods of an indicator.

    ``key`` is what they differ in, joined; ``columns`` are those of :data:`TOLD`, statuses as a
    letter each.
    """

    key: str
    columns: tuple[str | Same, ...]

    def column(self, place: int, choose: Choose, size: int) -> Sequence[Any]:
        """Unfold a column of :data:`TOLD` and choose from it; ``size`` is how many are chosen."""
        column = self.columns[place]
        if isinstance(column, Same):
            return [column.value] * size
        if not place:
            return [STATUS_OF[letter] for letter in choose(column)]
        return _typed(TOLD[place], choose(column.split(BETWEEN)))


@dataclass(frozen=True, slots=True, repr=False)
class Block:
    """All that a release says of an area.

    ``strips`` are its indicators by period and breakdown as stored, ``lines`` the periods of each
    indicator's totals. ``size`` is about how many bytes it takes.
    """

    area: str
    periods: tuple[str, ...]
    strips: Mapping[tuple[str, str], Strip]
    lines: Mapping[str, Strip]
    size: int

    def line(self, indicator: str, ends: tuple[str, str] | None, shown: frozenset[str]) -> Rows:
        """Tell an indicator's totals, as :func:`hub.protected.rows.line` does."""
        strip = self.lines.get(indicator)
        if strip is None:
            return NONE
        keys, choose = _between(strip.key, ends)
        size = len(keys)
        fixed = ([self.area] * size, keys, [""] * size, [indicator] * size)
        return Rows([*fixed, *_told(strip, shown, choose, size)]) if size else NONE


def of_blocks(blocks: Iterable[Block], wanted: Selection, shown: frozenset[str]) -> Rows:
    """Tell a selection with indicators, as :func:`hub.protected.rows.page` does without a limit.

    ``blocks`` are those of the selection's areas, in the order of their codes.
    """
    codes, texts = tuple(wanted.indicators), _breakdowns(wanted)
    columns: list[list[Any]] = [[] for _ in range(PLAIN_COLUMNS + _last(shown))]
    area, period, breakdown, indicator, *told = columns
    for block, key, strip in _strips(blocks, sorted(set(wanted.periods)), texts):
        keys, choose = _among(strip.key, codes)
        size = len(keys)
        if size:
            area += [block.area] * size
            period += [key[0]] * size
            breakdown += [key[1]] * size
            indicator += keys
            for column, found in zip(told, _told(strip, shown, choose, size), strict=True):
                column += found
    return Rows(columns) if area else NONE


def _strips(
    blocks: Iterable[Block], periods: Sequence[str], texts: Sequence[str] | None
) -> Iterator[tuple[Block, tuple[str, str], Strip]]:
    """Find strips in the order area, period, breakdown."""
    for block in blocks:
        if texts is None:
            chosen = frozenset(periods or block.periods)
            yield from ((block, key, one) for key, one in block.strips.items() if key[0] in chosen)
            continue
        for period in periods or block.periods:
            for text in texts:
                strip = block.strips.get((period, text))
                if strip is not None:
                    yield block, (period, text), strip


def _breakdowns(wanted: Selection) -> Sequence[str] | None:
    """Name the breakdowns as stored, in order; None for whichever there are."""
    if wanted.breakdowns:
        return sorted({breakdown_text(one) for one in wanted.breakdowns})
    return ("",) if wanted.totals_only else None


def _told(strip: Strip, shown: frozenset[str], choose: Choose, size: int) -> list[Sequence[Any]]:
    """Unfold status, value and the columns shown, up to the last of them."""
    return [
        [fixed.value] * size if fixed is not None else strip.column(place, choose, size)
        for place, fixed in enumerate(_fixed(shown))
    ]


@lru_cache(maxsize=64)
def _fixed(shown: frozenset[str]) -> tuple[Same | None, ...]:
    """Tell which of the columns up to the last that is shown are not, and what stands there."""
    return tuple(
        None if place < 2 or name in shown else Same(Row._field_defaults[name])
        for place, name in enumerate(TOLD[: 2 + _last(shown)])
    )


def _last(shown: frozenset[str]) -> int:
    return max((place for place, name in enumerate(OPTIONAL, 1) if name in shown), default=0)


@lru_cache(maxsize=2048)
def _among(key: str, wanted: tuple[str, ...]) -> tuple[tuple[str, ...], Choose]:
    """Find which of a strip's keys are wanted, and what chooses from its columns."""
    keys, chosen = key.split(BETWEEN), frozenset(wanted)
    return _at(keys, [place for place, name in enumerate(keys) if name in chosen])


@lru_cache(maxsize=2048)
def _between(key: str, ends: tuple[str, str] | None) -> tuple[tuple[str, ...], Choose]:
    """The same for periods of one kind between two ends; strings of one kind are of one length."""
    keys = key.split(BETWEEN)
    if ends is None:
        return _at(keys, list(range(len(keys))))
    first, last = ends
    inside = range(bisect_left(keys, first), bisect_right(keys, last))
    return _at(keys, [place for place in inside if len(keys[place]) == len(first)])


def _at(keys: Sequence[str], places: Sequence[int]) -> tuple[tuple[str, ...], Choose]:
    choose: Choose
    if not places:
        choose = _none
    elif places[-1] - places[0] == len(places) - 1:
        choose = itemgetter(slice(places[0], places[-1] + 1))
    else:
        choose = itemgetter(*places)
    return tuple(choose(keys)), choose


def _none(column: Sequence[Any]) -> Sequence[Any]:
    return ()


def _typed(name: str, texts: Sequence[str]) -> Sequence[Any]:
    if name in NULLABLE:
        return [text or None for text in texts]
    return [text == "true" for text in texts] if name == "derived" else texts


async def read_block(reads: Asks, release: str, area: str) -> Block | None:
    """Read an area of a release; None for one without observations, or with too many.

    None, too, from a database that sorts texts by the rules of a language: a block would tell rows
    in another order. Raises ``ValueError`` for a text that holds what stands between texts.
    """
    found = await reads.rows(_BY_PERIOD, release, area, MOST + 1)
    if not found or not found[0][-1] or sum(row[-2] for row in found) > MOST:
        return None
    lines = await reads.rows(_BY_INDICATOR, release, area)
    folding = _Folding({}, [])
    strips: dict[tuple[str, str], Strip] = {}
    async for row in _in_turns(found):
        strips[intern(row[0]), intern(row[1])] = folding.strip(row[2:-2])
    by_code: dict[str, Strip] = {}
    async for row in _in_turns(lines):
        by_code[intern(row[0])] = folding.strip(row[1:])
    periods = tuple(dict.fromkeys(period for period, _ in strips))
    return Block(area, periods, strips, by_code, sum(folding.sizes))


async def _in_turns(found: Sequence[Any]) -> AsyncIterator[Any]:
    """Give rows, and everybody else a turn between some of them."""
    for place, row in enumerate(found):
        if place % TURN == 0:
            await asyncio.sleep(0)
        yield row


def _columns() -> str:
    read = {"status": "status", "value": "value::text"} | {
        name: text for name, (text, _) in OPTIONAL.items()
    }
    return ", ".join(f"{text} AS {name}" for name, text in read.items())


def _texts(*names: str) -> str:
    return ", ".join(f"string_agg(coalesce({name}, ''), E'\\x1f')" for name in names)


# Aggregates take rows in the order of the sub-query they stand over alone.
_BY_PERIOD = f"""
SELECT period, breakdown, {_texts("indicator", *TOLD)}, count(*),
       'B'::text < 'a'::text
FROM (SELECT period, breakdown, indicator, {_columns()} FROM protected.observation
      WHERE release_id = $1 AND area = $2 ORDER BY {ORDER} LIMIT $3) AS found
GROUP BY period, breakdown ORDER BY period, breakdown
"""  # noqa: S608 names of columns only
_BY_INDICATOR = f"""
SELECT indicator, {_texts("period", *TOLD)}
FROM (SELECT period, indicator, {_columns()} FROM protected.observation
      WHERE release_id = $1 AND area = $2 AND breakdown = '' ORDER BY indicator, period) AS found
GROUP BY indicator
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class _Folding:
    """Makes strips; texts that are alike within an area are kept once."""

    texts: dict[str, str]
    sizes: list[int]

    def strip(self, found: Sequence[str]) -> Strip:
        """Fold a key and the columns of :data:`TOLD`."""
        key, *columns = found
        size = key.count(BETWEEN) + 1
        folded = tuple(
            self._folded(name, text, size) for name, text in zip(TOLD, columns, strict=True)
        )
        self.sizes.append(OVERHEAD)
        return Strip(self._once(key), folded)

    def _folded(self, name: str, text: str, size: int) -> str | Same:
        if text.count(BETWEEN) != size - 1:
            raise ValueError("A text of the store holds what stands between texts.")
        first = text.partition(BETWEEN)[0]
        if text == BETWEEN.join([first] * size):
            return Same(_typed(name, (intern(first),))[0])
        if name == "status":
            text = "".join([LETTERS[status] for status in text.split(BETWEEN)])
        return self._once(text)

    def _once(self, text: str) -> str:
        found = self.texts.setdefault(text, text)
        if found is text:
            self.sizes.append(getsizeof(text))
        return found


OVERHEAD = 320
"""Bytes of a strip's objects beside its texts."""
