"""Streaming replicas that readers are sent to (``HUB_READ_DATABASE_URLS``).

A replica replays the primary's log somewhat later, or stands still, or dies. It is asked about a
release only where it is seen to have replayed it: the row of a release and its observations were
committed together, so where the row is, the whole release is. Which releases there are is never
asked of a replica, so a reader never goes back to an older one. Whatever a replica cannot answer,
the primary is asked, within the same request.

What was seen is remembered for one connection and no longer: behind a connection a server never
goes back in time, but a replica may be made anew at the same address.
"""

import itertools
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import structlog

from hub.db.address import parse
from hub.db.reads import Asks, Line, Reads, UnfitError
from hub.errors import DatabaseError

VARIABLE = "HUB_READ_DATABASE_URLS"
PATIENCE = 1.0
"""Seconds in which a replica must let a connection in."""
ANSWER = 6.0
"""Seconds after which a statement is given up: the server's own limit is 5 and comes first."""
REST = (1.0, 30.0)
"""Seconds that a replica is left alone after a failure, at first and at most: each doubles it."""
LAG = 0.2
"""Seconds until a replica that had not replayed a release is looked at again for it."""
REPLAYED = "SELECT id FROM protected.release WHERE id = ANY($1::text[])"

Answer = TypeVar("Answer")
Question = Callable[[Asks], Awaitable[Answer]]
"""Reads something; asked again of the primary when a replica cannot answer, so it must only read.
"""
Ticks = Callable[[], float]
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _State:
    """How a replica fared: until when it rests, and for which release it is behind until when."""

    rests_until: float = 0.0
    rest: float = REST[0]
    behind: tuple[frozenset[str], float] = (frozenset(), 0.0)


class Standby:
    """One replica, by its connections."""

    def __init__(self, reads: Reads, name: str, ticks: Ticks = time.monotonic) -> None:
        self._reads = reads
        self._name = name
        self._ticks = ticks
        self._state = _State()

    def is_fit(self, releases: frozenset[str]) -> bool:
        """Whether it is worth asking about these releases now."""
        at, (behind, until) = self._ticks(), self._state.behind
        return at >= self._state.rests_until and not (at < until and behind & releases)

    async def ask(self, releases: frozenset[str], question: Question[Answer]) -> Answer:
        """Ask single questions, each over a connection that is seen to know the releases.

        Raises ``UnfitError`` when the replica is behind, away or in trouble; a statement that
        takes too long by itself raises what it would on the primary.
        """
        try:
            answer = await question(_Replayed(self, releases))
        except asyncpg.QueryCanceledError:
            raise
        except (asyncpg.PostgresError, DatabaseError) as error:
            self._failed(error)
            raise UnfitError from error
        self._state.rest = REST[0]
        return answer

    async def close(self) -> None:
        """Give the connections back."""
        await self._reads.close()

    async def rows(
        self, releases: frozenset[str], statement: str, values: tuple[object, ...]
    ) -> list[Any]:
        """Ask one question, over a connection that is seen to know the releases."""

        async def admit(line: Line) -> None:
            if not releases <= line.replayed:
                await self._require_replayed(line, releases)

        return await self._reads.admitted(admit, statement, *values)

    async def _require_replayed(self, line: Line, releases: frozenset[str]) -> None:
        line.replayed |= {row[0] for row in await line.connection.fetch(REPLAYED, list(releases))}
        if not releases <= line.replayed:
            self._state.behind = (releases - line.replayed, self._ticks() + LAG)
            raise UnfitError

    def _failed(self, error: BaseException) -> None:
        state = self._state
        state.rests_until = self._ticks() + state.rest
        state.rest = min(2 * state.rest, REST[1])
        _log.warning("replica_failed", replica=self._name, error_type=type(error).__qualname__)


@dataclass(frozen=True, slots=True)
class _Replayed:
    """Asks one replica about releases that it must have replayed."""

    standby: Standby
    releases: frozenset[str]

    async def rows(self, statement: str, *values: object) -> list[Any]:
        return await self.standby.rows(self.releases, statement, values)


class Standbys:
    """All replicas, asked in turn."""

    def __init__(self, standbys: Sequence[Standby]) -> None:
        self._standbys = standbys
        self._turns = itertools.count()

    def choose(self, releases: frozenset[str]) -> Standby | None:
        """Give the next one that is worth asking; None for the primary."""
        fit = [one for one in self._standbys if one.is_fit(releases)]
        return fit[next(self._turns) % len(fit)] if fit else None

    async def close(self) -> None:
        """Give every connection back."""
        for one in self._standbys:
            await one.close()


def standbys(addresses: str, data_dir: Path) -> Standbys:
    """Read ``HUB_READ_DATABASE_URLS``: addresses with commas between them; none is none.

    The login is the readers' own, with its password of the data folder: a streaming replica has
    the primary's logins. Raises ``SettingsError`` for what is no address.
    """
    texts = [text.strip() for text in addresses.split(",") if text.strip()]
    return Standbys([_standby(text, number, data_dir) for number, text in enumerate(texts, 1)])


def _standby(text: str, number: int, data_dir: Path) -> Standby:
    address = parse(text, VARIABLE, login=False)
    reads = Reads(address, data_dir, timeout=PATIENCE, command_timeout=ANSWER)
    return Standby(reads, f"{VARIABLE} {number}")
