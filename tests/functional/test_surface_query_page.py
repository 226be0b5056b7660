"""The query page in a real browser that can reach nothing but the server."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from starlette.applications import Starlette
from starlette.requests import Request

from hub.errors import UnauthenticatedError
from hub.web.graphiql import Example, graphiql_files, graphiql_page
from hub.web.graphql import graphql_route
from hub.web.middleware import Wall, wall
from tests.browser.soundness import violations
from tests.serving import listening
from tests.unit.web.sample import SCHEMA, SERVING

pytestmark = pytest.mark.browser

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
EXAMPLES = [
    Example("Say hello", "query Hello($name: String!) {\n  hello(name: $name)\n}", {"name": "hub"}),
    Example("A page", "query Page {\n  page(first: 2) {\n    nodes {\n      hello\n    }\n  }\n}"),
]
TOKEN = "planted-token"
Seen = dict[str, list[str]]


async def with_token(request: Request) -> object | None:
    if request.headers.get("authorization") != f"Bearer {TOKEN}":
        raise UnauthenticatedError("Sign in.")
    return "somebody"


@pytest.fixture(scope="module")
async def address() -> AsyncIterator[str]:
    """A server of the sample schema, open at ``/graphql`` and with a token at ``/closed``."""
    open_page = graphiql_page("/graphql", EXAMPLES, lambda request: True)
    closed_page = graphiql_page("/closed", EXAMPLES, lambda request: False)
    routes = [
        graphql_route("/graphql", SCHEMA, replace(SERVING, page=open_page)),
        graphql_route(
            "/closed", SCHEMA, replace(SERVING, page=closed_page, authenticate=with_token)
        ),
        graphiql_files(),
    ]
    app = Starlette(routes=routes, middleware=wall(Wall(is_https=False, cookie="session")))
    async with listening(app) as made:
        yield made


@pytest.fixture(scope="module")
async def launched() -> AsyncIterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        pytest.skip("SKIPPED ALOUD: the query page is checked in Chromium, which is missing")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield started
        await started.close()


@pytest.fixture
async def browser(launched: Browser) -> AsyncIterator[BrowserContext]:
    """A browser that has seen nothing before: one program, a profile for each test."""
    context = await launched.new_context(viewport={"width": 1280, "height": 800})
    yield context
    await context.close()


async def opened(browser: BrowserContext, address: str, path: str) -> tuple[Page, Seen]:
    """Open a page with the network cut to the server; collect what it complains about."""
    page = await browser.new_page()
    seen: Seen = {"foreign": [], "complaints": [], "requests": []}

    async def gate(route: Any) -> None:
        seen["requests"].append(route.request.url)
        if route.request.url.startswith(address):
            await route.continue_()
        else:
            seen["foreign"].append(route.request.url)
            await route.abort()

    await page.route("**/*", gate)
    page.on("console", lambda message: _note(seen, message.type, message.text))
    page.on("pageerror", lambda error: seen["complaints"].append(str(error)))
    await page.add_init_script(
        "document.addEventListener('securitypolicyviolation',"
        " (e) => console.error('CSP ' + e.violatedDirective + ' ' + e.blockedURI))"
    )
    await page.goto(address + path)
    await page.wait_for_selector(".graphiql-query-editor .CodeMirror")
    return page, seen


def _note(seen: Seen, kind: str, text: str) -> None:
    if kind in {"error", "warning"}:
        seen["complaints"].append(text)


async def result_of(page: Page, wanted: str) -> str:
    await page.click("button.graphiql-execute-button")
    return await shown(page, wanted)


async def shown(page: Page, wanted: str) -> str:
    answer = page.locator(".result-window .CodeMirror")
    for _ in range(100):
        text = await answer.inner_text()
        if wanted in text:
            return text
        await asyncio.sleep(0.1)
    raise AssertionError(f"{wanted} does not appear in: {text}")


async def kept(page: Page) -> str:
    return str(
        await page.evaluate(
            "JSON.stringify([location.href, {...localStorage}, {...sessionStorage},"
            " document.cookie])"
        )
    )


async def shoot(page: Page, name: str) -> None:
    folder = os.environ.get("HUB_TEST_SCREENSHOTS")
    if folder:
        await page.screenshot(path=str(Path(folder) / name))


async def test_page_runs_its_first_example_offline_and_breaks_no_policy(
    browser: BrowserContext, address: str
) -> None:
    page, seen = await opened(browser, address, "/graphql")
    await result_of(page, "hello hub")
    await shoot(page, "graphiql-result.png")
    assert seen["foreign"] == []
    assert seen["complaints"] == []


async def test_examples_are_tabs(browser: BrowserContext, address: str) -> None:
    page, seen = await opened(browser, address, "/graphql")
    tabs = page.locator(".graphiql-tab")
    assert await tabs.count() == len(EXAMPLES)
    await tabs.nth(1).locator("button").first.click()
    await result_of(page, '"nodes"')
    assert seen["complaints"] == []


NOT_OURS = {"nested-interactive", "scrollable-region-focusable", "target-size"}
"""What axe finds in GraphiQL itself, its tabs and scrolling; the accessibility page says so."""


@pytest.mark.parametrize("width", [1280, 390])
async def test_axe_finds_nothing_that_is_not_graphiqls_own(
    browser: BrowserContext, address: str, width: int
) -> None:
    """On a phone the panes stand one above the other, and each has the whole width."""
    page, _ = await opened(browser, address, "/graphql")
    await page.set_viewport_size({"width": width, "height": 844})
    await result_of(page, "hello hub")
    found = await violations(page)
    assert {one.partition(":")[0] for one in found} <= NOT_OURS, found
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    editor, answer = [
        await page.locator(part).bounding_box()
        for part in (".graphiql-query-editor", ".graphiql-response")
    ]
    assert editor and answer
    is_stacked = answer["y"] >= editor["y"] + editor["height"]
    assert is_stacked == (width == 390)
    assert min(editor["width"], answer["width"]) > 340


async def test_one_of_several_operations_is_sent_alone(
    browser: BrowserContext, address: str
) -> None:
    page, _ = await opened(browser, address, "/graphql")
    await page.click(".graphiql-query-editor .CodeMirror")
    await page.keyboard.press("Control+A")
    await page.keyboard.insert_text(
        "query One { hello } query Two { again { ...H } } fragment H on Query { hello }"
    )
    await page.click("button.graphiql-execute-button[aria-haspopup=menu]")
    await page.click("[role=menuitem] >> text=Two")
    await shown(page, '"again"')


async def test_documentation_and_explorer_open(browser: BrowserContext, address: str) -> None:
    page, seen = await opened(browser, address, "/graphql")
    await page.click("button[aria-label='Show Documentation Explorer']")
    await page.wait_for_selector(".graphiql-doc-explorer >> text=Query")
    await shoot(page, "graphiql-docs.png")
    await page.click("button[aria-label='Show GraphiQL Explorer']")
    await page.wait_for_selector(".docExplorerWrap >> text=hello")
    await shoot(page, "graphiql-explorer.png")
    assert seen["foreign"] == []
    assert seen["complaints"] == []


async def test_token_is_used_and_kept_nowhere(browser: BrowserContext, address: str) -> None:
    page, seen = await opened(browser, address, "/closed")
    await result_of(page, "Under Headers write")
    editor = page.locator(".graphiql-editor-tool .CodeMirror").nth(1)
    await editor.click()
    await page.keyboard.insert_text('{"Authorization": "Bearer ' + TOKEN + '"}')
    await result_of(page, "hello hub")
    await shoot(page, "graphiql-token.png")
    assert TOKEN not in await kept(page)
    assert not any(TOKEN in url for url in seen["requests"])
    await page.reload()
    await page.wait_for_selector(".graphiql-query-editor .CodeMirror")
    assert TOKEN not in await page.content()
    assert "hello(name" not in await kept(page)


async def test_signed_in_person_is_offered_no_header_editor(
    browser: BrowserContext, address: str
) -> None:
    page, _ = await opened(browser, address, "/graphql")
    assert await page.get_by_text("Headers", exact=True).count() == 0
    other, _ = await opened(browser, address, "/closed")
    assert await other.get_by_text("Headers", exact=True).count() == 1
