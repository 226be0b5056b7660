"""What every page must keep in a browser: axe finds nothing, nothing scrolls sideways, quiet.

One visit is looked at in every width, because opening a page costs more than looking at it.
"""

from collections.abc import Iterable
from pathlib import Path

from playwright.async_api import Page

from tests.browser.conftest import Visit

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOK = """async rules => {
  const found = await axe.run(document, {
    runOnly: {type: 'tag', values: rules}, resultTypes: ['violations'], elementRef: false,
  });
  return found.violations.flatMap(item => item.nodes.map(node => `${item.id}: ${node.target}`));
}"""
"""Only what is wrong is told in full and leaves the browser: the rest would be megabytes."""
WIDTHS = (1280, 800, 390, 320)
"""From wide to narrow, as a window is made smaller."""
LOOKED_AT = (1280, 390)
"""Widths in which axe looks; the two layouts of the style sheet."""


async def violations(page: Page) -> list[str]:
    """What axe finds, each with the place it was found at."""
    if not await page.evaluate("typeof axe === 'object'"):
        await page.evaluate(AXE)
    found: list[str] = await page.evaluate(LOOK, RULES)
    return found


async def faults(visit: Visit, widths: Iterable[int] = WIDTHS) -> list[str]:
    """Everything that is wrong with an opened page, each with the width it is wrong at.

    The page must have been opened with scripts on: axe is one. What it complained of or asked of
    another host while it opened counts too.
    """
    found = [f"complaint: {text}" for text in visit.complaints]
    found += [f"asked elsewhere: {url}" for url in visit.strayed]
    for width in widths:
        await visit.page.set_viewport_size({"width": width, "height": 900})
        wide = await visit.page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{width}: scrolls sideways to {wide}")
        if width in LOOKED_AT:
            found += [f"{width}: {text}" for text in await violations(visit.page)]
    return found
