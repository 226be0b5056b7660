"""Areas of releases kept in memory, so that what is asked often is not asked of the database.

A release never changes, so a block is true as long as it is kept. An area is read beside the
answers, never for one: whoever asks is answered by the database until its block is there. Only
while somebody runs :meth:`Stock.run` (a server does) is anything kept.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence

import structlog

from hub.protected.blocks import Block, of_blocks
from hub.protected.reader import Selection
from hub.protected.rows import Rows

ASKED = 2
"""Questions about an area from which it is worth reading."""
KEPT = 4096
"""Areas of releases that are remembered at most, those without a block too."""
REST, FULL = 1.0, 20.0
"""For how many times as long as a reading took none follows: whoever waits for an answer comes
first. Where blocks make room for each other, more is asked for than can be kept."""
WAITING = 512
"""Areas that may wait to be read; more are left to the database until they are asked again."""

_Key = tuple[str, str]
Read = Callable[[str, str], Awaitable[Block | None]]
"""Reads an area of a release; None for one that is not to be kept."""
_log = structlog.get_logger("hub.stock")


class Stock:
    """The areas asked last."""

    def __init__(self, read: Read, memory: int) -> None:
        """``memory`` is how many bytes, about, all of them may take."""
        self._read = read
        self._memory = memory
        self._kept: OrderedDict[_Key, Block | None] = OrderedDict()
        self._asked: OrderedDict[_Key, int] = OrderedDict()
        self._waiting: asyncio.Queue[_Key] = asyncio.Queue(WAITING)
        self._size = 0
        self._is_running = False

    @property
    def size(self) -> int:
        """Bytes in use, about."""
        return self._size

    def page(self, release: str, wanted: Selection, shown: frozenset[str]) -> Rows | None:
        """Tell a selection of areas and indicators; None where the database has to."""
        if not wanted.areas or not wanted.indicators:
            return None
        found = self._blocks(release, sorted(set(wanted.areas)))
        return of_blocks(found, wanted, shown) if found is not None else None

    def line(
        self,
        release: str,
        indicator: str,
        area: str,
        ends: tuple[str, str] | None,
        shown: frozenset[str],
    ) -> Rows | None:
        """Tell an indicator's totals in an area; None where the database has to."""
        found = self._blocks(release, (area,))
        return found[0].line(indicator, ends, shown) if found is not None else None

    def periods(self, release: str, area: str) -> tuple[str, ...] | None:
        """Tell which periods a release speaks of in an area; None where the database has to."""
        found = self._blocks(release, (area,))
        return found[0].periods if found is not None else None

    def _blocks(self, release: str, areas: Sequence[str]) -> list[Block] | None:
        """Find the blocks of all these areas; ask for those that are missing."""
        if not self._is_running:
            return None
        found = []
        for area in areas:
            block = self._kept.get((release, area))
            if block is not None:
                self._kept.move_to_end((release, area))
                found.append(block)
            else:
                self._want((release, area))
        return found if len(found) == len(areas) else None

    def _want(self, key: _Key) -> None:
        if key in self._kept or self._waiting.full():
            # Looked at before and not kept: nothing there, or too much.
            return
        times = self._asked[key] = self._asked.pop(key, 0) + 1
        if times == ASKED:
            self._waiting.put_nowait(key)
        if len(self._asked) > 2 * WAITING:
            self._asked.popitem(last=False)

    async def run(self) -> None:
        """Read the areas that are asked for, one after the other, until cancelled."""
        self._is_running = self._memory > 0
        try:
            while True:
                key = await self._waiting.get()
                self._asked.pop(key, None)
                began, rest = time.monotonic(), REST
                try:
                    rest = self._keep(key, await self._read(*key))
                except Exception as error:
                    # The database answers the questions all the same.
                    _log.warning("area not kept", error_type=type(error).__qualname__)
                await asyncio.sleep(rest * (time.monotonic() - began))
        finally:
            self._is_running = False

    def _keep(self, key: _Key, block: Block | None) -> float:
        """Keep a block; tell for how many times as long as its reading to rest."""
        if block is not None and block.size > self._memory // 4:
            block = None
        self._let_go(self._kept.pop(key, None))
        self._kept[key] = block
        self._size += block.size if block is not None else 0
        rest = REST
        while self._size > self._memory or len(self._kept) > KEPT:
            self._let_go(self._kept.popitem(last=False)[1])
            rest = FULL
        return rest

    def _let_go(self, block: Block | None) -> None:
        self._size -= block.size if block is not None else 0
