"""The role matrix and what it guards, read from ``data/matrix.csv`` and ``data/surface.csv``.

The server and the tests read the same two files. What has no line is refused, and a server
whose surface has an item without a line does not start (:func:`missing`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from hub.auth.roles import Role, read_data

OPEN = "open"
"""Stands in ``surface.csv`` in place of a line: no token is needed."""


class Grant(StrEnum):
    """What a role gets on a line, weakest first."""

    NONE = "-"
    OWN = "own"
    """The role's own agency only."""
    TWO = "two"
    """Everywhere, but never alone: a second person must have acted before."""
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the matrix: ``scopes`` holds those of which a token needs one (none: none)."""

    name: str
    what: str
    scopes: frozenset[str]
    grants: Mapping[Role, Grant]

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles that get anything on this line."""
        return tuple(role for role in Role if self.grants[role] is not Grant.NONE)


@cache
def matrix() -> Mapping[str, Line]:
    """Every line by its name."""
    return MappingProxyType({row["line"]: _line(row) for row in read_data("matrix.csv")})


def _line(row: dict[str, str]) -> Line:
    grants = {role: Grant(row[role.code]) for role in Role}
    scopes = frozenset(row["scope"].split())
    return Line(row["line"], row["what"], scopes, MappingProxyType(grants))


@cache
def surface_lines() -> Mapping[str, str]:
    """Every item of the surface with the name of the line that guards it, or ``open``."""
    return MappingProxyType({row["item"]: row["line"] for row in read_data("surface.csv")})


@cache
def second_factor_ages() -> Mapping[str, timedelta]:
    """How long ago a second factor may have been shown, for the lines that need one (A14)."""
    rows = read_data("second_factor.csv")
    return MappingProxyType({row["line"]: timedelta(hours=int(row["hours"])) for row in rows})


def line_for(item: str) -> str:
    """Name the line that guards an item, or ``open``.

    Items are ``"PUT /v1/returns/{dataset}/{agency}/{period}"`` or ``"read.Query.journey"``.
    Raises ``KeyError`` for an item that nothing guards; :func:`missing` finds these at start.
    """
    return surface_lines()[item]


def missing(items: Iterable[str]) -> list[str]:
    """Name the items that no known line guards; a server with any must not start."""
    return sorted({item for item in items if not _guarded(item)})


def _guarded(item: str) -> bool:
    line = surface_lines().get(item)
    return line == OPEN or line in matrix()
