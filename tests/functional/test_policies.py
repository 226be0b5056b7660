"""A disclosure policy is changed by two stewards together, never by one."""

from typing import Any

from hub.auth.roles import Role
from hub.protected.releases import Audience
from hub.release.policies import in_force
from hub.running import RunningHub
from tests.functional.conftest import Client, Sign

PROPOSE = """mutation($threshold: Int!, $why: String!) {
  proposePolicy(audience: PARTNER, threshold: $threshold, why: $why) {
    policy { version threshold approvedAt } userErrors { code }
  }
}"""
APPROVE = """mutation($version: ID!) {
  approvePolicy(version: $version) { policy { version approvedAt } userErrors { code } }
}"""


async def act(client: Client, document: str, **variables: Any) -> dict[str, Any]:
    content = await client.graphql("/graphql/intake", document, **variables)
    payload: dict[str, Any] = next(iter(content["data"].values()))
    return payload


async def threshold(hub: RunningHub) -> int:
    async with hub.database.protected() as session:
        return (await in_force(session, Audience.PARTNER)).threshold


async def test_a_policy_is_in_force_once_a_second_steward_approved_it(
    hub: RunningHub, sign: Sign
) -> None:
    first = await sign(Role.STEWARD, person="first")
    second = await sign(Role.STEWARD, person="second")
    made = await act(first, PROPOSE, threshold=8, why="Health data joined the release.")
    version = made["policy"]["version"]
    assert await threshold(hub) == 5
    alone = await act(first, APPROVE, version=version)
    assert [error["code"] for error in alone["userErrors"]] == ["SECOND_PERSON"]
    assert await threshold(hub) == 5
    done = await act(second, APPROVE, version=version)
    assert done["policy"]["approvedAt"] is not None
    assert await threshold(hub) == 8
    again = await act(second, APPROVE, version=version)
    assert [error["code"] for error in again["userErrors"]] == ["CONFLICT"]


async def test_the_floor_and_the_reason_hold(hub: RunningHub, sign: Sign) -> None:
    steward = await sign(Role.STEWARD)
    low = await act(steward, PROPOSE, threshold=4, why="Less is hidden.")
    bare = await act(steward, PROPOSE, threshold=6, why=" ")
    assert [error["code"] for error in low["userErrors"]] == ["DISCLOSURE"]
    assert [error["code"] for error in bare["userErrors"]] == ["REASON_MISSING"]


async def test_nobody_else_may_propose_or_approve(sign: Sign) -> None:
    for role in (Role.ANALYST, Role.AUDITOR, Role.ADMINISTRATOR):
        other = await sign(role)
        refused = await act(other, PROPOSE, threshold=8, why="x")
        assert refused["policy"] is None
        assert [error["code"] for error in refused["userErrors"]] == ["REFUSED"], role
