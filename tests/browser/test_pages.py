"""The pages in a real browser: accessible, narrow, printable, quiet, and without scripts."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.soundness import faults

Open = Callable[..., Awaitable[Any]]

pytestmark = pytest.mark.browser
REPORTS = ["/overview", "/series", "/performance", "/profile", "/changes"]
WORDS = ["/method", "/accessibility", "/sign-out", "/stranger", "/consent"]
PATHS = ["/", "/journey", *REPORTS, *WORDS, "/missing", "/signed-out"]


@pytest.mark.parametrize("path", PATHS)
async def test_pages_are_sound_in_every_width(visit: Open, path: str) -> None:
    """Axe, no sideways scroll, the policy kept, no other host asked."""
    assert await faults(await visit(path, scripts=True)) == []


async def test_faults_would_be_found(visit: Open) -> None:
    opened = await visit("/journey", scripts=True)
    await opened.page.evaluate(
        """document.querySelector('select').labels[0].remove();
        document.querySelector('h1').style.width = '2000px';
        fetch('http://elsewhere.example/').catch(() => null)"""
    )
    found = await faults(opened)
    assert any("select-name" in item for item in found)
    assert [item for item in found if "scrolls sideways" in item]
    assert any(item.startswith("complaint") for item in found)


async def test_journey_reads_without_scripts(visit: Open) -> None:
    page = (await visit("/journey")).page
    assert await page.get_by_role("heading", level=1).inner_text() == (
        "From police report to support, 2017 to 2018"
    )
    table = page.get_by_role("table", name="Figure 1")
    assert await table.get_by_role("columnheader").count() == 4
    row = table.get_by_role("row").filter(has_text="Domestic Abuse Caseworker").first
    assert "556 referred" in await row.inner_text()


async def test_table_keeps_its_roles_on_a_narrow_screen(visit: Open) -> None:
    page = (await visit("/journey", width=390)).page
    table = page.get_by_role("table", name="Figure 1")
    assert await table.get_by_role("columnheader").count() == 4
    assert await table.get_by_role("rowheader").count() > 8


async def test_form_leads_to_another_period_without_scripts(visit: Open) -> None:
    page = (await visit("/journey?area=E07000102&period=CY2017")).page
    await page.get_by_label("Period", exact=True).select_option("FY2017-18")
    await page.get_by_role("button", name="Show the journey").click()
    assert page.url.endswith("/journey?area=E07000102&period=FY2017-18")


async def test_skip_link_is_the_first_stop(visit: Open) -> None:
    page = (await visit("/journey")).page
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "govuk-skip-link"
    await page.keyboard.press("Enter")
    assert page.url.endswith("#main-content")


@pytest.mark.parametrize("width", [1280, 390])
async def test_bars_are_to_scale_and_boxes_alike(visit: Open, width: int) -> None:
    page = (await visit("/journey", width=width)).page
    police = await drawn(page, "POLICE_RECORD")
    idva = await drawn(page, "IDVA_REFERRED")
    assert idva / police == pytest.approx(141 / 1270, abs=0.01)
    sizes = await page.evaluate(
        "[...document.querySelectorAll('.hub-box')]"
        ".map(box => Math.round(box.getBoundingClientRect().width))"
    )
    assert len(sizes) > 5
    assert len(set(sizes)) == 1


async def drawn(page: Page, stage: str) -> float:
    """How many pixels long the bar of a stage is."""
    bar = page.locator(f'tr[data-stage="{stage}"] .hub-bar > rect').first
    box = await bar.bounding_box()
    assert box is not None
    return float(box["width"])


async def test_prints_on_a4(visit: Open) -> None:
    page = (await visit("/journey")).page
    await page.emulate_media(media="print")
    await page.set_viewport_size({"width": 690, "height": 1000})
    assert not await page.locator(".hub-choose").is_visible()
    assert (
        await page.locator("th[scope=rowgroup]").first.evaluate(
            "cell => getComputedStyle(cell).display"
        )
        == "table-cell"
    )
    assert await page.get_by_role("table", name="Figure 1").is_visible()
    printed = await page.pdf(prefer_css_page_size=True)
    assert b"/MediaBox [0 0 594" in printed or b"/MediaBox [0 0 595" in printed
