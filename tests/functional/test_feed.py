"""The Atom feed of releases, and what other sites' pages may read (CORS)."""

import re
import xml.etree.ElementTree as ElementTree
from datetime import datetime

import httpx2
import pytest

from hub.auth.origins import set_origins
from hub.auth.roles import Role
from hub.errors import InvalidError
from hub.protected.releases import Audience
from hub.running import RunningHub
from tests.functional.conftest import Client, Run, Sign
from tests.functional.released import publish_empty

ATOM = "{http://www.w3.org/2005/Atom}"
FEED = "/releases.atom"
BOARD, OTHER, EVIL = (
    "https://board.example.org",
    "https://other.example.org",
    "https://evil.example",
)
SHARED = ("/graphql", "/v1/queries/observations.csv", FEED, "/schema.graphql")
OWN = ("/oauth/token", "/", "/journey", "/graphql/intake", "/v1/returns/DAC/HERTS_MIND/FY2017-18",
       "/openapi.json", "/v1/queries", "/graphql/")  # fmt: skip


def entries(answer: httpx2.Response) -> list[str]:
    assert answer.status_code == 200 and answer.headers["content-type"].startswith(
        "application/atom+xml"
    )
    feed = ElementTree.fromstring(answer.text)  # noqa: S314 - our own answer
    for each in (feed, *feed.findall(f"{ATOM}entry")):
        # What RFC 4287 wants of a feed and of each entry.
        assert each.findtext(f"{ATOM}id") and each.findtext(f"{ATOM}title")
        assert datetime.fromisoformat(each.findtext(f"{ATOM}updated", "")).tzinfo is not None
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    assert feed.find(f"{ATOM}link[@rel='self']") is not None
    ids = [each.findtext(f"{ATOM}id", "") for each in feed.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    return [each.rpartition("/")[2] for each in ids]


async def test_each_audience_has_its_own_feed(
    hub: RunningHub, http: httpx2.AsyncClient, sign: Sign
) -> None:
    assert entries(await http.get(FEED)) == []
    await publish_empty(hub.database, "partners-one", Audience.PARTNER)
    await publish_empty(hub.database, "public-one", Audience.PUBLIC)
    analyst, public = await sign(Role.ANALYST), await sign(Role.PUBLIC)
    hub.standing.forget()
    stranger = await http.get(FEED)
    assert entries(stranger) == entries(await public.get(FEED)) == ["public-one"]
    assert entries(await analyst.get(FEED)) == ["partners-one"]
    basic = await http.get(FEED, auth=(analyst.client_id, analyst.secret))
    assert entries(basic) == ["partners-one"]
    assert stranger.headers["cache-control"] == "public, no-cache"
    assert basic.headers["cache-control"] == "private, no-cache"
    tag = {"If-None-Match": stranger.headers["etag"]}
    assert (await http.get(FEED, headers=tag)).status_code == 304
    assert (await analyst.get(FEED, **tag)).status_code == 200
    await publish_empty(hub.database, "public-two", Audience.PUBLIC)
    assert entries(await http.get(FEED, headers=tag)) == ["public-two", "public-one"]
    assert (await http.get(FEED, headers={"Authorization": "Bearer no"})).status_code == 401


async def test_the_feed_holds_no_figure_and_every_page_names_it(
    hub: RunningHub, http: httpx2.AsyncClient
) -> None:
    await publish_empty(hub.database, "named", Audience.PUBLIC)
    text = (await http.get(FEED)).text
    bare = re.sub(r"<(id|updated|published)>.*?</\1>|<[^>]*>", " ", text)
    assert not re.findall(r"\d+", bare.replace("Release 1", ""))
    page = (await http.get("/")).text
    assert re.search(r'<link rel="alternate" type="application/atom\+xml"[^>]*releases\.atom', page)


def allowed(answer: httpx2.Response) -> str | None:
    assert "access-control-allow-credentials" not in answer.headers
    found = answer.headers.get("access-control-allow-origin")
    assert found != "*"
    return found


async def preflight(http: httpx2.AsyncClient, path: str, origin: str) -> httpx2.Response:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    return await http.request("OPTIONS", path, headers=asked)


@pytest.fixture
async def listed(hub: RunningHub, sign: Sign) -> dict[str, Client]:
    """Two clients, each with a board of its own, and one without."""
    clients = {
        BOARD: await sign(Role.ANALYST, None, "a"),
        OTHER: await sign(Role.PUBLIC, None, "b"),
        "": await sign(Role.STEWARD, None, "c"),
    }
    async with hub.database.identity() as session:
        for origin, client in clients.items():
            await set_origins(session, client.client_id, [origin] if origin else [])
    hub.standing.forget()
    return clients


async def test_answers_go_to_the_origins_of_their_client_only(
    hub: RunningHub, http: httpx2.AsyncClient, listed: dict[str, Client]
) -> None:
    """H13: every origin with every client and path."""
    await publish_empty(hub.database, "partners", Audience.PARTNER)
    for path in (*SHARED, *OWN):
        for origin in (BOARD, OTHER, EVIL, "null", BOARD.upper(), BOARD + ".evil.example"):
            is_open = path in SHARED and origin in (BOARD, OTHER)
            asked = await preflight(http, path, origin)
            assert allowed(asked) == (origin if is_open else None), (path, origin)
            assert asked.status_code == 204 if is_open else asked.status_code >= 300
            for own, client in listed.items():
                answer = await client.get(path, Origin=origin)
                reads = is_open and origin == own
                if path == "/schema.graphql":
                    reads = is_open  # the same for everybody, so nobody is asked who it is
                assert allowed(answer) == (origin if reads else None), (path, origin, own)
                assert ("Origin" in answer.headers.get("vary", "")) == (path in SHARED)
            stranger = await http.get(path, headers={"Origin": origin})
            assert allowed(stranger) == (origin if is_open else None)


async def test_two_origins_in_one_request_are_none(
    http: httpx2.AsyncClient, listed: dict[str, Client]
) -> None:
    twice = [("Origin", BOARD), ("Origin", BOARD)]
    assert allowed(await http.get(FEED, headers=twice)) is None


async def test_an_origin_taken_away_ends(hub_command: Run, hub: RunningHub, sign: Sign) -> None:
    client = await sign(Role.ANALYST)
    await hub_command("client", "origins", client.client_id, "--origin", BOARD)
    hub.standing.forget()
    assert allowed(await client.get(FEED, Origin=BOARD)) == BOARD
    await hub_command("client", "origins", client.client_id)
    hub.standing.forget()
    assert allowed(await client.get(FEED, Origin=BOARD)) is None


async def test_what_is_no_origin(hub: RunningHub, sign: Sign) -> None:
    client = await sign(Role.ANALYST)
    with pytest.raises(InvalidError, match="origin"):
        async with hub.database.identity() as session:
            await set_origins(session, client.client_id, ["https://board.example.org", "*"])
