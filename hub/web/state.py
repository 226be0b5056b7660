"""What routes find at ``request.app.state.hub``: the port that the composition root fills."""

from datetime import timedelta
from typing import Protocol

from starlette.requests import Request

from hub.auth.keys import SigningKeys
from hub.auth.oidc.provider import Provider
from hub.auth.standing import Standing
from hub.auth.tokens import PERSON_LIFETIME, SYSTEM_LIFETIME, TokenIssuer
from hub.auth.verification import TokenVerifier
from hub.clock import Clock
from hub.db.engine import Database
from hub.protected.releases import Audience
from hub.settings import Settings
from hub.views.library import Library
from hub.views.shelf import Shelf
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

    @property
    def shelf(self) -> Shelf:
        """Which releases each audience may read, looked up once."""
        ...

    @property
    def provider(self) -> Provider | None:
        """Where people sign in; None where they cannot."""
        ...


def hub_of(request: Request) -> Hub:
    """Give the running hub."""
    hub: Hub = request.app.state.hub
    return hub


def library_of(hub: Hub, audience: str) -> Library:
    """The views that an audience may read."""
    return Library(hub.database, hub.words, Audience(audience), hub.clock, hub.shelf)


def verifier(hub: Hub) -> TokenVerifier:
    """Give what verifies the hub's own tokens."""
    factor = assumed_factor(hub)
    return TokenVerifier(hub.keys, hub.settings.issuer, hub.clock, hub.standing, factor)


def assumed_factor(hub: Hub) -> timedelta | None:
    """Tell what a caller counts as who cannot show a second factor: never shown, in production.

    A demo or a developer's hub without a provider has nobody to show one to, and would have no
    approvers at all; there it counts as shown just now.
    """
    is_trial = hub.settings.env != "production" and hub.provider is None
    return timedelta(0) if is_trial else None


def issuer(hub: Hub) -> TokenIssuer:
    """Give what signs the hub's own tokens; the demo's stand for people, and live as long."""
    demo = hub.settings.env == "demo"
    lifetime = PERSON_LIFETIME if demo else SYSTEM_LIFETIME
    return TokenIssuer(hub.keys, hub.settings.issuer, hub.clock, lifetime)
