"""How often one client and one address may ask: token buckets in this process (security H10).

A bucket holds one minute's allowance, all of which may be used at once after a quiet minute. What
a request takes depends on what it makes the hub do: a GraphQL document met for the first time has
to be parsed and validated, and rows have to be read. An address that tries secrets is slowed down
by its failures alone, per client it tries, so that nobody else's client is locked out (A15).

Several processes behind one address share the allowances: each gives its part
(``HUB_PROCESSES``), see ADR 14.
"""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from starlette.requests import Request
from starlette.types import Scope

from hub.errors import RateLimitedError
from hub.settings import Settings

Ticks = Callable[[], float]
"""Seconds that only ever grow."""

UNKNOWN = 5
"""Requests that a document counts for which the hub has not met: it costs 3 to 6 ms more."""
KEYS = 10_000
"""Buckets kept at once; the longest unused go first."""
FREE = ("/healthz", "/readyz", "/metrics", "/static/")
"""What a prober or a page's own files ask is not counted."""


@dataclass(slots=True)
class _Level:
    left: float
    at: float


class Buckets:
    """Allowances by key; ``per_minute`` is both the rate and the most that can be saved up."""

    def __init__(self, per_minute: float, ticks: Ticks = time.monotonic) -> None:
        self._most = per_minute
        self._per_second = per_minute / 60
        self._ticks = ticks
        self._levels: OrderedDict[str, _Level] = OrderedDict()

    def take(self, key: str, amount: float = 1) -> None:
        """Take from a key's bucket; raises ``RateLimitedError`` and takes nothing when too low.

        An amount over a whole bucket needs a full one, so that it is refused at times, not always.
        """
        level = self._level(key)
        short = min(amount, self._most) - level.left
        if short > 0:
            raise RateLimitedError(
                "Too many requests; wait as long as Retry-After says.",
                retry_after=math.ceil(short / self._per_second),
            )
        level.left -= amount

    def give_back(self, key: str, amount: float = 1) -> None:
        """Undo a taking that turned out to be none of the kind that is limited."""
        level = self._level(key)
        level.left = min(self._most, level.left + amount)

    def _level(self, key: str) -> _Level:
        now = self._ticks()
        level = self._levels.get(key)
        if level is None:
            level = self._levels[key] = _Level(self._most, now)
        level.left = min(self._most, level.left + (now - level.at) * self._per_second)
        level.at = now
        self._levels.move_to_end(key)
        if len(self._levels) > KEYS:
            self._levels.popitem(last=False)
        return level


class Rates:
    """Every allowance of one process."""

    def __init__(self, settings: Settings, ticks: Ticks = time.monotonic) -> None:
        def buckets(per_minute: int) -> Buckets:
            return Buckets(max(1, per_minute / settings.processes), ticks)

        self._clients = buckets(settings.requests_per_minute)
        self._addresses = buckets(settings.address_requests_per_minute)
        self._rows = buckets(settings.rows_per_minute)
        self._tries = buckets(settings.failed_proofs_per_minute)
        self._strangers = buckets(10 * settings.failed_proofs_per_minute)

    def address(self, scope: Scope) -> None:
        """Count a request of an address, whoever it is from, unless it is free."""
        if not scope["path"].startswith(FREE):
            self._addresses.take(address_of(scope))

    def take(self, address: str, client_id: str) -> None:
        """Count a request of a known address and client; one that may not be is not."""
        self._addresses.take(address)
        try:
            self._clients.take(client_id)
        except RateLimitedError:
            self._addresses.give_back(address)
            raise

    def client(self, client_id: str, requests: int = 1) -> None:
        """Count a request of a verified client, or several for one that costs as much."""
        self._clients.take(client_id, requests)

    def rows(self, client_id: str, rows: int) -> None:
        """Count the rows that a verified client's query may read."""
        self._rows.take(client_id, rows)

    def prove(self, scope: Scope, client_id: str) -> "Try":
        """Count a try to prove a client before it is looked at; see :class:`Try`.

        Raises ``RateLimitedError`` after too many failures for this client from this address, or
        for any clients from it. The same client from elsewhere is not concerned.
        """
        address = address_of(scope)
        attempt = Try(self._tries, f"{address} {client_id}", self._strangers, address)
        attempt.begin()
        return attempt


@dataclass(frozen=True, slots=True)
class Try:
    """A counted try to prove a client: counted first, so that parallel tries count too."""

    tries: Buckets
    pair: str
    strangers: Buckets
    address: str

    def begin(self) -> None:
        """Count it for the client and for the address."""
        self.strangers.take(self.address)
        try:
            self.tries.take(self.pair)
        except RateLimitedError:
            self.strangers.give_back(self.address)
            raise

    def held(self) -> None:
        """Say that the proof held: only failures are limited."""
        self.tries.give_back(self.pair)
        self.strangers.give_back(self.address)


def address_of(scope: Scope) -> str:
    """Name where a request comes from: an IPv4 address, or an IPv6 subscriber's /64 network.

    The server has already put the proxy's word in place if there is a configured one (H9).
    """
    return _network((scope.get("client") or ("unknown",))[0])


@lru_cache(maxsize=4096)
def _network(host: str) -> str:
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return str(host)
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False))


def rates_of(request: Request) -> Rates | None:
    """Give the allowances that the wall left; None where none stands (in tests)."""
    found: Rates | None = request.scope.get("state", {}).get("rates")
    return found
