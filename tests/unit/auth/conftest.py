"""Keys, a clock that stands still, and callers for the tests of identity."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.auth.clients import Client
from hub.auth.keys import SigningKeys, signing_keys
from hub.auth.roles import Role
from hub.auth.standing import Picture


@dataclass
class StillClock:
    """Stands still until told to go on."""

    at: datetime = datetime(2026, 6, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def go_on(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Registry:
    """A source of pictures that counts how often it is read."""

    clients: dict[str, Client] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    reads: int = 0

    async def __call__(self) -> Picture:
        self.reads += 1
        return Picture(dict(self.clients), frozenset(self.denied))


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> SigningKeys:
    return signing_keys(Path(tmp_path_factory.mktemp("keys")))


@pytest.fixture
def submitter() -> Client:
    return Client("POL-system", "Force", frozenset({Role.SUBMITTER}), agency="POL")
