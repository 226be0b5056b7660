"""Pushing a return: the contract's answers, one by one."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.auth.roles import Role
from hub.db.tables import audit, intake
from hub.running import RunningHub
from hub.submissions import reception
from hub.validation import validate
from tests.conftest import FreshSettings
from tests.functional.acts import Partnership, open_partnership
from tests.functional.conftest import Client, Sign

ADDRESS = "POLICE_CRIME/HERTS_POLICE/CY2017"
GOOD = {
    "observations": [
        {"indicator": "POL_DA_CRIME", "area": "E07000102", "value": 617},
        {"indicator": "POL_DA_INCIDENT", "area": "E07000102", "value": 653},
    ]
}


def one(**changes: Any) -> dict[str, Any]:
    row = {"indicator": "POL_DA_CRIME", "area": "E07000102", "value": 617} | changes
    return {"observations": [{k: v for k, v in row.items() if v is not None}]}


async def stored(hub: RunningHub) -> int:
    async with hub.database.release() as session:
        query = select(func.count()).select_from(intake.observation)
        return await session.scalar(query) or 0


@pytest.fixture(scope="module")
async def partnership(fresh_settings: FreshSettings) -> AsyncIterator[Partnership]:
    """One hub for every test of what is refused."""
    async with open_partnership(fresh_settings) as made:
        yield made


@pytest.fixture
async def refused(partnership: Partnership) -> AsyncIterator[Client]:
    """The police, of whom nothing may be stored."""
    yield await partnership.client(Role.SUBMITTER, "HERTS_POLICE")
    assert await stored(partnership.hub) == 0


async def test_a_return_is_stored_and_answered_as_the_contract_says(
    hub: RunningHub, sign: Sign
) -> None:
    police = await sign(Role.SUBMITTER, "HERTS_POLICE")
    answer = await police.put(ADDRESS, GOOD)
    assert answer.status_code == 201
    body = answer.json()
    assert body["dataset"], body["agency"] == ("POLICE_CRIME", "HERTS_POLICE")
    assert (body["period"], body["revision"], body["state"]) == ("CY2017", 1, "VALIDATED")
    assert body["counts"] == {
        **{"received": 2, "added": 2, "changed": 0, "unchanged": 0, "removed": 0, "rejected": 0}
    }
    assert body["dryRun"] is False
    assert set(body["completeness"]) == {"expected", "received"}
    assert answer.headers["etag"].startswith('"1-')
    assert await stored(hub) == 2


async def test_the_same_content_is_the_same_revision(sign: Sign) -> None:
    police = await sign(Role.SUBMITTER, "HERTS_POLICE")
    first = await police.put(ADDRESS, GOOD)
    turned = {"observations": GOOD["observations"][::-1]}
    again = await police.put(ADDRESS, turned)
    assert (again.status_code, again.json()["revision"]) == (200, 1)
    assert again.json()["contentHash"] == first.json()["contentHash"]


async def test_the_same_bytes_are_answered_without_reading_them_again(
    sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And just as before: findings, completeness, state, receipt."""
    police = await sign(Role.SUBMITTER, "HERTS_POLICE")
    first = (await police.put(ADDRESS, GOOD)).json()
    read = []
    monkeypatch.setattr(reception, "load", lambda *body, **more: read.append(body))
    again = (await police.put(ADDRESS, GOOD)).json()
    keyed = (await police.put(ADDRESS, GOOD, **{"Idempotency-Key": "nightly"})).json()
    for answer in (first, again, keyed):
        assert answer.pop("receipt")  # signed anew each time
    assert again == keyed
    assert again["counts"] == first["counts"] | {"added": 0, "unchanged": 2}
    assert read == []
    assert again | {"counts": 0} == first | {"counts": 0}
    refused = await police.put(ADDRESS, GOOD, **{"If-None-Match": "*"})
    assert refused.status_code == 412
    # Read in another way, they are other bytes.
    await police.put(ADDRESS, json.dumps(GOOD).encode(), **{"Content-Type": "text/csv"})
    assert len(read) == 1


async def test_the_same_content_in_other_bytes_is_not_judged_again(
    sign: Sign, owner: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless by other words, or where its findings would name rows of other bytes."""
    police = await sign(Role.SUBMITTER, "HERTS_POLICE")
    first = (await police.put(ADDRESS, GOOD)).json()
    judged = []

    def counting(*given: Any, **more: Any) -> Any:
        judged.append(given)
        return validate(*given, **more)

    monkeypatch.setattr(reception, "validate", counting)
    turned = GOOD | {"observations": GOOD["observations"][::-1]}
    for number in range(2):
        key = {"Idempotency-Key": f"night {number}"} if number else {}
        again = (await police.put(ADDRESS, turned, **key)).json()
        assert again.pop("receipt")
        assert again == {name: value for name, value in first.items() if name != "receipt"} | {
            "counts": first["counts"] | {"added": 0, "unchanged": 2}
        }
    assert judged == []
    async with owner.begin() as connection:
        await connection.execute(update(intake.revision).values(vocabulary="of last year"))
    assert (await police.put(ADDRESS, turned)).json()["revision"] == 1
    assert len(judged) == 1


async def test_findings_name_the_rows_of_the_bytes_that_were_sent(sign: Sign) -> None:
    police = await sign(Role.SUBMITTER, "HERTS_POLICE")
    rows = [*GOOD["observations"][:1], {**GOOD["observations"][1], "value": None, "status": "x"}]
    for body, row in ((rows, 1), (rows[::-1], 0), (rows, 1)):
        found = (await police.put(ADDRESS, {"observations": body})).json()
        assert [item["row"] for item in found["findings"]] == [row]
        assert found["revision"] == 1


async def test_bytes_of_a_withdrawn_or_replaced_revision_are_read_again(
    hub: RunningHub, sign: Sign
) -> None:
    police = await sign(Role.SUBMITTER, "HERTS_POLICE")
    await police.put(ADDRESS, GOOD)
    await police.put(ADDRESS, one(value=618))
    back = await police.put(ADDRESS, GOOD)
    assert (back.status_code, back.json()["revision"]) == (201, 3)
    async with hub.database.release() as session:
        await session.execute(update(intake.revision).values(state="WITHDRAWN"))
    anew = await police.put(ADDRESS, GOOD)
    assert (anew.status_code, anew.json()["revision"]) == (201, 4)


async def test_other_content_is_a_new_revision(sign: Sign) -> None:
    police = await sign(Role.SUBMITTER, "HERTS_POLICE")
    await police.put(ADDRESS, GOOD)
    changed = await police.put(ADDRESS, one(value=618))
    counts = changed.json()["counts"]
    assert (changed.status_code, changed.json()["revision"]) == (201, 2)
    assert (counts["changed"], counts["removed"]) == (1, 1)
    history = (await police.get(f"/v1/returns/{ADDRESS}")).json()
    assert [item["state"] for item in history["revisions"]] == ["SUPERSEDED", "VALIDATED"]


async def test_a_dry_run_stores_nothing(hub: RunningHub, sign: Sign) -> None:
    police = await sign(Role.SUBMITTER, "HERTS_POLICE")
    answer = await police.put(f"{ADDRESS}?dryRun=true", GOOD)
    assert (answer.status_code, answer.json()["dryRun"]) == (200, True)
    assert await stored(hub) == 0
    assert (await police.get(f"/v1/returns/{ADDRESS}")).status_code == 404


async def test_csv_is_read_like_json(sign: Sign) -> None:
    police = await sign(Role.SUBMITTER, "HERTS_POLICE")
    first = await police.put(ADDRESS, GOOD)
    text = (
        "area,indicator,value,status,note,period\r\n"
        "E07000102,POL_DA_CRIME,617,,,\r\nE07000102,POL_DA_INCIDENT,653,,,CY2017\r\n"
    )
    again = await police.put(ADDRESS, text.encode(), **{"Content-Type": "text/csv"})
    assert (again.status_code, again.json()["contentHash"]) == (
        200,
        first.json()["contentHash"],
    )


BAD = [
    ("unknown indicator", one(indicator="POL_DA_CRIMES"), "POL_DA_CRIME"),
    ("area outside the agency's reach", one(area="E08000015"), None),
    ("bare quarter", one(period="Q1"), "CY2017-Q1"),
    ("negative", one(value=-3), None),
    ("fractional", one(value=6.5), None),
    ("duplicate key", {"observations": one()["observations"] * 2}, None),
    ("neither value nor status", one(value=None), None),
    ("both value and status", one(status="x"), None),
]


@pytest.mark.parametrize(("body", "hint"), [case[1:] for case in BAD], ids=[c[0] for c in BAD])
async def test_bad_input_is_422_with_every_finding_and_nothing_stored(
    refused: Client, body: dict[str, Any], hint: str | None
) -> None:
    answer = await refused.put(ADDRESS, body)
    problem = answer.json()
    assert answer.status_code == 422, problem
    assert answer.headers["content-type"].startswith("application/problem+json")
    errors = [item for item in problem["findings"] if item["severity"] == "error"]
    assert errors
    assert all(item["pointer"] is not None for item in errors)
    assert hint is None or any(hint in f"{item['message']} {item['allowed']}" for item in errors), (
        errors
    )


async def test_a_future_period_is_refused(refused: Client) -> None:
    answer = await refused.put("POLICE_CRIME/HERTS_POLICE/CY2199", one())
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"", "application/json", 400),
        (b"", "text/csv", 400),
        (b"\x00\xff" * 1000, "text/csv", 400),
        (b"{", "application/json", 400),
        (b"indicator,area\r\nPOL_DA_CRIME,E07000102\r\n", "text/csv", 422),
        (b"<x/>", "application/xml", 415),
        (b"PK\x03\x04 nonsense", None, 400),
    ],
    ids=["empty json", "empty csv", "noise", "cut json", "missing column", "xml", "broken xlsx"],
)
async def test_unreadable_bodies(
    refused: Client, body: bytes, media: str | None, status: int
) -> None:
    xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer = await refused.put(ADDRESS, body, **{"Content-Type": media or xlsx})
    assert answer.status_code == status, answer.text


async def test_a_compressed_body_is_not_taken(refused: Client) -> None:
    answer = await refused.put(ADDRESS, one(), **{"Content-Encoding": "gzip"})
    assert answer.status_code == 415, answer.text


async def test_twenty_megabytes_are_too_many(refused: Client) -> None:
    noise = b"\x01" * (20 * 1024 * 1024)
    answer = await refused.put(ADDRESS, noise, **{"Content-Type": "application/json"})
    assert answer.status_code == 413


async def test_no_token_another_agencys_token_another_role(
    partnership: Partnership, refused: Client
) -> None:
    other = await partnership.client(Role.SUBMITTER, "REFUGE_HERTS")
    approver = await partnership.client(Role.APPROVER, "HERTS_POLICE")
    bare = await other.http.put(f"/v1/returns/{ADDRESS}", json=GOOD)
    assert (bare.status_code, "bearer" in bare.headers["www-authenticate"].lower()) == (401, True)
    assert (await other.put(ADDRESS, GOOD)).status_code == 403
    assert (await approver.put(ADDRESS, GOOD)).status_code == 403
    assert (await other.get(f"/v1/returns/{ADDRESS}")).status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        "POLICE_CRIMES/HERTS_POLICE/CY2017",
        "POLICE_CRIME/NOBODY/CY2017",
        "POLICE_CRIME/HERTS_POLICE/Q1",
    ],
)
async def test_unknown_dataset_agency_and_period_are_not_found(
    refused: Client, address: str
) -> None:
    assert (await refused.put(address, GOOD)).status_code == 404


async def test_conditions_guard_against_overwriting(sign: Sign) -> None:
    police = await sign(Role.SUBMITTER, "HERTS_POLICE")
    first = await police.put(ADDRESS, GOOD, **{"If-None-Match": "*"})
    taken = await police.put(ADDRESS, one(), **{"If-None-Match": "*"})
    stale = await police.put(ADDRESS, one(), **{"If-Match": '"9-0000000000000000"'})
    fresh = await police.put(ADDRESS, one(), **{"If-Match": first.headers["etag"]})
    statuses = [answer.status_code for answer in (first, taken, stale, fresh)]
    assert statuses == [201, 412, 412, 201]


async def test_who_comes_too_late_is_told_before_their_body_is_read(
    sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Conditions come before the body (RFC 9110, 13.2.1): a loser costs the hub one look."""
    police = await sign(Role.SUBMITTER, "HERTS_POLICE")
    seen = (await police.put(ADDRESS, GOOD)).headers["etag"]
    assert (await police.put(ADDRESS, one(), **{"If-Match": seen})).status_code == 201
    monkeypatch.setattr(reception, "load", None)
    for number, key in enumerate(({}, {"Idempotency-Key": "late"})):
        late = await police.put(ADDRESS, one(value=number), **{"If-Match": seen} | key)
        assert (late.status_code, late.json()["code"]) == (412, "PRECONDITION")


async def test_an_idempotency_key_repeats_the_first_answer(sign: Sign) -> None:
    police = await sign(Role.SUBMITTER, "HERTS_POLICE")
    key = {"Idempotency-Key": "a-key"}
    first = await police.put(ADDRESS, GOOD, **key)
    again = await police.put(ADDRESS, GOOD, **key)
    other = await police.put(ADDRESS, one(), **key)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert other.status_code == 422


async def test_every_write_has_its_audit_event(hub: RunningHub, sign: Sign) -> None:
    police = await sign(Role.SUBMITTER, "HERTS_POLICE")
    await police.put(ADDRESS, GOOD)
    await police.get(f"/v1/returns/{ADDRESS}")
    async with hub.database.identity() as session:
        acts = (await session.scalars(select(audit.event.c.act))).all()
    assert {"return.submit", "return.read"} <= set(acts)


async def test_a_query_waits_for_a_note(sign: Sign) -> None:
    """132 answers from 118 clients (F-03) is a query: stored, and not ready for sign-off."""
    mind = await sign(Role.SUBMITTER, "HERTS_MIND")
    rows = [
        {"indicator": "DAC_CLIENT", "area": "E07000102", "value": 118},
        {"indicator": "DAC_OUTCOME", "area": "E07000102", "value": 132},
    ]
    address = "DAC/HERTS_MIND/FY2017-18"
    bare = await mind.put(address, {"observations": rows})
    noted = await mind.put(address, {"observations": rows, "note": "Clients may answer twice."})
    assert (bare.status_code, bare.json()["state"]) == (201, "SUBMITTED")
    assert any(item["severity"] == "query" for item in bare.json()["findings"])
    assert noted.json()["state"] == "VALIDATED"


async def test_last_years_total_sent_again_is_asked_about(sign: Sign) -> None:
    """The four quarters of the year before add up to this quarter's figure (F-14)."""
    service = await sign(Role.SUBMITTER, "PLYMOUTH_CSP")

    def rows(values: dict[str, int]) -> dict[str, Any]:
        indicator = {"indicator": "TRN_DASH_ATTENDEE", "area": "E06000026"}
        found = [indicator | {"period": p, "value": v} for p, v in values.items()]
        return {"observations": found}

    quarters = {f"FY2014-15-Q{n}": value for n, value in enumerate((15, 15, 15, 13), start=1)}
    await service.put("CSP_MEASURES/PLYMOUTH_CSP/FY2014-15", rows(quarters))
    answer = await service.put("CSP_MEASURES/PLYMOUTH_CSP/FY2015-16", rows({"FY2015-16-Q1": 58}))
    assert answer.status_code == 201, answer.json()
    assert "PREVIOUS_TOTAL" in {item["code"] for item in answer.json()["findings"]}
    wrong = rows({"FY2015-16-Q1": 58, "FY2015-16-Q9": 1})  # refused, and asked the same at once
    refused = await service.put("CSP_MEASURES/PLYMOUTH_CSP/FY2015-16", wrong)
    assert refused.status_code == 422
    assert {"PERIOD_FORMAT", "PREVIOUS_TOTAL"} <= {
        one["code"] for one in refused.json()["findings"]
    }


@pytest.mark.parametrize("asked", ["dryRun=1", "dryRun=yes", "dryRun=", "dryrun=true", "dry=true"])
async def test_an_unclear_dry_run_is_refused_and_stores_nothing(
    refused: Client, asked: str
) -> None:
    """Whoever asks for a rehearsal in a way the hub does not know must not have stored it."""
    assert (await refused.put(f"{ADDRESS}?{asked}", GOOD)).status_code == 400


async def test_a_row_that_cannot_be_read_is_no_nil_return(refused: Client) -> None:
    answer = await refused.put(ADDRESS, one(value=-3))
    assert "NIL_RETURN" not in {item["code"] for item in answer.json()["findings"]}
