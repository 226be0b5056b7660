"""What routes find at ``request.app.state.hub``: the port that the composition root fills."""

from typing import Protocol

from starlette.requests import Request

from hub.auth.keys import SigningKeys
from hub.auth.standing import Standing
from hub.auth.tokens import PERSON_LIFETIME, SYSTEM_LIFETIME, TokenIssuer
from hub.auth.verification import TokenVerifier
from hub.clock import Clock
from hub.db.engine import Database
from hub.settings import Settings
from hub.vocabulary import Vocabulary


class Hub(Protocol):
    """The running hub as the web room needs it."""

    @property
    def database(self) -> Database:
        """Sessions of every duty."""
        ...

    @property
    def settings(self) -> Settings:
        """What the operator set."""
        ...

    @property
    def keys(self) -> SigningKeys:
        """The keys that sign the hub's tokens."""
        ...

    @property
    def clock(self) -> Clock:
        """The only now."""
        ...

    @property
    def words(self) -> Vocabulary:
        """The vocabulary."""
        ...

    @property
    def standing(self) -> Standing:
        """The cached registry, one for the whole application."""
        ...


def hub_of(request: Request) -> Hub:
    """Give the running hub."""
    hub: Hub = request.app.state.hub
    return hub


def verifier(hub: Hub) -> TokenVerifier:
    """Give what verifies the hub's own tokens."""
    return TokenVerifier(hub.keys, hub.settings.issuer, hub.clock, hub.standing)


def issuer(hub: Hub) -> TokenIssuer:
    """Give what signs the hub's own tokens; the demo's stand for people, and live as long."""
    demo = hub.settings.env == "demo"
    lifetime = PERSON_LIFETIME if demo else SYSTEM_LIFETIME
    return TokenIssuer(hub.keys, hub.settings.issuer, hub.clock, lifetime)
