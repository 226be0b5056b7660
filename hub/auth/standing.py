"""What the registry says right now, at most a few seconds old.

Every worker reads the whole (small) registry and the deny list again when its picture is older
than :data:`MAX_AGE`: a request costs no query, and a disabled client, a role taken away or a
revoked token ends on every worker within five seconds.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.auth.clients import Client
from hub.auth.principals import Principal
from hub.clock import Clock
from hub.errors import HubError

MAX_AGE = timedelta(seconds=4)
"""Leaves a second for the reading itself within the five that are promised."""
NONE = timedelta(0)
MIN_AGE = timedelta(seconds=1)
"""How old the picture must be before an unknown client makes the hub look again."""


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """A signed-in browser: which client it acts as, until when."""

    client_id: str
    expires_at: datetime
    is_demo: bool = False
    """Whether a ticket of the demo opened it; worth nothing anywhere else."""
    second_factor_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """The enabled clients by id, the ids of revoked tokens, the browser sessions by hash."""

    clients: Mapping[str, Client]
    denied: frozenset[str] = frozenset()
    sessions: Mapping[bytes, BrowserSession] = field(default_factory=dict, repr=False)
    callers: "Callers" = field(default_factory=dict, repr=False, compare=False)
    """Who tokens stand for in this picture; forgotten with it."""


Callers = MutableMapping[object, Principal]
CALLERS = 4096
"""Callers that a picture remembers; the hub has far fewer clients, and it lasts four seconds."""
Source = Callable[[], Awaitable[Picture]]
"""Reads the registry: the port that the database fills."""


class Standing:
    """The cached picture. One reader at a time; a failed reading is an error, not old news."""

    def __init__(self, source: Source, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._lock = asyncio.Lock()
        self._picture: Picture | None = None
        self._taken_at = clock()
        self._failure: HubError | None = None

    async def client(self, client_id: str) -> Client | None:
        """Find an enabled client; looks again for one that was registered just now."""
        found = (await self._at_most(MAX_AGE)).clients.get(client_id)
        if found is None:
            found = (await self._at_most(MIN_AGE)).clients.get(client_id)
        return found if found is not None and found.enabled else None

    async def may_read(self, origin: str, client_id: str | None) -> bool:
        """Say whether pages of an origin may read answers to a client; to any, if none is named."""
        clients = (await self._at_most(MAX_AGE)).clients
        asked = clients.values() if client_id is None else filter(None, [clients.get(client_id)])
        return any(origin in client.origins for client in asked if client.enabled)

    async def callers(self) -> Callers:
        """Give who tokens were found to stand for, as long as nothing was read anew since."""
        return (await self._at_most(MAX_AGE)).callers

    def known_callers(self) -> Callers | None:
        """The same without reading; None where the picture is too old."""
        picture = self._current(MAX_AGE)
        return picture.callers if picture is not None else None

    async def denied(self, token_id: str) -> bool:
        """Say whether a token was revoked."""
        return token_id in (await self._at_most(MAX_AGE)).denied

    async def session(self, session_hash: bytes) -> BrowserSession | None:
        """Find a browser's session, while it lasts; looks again for one that began just now.

        It may have begun on another worker than the one that is asked next.
        """
        found = (await self._at_most(MAX_AGE)).sessions.get(session_hash)
        if found is None:
            found = (await self._at_most(MIN_AGE)).sessions.get(session_hash)
        return found if found is not None and found.expires_at > self._clock() else None

    def forget(self) -> None:
        """Read again at the next question; for the worker that changed the registry itself."""
        self._picture = None

    async def _at_most(self, age: timedelta) -> Picture:
        picture = self._current(age)
        if picture is not None:
            return picture
        failure = self._failure
        async with self._lock:
            if self._failure is not None and self._failure is not failure:
                # The reading that this one waited for failed; whoever waits is told at once
                # rather than one after the other, each after a time limit of its own.
                raise self._failure
            picture = self._current(age)
            if picture is None:
                taken_at = self._clock()
                picture = await self._read()
                self._picture, self._taken_at = picture, taken_at
            return picture

    async def _read(self) -> Picture:
        try:
            return await self._source()
        except HubError as error:
            self._failure = error
            raise

    def _current(self, age: timedelta) -> Picture | None:
        is_young = NONE <= self._clock() - self._taken_at <= age
        return self._picture if is_young else None
