"""Which releases an audience may read right now, looked up once and heard of when they change.

Between two looks the picture is believed only while three things hold: this process hears the
database's news, none came, and nothing was released here. Where nobody listens (a command, a
test) every question is a look. A look is never older than five seconds, because an embargo ends
without news and a notice may be lost with its connection.
"""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass

from hub.db.engine import Database
from hub.protected import reader
from hub.protected.releases import Audience, Release
from hub.views.holdings import Holdings

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

    def __init__(self, database: Database, ticks: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._ticks = ticks
        self._looks: dict[Audience, _Look] = {}
        self._numbers = itertools.count(1)
        self._news = 0
        self.holdings = Holdings(database)
        """What is known of releases' areas."""
        self.is_hearing = False
        """Whether somebody calls :meth:`hear` at each piece of news."""

    def hear(self) -> None:
        """Look again at the next question: a release was published, or may have been."""
        self._news += 1

    async def edition(self, audience: Audience) -> Edition:
        """Give the edition of an audience, never an older one after a newer one."""
        look, at = self._looks.get(audience), self._ticks()
        heard = (self._news, self._database.released)
        is_current = self.is_hearing and look is not None and look.heard == heard
        if look is not None and is_current and 0 <= at - look.at <= AGE:
            return look.edition
        async with self._database.protected() as session:
            found = tuple(await reader.releases(session, audience))
        return self._seen(audience, found, at, heard)

    def _seen(
        self, audience: Audience, found: tuple[Release, ...], at: float, heard: tuple[int, int]
    ) -> Edition:
        look = self._looks.get(audience)
        if look is not None and look.at > at:
            # Another question looked later and answered first.
            return look.edition
        edition = look.edition if look is not None else None
        if edition is None or edition.releases != found:
            edition = Edition(next(self._numbers), audience, found)
        self._looks[audience] = _Look(edition, at, heard)
        return edition
