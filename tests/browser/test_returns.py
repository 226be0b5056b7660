"""An officer's way in a real browser: from an empty calendar to a signed-off return.

Two people of one agency, the real hub, no JavaScript. Screenshots are kept where
``SCREENSHOTS`` names a folder.
"""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, FilePayload, Page, expect

from hub.app import build
from hub.auth.registry import grant_role, register_client
from hub.auth.roles import Role
from hub.auth.sessions import make_ticket
from hub.clock import now
from hub.db.engine import Database
from hub.running import RunningHub, hub_over
from hub.settings import Settings
from tests.browser.conftest import Visit
from tests.browser.soundness import LOOKED_AT, faults
from tests.functional.acts import OWN_MAPPING
from tests.serving import listening

pytestmark = pytest.mark.browser

AGENCY, DATASET = "REFUGE_HERTS", "IDVA"
HEADER = "indicator,area,period,value,status,note"
WRONG = f"{HEADER}\nIDV_REFERAL,E07000102,,141,,\nIDV_REFERRAL,E07000102,,007,,\n"
GOOD = f"{HEADER}\nIDV_REFERRAL,E07000102,,141,,\n"
EXPORT = "Idva service,,\nMeasure,Q1 2017/18,Q2 2017/18\nReferrals,141,150\n"
SHOTS = os.environ.get("SCREENSHOTS")


@asynccontextmanager
async def served(settings: Settings, database: Database) -> AsyncIterator[tuple[RunningHub, str]]:
    """The real application on a free port of this machine, as the demo serves it."""
    running = hub_over(database, settings.model_copy(update={"env": "demo"}))
    async with listening(build(running)) as address:
        yield running, address


async def ticket(hub: RunningHub, role: Role) -> str:
    """Register a person of the agency and give the ticket that signs it in."""
    at, name = now(), f"officer-{role}"
    async with hub.database.identity() as session:
        await register_client(
            session, client_id=name, title=f"Refuge, {role}", at=at, agency=AGENCY, person=name
        )
        await grant_role(session, name, role, granted_by="test", at=at)
        return await make_ticket(session, name, at)


@pytest.fixture
async def officers(
    request: pytest.FixtureRequest, settings: Settings, database: Database, chromium: Browser
) -> AsyncIterator[tuple[Page, Page]]:
    """A submitter and an approver, each signed in on a page of this width."""
    async with AsyncExitStack() as stack:
        hub, site = await stack.enter_async_context(served(settings, database))
        pages = []
        for role in (Role.SUBMITTER, Role.APPROVER):
            context: BrowserContext = await chromium.new_context(
                base_url=site, viewport={"width": request.param, "height": 900}
            )
            stack.push_async_callback(context.close)
            page = await context.new_page()
            await page.goto(f"/sign-in?ticket={await ticket(hub, role)}&to=/returns")
            pages.append(page)
        yield pages[0], pages[1]


async def sound(page: Page, name: str) -> None:
    """Nothing is wrong with the page, wide or narrow; keep pictures if they are wanted."""
    own = page.viewport_size or {"width": 1280, "height": 900}
    assert await faults(Visit(page), LOOKED_AT) == [], name
    for width in LOOKED_AT if SHOTS else ():
        await page.set_viewport_size({"width": width, "height": 900})
        await page.screenshot(path=Path(SHOTS or "") / f"{name}-{width}.png", full_page=True)
    await page.set_viewport_size(own)


async def choose(page: Page, name: str, body: str) -> None:
    file = FilePayload(name=name, mimeType="text/csv", buffer=body.encode())
    await page.get_by_label("File", exact=True).set_input_files([file])


@pytest.mark.parametrize("officers", [1280], indirect=True)
async def test_from_an_empty_calendar_to_a_signed_off_return(officers: tuple[Page, Page]) -> None:
    submitter, approver = officers
    await expect(submitter.get_by_text("Nothing has been sent yet.")).to_be_visible()
    await sound(submitter, "1-calendar")

    await submitter.get_by_role("link", name="Prepare and send").first.click()
    address = submitter.url
    await sound(submitter, "2-empty")
    async with submitter.expect_download() as template:
        await submitter.get_by_role("link", name="Excel").click()
    assert (await template.value).suggested_filename == f"{DATASET}.xlsx"

    await choose(submitter, "return.csv", WRONG)
    await submitter.get_by_role("button", name="Check this file").click()
    await expect(submitter.get_by_text("errors: the file cannot be sent yet")).to_be_visible()
    await expect(submitter.get_by_text("UNKNOWN_INDICATOR")).to_be_visible()
    await expect(submitter.get_by_text("IDV_REFERRAL: Clients referred")).to_be_visible()
    await expect(submitter.get_by_role("button", name="Send this return")).to_have_count(0)
    await sound(submitter, "3-errors")
    async with submitter.expect_download() as noted:
        await submitter.get_by_role("button", name="Download the file").click()
    text = (await (await noted.value).path()).read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == f"{HEADER},findings"
    assert "error indicator:" in text.splitlines()[1]

    await submitter.goto(address)
    await choose(submitter, "return.csv", GOOD)
    await submitter.get_by_role("button", name="Check this file").click()
    await sound(submitter, "4-checked")
    await submitter.get_by_role("button", name="Send this return").click()
    await expect(submitter).to_have_url(address)
    await expect(submitter.get_by_text("whoever sent it cannot sign it off")).to_be_visible()
    await expect(submitter.get_by_role("button", name="Sign off")).to_have_count(0)
    await sound(submitter, "5-sent")

    await approver.goto("/returns")
    await sound(approver, "6-to-sign")
    await approver.get_by_role("link", name="Sign off").first.click()
    await expect(approver).to_have_url(address)
    await expect(approver.get_by_role("button", name="Check this file")).to_have_count(0)
    await sound(approver, "7-approver")
    await approver.get_by_role("button", name="Sign off revision 1").click()
    await expect(approver.get_by_text("Revision 1 is signed off")).to_be_visible()
    await sound(approver, "8-signed")
    async with approver.expect_download() as receipt:
        await approver.get_by_role("link", name="Signed receipt").click()
    assert (await receipt.value).suggested_filename.startswith("receipt-IDVA-REFUGE_HERTS")
    await approver.goto("/returns")
    await expect(approver.get_by_text("Done (1)")).to_be_visible()


@pytest.mark.parametrize("officers", [390], indirect=True)
async def test_a_second_revision_shows_its_differences_and_can_be_withdrawn(
    officers: tuple[Page, Page],
) -> None:
    submitter, approver = officers
    await submitter.get_by_label("Period").fill("FY2017-18-Q1")
    await submitter.get_by_role("button", name="Open").click()
    address = submitter.url
    for body in (GOOD, GOOD.replace("141", "241")):
        await submitter.goto(address)
        await choose(submitter, "return.csv", body)
        await submitter.get_by_role("button", name="Check this file").click()
        last = submitter.get_by_role("button", name="Send this return")
        if "241" in body:
            await expect(submitter.get_by_text("REVISION_CHANGE")).to_be_visible()
            await expect(submitter.get_by_text("0 added, 1 changed")).to_be_visible()
            await sound(submitter, "9-difference")
        await last.click()
    await approver.goto(address)
    await sound(approver, "10-questions")
    await approver.get_by_text("Withdraw this return").click()
    await approver.get_by_label("Reason").fill("Wrong quarter.")
    await approver.get_by_role("button", name="Withdraw").click()
    await expect(approver.get_by_text("This return was withdrawn")).to_be_visible()
    await submitter.goto(address)
    await submitter.get_by_text("Nothing to report?").click()
    await submitter.get_by_label("Why there is nothing to report").fill("The service was closed.")
    await submitter.get_by_role("button", name="Send a nil return").click()
    await expect(submitter.get_by_text("Nothing to report", exact=True).first).to_be_visible()


@pytest.mark.parametrize("officers", [390], indirect=True)
async def test_a_table_in_the_agencys_own_layout(officers: tuple[Page, Page]) -> None:
    """One the hub knows, then one by a mapping of the agency's own; the preview says how."""
    submitter, _ = officers
    page = submitter
    await page.goto("/returns?dataset=IDVA&period=FY2017-18-Q1")
    address = page.url
    await choose(page, "ours.csv", EXPORT)
    await page.get_by_text("Not the template?").click()
    await page.get_by_label("Layout of the file").select_option(label="A mapping of our own")
    await page.get_by_role("button", name="Check this file").click()
    await expect(page.get_by_text("Choose the file of your mapping")).to_be_visible()

    await choose(page, "ours.csv", EXPORT)
    await page.get_by_text("Not the template?").click()
    await page.get_by_label("Layout of the file").select_option(label="A mapping of our own")
    mapping = FilePayload(name="ours.yaml", mimeType="text/yaml", buffer=OWN_MAPPING.encode())
    await page.get_by_label("Your mapping").set_input_files([mapping])
    await page.get_by_role("button", name="Check this file").click()
    await expect(page.get_by_text("The file can be sent.")).to_be_visible()
    await expect(page.get_by_text("What your file is read as: 2 figures")).to_be_visible()
    await expect(page.get_by_role("rowheader", name="B3", exact=True)).to_be_visible()
    await expect(page.get_by_text("Another return: IDVA")).to_be_visible()
    await sound(page, "11-own-layout")
    await page.get_by_role("button", name="Send this return").click()
    await expect(page).to_have_url(address)
    await expect(page.get_by_text("OTHER_RETURN")).to_be_visible()
