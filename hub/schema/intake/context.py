"""What an intake request carries into its resolvers."""

from dataclasses import dataclass
from pathlib import Path

from hub.auth.principals import Principal
from hub.clock import Clock
from hub.db.engine import Database
from hub.protected.releases import Audience
from hub.schema.refused import Refused, untold
from hub.submissions.receipts import Receipts
from hub.views.library import Library
from hub.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class IntakeContext:
    """One request: who asks, where to write, the words and the time."""

    principal: Principal
    database: Database
    words: Vocabulary
    clock: Clock
    receipts: Receipts
    secret_file: Path | None = None
    """Where the secret of the methods that draw is."""
    processes: int = 1
    """How many may protect a release at the same time."""
    refused: Refused = untold

    @property
    def library(self) -> Library:
        """The views of the caller's audience: what is published, as any reader sees it."""
        return Library(self.database, self.words, Audience(self.principal.audience), self.clock)
