"""What a reading request carries into its resolvers."""

from dataclasses import dataclass

from hub.auth.principals import Principal
from hub.schema.refused import Refused, untold
from hub.views.library import Library
from hub.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class ReadContext:
    """One request: who asks, and the views of the caller's audience."""

    principal: Principal
    library: Library
    refused: Refused = untold

    @property
    def words(self) -> Vocabulary:
        """The vocabulary."""
        return self.library.words
