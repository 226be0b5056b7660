"""The pages of the whole demo in a real browser, as each audience gets them from the hub itself.

The pages of each change are drawn from small releases (``test_pages.py``); here everything that is
published stands on them. Screenshots are kept where ``SCREENSHOTS`` names a folder.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hub.app import build
from hub.auth.registry import grant_role, register_client
from hub.auth.revocation import source
from hub.auth.roles import Role
from hub.auth.standing import Standing
from hub.clock import now
from hub.running import RunningHub
from tests.browser.soundness import LOOKED_AT, faults
from tests.conftest import FreshSettings
from tests.functional.released import released_demo
from tests.serving import listening

Open = Callable[..., Awaitable[Any]]

pytestmark = [pytest.mark.browser, pytest.mark.long]
SHOTS = os.environ.get("SCREENSHOTS")
PATHS = {
    "landing": "/",
    "journey": "/journey",
    "journey-county": "/journey?area=E10000015&period=FY2017-18",
    "overview": "/overview",
    "performance": "/performance",
    "performance-district": "/performance?area=E07000102&asAt=2018-03",
    "profile": "/profile",
    "profile-district": "/profile?dataset=DAC&area=E07000102&period=FY2017-18",
    "series": "/series?indicator=DAC_CLIENT&area=E07000102",
    "changes": "/changes",
    "method": "/method",
    "accessibility": "/accessibility",
    "refusal": "/journey?period=2017",
}


@pytest.fixture(scope="module")
async def demo(fresh_settings: FreshSettings) -> AsyncIterator[RunningHub]:
    async with fresh_settings() as settings, released_demo(settings, public=True) as running:
        yield replace(running, standing=Standing(source(running.database, now), now))


@pytest.fixture(scope="module")
async def site(demo: RunningHub) -> AsyncIterator[str]:
    """The hub on a free port of this machine; gives the address."""
    async with listening(build(demo)) as address:
        yield address


@pytest.fixture(scope="module")
async def credentials(demo: RunningHub, site: str) -> dict[str, dict[str, str]]:
    """What a reader of each audience sends; the public sends nothing."""
    at = now()
    async with demo.database.identity() as session:
        made = await register_client(session, client_id="reader", title="Analyst", at=at)
        await grant_role(session, "reader", Role.ANALYST, granted_by="test", at=at)
    async with httpx2.AsyncClient(base_url=site) as http:
        answer = await http.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=("reader", made.secret or ""),
        )
    return {"public": {}, "partner": {"Authorization": f"Bearer {answer.json()['access_token']}"}}


@pytest.mark.parametrize("audience", ["public", "partner"])
@pytest.mark.parametrize("name", PATHS)
async def test_released_pages_are_sound(
    visit: Open, credentials: dict[str, dict[str, str]], name: str, audience: str
) -> None:
    opened = await visit(PATHS[name], scripts=True, headers=credentials[audience])
    complaints = [text for text in opened.complaints if "422" not in text]
    opened.complaints[:] = complaints  # The browser itself notes the refusal's status.
    for width in LOOKED_AT if SHOTS else ():
        await opened.page.set_viewport_size({"width": width, "height": 900})
        path = Path(SHOTS or "") / f"{name}-{audience}-{width}.png"
        await opened.page.screenshot(path=path, full_page=True)
    assert await faults(opened) == []


@pytest.mark.parametrize("name", PATHS)
async def test_released_pages_print_on_a4(visit: Open, name: str) -> None:
    """Nothing is cut off at the right of the sheet; what is only for screens is not printed."""
    page = (await visit(PATHS[name])).page
    await page.emulate_media(media="print")
    await page.set_viewport_size({"width": 690, "height": 1000})
    assert await page.evaluate("document.documentElement.scrollWidth") <= 690
    assert not await page.locator(".hub-screen").first.is_visible()
    printed = await page.pdf(prefer_css_page_size=True)
    if SHOTS:
        (Path(SHOTS) / f"{name}.pdf").write_bytes(printed)
    assert b"/MediaBox [0 0 59" in printed
