"""A published release: immutable, versioned, for one audience."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Audience(StrEnum):
    """Who a release is made for. The public one is computed from the partners' one."""

    PARTNER = "partner"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Release:
    """A published release."""

    id: str
    sequence: int
    audience: Audience
    content_hash: str
    policy_version: str
    vocabulary_version: str
    note: str | None
    published_at: datetime
    cells: int
