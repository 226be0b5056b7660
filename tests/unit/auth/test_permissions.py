"""Every role on every line, for the own and for another agency, with and without the scope."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from hub.auth.matrix import Grant, matrix, second_factor_ages
from hub.auth.permissions import allows, demand, different_person, enter, needs_second_person
from hub.auth.roles import Role, scopes_of
from hub.errors import RefusedError, StepUpError, UnauthenticatedError
from tests.factory import principal

EVERY = list(product(sorted(matrix()), Role))


@pytest.mark.parametrize("name, role", EVERY)
@pytest.mark.parametrize("agency", ["POL", "WAID", None])
def test_a_caller_of_an_agency_gets_exactly_the_grant(
    name: str, role: Role, agency: str | None
) -> None:
    caller = principal(role, agency="POL")
    expected = {
        Grant.NONE: False,
        Grant.OWN: agency == "POL",
        Grant.TWO: True,
        Grant.ALL: True,
    }[matrix()[name].grants[role]]
    assert allows(caller, name, agency=agency) is expected


@pytest.mark.parametrize("name, role", EVERY)
def test_without_an_agency_nothing_is_ones_own(name: str, role: Role) -> None:
    wide = matrix()[name].grants[role] in (Grant.TWO, Grant.ALL)
    assert allows(principal(role), name, agency=None) is wide
    assert allows(principal(role), name, agency="POL") is wide


@pytest.mark.parametrize("name, role", EVERY)
def test_a_token_without_the_scope_gets_nothing(name: str, role: Role) -> None:
    line = matrix()[name]
    others = scopes_of({role}) - line.scopes
    caller = principal(role, agency="POL", scopes=set(others))
    assert allows(caller, name, agency="POL") is (role in line.roles and not line.scopes)


@pytest.mark.parametrize("name", sorted(matrix()))
def test_nobody_gets_nothing(name: str) -> None:
    with pytest.raises(UnauthenticatedError):
        demand(None, name, agency="POL")
    assert not allows(principal(agency="POL"), name, agency="POL")


def test_forbidden_roles_together_get_nothing() -> None:
    caller = principal(Role.STEWARD, Role.ADMINISTRATOR)
    assert not any(allows(caller, name) for name in matrix())


def test_roles_that_may_meet_add_up() -> None:
    caller = principal(Role.SUBMITTER, Role.APPROVER, agency="POL")
    assert allows(caller, "return.submit", agency="POL")
    assert allows(caller, "return.approve", agency="POL")


def test_one_role_everywhere_is_not_narrowed_by_another_of_the_agency() -> None:
    caller = principal(Role.SUBMITTER, Role.ANALYST, agency="POL")
    assert allows(caller, "completeness.read", agency="WAID")
    assert not allows(caller, "return.read", agency="WAID")


def test_the_door_lets_in_whom_the_object_may_still_refuse() -> None:
    caller = principal(Role.SUBMITTER, agency="POL")
    assert enter(caller, "return.submit") is caller
    with pytest.raises(RefusedError, match="own agency") as refused:
        demand(caller, "return.submit", agency="WAID")
    assert refused.value.code == "OTHER_AGENCY"
    assert "WAID" not in refused.value.message
    with pytest.raises(RefusedError, match="needs the role submitter"):
        enter(principal(Role.SUBMITTER), "return.submit")


def test_a_refusal_names_line_role_and_scope() -> None:
    with pytest.raises(RefusedError, match=r"release\.publish needs the role steward"):
        demand(principal(Role.ANALYST), "release.publish")
    with pytest.raises(RefusedError, match="scope journey:read") as refused:
        demand(principal(Role.ANALYST, scopes={"published:read"}), "journey.read")
    assert refused.value.code == "SCOPE"


def test_an_unknown_line_is_a_mistake_and_no_permission() -> None:
    with pytest.raises(KeyError):
        demand(principal(Role.STEWARD), "no.such")


def test_two_persons_are_two_subjects() -> None:
    different_person("person-1", "person-2")
    for first, second in (("person-1", "person-1"), ("", "person-1"), ("person-1", "")):
        with pytest.raises(RefusedError, match="second person"):
            different_person(first, second)


def test_lines_that_need_two_are_told() -> None:
    assert needs_second_person(principal(Role.STEWARD), "release.approve")
    assert not needs_second_person(principal(Role.STEWARD), "release.prepare")


@pytest.mark.parametrize("role", list(Role))
def test_audience(role: Role) -> None:
    partners = {Role.SUBMITTER, Role.APPROVER, Role.ANALYST, Role.STEWARD}
    assert principal(role).audience == ("partner" if role in partners else "public")


SHOWN: dict[str, list[tuple[timedelta | None, bool]]] = {
    "return.approve": [(None, False), (timedelta(hours=12, seconds=1), False)],
    "client.manage": [(timedelta(hours=1, seconds=1), False), (timedelta(minutes=59), True)],
    "release.publish": [(timedelta(hours=12), True), (timedelta(0), True)],
    "return.read": [(None, True)],
}
HOLDERS = {
    "return.approve": Role.APPROVER,
    "client.manage": Role.ADMINISTRATOR,
    "release.publish": Role.STEWARD,
    "return.read": Role.APPROVER,
}


@pytest.mark.parametrize("line", SHOWN)
def test_a_stale_or_missing_second_factor_is_refused(line: str) -> None:
    for age, allowed in SHOWN[line]:
        caller = replace(principal(HOLDERS[line], agency="POL"), second_factor=age)
        assert allows(caller, line, agency="POL") is allowed, age
        if not allowed:
            with pytest.raises(StepUpError) as refused:
                demand(caller, line, agency="POL")
            assert refused.value.max_age in (3600, 12 * 3600)


def test_every_act_that_approves_needs_a_second_factor() -> None:
    approving = {
        name
        for name, line in matrix().items()
        if Grant.TWO in line.grants.values() or name in ("return.approve", "return.withdraw")
    }
    assert approving <= set(second_factor_ages())
    assert set(second_factor_ages()) <= set(matrix())
