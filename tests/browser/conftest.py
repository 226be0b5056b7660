"""A real Chromium before a tiny server of the pages: strict policy, no other host.

Without a Chromium (``CHROMIUM`` names one that is not on the path) these tests are skipped, and
the summary says so.
"""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, async_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount
from starlette.routing import Route as WebRoute
from starlette.staticfiles import StaticFiles

import hub.web
from hub.web.pages import (
    Frame,
    NavLink,
    Option,
    ReleaseNote,
    journey_page,
    landing_page,
    message_page,
    not_signed_in_page,
)
from hub.web.pages.method import Rule, accessibility_page, method_page
from hub.web.pages.signing import consent_page, sign_out_page, stranger_page
from tests.serving import listening
from tests.unit.web_pages.reports import PAGES as REPORTS
from tests.unit.web_pages.reports import copied
from tests.unit.web_pages.three_rivers import three_rivers_journey

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
FRAME = Frame(
    navigation=(NavLink("Journey", "/journey", current=True), NavLink("Overview", "/overview")),
    viewer="analyst",
    account=NavLink("Sign out", "/sign-out"),
    demo=True,
)
AREAS = (Option("E07000102", "Three Rivers"), Option("E10000015", "Hertfordshire"))
RULES = (Rule("partner", 5, 1, "1"), Rule("public", 10, 5, "2", "controlled_rounding"))
PERIODS = (Option("CY2017", "Jan to Dec 2017"), Option("FY2017-18", "Apr 2017 to Mar 2018"))


def _journey(_: Request) -> str:
    return journey_page(
        three_rivers_journey(),
        copy=copied(),
        release=ReleaseNote("demo-1", "Demo release"),
        areas=AREAS,
        periods=PERIODS,
        frame=FRAME,
    )


def _report(draw: Callable[[Frame | None], str]) -> Callable[[Request], str]:
    return lambda _: draw(FRAME)


PAGES: dict[str, Callable[[Request], str]] = {
    "/": lambda _: landing_page(
        releases=[ReleaseNote("demo-1", "Demo release", "partner")],
        areas=AREAS,
        periods=PERIODS,
        frame=FRAME,
    ),
    "/journey": _journey,
    **{path: _report(draw) for path, draw in REPORTS.items()},
    "/method": lambda _: method_page(RULES, frame=FRAME),
    "/accessibility": lambda _: accessibility_page(frame=FRAME),
    "/sign-out": lambda _: sign_out_page(signed_in=True, elsewhere="/out", frame=FRAME),
    "/stranger": lambda _: stranger_page("somebody", frame=FRAME),
    "/consent": lambda _: consent_page(
        "A program", "analyst", ["published:read"], {"state": "1"}, "https://a.example", frame=FRAME
    ),
    "/missing": lambda _: message_page(404, frame=FRAME),
    "/signed-out": lambda _: not_signed_in_page("/sign-in"),
}


def _route(path: str, draw: Callable[[Request], str]) -> WebRoute:
    async def answer(request: Request) -> HTMLResponse:
        return HTMLResponse(draw(request), headers={"Content-Security-Policy": POLICY})

    return WebRoute(path, answer)


def drawing(pages: Mapping[str, Callable[[Request], str]]) -> Starlette:
    """An application of nothing but these pages and the files that they use."""
    static = StaticFiles(directory=Path(hub.web.__file__).parent / "static")
    routes = [_route(path, draw) for path, draw in pages.items()]
    return Starlette(routes=[*routes, Mount("/static", static)])


@pytest.fixture(scope="session")
async def site() -> AsyncIterator[str]:
    """The pages on a free port of this machine; gives the address."""
    async with listening(drawing(PAGES)) as address:
        yield address


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The system's Chromium, without a window."""
    if CHROMIUM is None:
        pytest.skip("No Chromium found: the pages were NOT tried in a browser.")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@dataclass
class Visit:
    """A page that was opened, with everything it complained about or asked elsewhere."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    strayed: list[str] = field(default_factory=list)


Open = Callable[..., Awaitable[Visit]]


@dataclass
class Tab:
    """A page that is used again: to make another takes a browser longer than to look at it."""

    context: BrowserContext
    page: Page
    shown: Visit | None = None
    """Whose page it is now; None between two tests."""
    site: str = ""

    async def watch(self) -> None:
        """Cut and note requests to another host, and note what the page complains of."""
        await self.context.route("**/*", self._only_here)
        self.page.on("console", lambda message: self._complained(message.text))
        self.page.on("requestfailed", lambda request: self._complained(request.url))

    async def show(self, path: str, width: int, headers: dict[str, str]) -> Visit:
        """Open a path in it, as if in a browser of its own."""
        await self.page.set_viewport_size({"width": width, "height": 900})
        await self.context.set_extra_http_headers(headers)
        self.shown = Visit(self.page)
        await self.page.goto(f"{self.site}{path}")
        return self.shown

    async def leave(self) -> None:
        """Forget the visit: what is still on its way, what was printed, what was kept."""
        self.shown = None
        await self.page.goto("about:blank")
        await self.page.emulate_media(media="null")
        await self.context.clear_cookies()

    async def _only_here(self, route: Route) -> None:
        if route.request.url.startswith(self.site):
            await route.continue_()
            return
        if self.shown is not None:
            self.shown.strayed.append(route.request.url)
        await route.abort()

    def _complained(self, text: str) -> None:
        if self.shown is not None:
            self.shown.complaints.append(text)


async def _tab(chromium: Browser, *, scripts: bool) -> Tab:
    context = await chromium.new_context(java_script_enabled=scripts)
    made = Tab(context, await context.new_page())
    await made.watch()
    return made


@pytest.fixture(scope="module")
async def tabs(chromium: Browser) -> AsyncIterator[dict[bool, Tab]]:
    """One page with scripts and one without, of a module's own."""
    both = {scripts: await _tab(chromium, scripts=scripts) for scripts in (False, True)}
    yield both
    for tab in both.values():
        await tab.context.close()


@pytest.fixture
async def visit(site: str, chromium: Browser, tabs: dict[bool, Tab]) -> AsyncIterator[Open]:
    """Open a path at a width; requests to any other host are cut and noted."""
    used: list[Tab] = []

    async def opened(
        path: str,
        *,
        width: int = 1280,
        scripts: bool = False,
        headers: dict[str, str] | None = None,
    ) -> Visit:
        kept = tabs[scripts]
        tab = kept if kept not in used else await _tab(chromium, scripts=scripts)
        tab.site = site
        used.append(tab)
        return await tab.show(path, width, headers or {})

    yield opened
    for tab in used:
        if tab in tabs.values():
            await tab.leave()
        else:
            await tab.context.close()
