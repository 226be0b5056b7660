"""What a reading request carries into its resolvers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hub.auth.principals import Principal
from hub.schema.refused import Refused, untold
from hub.views.library import Library
from hub.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class ReadContext:
    """One request: who asks, and the views of the caller's audience."""

    principal: Principal
    library: Library
    asked: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """What is asked of a root field, by its response key, in dotted names; where nothing is said,
    everything may be."""
    refused: Refused = untold

    @property
    def words(self) -> Vocabulary:
        """The vocabulary."""
        return self.library.words

    def asking(self, asked: Mapping[str, frozenset[str]]) -> "ReadContext":
        """Say what of each root field is asked, so that nothing else is fetched."""
        return replace(self, asked=asked)
