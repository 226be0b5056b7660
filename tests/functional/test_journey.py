"""The journey over the API: stages with their own periods, graded links, missing stages named."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import pytest

from hub.auth.roles import Role
from hub.web.pages.labels import PSEUDO
from tests.conftest import FreshSettings
from tests.functional.acts import Partnership, open_partnership, rows
from tests.functional.conftest import Client
from tests.functional.printed import tables

JOURNEY = """query($area: String!, $period: String!) { journey(area: $area, period: $period) {
  area { code } period { id } release { id audience }
  stages { code unit agency { code } period { id } area { code } figure { value status }
    parts { code figure { value } } }
  links { code from to comparability periodOverlap unitMatch areaMatch
    ratio { value status numerator { value } denominator { value } } caveats { code text } }
  missing { code title agency { code } reason symbol } } }"""
HERE = "E07000102"


@pytest.fixture(scope="module")
async def partnership(fresh_settings: FreshSettings) -> AsyncIterator[Partnership]:
    """Police, IDVA service and Marac, as the demo has them."""
    async with open_partnership(fresh_settings) as made:
        police = rows(("POL_DA_CRIME", 617), ("POL_DA_INCIDENT", 653))
        await made.returned("POLICE_CRIME/HERTS_POLICE/CY2017", police)
        idva = rows(("IDV_REFERRAL", 141), ("IDV_ENGAGED", 80), ("IDV_NOT_ENGAGED", 61))
        await made.returned("IDVA/REFUGE_HERTS/FY2017-18", idva)
        marac = rows(("MAR_CASE", 55), ("MAR_REPEAT", 3))
        await made.returned("MARAC/HERTS_MARAC/CY2017", marac)
        await made.release()
        yield made


async def journey(
    partnership: Partnership, area: str = HERE, period: str = "CY2017"
) -> dict[str, Any]:
    analyst = await partnership.client(Role.ANALYST)
    answer = await analyst.graphql("/graphql", JOURNEY, area=area, period=period)
    assert answer.get("data"), answer
    found: dict[str, Any] = answer["data"]["journey"]
    return found


def by_code(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item["code"]: item for item in items}


async def test_each_stage_is_a_count_of_its_own(partnership: Partnership) -> None:
    found = await journey(partnership)
    stages = by_code(found["stages"])
    police = next(stage for stage in stages.values() if stage["figure"]["value"] == 1270)
    assert (police["period"]["id"], police["agency"]["code"]) == ("CY2017", "HERTS_POLICE")
    assert {part["figure"]["value"] for part in police["parts"]} >= {617, 653}
    idva = next(s for s in stages.values() if s["figure"]["value"] == 141)
    assert (idva["period"]["id"], idva["agency"]["code"]) == ("FY2017-18", "REFUGE_HERTS")
    assert found["release"]["audience"] == "partner"


async def test_links_are_ratios_of_published_figures_with_a_grade(
    partnership: Partnership,
) -> None:
    links = by_code((await journey(partnership))["links"])
    link = links["POLICE_IDVA_REFERRED"]
    assert link["comparability"] == "C"
    assert link["periodOverlap"] == 0.75
    ratio = link["ratio"]
    assert (ratio["numerator"]["value"], ratio["denominator"]["value"]) == (141, 1270)
    assert ratio["value"] == pytest.approx(141 / 1270 * 100)
    assert all(caveat["text"] for caveat in link["caveats"])
    assert links["IDVA_REFERRED_ENGAGED"]["comparability"] == "A"
    assert {one["comparability"] for one in links.values()} <= set("ABCD")


async def test_a_link_over_a_hidden_figure_is_hidden(partnership: Partnership) -> None:
    """3 repeats of 55 cases: neither the count nor the ratio is told."""
    ratio = by_code((await journey(partnership))["links"])["MARAC_HEARD_REPEAT"]["ratio"]
    assert (ratio["status"], ratio["value"]) == ("SUPPRESSED", None)


async def test_too_little_overlap_is_not_compared(partnership: Partnership) -> None:
    """A journey asked for a later year takes what lies nearest, and refuses the rest."""
    found = await journey(partnership, period="FY2017-18")
    grades = {code: one["comparability"] for code, one in by_code(found["links"]).items()}
    assert "D" in grades.values() or all(one["periodOverlap"] >= 0.75 for one in found["links"])
    for one in found["links"]:
        refused = one["comparability"] == "D"
        assert (one["ratio"]["status"] == "NOT_COMPARABLE") == refused


async def test_what_is_missing_is_named_with_its_agency(partnership: Partnership) -> None:
    missing = by_code((await journey(partnership))["missing"])
    assert missing
    assert all(one["reason"] and one["title"] for one in missing.values())
    dac = [
        one for one in missing.values() if one["agency"] and one["agency"]["code"] == "HERTS_MIND"
    ]
    assert dac
    assert all(one["symbol"] is None for one in dac)


async def test_a_far_period_has_no_figures_and_says_so(partnership: Partnership) -> None:
    found = await journey(partnership, period="CY2012")
    assert [s for s in found["stages"] if s["figure"]["status"] == "PUBLISHED"] == []
    assert found["missing"]


@pytest.mark.parametrize(("area", "period"), [("E00000000", "CY2017"), (HERE, "2017")])
async def test_unknown_places_and_unclear_periods_are_refused(
    partnership: Partnership, area: str, period: str
) -> None:
    analyst = await partnership.client(Role.ANALYST)
    answer = await analyst.graphql("/graphql", JOURNEY, area=area, period=period)
    assert answer["errors"][0]["extensions"]["code"] in ("UNKNOWN_CODE", "PERIOD_FORMAT"), answer


async def test_the_public_has_no_journey_by_token(partnership: Partnership) -> None:
    public = await partnership.client(Role.AUDITOR)
    answer = await public.graphql("/graphql", JOURNEY, area=HERE, period="CY2017")
    assert answer["errors"]


TREND = """query($area: String!, $period: String!) { journeyTrend(area: $area, period: $period) {
  code title points { release { id sequence } comparability ratio { value display status } } } }"""
UNLIKE = {"POLICE_IDVA_REFERRED", "POLICE_IDVA_ENGAGED", "POLICE_MARAC"}
"""Ratios over unlike periods or units, of which the page says "about"."""


async def test_page_files_and_graphql_show_one_trend_over_releases(
    partnership: Partnership,
) -> None:
    """The IDVA service sends its year again; what was published stays as it was, beside it."""
    idva = rows(("IDV_REFERRAL", 150), ("IDV_ENGAGED", 90), ("IDV_NOT_ENGAGED", 60))
    await partnership.returned("IDVA/REFUGE_HERTS/FY2017-18", idva)
    await partnership.release()
    analyst = await partnership.client(Role.ANALYST)
    answer = await analyst.graphql("/graphql", TREND, area=HERE, period="CY2017")
    trends = by_code(answer["data"]["journeyTrend"])
    points = trends["IDVA_REFERRED_ENGAGED"]["points"]
    assert [point["release"]["sequence"] for point in points] == [2, 1]
    assert [point["ratio"]["display"] for point in points] == ["60.0", "56.7"]
    page = (await analyst.get(f"/journey?area={HERE}&period=CY2017")).text
    printed = {row.texts[0]: row.texts[1:] for row in tables(page)[-1].rows}
    for trend in trends.values():
        shown = [f"{p['ratio']['display']} {p['comparability']}" for p in trend["points"]]
        changed = " (changed)" if shown[0] != shown[1] else ""
        if {p["ratio"]["status"] for p in trend["points"]} & {"PUBLISHED", "SUPPRESSED"}:
            cells = printed.pop(f"{trend['title']}{changed}")
            assert [cell.removeprefix("≈ ") for cell in cells] == shown
            assert all(cell.startswith("≈") for cell in cells) == (trend["code"] in UNLIKE)
        for point in trend["points"]:
            link = (await file_of(analyst, point["release"]["id"]))["link", trend["code"]]
            said = point["ratio"]
            assert (link["status"], link["comparability"]) == (
                said["status"],
                point["comparability"],
            )
            assert float(link["value"] or -1) == pytest.approx(said["value"] or -1)
    assert printed == {}
    assert len(trends) > 3
    # An earlier release is shown as it was, without what came after it.
    old = f"/journey?area={HERE}&period=CY2017&release={points[1]['release']['id']}"
    assert 'id="trend"' not in (await analyst.get(old)).text


async def file_of(client: Client, release: str) -> dict[tuple[str, str], dict[str, str]]:
    asked = f"area={HERE}&period=CY2017&release={release}"
    text = (await client.get(f"/v1/queries/journey.csv?{asked}")).text
    return {(row["record"], row["code"]): row for row in csv.DictReader(io.StringIO(text))}


@pytest.mark.parametrize(
    ("path", "role", "agency"),
    [
        ("/journey", Role.ANALYST, None),
        ("/returns", Role.SUBMITTER, "REFUGE_HERTS"),
        ("/returns/IDVA/REFUGE_HERTS/FY2017-18", Role.SUBMITTER, "REFUGE_HERTS"),
        ("/releases", Role.STEWARD, None),
        ("/releases/none", Role.STEWARD, None),
        ("/sign-out", Role.ANALYST, None),
    ],
)
async def test_pages_are_in_the_language_that_the_browser_asks_for(
    partnership: Partnership, path: str, role: Role, agency: str | None
) -> None:
    client = await partnership.client(role, agency, "first" if role is Role.STEWARD else "")
    page = (await client.get(path, **{"Accept-Language": f"cy, {PSEUDO};q=0.9, en;q=0.8"})).text
    assert f'<html lang="{PSEUDO}"' in page
    assert "⟦" in page
    page = (await client.get(path, **{"Accept-Language": "cy, en;q=0.5"})).text
    assert '<html lang="en"' in page
    assert "⟦" not in page


async def test_a_cache_keeps_the_languages_apart(partnership: Partnership) -> None:
    analyst = await partnership.client(Role.ANALYST)
    assert "Accept-Language" in (await analyst.get("/journey")).headers["vary"]
