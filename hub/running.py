"""A hub that runs: its open database and all else that a server or a command needs.

Apart from the application, so that a command does not wait for routes and schemas to be made.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from hub.auth.keys import SigningKeys, signing_keys
from hub.auth.oidc.provider import Provider, provider_of
from hub.auth.revocation import source
from hub.auth.standing import Standing
from hub.auth.startup import refuse_unsafe
from hub.clock import Clock, now
from hub.db.backup.copying import is_unconfirmed
from hub.db.engine import Database
from hub.errors import SettingsError
from hub.settings import Settings
from hub.views.shelf import Shelf
from hub.vocabulary import Vocabulary, vocabulary


@dataclass(frozen=True, slots=True)
class RunningHub:
    """Everything a request may need; one for the whole process."""

    database: Database
    settings: Settings
    keys: SigningKeys
    clock: Clock
    standing: Standing
    words: Vocabulary
    provider: Provider | None = None
    shelf: Shelf = field(init=False)
    """Which releases each audience may read; hears of new ones while the hub serves."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "shelf", Shelf(self.database, self.settings.areas_memory))


@asynccontextmanager
async def running(
    settings: Settings, clock: Clock = now, *, throw_away: bool = False, unconfirmed: bool = False
) -> AsyncIterator[RunningHub]:
    """Open the database and everything else a server or a command needs; close it at the end.

    ``unconfirmed`` opens a restored hub too, whose disclosure policy nobody has confirmed.
    With ``throw_away`` the embedded cluster is deleted at the end, wherever it lies.

    Raises:
        SettingsError: a setting is unsafe; the message says which.
        DatabaseError: the database cannot be started or is not fit.
    """
    refuse_unsafe(settings, os.environ)
    if is_unconfirmed(settings.data_dir) and not unconfirmed:
        raise SettingsError(
            "This hub was restored from a backup and nobody has confirmed its disclosure policy "
            "yet; see `hub restore-confirm --help`."
        )
    provider = provider_of(settings, clock)
    database = await Database.open(settings)
    try:
        yield hub_over(database, settings, clock, provider)
    finally:
        if provider is not None:
            await provider.close()
        await (database.discard() if throw_away else database.close())


def hub_over(
    database: Database, settings: Settings, clock: Clock = now, provider: Provider | None = None
) -> RunningHub:
    """Put a hub together over an open database; whoever opened that closes it."""
    return RunningHub(
        database=database,
        settings=settings,
        keys=signing_keys(settings.data_dir),
        clock=clock,
        standing=Standing(source(database, clock), clock),
        words=vocabulary(),
        provider=provider,
    )
