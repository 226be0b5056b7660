"""The officers' page says no as the API does: other agencies, sites and people, big files."""

import base64
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select

from hub.app import RunningHub
from hub.auth.roles import Role
from hub.db.tables import intake
from hub.loaders.templates import xlsx_template
from hub.web.returns_page import FORMS, UPLOADS
from tests.functional.acts import Partnership, rows
from tests.functional.conftest import Client, Sign

FIELDS = {"dataset": "IDVA", "agency": "REFUGE_HERTS", "period": "FY2017-18-Q1"}
PAGE = "/returns/IDVA/REFUGE_HERTS/FY2017-18-Q1"
CSV = b"indicator,area,period,value,status,note\nIDV_REFERRAL,E07000102,,98765,,\n"


@pytest.fixture
def partnership(hub: RunningHub, sign: Sign) -> Partnership:
    return Partnership(hub, sign)


async def upload(
    client: Client, act: str, body: bytes = CSV, name: str = "a.csv", **fields: str
) -> httpx2.Response:
    return await client.http.post(
        f"/returns/{act}",
        data=FIELDS | fields,
        files={"file": (name, body)},
        headers=client.headers,
    )


async def carried(client: Client, act: str, body: bytes = CSV, **fields: str) -> httpx2.Response:
    """Send a checked file on, as the page does."""
    content = base64.b64encode(body).decode()
    given = FIELDS | {"kind": "csv", "content": content} | fields
    files: Any = {name: (None, value) for name, value in given.items()}
    return await client.http.post(f"/returns/{act}", files=files, headers=client.headers)


async def stored(hub: RunningHub) -> int:
    async with hub.database.release() as session:
        return await session.scalar(select(func.count()).select_from(intake.revision)) or 0


async def test_a_check_stores_nothing_and_what_was_checked_is_sent_once(
    partnership: Partnership, hub: RunningHub
) -> None:
    client = await partnership.client(Role.SUBMITTER, "REFUGE_HERTS")
    checked = await upload(client, "check")
    assert (checked.status_code, await stored(hub)) == (200, 0)
    assert "The file can be sent." in checked.text
    sent = await carried(client, "submit")
    assert (sent.status_code, sent.headers["location"]) == (303, PAGE)
    late = await carried(client, "submit", CSV.replace(b"98765", b"4"))
    assert late.status_code == 412
    assert "already has a revision" in late.text
    assert await stored(hub) == 1


async def test_a_wrong_file_is_answered_with_its_findings(partnership: Partnership) -> None:
    client = await partnership.client(Role.SUBMITTER, "REFUGE_HERTS")
    wrong = await upload(client, "check", CSV.replace(b"REFERRAL", b"REFERAL"))
    assert wrong.status_code == 422
    assert "UNKNOWN_INDICATOR" in wrong.text
    assert "IDV_REFERRAL" in wrong.text
    assert "98765" not in wrong.text


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("a.xlsx", b"no workbook", 400),
        ("a.exe", b"x", 415),
        ("a.csv", b"\xff\xfe", 400),
        ("a.csv", b"x" * (11 * 1024 * 1024), 413),
        ("", b"", 400),
    ],
    ids=["broken", "kind", "encoding", "size", "none"],
)
async def test_what_cannot_be_read_is_a_page_and_not_a_fault(
    partnership: Partnership, name: str, body: bytes, status: int
) -> None:
    client = await partnership.client(Role.SUBMITTER, "REFUGE_HERTS")
    answer = await upload(client, "check", body, name)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


async def test_an_annotated_workbook_comes_back_under_a_name_of_the_servers(
    partnership: Partnership, hub: RunningHub
) -> None:
    client = await partnership.client(Role.SUBMITTER, "REFUGE_HERTS")
    body = xlsx_template(hub.words, "IDVA")
    answer = await upload(client, "annotated", body, "../evil.xlsx")
    assert answer.status_code == 200
    assert answer.content[:2] == b"PK"
    name = 'attachment; filename="IDVA-FY2017-18-Q1-findings.xlsx"'
    assert answer.headers["content-disposition"] == name


async def test_another_agencys_return_is_refused_on_every_path(partnership: Partnership) -> None:
    pushed = await partnership.push(
        "IDVA/REFUGE_HERTS/FY2017-18-Q1", rows(("IDV_REFERRAL", 98765), area="E07000102")
    )
    submitter = await partnership.client(Role.SUBMITTER, "HERTS_POLICE")
    approver = await partnership.client(Role.APPROVER, "HERTS_POLICE")
    form = {
        "returnId": pushed["returnId"],
        "revision": "1",
        "contentHash": pushed["contentHash"],
        "reason": "Mine.",
    }
    answers = [
        await submitter.get(PAGE),
        await upload(submitter, "check"),
        await upload(submitter, "annotated"),
        await carried(submitter, "submit"),
        await submitter.http.post("/returns/nil", data=FIELDS | form, headers=submitter.headers),
        await approver.http.post("/returns/sign-off", data=form, headers=approver.headers),
        await approver.http.post("/returns/withdraw", data=form, headers=approver.headers),
    ]
    assert [one.status_code for one in answers] == [403] * 5 + [404] * 2
    assert not any("98765" in one.text for one in answers)


async def test_an_approver_sends_nothing_and_a_submitter_signs_nothing(
    partnership: Partnership, hub: RunningHub
) -> None:
    pushed = await partnership.push(
        "IDVA/REFUGE_HERTS/FY2017-18-Q1", rows(("IDV_REFERRAL", 141), area="E07000102")
    )
    approver = await partnership.client(Role.APPROVER, "REFUGE_HERTS")
    submitter = await partnership.client(Role.SUBMITTER, "REFUGE_HERTS")
    form = {"returnId": pushed["returnId"], "revision": "1", "contentHash": pushed["contentHash"]}
    refused = await submitter.http.post("/returns/sign-off", data=form, headers=submitter.headers)
    assert refused.status_code == 403
    assert (await upload(approver, "check")).status_code == 403
    other = form | {"contentHash": "0" * 64}
    changed = await approver.http.post("/returns/sign-off", data=other, headers=approver.headers)
    assert changed.status_code == 409
    signed = await approver.http.post("/returns/sign-off", data=form, headers=approver.headers)
    assert signed.status_code == 303


@pytest.mark.parametrize("path", sorted(FORMS | UPLOADS))
async def test_another_site_cannot_make_a_browser_send_a_form(
    http: httpx2.AsyncClient, path: str
) -> None:
    headers = {"Cookie": "__Host-hub=x", "Sec-Fetch-Site": "cross-site"}
    files: Any = {"file": ("a.csv", CSV)} if path in UPLOADS else None
    answer = await http.post(path, data=FIELDS, files=files, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "ORIGIN")


async def test_partners_see_who_owes_what_and_no_counts(partnership: Partnership) -> None:
    await partnership.push(
        "IDVA/REFUGE_HERTS/FY2017-18-Q1", rows(("IDV_REFERRAL", 98765), area="E07000102")
    )
    for role in (Role.ANALYST, Role.STEWARD):
        page = await (await partnership.client(role)).get("/returns")
        assert page.status_code == 200
        assert "Who owes what" in page.text
        assert "98765" not in page.text
    nobody = await (await partnership.client(Role.PUBLIC)).get("/returns")
    assert nobody.status_code == 403


MAPPING = """\
title: our own export
dataset: IDVA
area: E07000102
tables:
  - has: Measure
    label: A
    year: this
    columns: [{heading: Q1, quarter: 1}]
    rows: [{label: Referrals, indicator: IDV_REFERRAL}]
"""
EXPORT = b"Measure,Q1\nReferrals,98765\n"


@pytest.mark.parametrize(
    ("mapping", "body", "status", "said"),
    [
        (MAPPING, EXPORT, 200, "The file can be sent."),
        (MAPPING.replace("IDV_REFERRAL", "IDV_REFERAL"), EXPORT, 422, "is not known"),
        ("", EXPORT, 400, "Choose the file of your mapping"),
        ("a: &a [x]\nb: *a\n", EXPORT, 422, "YAML alias"),
        ("{" * 60_000, EXPORT, 422, "brackets"),
        ("# " + "x" * 70_000, EXPORT, 413, "at most 64 kB"),
        (MAPPING, EXPORT + b"Referrals,1\n" * 2100, 413, "2,000 rows"),
        (MAPPING, b"Measure,Q1\nOthers,4\n", 422, "UNMAPPED_ROW"),
    ],
)
async def test_a_mapping_of_ones_own_is_a_strangers_text(
    partnership: Partnership, mapping: str, body: bytes, status: int, said: str, hub: RunningHub
) -> None:
    client = await partnership.client(Role.SUBMITTER, "REFUGE_HERTS")
    checked = await upload(client, "check", body, layout="own", mapping=mapping)
    assert (checked.status_code, said in checked.text) == (status, True)
    sent = await carried(client, "submit", body, layout="own", mapping=mapping)
    assert sent.status_code == (303 if status == 200 else status)
    assert await stored(hub) == (status == 200)


async def test_a_layout_the_hub_does_not_know(partnership: Partnership) -> None:
    client = await partnership.client(Role.SUBMITTER, "REFUGE_HERTS")
    for act in (upload, carried):
        answer = await act(client, "check", EXPORT, layout="nobodys")
        assert answer.status_code == 404
