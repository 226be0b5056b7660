"""What a reading request carries into its resolvers."""

from dataclasses import dataclass
from typing import cast

from strawberry.types import Info

from hub.auth.principals import Principal
from hub.db.engine import Database
from hub.errors import NotFoundError
from hub.protected import reader
from hub.protected.releases import Audience, Release
from hub.vocabulary import Vocabulary


@dataclass(slots=True)
class ReadContext:
    """One request: who asks, where to read, and the words."""

    principal: Principal
    database: Database
    words: Vocabulary

    @property
    def audience(self) -> Audience:
        """Which releases this caller reads."""
        return Audience(self.principal.audience)

    async def release(self, wanted: str | None) -> Release:
        """Find a release of the caller's audience, the latest if none is named.

        Raises:
            NotFoundError: there is none, or it is another audience's; the answer is the same.
        """
        async with self.database.protected() as session:
            found = await reader.releases(session, self.audience)
        chosen = [release for release in found if wanted in (None, release.id)]
        if not chosen:
            raise NotFoundError(
                "There is no such release." if wanted else "Nothing has been published yet."
            )
        return chosen[0]


def context_of(info: Info) -> ReadContext:
    """The request's own context."""
    return cast(ReadContext, info.context)
