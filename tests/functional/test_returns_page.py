"""The officers' page says no as the API does: other agencies, sites and people, big files."""

import base64
import html
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select

from hub.auth.roles import Role
from hub.db.tables import intake
from hub.loaders.templates import xlsx_template
from hub.running import RunningHub
from hub.web.returns_page import FORMS, UPLOADS
from tests.conftest import FreshSettings
from tests.functional.acts import OWN_MAPPING, Partnership, open_partnership, rows
from tests.functional.conftest import Client, Sign

FIELDS = {"dataset": "IDVA", "agency": "REFUGE_HERTS", "period": "FY2017-18-Q1"}
PAGE = "/returns/IDVA/REFUGE_HERTS/FY2017-18-Q1"
CSV = b"indicator,area,period,value,status,note\nIDV_REFERRAL,E07000102,,98765,,\n"


@pytest.fixture
def partnership(hub: RunningHub, sign: Sign) -> Partnership:
    return Partnership(hub, sign)


@pytest.fixture(scope="module")
async def shared(fresh_settings: FreshSettings) -> AsyncIterator[Partnership]:
    """One hub for every test that stores nothing."""
    async with open_partnership(fresh_settings) as made:
        yield made


@pytest.fixture
async def refuge(shared: Partnership) -> AsyncIterator[Client]:
    """A submitter of whom nothing may be stored."""
    yield await shared.client(Role.SUBMITTER, "REFUGE_HERTS")
    assert await stored(shared.hub) == 0


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
    nothing = FIELDS | {"reason": "No clients."}
    stale = await client.http.post("/returns/nil", data=nothing, headers=client.headers)
    assert (stale.status_code, await stored(hub)) == (412, 1)
    shown = (await client.http.get(PAGE, headers=client.headers)).text
    seen = {"etag": html.unescape(shown.split('name="etag" value="')[1].split('">')[0])}
    fresh = await client.http.post("/returns/nil", data=nothing | seen, headers=client.headers)
    assert (fresh.status_code, await stored(hub)) == (303, 2)


async def test_a_wrong_file_is_answered_with_its_findings(refuge: Client) -> None:
    wrong = await upload(refuge, "check", CSV.replace(b"REFERRAL", b"REFERAL"))
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
    refuge: Client, name: str, body: bytes, status: int
) -> None:
    answer = await upload(refuge, "check", body, name)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


async def test_an_annotated_workbook_comes_back_under_a_name_of_the_servers(
    shared: Partnership, refuge: Client
) -> None:
    body = xlsx_template(shared.hub.words, "IDVA")
    answer = await upload(refuge, "annotated", body, "../evil.xlsx")
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
        await upload(submitter, "check", layout="own", mapping="title: {"),
        await upload(submitter, "annotated"),
        await carried(submitter, "submit"),
        await submitter.http.post("/returns/nil", data=FIELDS | form, headers=submitter.headers),
        await approver.http.post("/returns/sign-off", data=form, headers=approver.headers),
        await approver.http.post("/returns/withdraw", data=form, headers=approver.headers),
    ]
    assert [one.status_code for one in answers] == [403] * 6 + [404] * 2
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
async def test_another_site_cannot_make_a_browser_send_a_form(refuge: Client, path: str) -> None:
    headers = {"Cookie": "__Host-hub=x", "Sec-Fetch-Site": "cross-site"}
    files: Any = {"file": ("a.csv", CSV)} if path in UPLOADS else None
    answer = await refuge.http.post(path, data=FIELDS, files=files, headers=headers)
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


EXPORT = b"Measure,Q1 2017/18,Q2 2017/18\nReferrals,98765,98766\n"


@pytest.mark.parametrize(
    ("mapping", "body", "status", "said"),
    [
        (OWN_MAPPING.replace("IDV_REFERRAL", "IDV_REFERAL"), EXPORT, 422, "is not known"),
        ("", EXPORT, 400, "Choose the file of your mapping"),
        ("a: &a [x]\nb: *a\n", EXPORT, 422, "YAML alias"),
        ("title: {", EXPORT, 422, "not YAML"),
        ("{" * 60_000, EXPORT, 422, "brackets"),
        ("# " + "x" * 70_000, EXPORT, 413, "at most 64 kB"),
        (OWN_MAPPING, EXPORT + b"Referrals,1,1\n" * 2100, 413, "2,000 rows"),
        (OWN_MAPPING, EXPORT.replace(b"Referrals", b"Others"), 422, "UNMAPPED_ROW"),
    ],
)
async def test_a_mapping_of_ones_own_is_a_strangers_text(
    refuge: Client, mapping: str, body: bytes, status: int, said: str
) -> None:
    checked = await upload(refuge, "check", body, layout="own", mapping=mapping)
    assert (checked.status_code, said in checked.text) == (status, True)
    sent = await carried(refuge, "submit", body, layout="own", mapping=mapping)
    assert sent.status_code == status


async def test_a_table_is_read_by_a_mapping_of_ones_own(
    partnership: Partnership, hub: RunningHub
) -> None:
    client = await partnership.client(Role.SUBMITTER, "REFUGE_HERTS")
    checked = await upload(client, "check", EXPORT, layout="own", mapping=OWN_MAPPING)
    assert (checked.status_code, "The file can be sent." in checked.text) == (200, True)
    sent = await carried(client, "submit", EXPORT, layout="own", mapping=OWN_MAPPING)
    assert (sent.status_code, await stored(hub)) == (303, 1)


async def test_a_layout_the_hub_does_not_know(refuge: Client) -> None:
    for act in (upload, carried):
        answer = await act(refuge, "check", EXPORT, layout="nobodys")
        assert answer.status_code == 404
