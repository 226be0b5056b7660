"""The stewards' pages in a real browser: accessible, narrow, quiet, and without scripts."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from starlette.requests import Request

from hub.clock import now
from hub.errors import ConflictError, DisclosureError, HubError
from hub.protected.releases import Audience
from hub.release.drafts import DraftState
from hub.release.following import Preparation
from hub.vocabulary import vocabulary
from hub.web.pages.releases import alternatives_page, release_page, releases_page
from tests.browser.conftest import drawing
from tests.browser.soundness import faults
from tests.serving import listening
from tests.unit.web_pages.stewards import ALTERNATIVES, FRAME, demo, report_of, row_of

Open = Callable[..., Awaitable[Any]]

pytestmark = pytest.mark.browser


NONE = ConflictError("Nothing is signed off yet.")
LATE = ConflictError("The embargo has ended already.")
TOLD = DisclosureError(
    "Nothing that may still be hidden protects POL_DA_CRIME/E07000102/CY2017.",
    explanations=(
        "POL_DA_CRIME[RISK=HIGH] E07000102 CY2017 lies between 0 and 7 because POL_DA_CRIME "
        "E07000102 CY2017: categories of RISK: POL_DA_CRIME E07000102 CY2017 (607) = "
        "POL_DA_CRIME[RISK=HIGH] E07000102 CY2017 + POL_DA_CRIME[RISK=STANDARD] E07000102 CY2017 "
        "(600).",
    ),
)


def _release(state: DraftState, *, error: HubError | None = None) -> str:
    row, words = row_of(demo(), state), vocabulary()
    return release_page(row, report_of(demo()), words, error=error, frame=FRAME)


def _preparing() -> str:
    made = [
        Preparation(uuid4(), Audience.PARTNER, "s1", now(), "sweep", 1203, 27218, is_lost=False),
        Preparation(uuid4(), Audience.PUBLIC, "s2", now(), "protect", 3, 12, is_lost=True),
    ]
    return releases_page([row_of(demo())], made, frame=FRAME)


PAGES: dict[str, Callable[[Request], str]] = {
    "/releases": lambda _: releases_page(
        [row_of(demo(), state) for state in DraftState], frame=FRAME
    ),
    "/preparing": lambda _: _preparing(),
    "/none": lambda _: releases_page([], error=NONE, frame=FRAME),
    "/refused": lambda _: releases_page([], error=TOLD, frame=FRAME),
    "/prepared": lambda _: _release(DraftState.PREPARED),
    "/approved": lambda _: _release(DraftState.APPROVED, error=LATE),
    "/published": lambda _: _release(DraftState.PUBLISHED),
    "/alternatives": lambda _: alternatives_page(row_of(demo()), ALTERNATIVES, frame=FRAME),
}


@pytest.fixture(scope="module")
async def site() -> AsyncIterator[str]:
    """The stewards' pages on a free port of this machine; gives the address."""
    async with listening(drawing(PAGES)) as address:
        yield address


@pytest.mark.parametrize("path", PAGES)
async def test_pages_are_sound_in_every_width(visit: Open, path: str) -> None:
    assert await faults(await visit(path, scripts=True)) == []


async def test_forms_can_be_filled_by_their_labels(visit: Open) -> None:
    page = (await visit("/releases")).page
    await page.get_by_label("Who it is for").select_option("public")
    await page.get_by_label("Note (optional)").fill("autumn")
    assert await page.get_by_role("button", name="Prepare").is_enabled()
    page = (await visit("/approved")).page
    await page.get_by_label("Embargo until").fill("2027-01-31T09:30")
    assert await page.get_by_role("alert").is_visible()


async def test_on_a_narrow_screen_every_value_keeps_its_heading(visit: Open) -> None:
    page = (await visit("/prepared", width=390)).page
    assert await page.get_by_text("Interval left open:").first.is_visible()
    wide = (await visit("/prepared", width=1280)).page
    assert not await wide.get_by_text("Interval left open:").first.is_visible()
