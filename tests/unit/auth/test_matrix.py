"""The matrix and the surface agree with each other."""

import csv
from importlib.resources import files

import pytest

from hub.auth.matrix import OPEN, Grant, line_for, matrix, missing, surface_lines
from hub.auth.roles import Role, all_scopes, terms

OPEN_ITEMS = {
    "GET /",
    "GET /releases.atom",
    "GET /journey",
    "GET /overview",
    "GET /series",
    "GET /performance",
    "GET /profile",
    "GET /changes",
    "GET /method",
    "GET /accessibility",
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /openapi.json",
    "GET /schema.graphql",
    "GET /static/{path}",
    "GET /.well-known/oauth-authorization-server",
    "GET /oauth/jwks",
    "POST /oauth/token",
    "POST /oauth/revoke",
    "POST /oauth/introspect",
    "GET /oauth/authorize",
    "POST /oauth/authorize",
    "GET /sign-in",
    "GET /sign-in/callback",
    "GET /sign-out",
    "POST /sign-out",
}


def test_nothing_else_is_open() -> None:
    assert {item for item, line in surface_lines().items() if line == OPEN} == OPEN_ITEMS


def test_every_item_has_a_known_line() -> None:
    assert missing(surface_lines()) == []
    assert set(surface_lines().values()) <= set(matrix()) | {OPEN}


def test_an_item_without_a_line_is_named() -> None:
    assert missing(["GET /healthz", "read.Query.secret", "GET /admin"]) == [
        "GET /admin",
        "read.Query.secret",
    ]
    with pytest.raises(KeyError):
        line_for("GET /admin")


@pytest.mark.parametrize("name", ["matrix.csv", "surface.csv", "roles.csv", "second_factor.csv"])
def test_no_row_stands_twice(name: str) -> None:
    text = (files("hub.auth") / "data" / name).read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines(), strict=True))
    firsts = [row[0] for row in rows]
    assert len(firsts) == len(set(firsts))
    assert {len(row) for row in rows} == {len(rows[0])}


@pytest.mark.parametrize("name", sorted(matrix()))
def test_whoever_has_a_right_can_get_a_scope_for_it(name: str) -> None:
    line = matrix()[name]
    assert line.scopes <= all_scopes()
    for role in line.roles:
        assert not line.scopes or line.scopes & terms()[role].scopes, role


def test_every_scope_opens_something() -> None:
    used = frozenset[str]().union(*(line.scopes for line in matrix().values()))
    assert used == all_scopes()


def test_nobody_but_the_agency_touches_a_raw_return() -> None:
    for name in ("return.submit", "return.read", "return.findings", "return.approve"):
        grants = matrix()[name].grants
        assert {grants[role] for role in Role} <= {Grant.NONE, Grant.OWN}
        assert set(matrix()[name].roles) <= {Role.SUBMITTER, Role.APPROVER}


def test_an_administrator_sees_published_tables_and_no_other_figure() -> None:
    figures = ("return.read", "return.findings", "journey.read", "disclosure.report")
    assert all(matrix()[name].grants[Role.ADMINISTRATOR] is Grant.NONE for name in figures)
    assert matrix()["figure.unprotected"].roles == ()


def test_releases_need_two_stewards() -> None:
    for name in ("release.approve", "release.publish", "policy.approve"):
        assert matrix()[name].grants[Role.STEWARD] is Grant.TWO
        assert matrix()[name].roles == (Role.STEWARD,)
