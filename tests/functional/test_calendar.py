"""Who owes what, live; exemptions; the calendar file; receipts; differences."""

from typing import Any

import pytest

from hub.auth.roles import Role
from hub.running import RunningHub
from hub.submissions.receipts import verify
from tests.functional.acts import WITHDRAW, Partnership, act, codes, rows
from tests.functional.conftest import Sign

ADDRESS = "IDVA/REFUGE_HERTS/FY2017-18-Q1"
AREA = "E07000102"
OWED = """query($period: String!) { completeness(period: $period) { expected received returns {
  dataset { code } agency { code } period { id } state signedOff returnedAs due overdue
  exemption { id reason } } } }"""
EXEMPT = """mutation($dataset: String!, $agency: String!, $period: String!, $reason: String!) {
  exemptReturn(dataset: $dataset, agency: $agency, period: $period, reason: $reason) {
    exemption { id reason by } userErrors { code message } } }"""
END = "mutation($id: ID!) { endExemption(id: $id) { exemption { id } userErrors { code } } }"
CHANGES = """query($id: ID!, $revision: Int!) { changes(returnId: $id, revision: $revision) {
  kind indicator breakdown } receipt(returnId: $id, revision: $revision) }"""


@pytest.fixture
def partnership(hub: RunningHub, sign: Sign) -> Partnership:
    return Partnership(hub, sign)


def idva(value: int) -> dict[str, Any]:
    return rows(("IDV_REFERRAL", value), area=AREA)


async def slot(partnership: Partnership, role: Role, agency: str | None) -> dict[str, Any]:
    client = await partnership.client(role, agency)
    answer = await client.graphql("/graphql/intake", OWED, period="FY2017-18-Q1")
    found = answer["data"]["completeness"]["returns"]
    [mine] = [row for row in found if row["dataset"]["code"] == "IDVA"]
    return dict(mine)


async def test_a_return_is_owed_until_it_comes_and_told_to_every_partner(
    partnership: Partnership,
) -> None:
    before = await slot(partnership, Role.ANALYST, None)
    assert (before["state"], before["signedOff"], before["due"]) == ("OVERDUE", False, "2017-07-30")
    pushed = await partnership.push(ADDRESS, idva(141))
    came = await slot(partnership, Role.SUBMITTER, "HERTS_POLICE")
    assert (came["state"], came["signedOff"]) == ("RECEIVED", False)
    await partnership.approve_return(pushed)
    signed = await slot(partnership, Role.ANALYST, None)
    assert (signed["signedOff"], signed["returnedAs"]) == (True, ["FY2017-18-Q1"])
    approver = await partnership.client(Role.APPROVER, "REFUGE_HERTS")
    await act(approver, WITHDRAW, id=pushed["returnId"], reason="Wrong quarter.")
    assert (await slot(partnership, Role.ANALYST, None))["state"] == "OVERDUE"


async def test_a_longer_return_covers_the_slots_within(partnership: Partnership) -> None:
    await partnership.push("IDVA/REFUGE_HERTS/FY2017-18", idva(141))
    assert (await slot(partnership, Role.ANALYST, None))["returnedAs"] == ["FY2017-18"]


@pytest.mark.parametrize("body", [idva(0), {"observations": [], "note": "None."}])
async def test_only_the_agency_itself_is_told_that_its_return_is_nil(
    partnership: Partnership, body: dict[str, Any]
) -> None:
    await partnership.push(ADDRESS, body)
    assert (await slot(partnership, Role.APPROVER, "REFUGE_HERTS"))["state"] == "NIL"
    assert (await slot(partnership, Role.ANALYST, None))["state"] == "RECEIVED"


async def test_a_steward_exempts_and_says_why(partnership: Partnership) -> None:
    steward = await partnership.client(Role.STEWARD)
    wanted = {"dataset": "IDVA", "agency": "REFUGE_HERTS", "period": "FY2017-18"}
    assert codes(await act(steward, EXEMPT, **wanted, reason=" ")) == ["REASON_MISSING"]
    personal = await act(steward, EXEMPT, **wanted, reason="Ring 07700 900123.")
    assert codes(personal) == ["NOTE_PERSONAL"]
    made = await act(steward, EXEMPT, **wanted, reason="No service yet.")
    told = await slot(partnership, Role.ANALYST, None)
    assert (told["state"], told["exemption"]["reason"]) == ("EXEMPT", "No service yet.")
    ended = [await act(steward, END, id=made["exemption"]["id"]) for _ in range(2)]
    assert [codes(one) for one in ended] == [[], ["NOT_FOUND"]]
    assert (await slot(partnership, Role.ANALYST, None))["state"] == "OVERDUE"


async def test_an_agency_does_not_exempt_itself(partnership: Partnership) -> None:
    agency = await partnership.client(Role.APPROVER, "REFUGE_HERTS")
    wanted = {"dataset": "IDVA", "agency": "REFUGE_HERTS", "period": "FY2017-18"}
    assert codes(await act(agency, EXEMPT, **wanted, reason="No.")) == ["REFUSED"]


async def test_the_calendar_file_holds_days_and_no_figures(partnership: Partnership) -> None:
    client = await partnership.client(Role.ANALYST)
    answer = await client.get("/v1/calendar/REFUGE_HERTS.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert 2 <= answer.text.count("BEGIN:VEVENT") <= 4
    assert (await client.get("/v1/calendar/NOBODY.ics")).status_code == 404
    assert (await client.http.get("/v1/calendar/REFUGE_HERTS.ics")).status_code == 401


async def test_the_submitter_gets_a_receipt_that_needs_no_hub_to_verify(
    partnership: Partnership,
) -> None:
    pushed = await partnership.push(ADDRESS, idva(141))
    client = await partnership.client(Role.SUBMITTER, "REFUGE_HERTS")
    key_set = (await client.get("/v1/audit/heads")).json()
    said = verify(pushed["receipt"], key_set)
    assert (said["revision"], said["contentHash"]) == (1, pushed["contentHash"])
    assert said["auditSequence"] > 0
    again = await client.get(f"/v1/receipts/{ADDRESS}?revision=1")
    assert verify(again.text, key_set) == said
    for path, status in ((f"{ADDRESS}?revision=2", 404), (f"{ADDRESS}?revision=x", 400)):
        assert (await client.get(f"/v1/receipts/{path}")).status_code == status
    other = await partnership.client(Role.SUBMITTER, "HERTS_POLICE")
    assert (await other.get(f"/v1/receipts/{ADDRESS}")).status_code == 403


async def test_a_dry_run_lists_what_would_change(partnership: Partnership) -> None:
    await partnership.push(ADDRESS, idva(141))
    client = await partnership.client(Role.SUBMITTER, "REFUGE_HERTS")
    dry = (await client.put(f"{ADDRESS}?dryRun=true", idva(140))).json()
    [change] = dry["changes"]
    assert change["kind"] == "CHANGED"
    assert (change["before"]["value"], change["after"]["value"]) == (141, 140)
    pushed = await partnership.push(ADDRESS, idva(140))
    assert "changes" not in pushed
    stored = (await client.get(f"/v1/returns/{ADDRESS}")).json()
    assert stored["changes"] == [change]
    wanted = {"id": pushed["returnId"], "revision": 2}
    found = (await client.graphql("/graphql/intake", CHANGES, **wanted))["data"]
    assert found["changes"] == [{"kind": "CHANGED", "indicator": "IDV_REFERRAL", "breakdown": ""}]
    assert found["receipt"].count(".") == 2


async def test_a_large_change_stays_a_question_with_the_next_revision(
    partnership: Partnership,
) -> None:
    """What was signed off is the measure, not the revision that nobody answered for."""
    await partnership.returned(ADDRESS, idva(100))
    for value in (200, 201):
        pushed = await partnership.push(ADDRESS, idva(value) | {"note": None})
        assert [one["code"] for one in pushed["findings"]] == ["REVISION_CHANGE"]
        assert pushed["state"] == "SUBMITTED"
    assert codes(await partnership.approve_return(pushed)) == ["CONFLICT"]
    assert codes(await partnership.approve_return(pushed, note="A new service.")) == []


async def test_an_outlier_against_the_agencys_own_series_is_a_question(
    partnership: Partnership,
) -> None:
    periods = [
        f"FY{year}-{year - 1999:02d}-Q{quarter}"
        for year in (2015, 2016)
        for quarter in (1, 2, 3, 4)
    ]
    for value, period in enumerate(periods[:7], start=100):
        await partnership.push(f"IDVA/REFUGE_HERTS/{period}", idva(value))
    client = await partnership.client(Role.SUBMITTER, "REFUGE_HERTS")
    answer = await client.put(f"{ADDRESS}?dryRun=true", idva(400))
    assert "OUTLIER" in [one["code"] for one in answer.json()["findings"]]
    usual = await client.put(f"{ADDRESS}?dryRun=true", idva(104))
    assert "OUTLIER" not in [one["code"] for one in usual.json()["findings"]]
