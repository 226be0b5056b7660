"""The chain: each entry's hash covers its content and the hash of the entry before.

Pure: knows no database. Whoever changes an entry must change every later one too, so a single
hash kept elsewhere (a *head*) fixes all that came before it. Without such a head a cut or
rewritten tail cannot be told from a short chain; with it, nothing stays hidden.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hub.audit.event import Event


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain at some moment: all one must keep to detect a cut."""

    sequence: int
    hash: bytes


GENESIS = Head(0, bytes(32))
"""What the first entry follows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the record, as stored: not to be trusted before it is verified."""

    sequence: int
    at: datetime
    act: str
    actor: str
    client_id: str | None
    agency: str | None
    object: str | None
    outcome: str
    details: Mapping[str, Any] = field(repr=False)
    prev_hash: bytes
    hash: bytes

    @property
    def head(self) -> Head:
        """The end of a chain whose last entry this is."""
        return Head(self.sequence, self.hash)

    def content(self) -> bytes:
        """Encode everything but the hash, one way only, as one line of ASCII.

        Line ends, control and direction characters are escaped by JSON, so no text in a field
        can look like another field or another line.
        """
        fields = {
            "sequence": self.sequence,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "act": self.act,
            "actor": self.actor,
            "client_id": self.client_id,
            "agency": self.agency,
            "object": self.object,
            "outcome": self.outcome,
            "details": dict(self.details),
            "prev_hash": self.prev_hash.hex(),
        }
        text = json.dumps(
            fields, ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":")
        )
        return text.encode("ascii")

    def digest(self) -> bytes:
        """Compute what ``hash`` must be."""
        return hashlib.sha256(self.content()).digest()


def link(head: Head, event: Event, at: datetime) -> Entry:
    """Make the entry that follows ``head``. Raises ``ValueError`` for a time without a zone."""
    if at.tzinfo is None:
        raise ValueError("an audit event needs a time with its zone")
    values: dict[str, Any] = {
        "sequence": head.sequence + 1,
        "at": at,
        "act": event.act,
        "actor": event.actor,
        "client_id": event.client_id,
        "agency": event.agency,
        "object": event.object,
        "outcome": event.outcome,
        "details": dict(event.details),
        "prev_hash": head.hash,
    }
    return Entry(**values, hash=Entry(**values, hash=b"").digest())


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where the chain does not hold."""

    sequence: int
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification found: how far the chain reaches, and every place it does not hold."""

    head: Head
    faults: tuple[Fault, ...]

    @property
    def is_intact(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


class Verification:
    """Verifies entries one by one, in the order of the chain, in constant memory."""

    def __init__(self, known: Iterable[Head] = (), *, after: Head = GENESIS) -> None:
        """``known`` are heads kept elsewhere; the chain must pass through each of them.

        ``after`` is what the first entry must follow, when only the chain's end is looked at.
        """
        self._head = after
        self._known = {head.sequence: head.hash for head in known}
        self._faults: list[Fault] = []

    def follow(self, entry: Entry) -> None:
        """Take the next entry."""
        if entry.sequence != self._head.sequence + 1:
            self._fault(entry.sequence, "does not follow the entry before in number")
        if entry.prev_hash != self._head.hash:
            self._fault(entry.sequence, "does not follow the entry before in content")
        if not _holds(entry):
            self._fault(entry.sequence, "was changed")
        if self._known.pop(entry.sequence, entry.hash) != entry.hash:
            self._fault(entry.sequence, "differs from the head that was kept")
        self._head = entry.head

    def verdict(self) -> Verdict:
        """Say what was found, after the last entry."""
        missing = [Fault(number, "is missing") for number in self._known if number > 0]
        return Verdict(self._head, (*self._faults, *missing))

    def _fault(self, sequence: int, reason: str) -> None:
        self._faults.append(Fault(sequence, reason))


def _holds(entry: Entry) -> bool:
    try:
        return entry.digest() == entry.hash
    except (ValueError, TypeError, OverflowError, AttributeError):
        return False


def verify(entries: Iterable[Entry], known: Iterable[Head] = ()) -> Verdict:
    """Verify a whole chain, in its order, against itself and the heads kept elsewhere.

    Finds every edit, deletion, insertion and swap; a cut or rewritten tail only when a head at
    or after the cut is among ``known``.
    """
    verification = Verification(known)
    for entry in entries:
        verification.follow(entry)
    return verification.verdict()
