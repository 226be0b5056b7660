"""Two stewards walk a release from preparation to publication; nobody else sees any of it."""

import io
import re
import zipfile
from collections.abc import Awaitable, Callable, Mapping

import httpx2
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from hub.auth.roles import Role
from hub.auth.sessions import make_ticket
from hub.clock import now
from hub.db.tables.audit import event
from hub.release import reporting
from hub.running import RunningHub
from hub.settings import Settings
from tests.functional.conftest import URL, Client, Sign
from tests.spec.demo_release import FOLDER

ADDRESS = "DAC/HERTS_MIND/FY2017-18"
BODY = (FOLDER / "HERTS_MIND" / "DAC" / "FY2017-18.json").read_bytes()
SIGN_OFF = """mutation($id: ID!, $hash: String!, $number: Int!) {
  signOffReturn(returnId: $id, revision: $number, contentHash: $hash) { userErrors { code } } }"""
REPORT = """query($id: ID!) { disclosureReport(release: $id) {
  release { methodSettings { name setting } }
  primary secondary withheld shown
  loss { dimension code title cells hidden share }
  openings { atLeast cells } forces { relation cells }
  alternatives { title outcome hidden shown }
  cells { indicator role low high } } }"""
ACTS = ("/releases/prepare", "/releases/approve", "/releases/publish")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

Browser = Callable[[str], Awaitable[Mapping[str, str]]]


@pytest.fixture
async def settings(settings: Settings) -> Settings:
    """The demo profile, where people sign in by a ticket of the terminal."""
    return settings.model_copy(update={"env": "demo"})


@pytest.fixture
def signed_in(hub: RunningHub, http: httpx2.AsyncClient) -> Browser:
    """Give the headers that a browser sends with a session of a client."""

    async def make(client_id: str) -> Mapping[str, str]:
        async with hub.database.identity() as session:
            ticket = await make_ticket(session, client_id, now())
        answer = await http.get(f"/sign-in?ticket={ticket}&to=/releases")
        cookie = answer.headers["set-cookie"].partition(";")[0]
        http.cookies.clear()
        return {"Cookie": cookie, "Sec-Fetch-Site": "same-origin", "Origin": URL}

    return make


@pytest.fixture
async def signed_off(sign: Sign) -> None:
    """One caseworkers' return, signed off; some of its counts are small."""
    submitter = await sign(Role.SUBMITTER, "HERTS_MIND", "first")
    approver = await sign(Role.APPROVER, "HERTS_MIND", "second")
    pushed = (await submitter.put(ADDRESS, BODY, **{"Content-Type": "application/json"})).json()
    answer = await approver.graphql(
        "/graphql/intake",
        SIGN_OFF,
        id=pushed["returnId"],
        hash=pushed["contentHash"],
        number=pushed["revision"],
    )
    assert answer["data"]["signOffReturn"]["userErrors"] == []


@pytest.fixture
async def stewards(hub: RunningHub, sign: Sign) -> tuple[Client, Client]:
    """Two people; the registry is read again, as it would be a second later."""
    both = await sign(Role.STEWARD, person="s1"), await sign(Role.STEWARD, person="s2")
    hub.standing.forget()
    return both


async def prepared(http: httpx2.AsyncClient, steward: Client) -> str:
    answer = await http.post(
        "/releases/prepare", data={"audience": "partner"}, headers=steward.headers
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def hash_in(page: str) -> str:
    found = re.search(r'name="contentHash" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


async def test_two_stewards_prepare_approve_and_publish_with_cookies(
    http: httpx2.AsyncClient,
    signed_off: None,
    stewards: tuple[Client, Client],
    signed_in: Browser,
) -> None:
    first, second = [await signed_in(one.client_id) for one in stewards]
    empty = await http.get("/releases", headers=first)
    assert "Nothing has been prepared yet." in empty.text

    made = await http.post(
        "/releases/prepare", data={"audience": "partner", "note": "spring <b>"}, headers=first
    )
    assert made.status_code == 303
    page = made.headers["location"]
    own = await http.get(page, headers=first)
    assert "waits for a second steward" in own.text
    assert "contentHash" not in own.text
    assert "spring &lt;b&gt;" in own.text

    seen = hash_in((await http.get(page, headers=second)).text)
    release = page.rpartition("/")[2]
    named = {"release": release, "contentHash": seen}
    alone = await http.post("/releases/approve", data=named, headers=first)
    assert alone.status_code == 403
    assert "second person" in alone.text
    other = await http.post(
        "/releases/approve", data=named | {"contentHash": "0" * 64}, headers=second
    )
    assert other.status_code == 409
    early = await http.post("/releases/publish", data={"release": release}, headers=second)
    assert early.status_code == 409

    approved = await http.post("/releases/approve", data=named, headers=second)
    assert (approved.status_code, approved.headers["location"]) == (303, page)
    waiting = await http.get(page, headers=first)
    assert "Publishing cannot be undone" in waiting.text

    past = {"release": release, "embargo": "2020-01-01T09:30"}
    assert (await http.post("/releases/publish", data=past, headers=second)).status_code == 409
    until = {"release": release, "embargo": "2096-01-31T09:30"}
    done = await http.post("/releases/publish", data=until, headers=second)
    assert done.status_code == 303
    published = (await http.get(page, headers=second)).text
    assert "31 Jan 2096, 09:30 UTC" in published
    assert "never edited" in published
    assert "Published" in (await http.get("/releases", headers=first)).text


async def test_bearer_tokens_walk_the_same_way(
    http: httpx2.AsyncClient, signed_off: None, stewards: tuple[Client, Client]
) -> None:
    first, second = stewards
    page = await prepared(http, first)
    named = {
        "release": page.rpartition("/")[2],
        "contentHash": hash_in((await second.get(page)).text),
    }
    for act in ("approve", "publish"):
        answer = await http.post(f"/releases/{act}", data=named, headers=second.headers)
        assert answer.status_code == 303, answer.text


async def test_a_refused_preparation_is_told_on_the_page(
    http: httpx2.AsyncClient, stewards: tuple[Client, Client]
) -> None:
    for form, status in (({"audience": "partner"}, 409), ({"audience": "all"}, 400)):
        answer = await http.post("/releases/prepare", data=form, headers=stewards[0].headers)
        assert answer.status_code == status
        assert "There is a problem" in answer.text


async def test_an_unknown_release_is_not_found(stewards: tuple[Client, Client]) -> None:
    for path in ("/releases/none", "/releases/none/alternatives", "/releases/none/report.xlsx"):
        assert (await stewards[0].get(path)).status_code == 404


OTHERS = [role for role in Role if role is not Role.STEWARD]


@pytest.mark.parametrize("role", OTHERS)
async def test_forbidden_for_everyone_else(
    role: Role,
    hub: RunningHub,
    http: httpx2.AsyncClient,
    signed_off: None,
    stewards: tuple[Client, Client],
    sign: Sign,
) -> None:
    page = await prepared(http, stewards[0])
    release = page.rpartition("/")[2]
    agency = "HERTS_MIND" if role in (Role.SUBMITTER, Role.APPROVER) else None
    other = await sign(role, agency, "other")
    hub.standing.forget()
    for path in ("/releases", page, f"{page}/alternatives", f"{page}/report.xlsx"):
        for caller, status in ((other.headers, 403), ({}, 401)):
            answer = await http.get(path, headers=caller)
            assert answer.status_code == status, path
            assert "DAC_INTERVENTION" not in answer.text
            assert "xlsx" not in answer.text
            assert not answer.content.startswith(b"PK")
    for path in ACTS:
        form = {"audience": "partner", "release": release, "contentHash": "0" * 64}
        answer = await http.post(path, data=form, headers=other.headers)
        assert answer.status_code == 403, path
        assert (await http.post(path, data=form)).status_code == 401
    asked = await other.graphql("/graphql/intake", REPORT, id=release)
    assert asked.get("data") is None
    assert asked["errors"]
    assert "DAC_INTERVENTION" not in str(asked)


async def test_another_site_cannot_make_a_steward_act(
    http: httpx2.AsyncClient,
    signed_off: None,
    stewards: tuple[Client, Client],
    signed_in: Browser,
) -> None:
    own = dict(await signed_in(stewards[0].client_id))
    cookie = {"Cookie": own["Cookie"]}
    for sent in (
        cookie,
        cookie | {"Sec-Fetch-Site": "cross-site"},
        cookie | {"Origin": "https://elsewhere.example"},
    ):
        for path in ACTS:
            answer = await http.post(path, data={"audience": "partner"}, headers=sent)
            assert answer.status_code == 403, (path, sent)
    assert "Nothing has been prepared yet." in (await http.get("/releases", headers=own)).text


async def test_workbook_holds_the_report_as_text_and_numbers(
    http: httpx2.AsyncClient, signed_off: None, stewards: tuple[Client, Client]
) -> None:
    page = await prepared(http, stewards[0])
    answer = await stewards[1].get(f"{page}/report.xlsx?alternatives=true")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    release = page.rpartition("/")[2]
    assert answer.headers["content-disposition"] == f'attachment; filename="report-{release}.xlsx"'
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.sheet_names[0] == "Cover"
    assert {"2 How open small counts stay", "8 Alternatives", "9 Hidden counts"} <= set(
        book.sheet_names
    )
    hidden = book.get_sheet_by_name("9 Hidden counts").to_python()
    sheet = book.get_sheet_by_name("10 Method and settings").to_python()
    settings = {row[0]: row[1] for row in sheet[4:]}
    assert settings["Smallest count that is not small"] == "5"
    assert settings["Rounding base"] == "none: other counts are exact"
    assert "Small count" in {row[4] for row in hidden}
    assert "1 or fewer to 5 or more" in {row[5] for row in hidden}
    with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if "sheets/" in name]
    assert not any(b"<f>" in sheet or b"<hyperlink" in sheet for sheet in sheets)


async def test_one_comparison_at_a_time_and_each_is_recorded(
    hub: RunningHub, http: httpx2.AsyncClient, signed_off: None, stewards: tuple[Client, Client]
) -> None:
    page = await prepared(http, stewards[0])
    with reporting.BUSY:
        refused = await stewards[1].get(f"{page}/alternatives")
    assert refused.status_code == 409
    measured = await stewards[1].get(f"{page}/alternatives")
    assert measured.status_code == 200
    assert "Another policy: 1 to 9 hidden, others rounded to 5" in measured.text
    await stewards[1].get(f"{page}/report.xlsx")
    async with hub.database.identity() as session:
        acts = (await session.scalars(select(event.c.act).order_by(event.c.sequence))).all()
    assert acts[-3:] == ["release.compare", "release.compare", "release.report"]


async def test_graphql_tells_loss_and_alternatives(
    http: httpx2.AsyncClient, signed_off: None, stewards: tuple[Client, Client]
) -> None:
    page = await prepared(http, stewards[0])
    release = page.rpartition("/")[2]
    report = (await stewards[1].graphql("/graphql/intake", REPORT, id=release))["data"]
    found = report["disclosureReport"]
    told = {one["name"]: one["setting"] for one in found["release"]["methodSettings"]}
    assert told == {"threshold": "5", "method": "suppression", "base": "1"}
    hidden = len(found["cells"])
    assert hidden == found["primary"] + found["secondary"] > 1
    areas = [one for one in found["loss"] if one["dimension"] == "AREA"]
    assert sum(one["hidden"] for one in areas) == hidden + found["withheld"]
    assert sum(one["cells"] for one in areas) == found["shown"] + hidden + found["withheld"]
    small = [one for one in found["cells"] if one["role"] == "PRIMARY"]
    assert {(one["low"], one["high"]) for one in small} == {(1, 5)}
    own, *others = found["alternatives"]
    assert (own["outcome"], own["hidden"]) == ("DONE", hidden)
    assert others
    assert any(one["hidden"] < hidden for one in others), "nothing would show more"
