"""What is recorded about one act."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Event:
    """One act, whether it succeeded or was refused.

    Holds no reported number and no token. ``actor`` is the opaque subject of a principal, never
    a person's name: who it is stands elsewhere and can be erased there while the chain holds.
    What PostgreSQL cannot store is replaced rather than refused, so that nobody stays out of
    the record by sending it.
    """

    act: str
    """Dotted name of the act, such as ``return.submit``."""
    actor: str
    client_id: str | None
    agency: str | None
    object: str | None
    """What was acted upon: an id or an address inside the hub."""
    outcome: str
    """``done``, or why not."""
    details: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for name in ("act", "actor", "client_id", "agency", "object", "outcome"):
            value = getattr(self, name)
            object.__setattr__(self, name, None if value is None else storable(value))
        details = {storable(name): storable(value) for name, value in self.details.items()}
        object.__setattr__(self, "details", MappingProxyType(details))
        for name in ("act", "actor", "outcome"):
            if not getattr(self, name):
                raise ValueError(f"an audit event needs its {name}")


def storable(value: str) -> str:
    """Replace NUL and lone surrogates, which are text in Python but not in PostgreSQL."""
    return (
        value.replace("\0", REPLACEMENT)
        .encode("utf-16", "surrogatepass")
        .decode("utf-16", "replace")
    )
