"""A steward is told why a release cannot be made; nobody else is, and no log or record holds it."""

import pytest

from hub.auth.roles import Role
from hub.running import RunningHub
from tests.functional.acts import Partnership, act, codes, rows
from tests.functional.conftest import Sign

POLICY = """mutation { proposePolicy(audience: PARTNER, threshold: 10,
  why: "Stricter.") { policy { version } userErrors { code message } } }"""
APPROVE = """mutation($version: ID!) { approvePolicy(version: $version) { userErrors { code } } }"""
PREPARE = """mutation { prepareRelease(audience: PARTNER) {
  release { id } userErrors { code message } explanations } }"""
ADDRESS = "POLICE_CRIME/HERTS_POLICE/CY2017"
HIGH = "POL_DA_CRIME[RISK=HIGH] E07000102 CY2017"


@pytest.fixture
async def refused(hub: RunningHub, sign: Sign) -> Partnership:
    """607 and 600 were shown. The 7 between them was small for nobody; under a threshold of 10 it
    holds two small counts, and neither can seem to be 10."""
    partnership = Partnership(hub, sign)
    before = rows(("POL_DA_CRIME", 607), ("POL_DA_CRIME", 600, {"breakdown": {"RISK": "STANDARD"}}))
    await partnership.returned(ADDRESS, before)
    await partnership.release()
    first = await partnership.client(Role.STEWARD, None, "first")
    made = await act(first, POLICY)
    assert not made["userErrors"], made
    second = await partnership.client(Role.STEWARD, None, "second")
    assert not codes(await act(second, APPROVE, version=made["policy"]["version"]))
    grades = {"HIGH": 3, "MEDIUM": 4, "STANDARD": 600, "VERY_HIGH": 0, "NONE_ALLOCATED": 0}
    cut = [("POL_DA_CRIME", n, {"breakdown": {"RISK": grade}}) for grade, n in grades.items()]
    await partnership.returned(ADDRESS, rows(("POL_DA_CRIME", 607), *cut))
    return partnership


async def test_a_steward_reads_why_and_the_message_holds_no_count(
    refused: Partnership, capfd: pytest.CaptureFixture[str]
) -> None:
    steward = await refused.client(Role.STEWARD, None, "first")
    answer = await act(steward, PREPARE)
    assert codes(answer) == ["DISCLOSURE"]
    (message,) = [one["message"] for one in answer["userErrors"]]
    assert not any(count in message for count in ("607", "600", " 7"))
    told = next(one for one in answer["explanations"] if one.startswith(HIGH))
    assert told.startswith(f"{HIGH} lies between 0 and 7 because ")
    assert "POL_DA_CRIME E07000102 CY2017 (607) = " in told
    assert "POL_DA_CRIME[RISK=STANDARD] E07000102 CY2017 (600)" in told
    logged = "".join(capfd.readouterr())
    assert "because" not in logged
    form = {"audience": "partner"}
    page = await steward.http.post("/releases/prepare", data=form, headers=steward.headers)
    assert page.status_code == 409
    assert "lies between 0 and 7 because" in page.text
    assert "pass none of it on" in page.text
