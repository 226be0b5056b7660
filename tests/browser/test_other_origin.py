"""Another origin cannot act with a signed-in browser's cookie (H6), tried in a real browser.

Two kinds of other origin: another host, and another port of the same host. Browsers send a cookie
to every port of its host, even a ``SameSite`` one, so in the second case only the hub's own look
at the request's origin stands in the way.
"""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from playwright.async_api import Browser, BrowserContext, Page
from playwright.async_api import Response as Answer
from sqlalchemy import func, select
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from hub.app import build
from hub.auth.roles import Role
from hub.auth.sessions import make_ticket
from hub.clock import now
from hub.db.tables import intake
from hub.running import RunningHub
from hub.web.authentication import COOKIE
from tests.conftest import FreshSettings
from tests.functional.acts import Partnership, open_partnership
from tests.serving import listening

pytestmark = pytest.mark.browser

FORM = """<!doctype html><link rel="icon" href="data:,">
<form method="post" enctype="{kind}" action="{target}"><input name="audience" value="partner">
<button>Win</button></form>"""
FETCH = """async ([target, kind, body, mode]) => {
  const given = { method: 'POST', credentials: 'include', mode, body };
  if (kind) given.headers = { 'content-type': kind };
  try { return (await fetch(target, given)).type } catch { return 'refused' }
}"""
PREPARE = '{"query": "mutation { prepareRelease(audience: PARTNER) { userErrors { code } } }"}'
FORM_KIND = "application/x-www-form-urlencoded"
FETCHES = [
    ("/releases/prepare", FORM_KIND, "audience=partner", "no-cors"),
    ("/releases/prepare", "text/plain", "audience=partner", "no-cors"),
    ("/graphql/intake", "text/plain", PREPARE, "no-cors"),
    ("/graphql/intake", FORM_KIND, PREPARE, "no-cors"),
    ("/graphql/intake", "application/json", PREPARE, "cors"),
    ("/graphql/intake", "application/json", PREPARE, "no-cors"),
]


@pytest.fixture(scope="module")
async def partnership(fresh_settings: FreshSettings) -> AsyncIterator[Partnership]:
    async with open_partnership(fresh_settings) as made:
        settings = made.hub.settings.model_copy(update={"env": "demo"})
        yield replace(made, hub=replace(made.hub, settings=settings))


Told = tuple[str, bool, int]
"""What reached the hub: the method, whether the cookie came along, the answer's status."""


@pytest.fixture(scope="module")
def told() -> list[Told]:
    return []


@pytest.fixture(scope="module")
async def address(partnership: Partnership, told: list[Told]) -> AsyncIterator[str]:
    app = build(partnership.hub)

    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = Headers(scope=scope).get("cookie", "")
                told.append((scope["method"], COOKIE in cookie, message["status"]))
            await send(message)

        await app(scope, receive, note)

    async with listening(noting) as made:
        yield made


@pytest.fixture(scope="module")
async def elsewhere(address: str) -> AsyncIterator[str]:
    """A site of another port, whose pages hold a form that posts to the hub."""

    async def page(request: Request) -> HTMLResponse:
        target = address + request.query_params.get("target", "")
        kind = request.query_params.get("kind", FORM_KIND)
        return HTMLResponse(FORM.format(kind=kind, target=target))

    async with listening(Starlette(routes=[Route("/", page)])) as made:
        yield made


@pytest.fixture
async def context(
    partnership: Partnership, address: str, chromium: Browser
) -> AsyncIterator[BrowserContext]:
    """A browser in which a steward is signed in."""
    steward = await partnership.client(Role.STEWARD, None, "first")
    async with partnership.hub.database.identity() as session:
        ticket = await make_ticket(session, steward.client_id, now())
    opened = await chromium.new_context()
    page = await opened.new_page()
    await page.goto(f"{address}/sign-in?ticket={ticket}&to=/releases")
    assert page.url == f"{address}/releases"
    assert [one["name"] for one in await opened.cookies(address)] == [COOKIE]
    await page.close()
    yield opened
    await opened.close()


async def drafts(hub: RunningHub) -> int:
    """How many releases were prepared or tried: every try leaves its mark in the record."""
    async with hub.database.release() as session:
        return await session.scalar(select(func.count()).select_from(intake.release_draft)) or 0


def names(elsewhere: str) -> list[str]:
    """The site by the hub's own host, and by another name of this machine."""
    return [elsewhere, elsewhere.replace("127.0.0.1", "localhost")]


async def sent(page: Page, site: str, kind: str, target: str) -> Answer:
    """Press the button of a site's form; the hub's answer."""
    await page.goto(f"{site}/?kind={kind}&target={target}")
    async with page.expect_response(lambda answer: target in answer.url) as awaited:
        await page.get_by_role("button").click()
    answer: Answer = await awaited.value
    return answer


async def test_the_hubs_own_form_is_taken(
    context: BrowserContext, address: str, partnership: Partnership
) -> None:
    """Otherwise the refusals below would prove nothing."""
    page = await context.new_page()
    await page.goto(f"{address}/releases")
    async with page.expect_response(lambda answer: "/releases/prepare" in answer.url) as awaited:
        await page.get_by_role("button", name="Prepare").click()
    assert (await awaited.value).status != 403


@pytest.mark.parametrize("kind", [FORM_KIND, "text/plain", "multipart/form-data"])
async def test_form_posts_are_refused(
    context: BrowserContext, elsewhere: str, partnership: Partnership, kind: str
) -> None:
    before, page = await drafts(partnership.hub), await context.new_page()
    for site in names(elsewhere):
        for target in ("/releases/prepare", "/graphql/intake", "/sign-out"):
            answer = await sent(page, site, kind, target)
            assert answer.status in {401, 403}, (site, target, answer.status)
            cookie = (await answer.request.all_headers()).get("cookie", "")
            assert (COOKIE in cookie) is ("127.0.0.1" in site), "as browsers do"
            assert (answer.status == 403) or COOKIE not in cookie
    assert await drafts(partnership.hub) == before
    assert await context.cookies(), "still signed in"


async def test_fetches_are_refused(
    context: BrowserContext, elsewhere: str, partnership: Partnership, told: list[Told]
) -> None:
    """The browser keeps even the refusals from the page, so they are noted at the hub."""
    before, page = await drafts(partnership.hub), await context.new_page()
    for site in names(elsewhere):
        await page.goto(site)
        told.clear()
        for target, kind, body, mode in FETCHES:
            url = (await page.evaluate("document.forms[0].action")).rstrip("/") + target
            read = await page.evaluate(FETCH, [url, kind, body, mode])
            assert read in {"opaque", "refused"}, "no answer can be read"
        assert len(told) == len(FETCHES), "each reached the hub, the cors one by its preflight"
        for method, had_cookie, status in told:
            assert status == (403 if had_cookie else 405 if method == "OPTIONS" else 401)
        assert any(had_cookie for _, had_cookie, _ in told) is ("127.0.0.1" in site)
    assert await drafts(partnership.hub) == before
