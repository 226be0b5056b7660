"""Which releases an audience may read right now, looked up once and heard of when they change.

Between two looks the picture is believed only while three things hold: this process hears the
database's news, none came, and nothing was released here. Where nobody listens (a command, a
test) every question is a look. A look is never older than five seconds, because an embargo ends
without news and a notice may be lost with its connection.
"""

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass

from hub.db.engine import Database
from hub.errors import HubError
from hub.protected import reader
from hub.protected.blocks import Block, read_block
from hub.protected.releases import Audience, Release
from hub.views.holdings import Holdings
from hub.views.stock import Stock

AGE = 4.0
"""Seconds after which the picture is looked at again; the looking itself takes from the fifth."""


@dataclass(frozen=True, slots=True)
class Edition:
    """All that an audience may read at one moment; what is made from it never changes."""

    number: int
    """Unique in this process: two editions that differ in anything differ in it."""
    audience: Audience
    releases: tuple[Release, ...]
    """Newest first."""


@dataclass(frozen=True, slots=True)
class _Look:
    edition: Edition
    at: float
    heard: tuple[int, int]


class Shelf:
    """The latest edition of each audience."""

    def __init__(
        self, database: Database, memory: int = 0, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        """``memory`` is how many bytes of published figures may be kept."""
        self._database = database
        self._ticks = ticks
        self._looks: dict[Audience, _Look] = {}
        self._turns = {audience: asyncio.Lock() for audience in Audience}
        self._failure: HubError | None = None
        self._numbers = itertools.count(1)
        self._news = 0
        self.stock = Stock(self._block, memory)
        """Areas kept in memory, while somebody runs it."""
        self.holdings = Holdings(database)
        """What is known of releases' areas."""
        self.is_hearing = False
        """Whether somebody calls :meth:`hear` at each piece of news."""

    def hear(self) -> None:
        """Look again at the next question: a release was published, or may have been."""
        self._news += 1

    async def _block(self, release: str, area: str) -> Block | None:
        return await self._database.read(lambda reads: read_block(reads, release, area), release)

    async def edition(self, audience: Audience) -> Edition:
        """Give the edition of an audience, never an older one after a newer one.

        One question looks; those that come meanwhile take what it found, or how it failed, so that
        the parts of one document do not crowd the few connections.
        """
        found, failure = self._current(audience), self._failure
        if found is not None:
            return found
        async with self._turns[audience]:
            if self._failure is not None and self._failure is not failure:
                raise self._failure
            return self._current(audience) or await self._look(audience)

    def known(self, audience: Audience) -> Edition | None:
        """Give the edition without looking; None where it would have to be looked up."""
        return self._current(audience)

    def _current(self, audience: Audience) -> Edition | None:
        look = self._looks.get(audience)
        if look is None or not self.is_hearing or look.heard != self._heard():
            return None
        return look.edition if 0 <= self._ticks() - look.at <= AGE else None

    def _heard(self) -> tuple[int, int]:
        return self._news, self._database.released

    async def _look(self, audience: Audience) -> Edition:
        at, heard = self._ticks(), self._heard()
        try:
            async with self._database.protected() as session:
                found = tuple(await reader.releases(session, audience))
        except HubError as error:
            self._failure = error
            raise
        before = self._looks.get(audience)
        edition = before.edition if before is not None else None
        if edition is None or edition.releases != found:
            edition = Edition(next(self._numbers), audience, found)
        self._looks[audience] = _Look(edition, at, heard)
        return edition
