"""The roles, what they may ask for, and which of them no one may hold together.

The words live in ``data/roles.csv``; the lines they guard in ``data/matrix.csv``.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files

from hub.errors import ConflictError


class Role(StrEnum):
    """What a client or person is to the hub; ``code`` is the short form of the matrix."""

    SUBMITTER = "submitter"
    APPROVER = "approver"
    ANALYST = "analyst"
    PUBLIC = "public"
    STEWARD = "steward"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    @property
    def code(self) -> str:
        """The short form of the matrix, ``SUB`` or ``APP`` for example."""
        return CODES[self]

    @classmethod
    def of(cls, code: str) -> "Role":
        """Find the role of a code; raises ``KeyError`` for an unknown one."""
        return {short: role for role, short in CODES.items()}[code]


CODES: Mapping[Role, str] = {
    Role.SUBMITTER: "SUB",
    Role.APPROVER: "APP",
    Role.ANALYST: "ANA",
    Role.PUBLIC: "PUB",
    Role.STEWARD: "SDC",
    Role.AUDITOR: "AUD",
    Role.ADMINISTRATOR: "ADM",
}

AGENCY_ROLES = frozenset({Role.SUBMITTER, Role.APPROVER})
"""Roles that mean nothing without an agency."""


@dataclass(frozen=True, slots=True)
class RoleTerms:
    """One row of ``roles.csv``: who holds the role, its scopes, its incompatible roles."""

    role: Role
    who: str
    scopes: frozenset[str]
    never_with: frozenset[Role]


def read_data(name: str) -> Iterator[dict[str, str]]:
    """Read one of this room's data files row by row."""
    text = (files("hub.auth") / "data" / name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines(), strict=True)


@cache
def terms() -> Mapping[Role, RoleTerms]:
    """Every role's terms, in the order of the matrix."""
    rows = {row["code"]: row for row in read_data("roles.csv")}
    return {
        role: RoleTerms(
            role=role,
            who=rows[role.code]["who"],
            scopes=frozenset(rows[role.code]["scopes"].split()),
            never_with=frozenset(Role.of(code) for code in rows[role.code]["never_with"].split()),
        )
        for role in Role
    }


def scopes_of(roles: Iterable[Role]) -> frozenset[str]:
    """Every scope that holders of these roles may ask for."""
    return _scopes(frozenset(roles))


@lru_cache(maxsize=1024)
def _scopes(roles: frozenset[Role]) -> frozenset[str]:
    return frozenset().union(*(terms()[role].scopes for role in roles))


def all_scopes() -> frozenset[str]:
    """Every scope the hub knows."""
    return scopes_of(Role)


def forbidden_pairs(roles: Iterable[Role]) -> list[tuple[Role, Role]]:
    """Name each pair among these roles that no one may hold together."""
    held = sorted(set(roles), key=list(Role).index)
    return [
        (first, second)
        for place, first in enumerate(held)
        for second in held[place + 1 :]
        if second in terms()[first].never_with
    ]


def refuse_forbidden(roles: Iterable[Role]) -> None:
    """Raise ``ConflictError`` when two of these roles must not meet in one person."""
    pairs = forbidden_pairs(roles)
    if pairs:
        first, second = pairs[0]
        raise ConflictError(
            f"The roles {first} and {second} must not be combined; use a second client "
            "that stands for another person.",
            code="ROLES_FORBIDDEN",
        )
