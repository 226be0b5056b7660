"""The report pages over HTTP: who reads what, tags, and what an address may not ask."""

from collections.abc import AsyncIterator

import pytest

from hub.auth.roles import Role
from hub.protected.releases import Audience
from hub.running import RunningHub
from tests.conftest import FreshSettings
from tests.functional.acts import Partnership, open_partnership, rows
from tests.functional.conftest import Sign
from tests.functional.released import publish_empty

HERE, MARAC = "E07000102", "MAR_THREE_RIVERS"
PAGES = [
    f"/journey?area={HERE}&period=CY2017",
    f"/overview?area={MARAC}&period=CY2017",
    f"/series?indicator=IDV_REFERRAL&area={HERE}",
    f"/performance?area={HERE}&asAt=2018-03",
    f"/profile?dataset=IDVA&area={HERE}&period=FY2017-18",
    f"/profile?of=IDVA+{HERE}+FY2017-18",
    "/changes",
    "/",
    "/method",
    "/accessibility",
]
BARE = ["/journey", "/overview", "/performance", "/profile", "/changes"]
BAD = [
    ("/journey?area=NOWHERE", 422, "NOWHERE"),
    ("/journey?period=2017", 422, "CY2017"),
    ("/journey?release=none", 404, "There is no such release."),
    ("/overview?area=NOWHERE", 422, "NOWHERE"),
    ("/overview?period=Q1", 422, "CY"),
    ("/overview?comparator=NEIGHBOUR", 400, "UK, RECOMMENDED"),
    ("/overview?release=none", 404, "There is no such release."),
    ("/series", 400, "indicator is missing"),
    ("/series?indicator=IDV_REFERRAL", 400, "area is missing"),
    (f"/series?indicator=NOTHING&area={HERE}", 422, "NOTHING"),
    ("/series?indicator=IDV_REFERRAL&area=NOWHERE", 422, "NOWHERE"),
    ("/performance?area=NOWHERE", 422, "NOWHERE"),
    (f"/performance?area={HERE}&asAt=2017/18", 422, "FY2017-18"),
    (f"/profile?dataset=IDVA&area={HERE}", 400, "period is missing"),
    (f"/profile?dataset=NOTHING&area={HERE}&period=FY2017-18", 422, "NOTHING"),
    ("/profile?dataset=IDVA&area=NOWHERE&period=FY2017-18", 422, "NOWHERE"),
    (f"/profile?dataset=IDVA&area={HERE}&period=Q1", 422, "CY"),
    ("/profile?of=IDVA", 400, "a dataset, an area and a period"),
    ("/profile?page=first", 400, "whole number"),
    ("/profile?page=-1", 400, "whole number"),
    ("/changes?release=none", 404, "There is no such release."),
]


@pytest.fixture(scope="module")
async def partnership(fresh_settings: FreshSettings) -> AsyncIterator[Partnership]:
    """A service's year, released to partners and rounded to the public."""
    async with open_partnership(fresh_settings) as made:
        body = rows(("IDV_REFERRAL", 141), ("IDV_ENGAGED_LONG", 45), ("IDV_ENGAGED_SHORT", 25))
        await made.returned("IDVA/REFUGE_HERTS/FY2017-18", body)
        for audience in ("PARTNER", "PUBLIC"):
            await made.release(audience)
        yield made


@pytest.mark.parametrize("path", [*PAGES, *BARE])
async def test_a_page_is_html_with_a_tag_and_is_not_sent_twice(
    partnership: Partnership, path: str
) -> None:
    analyst = await partnership.client(Role.ANALYST)
    first = await analyst.get(path)
    assert first.status_code == 200, first.text
    assert first.headers["content-type"] == "text/html; charset=utf-8"
    assert first.headers["cache-control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= set(first.headers["vary"].split(", "))
    assert "object-src 'none'" in first.headers["content-security-policy"]
    again = await analyst.get(path, **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = await analyst.get(path, **{"If-None-Match": '"other"'})
    assert other.content == first.content


@pytest.mark.parametrize(("path", "status", "said"), BAD)
async def test_a_bad_address_is_told_in_words(
    partnership: Partnership, path: str, status: int, said: str
) -> None:
    for headers in ({}, (await partnership.client(Role.ANALYST)).headers):
        http = (await partnership.client(Role.ANALYST)).http
        answer = await http.get(path, headers=headers)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert said in answer.text
        assert "Something went wrong" not in answer.text
        assert "etag" not in answer.headers


async def test_an_address_that_is_none_is_a_page_to_a_browser(partnership: Partnership) -> None:
    """With the way on, and as whom one is signed in; a program gets a problem."""
    analyst = await partnership.client(Role.ANALYST)
    page = await analyst.get("/nowhere", Accept="text/html,*/*;q=0.8")
    assert page.status_code == 404
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "object-src 'none'" in page.headers["content-security-policy"]
    assert 'href="/overview"' in page.text and 'href="/sign-out"' in page.text
    stranger = await analyst.http.get(
        "/nowhere", headers={"Accept": "text/html", "Authorization": "Bearer x"}
    )
    assert stranger.status_code == 404 and 'href="/sign-out"' not in stranger.text
    program = await analyst.get("/nowhere")
    assert (program.status_code, program.json()["code"]) == (404, "NOT_FOUND")


async def test_whoever_is_refused_a_page_keeps_the_way_to_the_others(
    partnership: Partnership,
) -> None:
    analyst = await partnership.client(Role.ANALYST)
    refused, stranger = await analyst.get("/releases"), await analyst.http.get("/releases")
    assert (refused.status_code, stranger.status_code) == (403, 401)
    assert "Tell them this: release.prepare needs the role steward." in refused.text
    assert 'href="/sign-out"' in refused.text
    for page in (refused, stranger):
        assert 'href="/journey"' in page.text


async def test_each_audience_reads_its_own_release(partnership: Partnership) -> None:
    analyst = await partnership.client(Role.ANALYST)
    path = f"/series?indicator=IDV_REFERRAL&area={HERE}"
    partners, public = await analyst.get(path), await analyst.http.get(path)
    assert ">141<" in partners.text and ">140<" in public.text
    assert ">141<" not in public.text
    assert partners.headers["etag"] != public.headers["etag"]
    releases = await analyst.graphql("/graphql", "{ releases { id } }")
    theirs = releases["data"]["releases"][0]["id"]
    for page in ("series?indicator=IDV_REFERRAL&area=E07000102&", "overview?", "profile?",
                 "performance?", "changes?", "journey?"):  # fmt: skip
        assert (await analyst.get(f"/{page}release={theirs}")).status_code == 200
        assert (await analyst.http.get(f"/{page}release={theirs}")).status_code == 404


async def test_a_stranger_gets_no_files_and_a_partner_gets_all(partnership: Partnership) -> None:
    analyst = await partnership.client(Role.ANALYST)
    for path in PAGES[:5]:
        partners, public = (await analyst.get(path)).text, (await analyst.http.get(path)).text
        for kind in ("csv", "xlsx", "json", "svg", "png"):
            assert f".{kind}?" in partners
            assert f'href="/v1/queries/{path[1:].split("?")[0]}.{kind}' not in public


async def test_credentials_that_do_not_hold_are_refused(partnership: Partnership) -> None:
    http = (await partnership.client(Role.ANALYST)).http
    for path in PAGES:
        answer = await http.get(path, headers={"Authorization": "Bearer no"})
        assert answer.status_code == 401, path


async def test_pages_take_nothing_but_get(partnership: Partnership) -> None:
    analyst = await partnership.client(Role.ANALYST)
    for path in BARE:
        answer = await analyst.http.post(path, headers=analyst.headers)
        assert answer.status_code in (403, 405), path


async def test_before_the_first_release_pages_say_so(fresh_settings: FreshSettings) -> None:
    async with open_partnership(fresh_settings) as empty:
        http = (await empty.client(Role.ANALYST)).http
        for path in BARE:
            answer = await http.get(path)
            assert answer.status_code == 404
            assert "Nothing has been published yet." in answer.text
        assert "There is no release you may read yet." in (await http.get("/")).text


@pytest.mark.parametrize("kind", ["csv", "csv-metadata.json", "xlsx", "json"])
async def test_an_unchanged_file_is_not_made_again(partnership: Partnership, kind: str) -> None:
    """The release it is of tells it; a new release is told at once."""
    analyst = await partnership.client(Role.ANALYST)
    address = f"/v1/queries/observations.{kind}?area={HERE}"
    first = await analyst.get(address)
    tag = {"If-None-Match": first.headers["etag"]}
    again = await analyst.get(address, **tag)
    assert (again.status_code, again.content) == (304, b"")
    assert {again.headers[name] for name in ("etag", "cache-control", "vary")} == {
        first.headers[name] for name in ("etag", "cache-control", "vary")
    }
    stale = await analyst.get(address, **{"If-None-Match": '"stale"'})
    assert stale.content == first.content
    public = await partnership.client(Role.PUBLIC)
    assert (await public.get(address, **tag)).status_code == 200
    assert (await analyst.http.get(address, headers=tag)).status_code == 401


async def test_a_new_release_is_told_to_who_has_the_last_ones_file(
    hub: RunningHub, sign: Sign
) -> None:
    await publish_empty(hub.database, "one", Audience.PARTNER)
    analyst = await sign(Role.ANALYST)
    address = "/v1/queries/observations.json"
    first = await analyst.get(address)
    tag = {"If-None-Match": first.headers["etag"]}
    assert (await analyst.get(address, **tag)).status_code == 304
    await publish_empty(hub.database, "two", Audience.PARTNER)
    again = await analyst.get(address, **tag)
    assert (again.status_code, again.json()["release"]) == (200, "two")
    old = await analyst.get(f"{address}?release=one")
    assert (await analyst.get(f"{address}?release=one", **tag)).status_code == 304
    assert old.content == first.content
