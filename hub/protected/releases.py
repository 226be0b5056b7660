"""A published release: immutable, versioned, for one audience."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    protection: Mapping[str, str] = field(default_factory=dict)
    """The method and its settings: what every reader may know of how it was protected."""
