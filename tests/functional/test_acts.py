"""Every act leaves exactly its record, and what is no act leaves none (L2)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from hub.audit.acts import ACTS, NAMES, page
from hub.audit.event import Event
from hub.audit.ledger import record
from hub.auth.roles import Role
from hub.clock import now
from hub.db.tables import audit
from hub.running import RunningHub
from hub.web.refusals import QUIET, Refusals
from tests.functional.acts import WITHDRAW, Partnership, act, codes, rows
from tests.functional.conftest import Client, Sign
from tests.functional.test_calendar import EXEMPT
from tests.functional.test_policies import APPROVE as APPROVE_POLICY
from tests.functional.test_policies import PROPOSE as PROPOSE_POLICY

ADDRESS = "POLICE_CRIME/HERTS_POLICE/CY2017"
BODY = rows(("POL_DA_CRIME", 617), ("POL_DA_INCIDENT", 653))
Recorded = list[tuple[str, str]]
"""Act and outcome of each new record."""


@pytest.fixture
def partnership(hub: RunningHub, sign: Sign) -> Partnership:
    return Partnership(hub, sign)


@asynccontextmanager
async def records(hub: RunningHub) -> AsyncIterator[Recorded]:
    """Give, at the block's end, what was recorded in it."""
    table, found = audit.event, Recorded()
    async with hub.database.identity() as session:
        before = await session.scalar(select(func.max(table.c.sequence))) or 0
    yield found
    query = select(table.c.act, table.c.outcome).where(table.c.sequence > before)
    async with hub.database.identity() as session:
        rows = (await session.execute(query.order_by(table.c.sequence))).all()
    found += [(row.act, row.outcome) for row in rows]


async def test_acts_on_a_return(hub: RunningHub, partnership: Partnership) -> None:
    police = await partnership.client(Role.SUBMITTER, "HERTS_POLICE")
    approver = await partnership.client(Role.APPROVER, "HERTS_POLICE")
    url = f"/v1/returns/{ADDRESS}"
    async with records(hub) as found:
        pushed = await partnership.push(ADDRESS, BODY)
    assert found == [("return.submit", "stored")]
    async with records(hub) as found:  # the same again, a rehearsal, a bad one: nothing is done
        await partnership.push(ADDRESS, BODY)
        await police.put(f"{ADDRESS}?dryRun=true", rows(("POL_DA_CRIME", 618)))
        assert (await police.put(ADDRESS, rows(("POL_DA_CRIME", -1)))).status_code == 422
    assert found == []
    async with records(hub) as found:
        assert (await police.get(url)).status_code == 200
        assert (await approver.get(url)).status_code == 200
    assert found == [("return.read", "done")] * 2
    async with records(hub) as found:
        await partnership.approve_return(pushed)
        await partnership.approve_return(pushed)  # signed already
    assert found == [("return.approve", "done")]
    async with records(hub) as found:
        gone = await act(approver, WITHDRAW, id=pushed["returnId"], reason="Counted twice.")
        assert codes(gone) == []
    assert found == [("return.withdraw", "done")]


async def test_acts_of_stewards(hub: RunningHub, partnership: Partnership) -> None:
    await partnership.returned(ADDRESS, BODY)
    first = await partnership.client(Role.STEWARD, None, "first")
    second = await partnership.client(Role.STEWARD, None, "second")
    analyst = await partnership.client(Role.ANALYST)
    async with records(hub) as found:
        made = (await partnership.prepare())["release"]
        await partnership.approve(made)
        await partnership.publish(made)
    assert [one for one, _ in found] == ["release.prepare", "release.approve", "release.publish"]
    async with records(hub) as found:  # what is published may be read by whom it is for
        assert await analyst.graphql("/graphql", "{ releases(first: 1) { totalCount } }")
        await partnership.cells()
    assert found == []
    async with records(hub) as found:
        why = "Health data joined the release."
        policy = (await act(first, PROPOSE_POLICY, threshold=8, why=why))["policy"]
        await act(second, APPROVE_POLICY, version=policy["version"])
        where = {"dataset": "DAC", "agency": "HERTS_MIND", "period": "FY2017-18"}
        await act(first, EXEMPT, **where, reason="No service yet.")
    assert [one for one, _ in found] == ["policy.propose", "policy.approve", "calendar.exempt"]


async def test_tokens_and_refusals(hub: RunningHub, partnership: Partnership, sign: Sign) -> None:
    async with records(hub) as found:
        submitter = await sign(Role.SUBMITTER, "HERTS_POLICE", "same")
        wrong = {"grant_type": "client_credentials"}
        await submitter.http.post("/oauth/token", data=wrong, auth=(submitter.client_id, "wrong"))
    assert [one for one, _ in found] == ["token.issue", "token.issue"]
    assert len({outcome for _, outcome in found}) == 2
    analyst, other = await sign(Role.ANALYST), await sign(Role.SUBMITTER, "REFUGE_HERTS")
    approver = await sign(Role.APPROVER, "HERTS_POLICE", "same")
    partnership.clients[Role.SUBMITTER, "HERTS_POLICE", ""] = submitter
    partnership.clients[Role.APPROVER, "HERTS_POLICE", ""] = approver
    pushed = await partnership.push(ADDRESS, BODY)
    url = f"/v1/returns/{ADDRESS}"
    async with records(hub) as found:
        for _ in range(3):  # the same refusal again is no news
            assert (await analyst.get(url)).status_code == 403
        assert (await other.get(url)).status_code == 403
        assert codes(await partnership.approve_return(pushed)) == ["SECOND_PERSON"]
        await act(submitter, WITHDRAW, id=pushed["returnId"], reason="Not mine.")
        assert (await analyst.get("/v1/audit/export")).status_code == 403
    assert found == [
        ("access.refuse", outcome)
        for outcome in ("REFUSED", "OTHER_AGENCY", "SECOND_PERSON", "REFUSED", "REFUSED")
    ]
    async with records(hub) as found:  # nobody the hub knows
        assert (await analyst.http.get(url)).status_code == 401
        forged = {"Authorization": "Bearer x.y.z"}
        assert (await analyst.http.get(url, headers=forged)).status_code == 401
    assert found == []


async def test_the_record_is_read_by_whom_it_concerns(
    hub: RunningHub, partnership: Partnership
) -> None:
    """The matrix's lines of the record: one's own acts, one's agency's, the whole."""
    pushed = await partnership.returned(ADDRESS, BODY)
    await partnership.returned("DAC/HERTS_MIND/FY2017-18", rows(("DAC_CLIENT", 118)))
    police = await partnership.client(Role.SUBMITTER, "HERTS_POLICE")
    approver = await partnership.client(Role.APPROVER, "HERTS_POLICE")
    auditor = await partnership.client(Role.AUDITOR)
    assert await acts(police, "mine") == ["token.issue", "return.submit"]
    assert await acts(approver, "mine") == ["token.issue", "return.approve"]
    whole = await entries(approver, "agency")
    assert {one["agency"] for one in whole} == {"HERTS_POLICE"}
    assert {"return.submit", "return.approve"} <= {one["act"] for one in whole}
    assert pushed["contentHash"] in str(whole)
    after = whole[0]["sequence"]
    assert await entries(approver, "agency", f"?after={after}") == whole[1:]
    for caller, part, status in (
        (police, "agency", 403),
        (auditor, "agency", 403),
        (police, "verify", 403),
        (approver, "verify", 403),
    ):
        assert (await caller.get(f"/v1/audit/{part}")).status_code == status
    async with records(hub) as found:
        verdict = (await auditor.get("/v1/audit/verify")).json()
    assert found == [("audit.verify", "done")]
    assert (verdict["intact"], verdict["faults"]) == (True, [])


async def entries(client: Client, part: str, query: str = "") -> list[dict[str, str]]:
    answer = await client.get(f"/v1/audit/{part}{query}")
    assert answer.headers["cache-control"] == "no-store"
    found: list[dict[str, str]] = answer.json()["entries"]
    return found


async def acts(client: Client, part: str) -> list[str]:
    return [one["act"] for one in await entries(client, part)]


async def test_an_act_outside_the_catalogue_is_not_recorded(hub: RunningHub) -> None:
    async with hub.database.identity() as session:
        with pytest.raises(ValueError, match="catalogue"):
            await record(session, Event("return.lose", "x", None, None, None, "done"), now())


def test_a_refusal_is_news_once_a_minute() -> None:
    at = [0.0]
    refusals = Refusals(lambda: at[0])
    door = ("client", "GET /x", "REFUSED")
    assert refusals._is_news(door)
    assert not refusals._is_news(door)
    assert refusals._is_news(("client", "GET /y", "REFUSED"))
    at[0] = QUIET
    assert refusals._is_news(door)


def test_the_page_names_every_act_once() -> None:
    assert len(NAMES) == len(ACTS)
    kept = Path(__file__).parents[2] / "docs/reference/acts.md"
    assert kept.read_text(encoding="utf-8") == page()
