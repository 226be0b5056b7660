"""Attacks on published observations, read as anyone of the audience reads them.

Each test first shows that the attack works on a release that hides the small counts alone, and
then that it tells nothing of what the hub published.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import pytest

from hub.disclosure.relations import relations
from hub.running import RunningHub
from tests.functional.acts import Cell, Partnership, rows
from tests.functional.conftest import Sign
from tests.unit.release.releases import Attacker

HERE, MARAC, COUNTY = "E07000102", "MAR_THREE_RIVERS", "E10000015"
GROUP = "MSG_MET"
Truth = Mapping[Cell, int]
Relate = Callable[[Attacker], None]


@pytest.fixture
def partnership(hub: RunningHub, sign: Sign) -> Partnership:
    return Partnership(hub, sign)


def cell(code: str, area: str = HERE, period: str = "CY2017", breakdown: str = "") -> Cell:
    return code, area, period, breakdown


def proved(truth: Truth, shown: Collection[Cell], relate: Relate) -> dict[Cell, tuple[int, int]]:
    """What an attacker proves of the small counts."""
    attacker = Attacker()
    for key in shown:
        attacker.sees(key, truth[key])
    relate(attacker)
    return {key: attacker.interval(key) for key, count in truth.items() if 0 < count < 5}


def told(found: Mapping[Cell, tuple[int, int]]) -> list[Cell]:
    """The small counts whose interval is narrower than promised to partners."""
    return [key for key, (low, high) in found.items() if low > 1 or high < 5]


def assert_holds(truth: Truth, cells: Mapping[Cell, dict[str, Any]], relate: Relate) -> None:
    """The attack works on what naive suppression shows, and fails on what the hub shows."""
    naive = [key for key, count in truth.items() if not 0 < count < 5]
    assert told(proved(truth, naive, relate)), "this attack would find nothing anyway"
    shown = [key for key in truth if cells[key]["status"] == "PUBLISHED"]
    assert all(cells[key]["value"] == truth[key] for key in shown)
    assert told(proved(truth, shown, relate)) == []


async def test_complement_inside_an_indicator_pair(partnership: Partnership) -> None:
    """Crimes and incidents are all records."""
    await partnership.returned(
        "POLICE_CRIME/HERTS_POLICE/CY2017",
        rows(("POL_DA_CRIME", 617), ("POL_DA_INCIDENT", 3), ("POL_DA_TOTAL", 620)),
    )
    await partnership.release()
    truth = {cell("POL_DA_CRIME"): 617, cell("POL_DA_INCIDENT"): 3, cell("POL_DA_TOTAL"): 620}

    def relate(attacker: Attacker) -> None:
        parts = [cell("POL_DA_CRIME"), cell("POL_DA_INCIDENT")]
        attacker.adds_up(cell("POL_DA_TOTAL"), parts)

    assert_holds(truth, await partnership.cells(), relate)


async def test_complement_inside_a_partition(partnership: Partnership) -> None:
    grades = {"HIGH": 3, "MEDIUM": 212, "STANDARD": 402, "VERY_HIGH": 0, "NONE_ALLOCATED": 0}
    body = rows(
        ("POL_DA_CRIME", 617),
        *(("POL_DA_CRIME", n, {"breakdown": {"RISK": grade}}) for grade, n in grades.items()),
    )
    await partnership.returned("POLICE_CRIME/HERTS_POLICE/CY2017", body)
    await partnership.release()
    truth = {cell("POL_DA_CRIME", breakdown=f"RISK={g}"): n for g, n in grades.items()}
    parts = list(truth)
    truth[cell("POL_DA_CRIME")] = 617

    def relate(attacker: Attacker) -> None:
        attacker.adds_up(cell("POL_DA_CRIME"), parts)

    assert_holds(truth, await partnership.cells(), relate)


async def test_calendar_against_financial_year(partnership: Partnership) -> None:
    """The two years overlap by nine months; the quarters at their ends are returned too."""
    counts = {"CY2017": 600, "FY2017-18": 640, "CY2017-Q1": 3, "CY2018-Q1": 43}
    for period, count in counts.items():
        address = f"POLICE_CRIME/HERTS_POLICE/{period}"
        await partnership.returned(address, rows(("POL_DA_CRIME", count)))
    await partnership.release()
    truth = {cell("POL_DA_CRIME", period=period): count for period, count in counts.items()}

    def relate(attacker: Attacker) -> None:
        for year, quarter in (("CY2017", "CY2017-Q1"), ("FY2017-18", "CY2018-Q1")):
            parts = [cell("POL_DA_CRIME", period=quarter), "April to December"]
            attacker.adds_up(cell("POL_DA_CRIME", period=year), parts)

    assert_holds(truth, await partnership.cells(), relate)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "without link_areas"])
async def test_overlapping_areas(
    partnership: Partnership, guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Marac's area is the district; the county has three records outside of both. What is
    hidden of the district must be hidden of the Marac, or it is the county that goes."""
    if not guarded:
        monkeypatch.setattr(relations, "link_areas", lambda draft: None)
    address = "POLICE_CRIME/HERTS_POLICE/CY2017"
    whole, inside = (rows(("POL_DA_CRIME", n), area=at) for n, at in ((63, COUNTY), (60, HERE)))
    whole["observations"] += inside["observations"]
    await partnership.returned(address, whole)
    await partnership.release()
    cells = await partnership.cells()
    truth = {cell("POL_DA_CRIME", at): n for at, n in ((COUNTY, 63), (HERE, 60), (MARAC, 60))}
    attacker = Attacker()
    for key, count in truth.items():
        if cells[key]["status"] == "PUBLISHED":
            attacker.sees(key, count)
    for place in (HERE, MARAC):
        attacker.adds_up(cell("POL_DA_CRIME", COUNTY), [cell("POL_DA_CRIME", place), "outside"])
    low, high = attacker.interval("outside")
    assert (low <= 1 and high >= 5) == guarded


async def test_differencing_two_releases(partnership: Partnership) -> None:
    """The small count grew and its neighbour stayed: shown now, they would tell what it was."""
    address = "POLICE_CRIME/HERTS_POLICE/CY2017"
    before = {"POL_DA_CRIME": 617, "POL_DA_INCIDENT": 3, "POL_DA_TOTAL": 620}
    after = {"POL_DA_CRIME": 617, "POL_DA_INCIDENT": 13, "POL_DA_TOTAL": 630}
    seen: set[tuple[Cell, int]] = set()
    for counts in (before, after):
        await partnership.returned(address, rows(*counts.items()))
        await partnership.release()
        cells = await partnership.cells()
        seen |= {
            (cell(code), count)
            for code, count in counts.items()
            if cells[cell(code)]["status"] == "PUBLISHED"
        }

    def attack(shown: Collection[tuple[Cell, int]]) -> tuple[int, int]:
        attacker = Attacker()
        for key, count in shown:
            attacker.sees((key, count), count)
        for counts in (before, after):
            names = {code: (cell(code), count) for code, count in counts.items()}
            parts = [names["POL_DA_CRIME"], names["POL_DA_INCIDENT"]]
            attacker.adds_up(names["POL_DA_TOTAL"], parts)
        return attacker.interval((cell("POL_DA_INCIDENT"), 3))

    alone = {(cell("POL_DA_TOTAL"), 620), *((cell(code), n) for code, n in after.items())}
    assert attack(alone) == (3, 3)
    low, high = attack(seen)
    assert (low <= 1, high >= 5) == (True, True)


@pytest.mark.parametrize(("part", "symbol"), [(3, "c"), (40, None)], ids=["small", "large"])
async def test_an_agency_cannot_subtract_its_own(
    partnership: Partnership, part: int, symbol: str | None
) -> None:
    """A sum over two agencies shows each the other's part, however large the sum."""
    for agency, count in (("HERTS_POLICE", 50), ("HERTS_DAP", part)):
        body = rows(("CRT_DA_CASE", count), area=COUNTY)
        await partnership.returned(f"COURT/{agency}/CY2017", body)
    await partnership.release()
    shared = (await partnership.cells())[cell("CRT_DA_CASE", COUNTY)]
    assert shared["symbol"] == symbol
    assert {one["agency"] for one in shared["provenance"]} == {"HERTS_POLICE", "HERTS_DAP"}


def stated(printed: Mapping[str, float], cases: int) -> dict[str, Any]:
    """Percentages as the portal prints them, over the count of cases."""
    found = rows(("MAR_CASE", cases), area=GROUP)
    for code, value in printed.items():
        row = {"indicator": code, "area": GROUP, "value": value, "base": cases}
        found["observations"].append(row)
    return found


PERCENT = [
    ("a small numerator", {"MAR_MALE_PC": 3.0}, 100, ["MAR_MALE_PC"]),
    ("a small rest", {"MAR_MALE_PC": 97.0}, 100, ["MAR_MALE_PC"]),
    ("a large numerator", {"MAR_MALE_PC": 20.0}, 100, []),
    ("a small base", {"MAR_MALE_PC": 50.0}, 4, ["MAR_MALE_PC"]),
    (
        "the rest of a partition",
        {"MAR_REF_POLICE_PC": 60.0, "MAR_REF_IDVA_PC": 37.0, "MAR_REF_CSC_PC": 3.0},
        100,
        ["MAR_REF_CSC_PC", "MAR_REF_IDVA_PC"],
    ),
]


@pytest.mark.parametrize(
    ("printed", "cases", "hidden"), [case[1:] for case in PERCENT], ids=[c[0] for c in PERCENT]
)
async def test_a_printed_percentage_over_a_printed_base(
    partnership: Partnership, printed: dict[str, float], cases: int, hidden: list[str]
) -> None:
    await partnership.returned("MARAC_PORTAL/SAFELIVES/R12-2024-03", stated(printed, cases))
    await partnership.release()
    cells = await partnership.cells()
    places = {code: cells[cell(code, GROUP, "R12-2024-03")] for code in printed}
    assert sorted(code for code, figure in places.items() if figure["symbol"] == "c") == hidden
    assert all(figure["value"] is None for figure in places.values() if figure["symbol"])
