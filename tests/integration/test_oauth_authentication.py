"""Who a request is from: every way to show it, and what is refused."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import Request

from hub.auth import registry
from hub.auth.registry import Registration
from hub.auth.roles import Role
from hub.auth.sessions import make_ticket
from hub.errors import UnauthenticatedError
from hub.settings import Settings
from hub.web.authentication import COOKIE, principal_of

from .oauth_hub import RunningHub, events, running


@pytest.fixture
async def hub(settings: Settings) -> AsyncIterator[RunningHub]:
    async with running(settings) as opened:
        yield opened


@pytest.fixture
async def demo(settings: Settings) -> AsyncIterator[RunningHub]:
    async with running(settings.model_copy(update={"env": "demo"})) as opened:
        yield opened


@pytest.fixture
async def client(hub: RunningHub) -> Registration:
    return await hub.register("ana", Role.ANALYST, person="person-1")


def auth(client: Registration) -> tuple[str, str]:
    return client.client_id, client.secret or ""


async def test_nothing_shown_is_nobody(hub: RunningHub) -> None:
    answer = await hub.whoami()
    assert (answer.status_code, answer.json()) == (200, None)


async def test_basic_credentials_read_and_never_write(
    hub: RunningHub, client: Registration
) -> None:
    answer = await hub.http.get("/whoami", auth=auth(client))
    assert answer.json()["subject"] == "person-1"
    assert answer.json()["scopes"] == ["journey:read", "published:read", "schema:read"]
    assert (await hub.http.post("/whoami", auth=auth(client))).status_code == 401


async def test_what_does_not_hold_is_refused_and_not_anonymous(
    hub: RunningHub, client: Registration
) -> None:
    for header in (
        "Bearer",
        "Bearer nonsense",
        "Basic bm9ib2R5Ong=",
        "Basic !",
        "Digest x",
        "",
        f"Bearer {client.secret}",
    ):
        answer = await hub.whoami(authorization=header)
        assert answer.status_code == 401, header
        assert answer.headers["www-authenticate"].startswith('Bearer realm="hub", error=')
    assert (await hub.http.get("/whoami", auth=("ana", "wrong"))).status_code == 401


async def test_two_authorization_headers_are_refused(hub: RunningHub, client: Registration) -> None:
    token = (await hub.token(client)).json()["access_token"]
    pairs = [("authorization", f"Bearer {token}"), ("authorization", "Bearer x")]
    assert (await hub.http.get("/whoami", headers=httpx2.Headers(pairs))).status_code == 401


async def test_a_disabled_client_ends_everywhere(hub: RunningHub, client: Registration) -> None:
    token = (await hub.token(client)).json()["access_token"]
    async with hub.database.identity() as session:
        await registry.disable_client(session, "ana", hub.clock())
    hub.standing.forget()
    assert (await hub.whoami(authorization=f"Bearer {token}")).status_code == 401
    assert (await hub.http.get("/whoami", auth=auth(client))).status_code == 401
    assert (await hub.token(client)).status_code == 401


async def test_another_worker_follows_within_five_seconds(settings: Settings) -> None:
    moment = [datetime.now(UTC)]

    def clock() -> datetime:
        return moment[0]

    async with running(settings, clock) as one, running(settings, clock) as other:
        client = await one.register("ana", Role.ANALYST)
        bearer = "Bearer " + (await one.token(client)).json()["access_token"]
        assert (await other.whoami(authorization=bearer)).json()["roles"] == ["analyst"]
        async with one.database.identity() as session:
            await registry.revoke_role(session, "ana", Role.ANALYST)
        moment[0] += timedelta(seconds=5)
        assert (await other.whoami(authorization=bearer)).json()["roles"] == []
        async with one.database.identity() as session:
            await registry.disable_client(session, "ana", clock())
        moment[0] += timedelta(seconds=5)
        assert (await other.whoami(authorization=bearer)).status_code == 401


async def test_a_bad_token_is_refused_before_the_body_is_read(hub: RunningHub) -> None:
    async def receive() -> dict[str, object]:
        raise AssertionError("the body was read")

    class App:
        class state:  # noqa: N801
            pass

    App.state.hub = hub  # type: ignore[attr-defined]
    headers = [(b"authorization", b"Bearer x"), (b"content-length", b"100000000")]
    scope = {"type": "http", "method": "PUT", "path": "/", "headers": headers, "app": App}
    with pytest.raises(UnauthenticatedError):
        await principal_of(Request(scope, receive))


async def sign_in(hub: RunningHub, client_id: str, to: str = "/journey") -> httpx2.Response:
    async with hub.database.identity() as session:
        ticket = await make_ticket(session, client_id, hub.clock())
    return await hub.http.get("/sign-in", params={"ticket": ticket, "to": to})


def cookie(answer: httpx2.Response) -> str:
    return answer.headers["set-cookie"].partition(";")[0]


async def test_a_ticket_signs_a_browser_in_once(demo: RunningHub) -> None:
    await demo.register("ana", Role.ANALYST)
    answer = await sign_in(demo, "ana")
    assert (answer.status_code, answer.headers["location"]) == (303, "/journey")
    parts = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "secure", "samesite=lax", "path=/"} <= parts
    assert not [part for part in parts if part.startswith("domain")]
    assert COOKIE.startswith("__Host-")
    again = await demo.http.get(str(answer.request.url))
    assert again.status_code == 403
    assert "set-cookie" not in again.headers
    caller = (await demo.whoami(cookie=cookie(answer))).json()
    assert (caller["client_id"], caller["roles"]) == ("ana", ["analyst"])


async def test_a_ticket_leads_nowhere_else(demo: RunningHub) -> None:
    await demo.register("ana", Role.ANALYST)
    for to in ("//evil.example", "https://evil.example", "/\\evil.example"):
        assert (await sign_in(demo, "ana", to)).headers["location"] == "/"


async def test_looking_at_a_link_does_not_use_it_up(demo: RunningHub) -> None:
    await demo.register("ana", Role.ANALYST)
    async with demo.database.identity() as session:
        ticket = await make_ticket(session, "ana", demo.clock())
    link = f"/sign-in?ticket={ticket}"
    await demo.http.head(link)
    assert (await demo.http.get(link)).status_code == 303


async def test_signing_out_ends_the_session(demo: RunningHub) -> None:
    await demo.register("ana", Role.ANALYST)
    key = cookie(await sign_in(demo, "ana"))
    own = {"cookie": key, "sec-fetch-site": "same-origin"}
    foreign = await demo.http.post("/sign-out", headers=own | {"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 403
    assert (await demo.whoami(cookie=key)).json() is not None
    answer = await demo.http.post("/sign-out", headers=own)
    assert answer.status_code == 303
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    assert (await demo.whoami(cookie=key)).json() is None


async def test_sessions_are_recorded(demo: RunningHub, owner: AsyncEngine) -> None:
    await demo.register("ana", Role.ANALYST, person="person-1")
    key = cookie(await sign_in(demo, "ana"))
    await demo.http.get("/sign-in?ticket=nonsense")
    await demo.http.post("/sign-out", headers={"cookie": key, "sec-fetch-site": "same-origin"})
    assert await events(owner) == [
        ("session.begin", "person-1", "ana", "done"),
        ("session.begin", "unknown", None, "refused"),
        ("session.end", "person-1", "ana", "done"),
    ]


WRITES = [
    ({"sec-fetch-site": "same-origin"}, 200),
    ({"sec-fetch-site": "same-site"}, 403),
    ({"sec-fetch-site": "cross-site"}, 403),
    ({"sec-fetch-site": "none"}, 403),
    ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8000"}, 403),
    ({"origin": "http://127.0.0.1:8000"}, 200),
    ({"origin": "http://evil.example"}, 403),
    ({"origin": "null"}, 403),
    ({}, 403),
]


async def test_another_site_cannot_write_with_the_cookie(demo: RunningHub) -> None:
    await demo.register("ana", Role.ANALYST)
    key = cookie(await sign_in(demo, "ana"))
    for headers, status in WRITES:
        answer = await demo.http.post("/whoami", headers=headers | {"cookie": key})
        assert answer.status_code == status, headers


async def test_the_cookie_means_nothing_outside_the_demo(hub: RunningHub, demo: RunningHub) -> None:
    await demo.register("ana", Role.ANALYST)
    key = cookie(await sign_in(demo, "ana"))
    hub.standing.forget()
    assert (await hub.whoami(cookie=key)).json() is None
