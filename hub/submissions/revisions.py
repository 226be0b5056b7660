"""What the hub keeps of a return: revisions, never changed once stored."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from hub.returns import Finding, Reported
from hub.submissions.changes import Change, Counts
from hub.submissions.states import State


@dataclass(frozen=True, slots=True)
class Submission:
    """The answer to a push: which revision holds it, and what it changed.

    ``created`` is false when the same content was already the current revision, and for a dry run.
    ``revision`` and ``state`` are missing only when a dry run met a return never stored before.
    """

    return_id: UUID | None
    dataset: str
    agency: str
    period: str
    revision: int | None
    state: State | None
    content_hash: str
    counts: Counts
    findings: tuple[Finding, ...]
    created: bool
    dry_run: bool = False
    changes: tuple[Change, ...] = field(default=(), repr=False)
    """What a dry run would change, cell by cell."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a revision was sent as, and how complete the return was.

    ``body_hash`` is of the bytes and of how they are read, ``None`` where a mapping read them: the
    same bytes need not be read again. ``vocabulary`` is the version of the words it was judged by:
    the same content need not be judged again by the same words.
    """

    body_hash: str | None
    expected: int
    received: int
    vocabulary: str | None


@dataclass(frozen=True, slots=True)
class Revision:
    """One stored revision with who made it and where it stands."""

    return_id: UUID
    dataset: str
    agency: str
    period: str
    number: int
    state: State
    content_hash: str
    submitted_by: str
    submitted_at: datetime
    rows: int
    current: bool
    note: str | None = field(default=None, repr=False)
    sent: Sent | None = None


@dataclass(frozen=True, slots=True)
class SignedOff:
    """A revision that its agency signed off, with its observations: what a release is made of."""

    revision: Revision
    observations: tuple[Reported, ...] = field(repr=False)


def etag_of(number: int, content_hash: str) -> str:
    """Name a revision for ``If-Match``: number and content, quoted as HTTP wants it."""
    return f'"{number}-{content_hash[:16]}"'
