"""Roles: their words, and which of them nobody may hold together."""

from itertools import combinations

import pytest

from hub.auth.roles import Role, all_scopes, forbidden_pairs, refuse_forbidden, scopes_of, terms
from hub.errors import ConflictError

S, P, N, B, D, U, M = Role
"""Submitter, approver, analyst, public, steward, auditor, administrator."""

FORBIDDEN = {
    frozenset(pair)
    for pair in (
        *((B, other) for other in Role if other is not B),
        *((U, other) for other in Role if other is not U),
        *((M, other) for other in Role if other is not M),
        (S, D),
        (P, D),
    )
}
"""Section 2 of the security requirements, written down a second time."""


@pytest.mark.parametrize("first, second", list(combinations(Role, 2)))
def test_every_pair_is_allowed_or_forbidden_as_required(first: Role, second: Role) -> None:
    expected = [(first, second)] if frozenset({first, second}) in FORBIDDEN else []
    assert forbidden_pairs({first, second}) == expected


def test_a_prohibition_holds_from_both_sides() -> None:
    for role, row in terms().items():
        assert all(role in terms()[other].never_with for other in row.never_with)


def test_forbidden_roles_are_refused_by_name() -> None:
    with pytest.raises(ConflictError, match="analyst and auditor"):
        refuse_forbidden({Role.ANALYST, Role.AUDITOR})
    refuse_forbidden({Role.ANALYST, Role.STEWARD})


def test_codes_find_their_roles() -> None:
    assert [role.code for role in Role] == ["SUB", "APP", "ANA", "PUB", "SDC", "AUD", "ADM"]
    assert all(Role.of(role.code) is role for role in Role)


def test_scopes_add_up() -> None:
    both = scopes_of({Role.SUBMITTER, Role.APPROVER})
    assert {"return:submit", "return:approve"} <= both <= all_scopes()
    assert scopes_of(()) == frozenset()


def test_only_submitters_submit_and_only_stewards_accept() -> None:
    assert [role for role in Role if "return:submit" in scopes_of({role})] == [Role.SUBMITTER]
    assert [role for role in Role if "release:accept" in scopes_of({role})] == [Role.STEWARD]
