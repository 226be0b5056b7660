"""Sign-off: a second person, bound to the content seen; superseding, withdrawing."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from hub.auth.roles import Role
from hub.db.tables import intake
from hub.running import RunningHub
from tests.functional.acts import RETURN, WITHDRAW, Partnership, act, codes, plain, rows
from tests.functional.conftest import Sign

ADDRESS = "POLICE_CRIME/HERTS_POLICE/CY2017"
BODY = rows(("POL_DA_CRIME", 617), ("POL_DA_INCIDENT", 653))
OTHER = rows(("POL_DA_CRIME", 618), ("POL_DA_INCIDENT", 653))


@pytest.fixture
def partnership(hub: RunningHub, sign: Sign) -> Partnership:
    return Partnership(hub, sign)


async def states(partnership: Partnership) -> list[str]:
    police = await partnership.client(Role.SUBMITTER, "HERTS_POLICE")
    history = (await police.get(f"/v1/returns/{ADDRESS}")).json()
    return [item["state"] for item in history["revisions"]]


async def test_a_second_person_signs_off(partnership: Partnership) -> None:
    pushed = await partnership.push(ADDRESS, BODY)
    first = await partnership.approve_return(pushed)
    again = await partnership.approve_return(pushed)
    assert first["return"]["state"] == again["return"]["state"] == "AGENCY_APPROVED"
    assert (codes(first), codes(again)) == ([], [])


async def test_one_person_with_two_clients_is_not_a_second_person(
    partnership: Partnership, sign: Sign
) -> None:
    for role in (Role.SUBMITTER, Role.APPROVER):
        partnership.clients[role, "HERTS_POLICE", ""] = await sign(role, "HERTS_POLICE", "same")
    refused = await partnership.approve_return(await partnership.push(ADDRESS, BODY))
    assert (codes(refused), refused["return"]) == (["SECOND_PERSON"], None)
    assert await states(partnership) == ["VALIDATED"]


@pytest.mark.parametrize("changes", [{"hash": "0" * 64}, {"revision": 2}], ids=["hash", "revision"])
async def test_sign_off_is_bound_to_what_was_seen(
    partnership: Partnership, changes: dict[str, Any]
) -> None:
    refused = await partnership.approve_return(await partnership.push(ADDRESS, BODY), **changes)
    assert codes(refused)[0] in ("CONFLICT", "NOT_FOUND")
    assert await states(partnership) == ["VALIDATED"]


async def test_what_was_replaced_after_being_seen_cannot_be_signed_off(
    partnership: Partnership,
) -> None:
    seen = await partnership.push(ADDRESS, BODY)
    await partnership.push(ADDRESS, OTHER)
    assert codes(await partnership.approve_return(seen)) == ["CONFLICT"]
    assert await states(partnership) == ["SUPERSEDED", "VALIDATED"]


async def test_open_queries_need_a_note(partnership: Partnership) -> None:
    body = rows(("DAC_CLIENT", 118), ("DAC_OUTCOME", 132)) | {"note": None}
    pushed = await partnership.push("DAC/HERTS_MIND/FY2017-18", body)
    assert pushed["state"] == "SUBMITTED"
    assert codes(await partnership.approve_return(pushed)) == ["CONFLICT"]
    assert codes(await partnership.approve_return(pushed, note="  ")) == ["CONFLICT"]
    personal = await partnership.approve_return(pushed, note="Ask 07700 900123 about it.")
    assert codes(personal) == ["NOTE_PERSONAL"]
    signed = await partnership.approve_return(pushed, note="Clients may answer twice.")
    assert signed["return"]["state"] == "AGENCY_APPROVED"


async def test_the_signed_revision_stays_until_its_successor_is_signed(
    partnership: Partnership,
) -> None:
    await partnership.returned(ADDRESS, BODY)
    second = await partnership.push(ADDRESS, OTHER)
    assert await states(partnership) == ["AGENCY_APPROVED", "VALIDATED"]
    await partnership.approve_return(second)
    assert await states(partnership) == ["SUPERSEDED", "AGENCY_APPROVED"]


async def test_withdrawal_needs_a_reason_and_keeps_it(
    hub: RunningHub, partnership: Partnership
) -> None:
    pushed = await partnership.returned(ADDRESS, BODY)
    approver = await partnership.client(Role.APPROVER, "HERTS_POLICE")
    bare = await act(approver, WITHDRAW, id=pushed["returnId"], reason=" ")
    personal = await act(approver, WITHDRAW, id=pushed["returnId"], reason="See 01/02/2017.")
    assert codes(personal) == ["NOTE_PERSONAL"]
    gone = await act(approver, WITHDRAW, id=pushed["returnId"], reason="Counted twice.")
    twice = await act(approver, WITHDRAW, id=pushed["returnId"], reason="Counted twice.")
    assert (codes(bare), codes(gone), codes(twice)) == (["REASON_MISSING"], [], ["CONFLICT"])
    assert gone["return"]["state"] == "WITHDRAWN"
    async with hub.database.intake("HERTS_POLICE") as session:
        kept = await session.scalars(
            select(intake.transition.c.reason).where(intake.transition.c.to_state == "WITHDRAWN")
        )
        assert kept.all() == ["Counted twice."]


async def test_a_withdrawn_return_may_be_sent_again(partnership: Partnership) -> None:
    pushed = await partnership.returned(ADDRESS, BODY)
    approver = await partnership.client(Role.APPROVER, "HERTS_POLICE")
    await act(approver, WITHDRAW, id=pushed["returnId"], reason="Counted twice.")
    again = await partnership.returned(ADDRESS, BODY)
    assert again["revision"] == 2
    assert await states(partnership) == ["WITHDRAWN", "AGENCY_APPROVED"]


@pytest.mark.parametrize("role", [Role.SUBMITTER, Role.ANALYST, Role.STEWARD])
async def test_only_approvers_sign_off(partnership: Partnership, role: Role) -> None:
    pushed = await partnership.push(ADDRESS, BODY)
    agency = "HERTS_POLICE" if role is Role.SUBMITTER else None
    client = await partnership.client(role, agency, "else")
    document = (
        "mutation($id: ID!, $hash: String!) { signOffReturn("
        f"returnId: $id, revision: 1, contentHash: $hash) {{ {RETURN} }} }}"
    )
    answer = await client.graphql(
        "/graphql/intake", document, id=pushed["returnId"], hash=pushed["contentHash"]
    )
    assert codes(answer["data"]["signOffReturn"]) == ["REFUSED"]
    assert await states(partnership) == ["VALIDATED"]


async def test_another_agencys_return_is_not_found_with_the_same_bytes(
    partnership: Partnership,
) -> None:
    """Z5: what exists and is another's answers like what does not exist."""
    pushed = await partnership.push(ADDRESS, BODY)
    other = await partnership.client(Role.APPROVER, "REFUGE_HERTS")
    nobody = "00000000-0000-4000-8000-000000000000"
    document = "query($id: ID!) { return(id: $id) { current { id } } }"
    reads = [
        await other.http.post(
            "/graphql/intake",
            json={"query": document, "variables": {"id": one}},
            headers=other.headers,
        )
        for one in (pushed["returnId"], nobody)
    ]
    assert plain(reads[0].text) == plain(reads[1].text)
    assert reads[0].status_code == reads[1].status_code
    assert "NOT_FOUND" in reads[0].text
    acts = [
        await act(other, WITHDRAW, id=one, reason="Not mine.")
        for one in (pushed["returnId"], nobody)
    ]
    assert acts[0] == acts[1]
    assert codes(acts[0]) == ["NOT_FOUND"]
    assert (await other.graphql("/graphql/intake", "{ returns { id } }"))["data"] == {"returns": []}


async def test_ten_parallel_resubmissions_leave_one_current_and_no_gap(
    hub: RunningHub, partnership: Partnership
) -> None:
    """K1: the row lock orders the writers."""
    await partnership.push(ADDRESS, BODY)
    bodies = [rows(("POL_DA_CRIME", 700 + n), ("POL_DA_INCIDENT", 653)) for n in range(10)]
    answers = await asyncio.gather(*(partnership.push(ADDRESS, body) for body in bodies))
    assert sorted(answer["revision"] for answer in answers) == list(range(2, 12))
    async with hub.database.intake("HERTS_POLICE") as session:
        table = intake.revision
        current = select(func.count()).select_from(table).where(table.c.is_current)
        assert await session.scalar(current) == 1
    assert (await states(partnership))[:-1] == ["SUPERSEDED"] * 10


async def test_sign_off_and_resubmission_together_equal_one_after_the_other(
    partnership: Partnership,
) -> None:
    """K4: whichever comes first, the history is one that some order explains."""
    for number in range(4):
        pushed = await partnership.push(ADDRESS, rows(("POL_DA_CRIME", 100 + number)))
        other = rows(("POL_DA_CRIME", 200 + number))
        signing = asyncio.create_task(partnership.approve_return(pushed))
        await partnership.push(ADDRESS, other)
        signed = await signing
        here = (await states(partnership))[pushed["revision"] - 1]
        assert here == ("SUPERSEDED" if codes(signed) else "AGENCY_APPROVED")
