"""The acts of a partnership, over the public API: push, sign off, release, read."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx2

from hub.app import build
from hub.auth.roles import Role
from hub.db.engine import Database
from hub.running import RunningHub, hub_over
from tests.conftest import FreshSettings
from tests.functional.conftest import URL, Client, Sign, signed_on

RETURN = "return { id revision state contentHash } findings { code } userErrors { code message }"
RELEASE = "release { id state contentHash figures } userErrors { code message }"
SIGN_OFF = (
    "mutation($id: ID!, $revision: Int!, $hash: String!, $note: String) { signOffReturn("
    f"returnId: $id, revision: $revision, contentHash: $hash, note: $note) {{ {RETURN} }} }}"
)
WITHDRAW = (
    "mutation($id: ID!, $reason: String!) "
    f"{{ withdrawReturn(returnId: $id, reason: $reason) {{ {RETURN} }} }}"
)
PREPARE = (
    "mutation($audience: AudienceChoice!) "
    f"{{ prepareRelease(audience: $audience) {{ {RELEASE} }} }}"
)
APPROVE = (
    "mutation($id: ID!, $hash: String!) "
    f"{{ approveRelease(releaseId: $id, contentHash: $hash) {{ {RELEASE} }} }}"
)
PUBLISH = (
    "mutation($id: ID!, $until: DateTime) "
    f"{{ publishRelease(releaseId: $id, embargoUntil: $until) {{ {RELEASE} }} }}"
)
OBSERVATIONS = """query($release: String, $after: String, $indicators: [String!]) {
  observations(release: $release, first: 100, after: $after, indicators: $indicators) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { indicator { code } area { code } period { id } breakdown { dimension category }
      figure { value status symbol marks display denominator { value } }
      provenance { agency dataset revision } }
  }
}"""

OWN_MAPPING = """\
title: our own export
dataset: IDVA
area: E07000102
tables:
  - has: Measure
    label: A
    year: this
    columns: [{heading: Q1 2017/18, quarter: 1}, {heading: Q2 2017/18, quarter: 2}]
    rows: [{label: Referrals, indicator: IDV_REFERRAL}]
    ignore: [Idva service]
"""
"""What an agency wrote about a table of its own: a heading, two quarters, one row."""

Cell = tuple[str, str, str, str]
"""Indicator, area, period, breakdown."""


def rows(*items: tuple[Any, ...], area: str = "E07000102") -> dict[str, Any]:
    """A body out of ``(indicator, value)`` or ``(indicator, value, breakdown)`` rows."""
    found = []
    for code, value, *more in items:
        extra = more[0] if more else {}
        row = {"indicator": code, "area": area, "value": value} | extra
        found.append(row)
    return {"observations": found, "note": "Checked."}


@dataclass
class Partnership:
    """Every client of a partnership, made when first needed."""

    hub: RunningHub
    sign: Sign
    clients: dict[tuple[Role, str | None, str], Client] = field(default_factory=dict)

    async def client(self, role: Role, agency: str | None = None, person: str = "") -> Client:
        who = (role, agency, person)
        if who not in self.clients:
            self.clients[who] = await self.sign(role, agency, person)
            self.hub.standing.forget()
        return self.clients[who]

    async def push(self, address: str, body: Any) -> dict[str, Any]:
        """Push a return as its agency's submitter."""
        client = await self.client(Role.SUBMITTER, address.split("/")[1])
        answer = await client.put(address, body)
        assert answer.status_code in (200, 201), answer.text
        content: dict[str, Any] = answer.json()
        return content

    async def approve_return(self, pushed: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Sign a pushed revision off as the agency's approver."""
        client = await self.client(Role.APPROVER, pushed["agency"])
        wanted = {
            "id": pushed["returnId"],
            "revision": pushed["revision"],
            "hash": pushed["contentHash"],
        }
        return await act(client, SIGN_OFF, **wanted | changes)

    async def returned(self, address: str, body: Any) -> dict[str, Any]:
        """Push and sign off."""
        pushed = await self.push(address, body)
        answer = await self.approve_return(pushed)
        assert not answer["userErrors"], answer
        return pushed

    async def prepare(self, audience: str = "PARTNER") -> dict[str, Any]:
        return await act(await self.client(Role.STEWARD, None, "first"), PREPARE, audience=audience)

    async def approve(self, release: dict[str, Any], **changes: Any) -> dict[str, Any]:
        wanted = {"id": release["id"], "hash": release["contentHash"]} | changes
        return await act(await self.client(Role.STEWARD, None, "second"), APPROVE, **wanted)

    async def publish(self, release: dict[str, Any], until: str | None = None) -> dict[str, Any]:
        second = await self.client(Role.STEWARD, None, "second")
        return await act(second, PUBLISH, id=release["id"], until=until)

    async def release(self, audience: str = "PARTNER", until: str | None = None) -> str:
        """Prepare, approve, publish; the release's id."""
        made = await self.prepare(audience)
        assert not made["userErrors"], made
        release = made["release"]
        for answer in (await self.approve(release), await self.publish(release, until)):
            assert not answer["userErrors"], answer
        found: str = release["id"]
        return found

    async def cells(
        self, release: str | None = None, role: Role = Role.ANALYST
    ) -> dict[Cell, dict[str, Any]]:
        """Every observation of a release as a reader gets it, page by page."""
        client = await self.client(role)
        found: dict[Cell, dict[str, Any]] = {}
        after = None
        while True:
            answer = await client.graphql("/graphql", OBSERVATIONS, release=release, after=after)
            page = answer["data"]["observations"]
            for node in page["nodes"]:
                found[_cell(node)] = node["figure"] | {"provenance": node["provenance"]}
            if not page["pageInfo"]["hasNextPage"]:
                assert len(found) == page["totalCount"]
                return found
            after = page["pageInfo"]["endCursor"]


def _cell(node: dict[str, Any]) -> Cell:
    breakdown = ";".join(f"{one['dimension']}={one['category']}" for one in node["breakdown"])
    return node["indicator"]["code"], node["area"]["code"], node["period"]["id"], breakdown


async def act(client: Client, document: str, **variables: Any) -> dict[str, Any]:
    """Do one mutation; its payload."""
    answer = await client.graphql("/graphql/intake", document, **variables)
    assert answer.get("data"), answer
    payload: dict[str, Any] = next(iter(answer["data"].values()))
    return payload


def codes(payload: dict[str, Any]) -> list[str]:
    """The codes of the refusals in a payload."""
    return [error["code"] for error in payload["userErrors"]]


def plain(body: str) -> str:
    """An answer without the id that names the request in the logs."""
    return re.sub(r'"requestId": ?"[0-9a-f]+"', "", body)


@asynccontextmanager
async def open_partnership(fresh: FreshSettings) -> AsyncIterator[Partnership]:
    """A hub of its own with its clients: for twins, and for modules whose tests only read."""
    async with fresh() as settings, AsyncExitStack() as stack:
        database = await Database.open(settings)
        stack.push_async_callback(database.close)
        hub = hub_over(database, settings)
        transport = httpx2.ASGITransport(app=build(hub))
        client = httpx2.AsyncClient(transport=transport, base_url=URL)
        http = await stack.enter_async_context(client)
        yield Partnership(hub, partial(signed_on, database, http))
