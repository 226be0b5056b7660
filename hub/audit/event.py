"""What is recorded about one act."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
UNKNOWN = "unknown"
NONE: Mapping[str, str] = MappingProxyType({})


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


class Actor(Protocol):
    """Who may be told to have done something: a caller, or the account of a client."""

    @property
    def subject(self) -> str:
        """The opaque name of the person or account."""

    @property
    def client_id(self) -> str:
        """Through which client."""

    @property
    def agency(self) -> str | None:
        """The agency that it belongs to, if to one."""


def event_by(
    actor: Actor | None,
    act: str,
    what: str | None = None,
    *,
    agency: str | None = None,
    outcome: str = "done",
    details: Mapping[str, str] = NONE,
) -> Event:
    """What somebody did to ``what``: of the agency named (whose thing it is), else of their own.

    None did it where nobody was made out: a wrong secret, a sign-in that was refused.
    """
    return Event(
        act=act,
        actor=actor.subject if actor else UNKNOWN,
        client_id=actor.client_id if actor else None,
        agency=agency or (actor.agency if actor else None),
        object=what,
        outcome=outcome,
        details=details,
    )


def storable(value: str) -> str:
    """Replace NUL and lone surrogates, which are text in Python but not in PostgreSQL."""
    return (
        value.replace("\0", REPLACEMENT)
        .encode("utf-16", "surrogatepass")
        .decode("utf-16", "replace")
    )
