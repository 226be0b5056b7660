"""Pages of one document that are parts of one table, read by one statement.

A page holds a hundred observations at most, so that a table of some indicators in some areas is
asked for in several, each with its part of the indicators. Their parts lie side by side in the
store: one statement takes a third of the work of four, and one connection in place of four.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from hub.protected.reader import Selection
from hub.protected.rows import NONE, Rows

Read = Callable[[Selection], Awaitable[Rows]]
"""Reads all of a selection, in the order of the store."""
Key = tuple[object, ...]


@dataclass(slots=True)
class _Part:
    indicators: frozenset[str]
    rows: Rows | None = None
    failure: Exception | None = None


@dataclass(frozen=True, slots=True)
class Together:
    """The pages that one request waits for."""

    turn: asyncio.Lock
    """Held while the request asks the database: until it is free, more pages may come."""
    _waiting: dict[Key, list[_Part]] = field(default_factory=lambda: defaultdict(list))

    async def rows(self, wanted: Selection, asking: Key, read: Read) -> Rows:
        """Read a page that is whole (:func:`is_whole`), with those that wait beside it.

        ``asking`` is what else must be alike to be read together. Raises what ``read`` raises.
        """
        part = _Part(frozenset(wanted.indicators))
        key = (*asking, *_table(wanted))
        self._waiting[key].append(part)
        # The other parts of the document have begun, too, and are yet to say what they want.
        await asyncio.sleep(0)
        async with self.turn:
            if part.rows is None and part.failure is None:
                await _read(self._waiting.pop(key, [part]), wanted, read)
        if part.failure is not None:
            raise part.failure
        return part.rows if part.rows is not None else NONE


def is_whole(wanted: Selection, limit: int) -> bool:
    """Tell whether a page must hold all of its selection, whatever the release has."""
    if not (wanted.totals_only or len(wanted.breakdowns) == 1):
        return False
    return 0 < len(wanted.areas) * len(wanted.periods) * len(wanted.indicators) <= limit


def _table(wanted: Selection) -> Key:
    """Name the table that a page is part of: its areas, periods and breakdown."""
    return tuple(wanted.areas), tuple(wanted.periods), tuple(wanted.breakdowns)


async def _read(parts: list[_Part], wanted: Selection, read: Read) -> None:
    try:
        found = await read(_all_of(parts, wanted))
    except Exception as error:
        for part in parts:
            part.failure = error
        return
    tables = found.by_indicator(part.indicators for part in parts) if len(parts) > 1 else [found]
    for part, rows in zip(parts, tables, strict=True):
        part.rows = rows


def _all_of(parts: list[_Part], wanted: Selection) -> Selection:
    indicators = sorted(frozenset().union(*(part.indicators for part in parts)))
    return Selection(
        indicators, wanted.areas, wanted.periods, wanted.breakdowns, wanted.totals_only
    )
