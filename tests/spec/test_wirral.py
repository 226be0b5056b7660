"""Every line of Wirral's strategic and operational lists, out of pushed counts.

The table follows the source (WIR, appendix 2), line by line. Counts are made up; each return is
validated and released by the pure pipeline, and every percentage and rate is computed from what
the release publishes: none is pushed.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

import pytest

from hub.protected.figures import FigureStatus
from hub.protected.observations import Observation
from hub.returns import Return
from hub.vocabulary import CellKey, vocabulary
from hub.vocabulary.cells import Term
from tests.factory import reported
from tests.spec.demo_release import signed_off
from tests.unit.release.releases import publish

WIRRAL, FORCE, CROWN, MARAC = "E08000015", "E23000004", "CPS_MERSEY_CHESHIRE", "MAR_WIRRAL"
YEAR, MEETINGS = "FY2022-23", "CY2022"
"""The Marac's line is for a calendar year: a population is an estimate of one, and a rate is only
computed where both have the same period."""


@dataclass(frozen=True)
class Line:
    """A line of the source: what it says, the area, the indicators that answer it."""

    said: str
    area: str
    counts: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()


STRATEGIC = (
    Line("DA-related incidents and crimes recorded", FORCE,
         ("POL_DA_CRIME", "POL_DA_INCIDENT", "POL_DA_TOTAL")),
    Line("DA-related crimes as a percentage of all crimes", FORCE, (), ("POL_DA_CRIME_PC",)),
    Line("prosecutions, and percentage of all prosecutions", CROWN,
         ("CPS_DA_PROSECUTION",), ("CPS_DA_PROSECUTION_PC",)),
    Line("convictions, and percentage of prosecutions that resulted in one", CROWN,
         ("CPS_DA_CONVICTION",), ("CPS_DA_CONVICTION_PC",)),
    Line("crimes that resulted in arrests", FORCE, ("POL_DA_ARREST",)),
    Line("Domestic Violence Protection Notices", FORCE, ("POL_DVPN",)),
    Line("Domestic Violence Protection Orders", FORCE, ("POL_DVPO",)),
    Line("Clare's Law, Right to Know", FORCE, ("POL_DVDS_RTK",)),
    Line("Clare's Law, Right to Ask", FORCE, ("POL_DVDS_RTA",)),
    Line("cases discussed per 10,000 adult females", MARAC, ("MAR_CASE",), ("MAR_CASE_RATE",)),
    Line("percentage that were repeat cases", MARAC, ("MAR_REPEAT",), ("MAR_REPEAT_PC",)),
    Line("percentage referred by the police", MARAC, (), ("MAR_REF_POLICE_PC",)),
    Line("percentage that involved a male victim", MARAC, ("MAR_MALE",), ("MAR_MALE_PC",)),
)  # fmt: skip
"""The 13 items of the strategic list, in source order."""


def service(prefix: str, name: str) -> tuple[Line, ...]:
    """The three lines that the source has for each service."""
    return (
        Line(f"cases referred to {name}", WIRRAL, (f"{prefix}_REFERRED",)),
        Line(f"cases engaged with {name}", WIRRAL, (f"{prefix}_ENGAGED",),
             (f"{prefix}_ENGAGEMENT_PC",)),
        Line(f"percentage of cases closed to {name} with needs met", WIRRAL,
             (f"{prefix}_CLOSED",), (f"{prefix}_CLOSED_NEEDS_MET_PC",)),
    )  # fmt: skip


OPERATIONAL = (
    Line("contacts to Children's MASH", WIRRAL, ("CSM_CONTACT",)),
    Line("contacts to Adult MASH", WIRRAL, ("ASM_CONTACT",)),
    Line("repeat contacts to Children's MASH within 6 months", WIRRAL, ("CSM_CONTACT_REPEAT_6M",)),
    Line("repeat contacts to Adult MASH within 6 months", WIRRAL, ("ASM_CONTACT_REPEAT_6M",)),
    Line("total number of contacts", WIRRAL, ("DA_CONTACT_TOTAL",)),
    Line("percentage following an incident", WIRRAL, (), ("DA_CONTACT_INCIDENT_PC",)),
    Line("percentage following concerns", WIRRAL, (), ("DA_CONTACT_CONCERN_PC",)),
    Line("referral source data", WIRRAL, ("DA_CONTACT_SOURCE",)),
    *service("EH", "early help services"),
    *service("CSC", "Children's Social Care"),
    *service("AHC", "Adult Health and Care Services"),
    *service("FSU", "the Family Safety Unit"),
    Line("families referred to housing", WIRRAL, ("HOU_REFERRED_FAMILY",)),
    Line("families being supported by housing", WIRRAL, ("HOU_SUPPORTED_FAMILY",)),
)  # fmt: skip
"""The 22 lines of the operational list, in source order."""

CASES = {
    f"{prefix}_{name}": count + step
    for step, prefix in enumerate(("EH", "CSC", "AHC", "FSU"))
    for name, count in (
        ("REFERRED", 240), ("ENGAGED", 160), ("CLOSED", 150), ("CLOSED_NEEDS_MET", 90),
    )
}  # fmt: skip
RETURNS: dict[tuple[str, str, str], dict[str, int]] = {
    ("POLICE_CRIME", "MERSEYSIDE_POLICE", FORCE): {
        "POL_DA_CRIME": 21_700, "POL_DA_INCIDENT": 18_900, "POL_DA_TOTAL": 40_600,
        "POL_ALL_CRIME": 143_000,
    },
    ("POLICE_POWERS", "MERSEYSIDE_POLICE", FORCE): {"POL_DA_ARREST": 7_900},
    ("POLICE_POWERS", "MERSEYSIDE_ORDERS", FORCE): {
        "POL_DVPN": 410, "POL_DVPO": 380, "POL_DVDS_RTK": 520, "POL_DVDS_RTA": 610,
    },
    ("CPS_OUTCOME", "CPS_MERSEY", CROWN): {
        "CPS_ALL_PROSECUTION": 21_000, "CPS_DA_PROSECUTION": 3_100, "CPS_DA_CONVICTION": 2_370,
    },
    ("MARAC", "WIRRAL_MARAC", MARAC): {
        "MAR_CASE": 770, "MAR_REPEAT": 260, "MAR_MALE": 47, "MAR_REF": 770,
        "MAR_REF[REFERRAL_SOURCE=POLICE]": 540,
    },
    ("POPULATION", "ONS", MARAC): {"POP_F16P": 140_000},
    ("MASH_CHILD", "WIRRAL_CSM", WIRRAL): {
        "CSM_CONTACT": 3_100, "CSM_CONTACT_REPEAT_6M": 700, "DA_CONTACT_TOTAL": 3_900,
        "DA_CONTACT_INCIDENT": 2_900, "DA_CONTACT_CONCERN": 1_000, "DA_CONTACT_SOURCE": 3_900,
    },
    ("MASH_ADULT", "WIRRAL_ASM", WIRRAL): {"ASM_CONTACT": 800, "ASM_CONTACT_REPEAT_6M": 170},
    **{
        (dataset, agency, WIRRAL): {
            code: count for code, count in CASES.items() if code.startswith(prefix)
        }
        for prefix, dataset, agency in (
            ("EH_", "EARLY_HELP", "WIRRAL_EH"), ("CSC_", "CHILD_CARE", "WIRRAL_CSC"),
            ("AHC_", "ADULT_CARE", "WIRRAL_AHC"), ("FSU_", "FSU", "WIRRAL_FSU"),
        )
    },
    ("HOUSING", "WIRRAL_HOUSING", WIRRAL): {
        "HOU_REFERRED_FAMILY": 300, "HOU_SUPPORTED_FAMILY": 120,
    },
}  # fmt: skip
"""What each agency pushes for the year: counts only, made up."""


def period_of(area: str) -> str:
    """The year that an area's agencies report."""
    return MEETINGS if area == MARAC else YEAR


def key_of(term: str, area: str) -> CellKey:
    """The cell that a term such as ``MAR_REF[REFERRAL_SOURCE=POLICE]`` names."""
    found = Term.parse(term)
    return CellKey(found.indicator, area, period_of(area), found.breakdown)


@cache
def released() -> dict[CellKey, Observation]:
    """The counts, validated, signed off and released to partners."""
    made = []
    for (dataset, agency, area), counts in RETURNS.items():
        period = period_of(area)
        keys = {key_of(term, area): count for term, count in counts.items()}
        rows = [
            reported(
                each.indicator, count, area=area, period=period, breakdown=dict(each.breakdown)
            )
            for each, count in keys.items()
        ]
        body = Return(dataset=dataset, agency=agency, period=period, observations=tuple(rows))
        made.append(signed_off(body))
    return publish(made, vocabulary=vocabulary()).cells


def test_the_lists_are_whole() -> None:
    assert (len(STRATEGIC), len(OPERATIONAL)) == (13, 22)


def test_no_percentage_is_pushed() -> None:
    pushed = {key_of(term, "").indicator for counts in RETURNS.values() for term in counts}
    assert not {code for code in pushed if vocabulary().indicator(code).numerator}


@pytest.mark.parametrize("line", [*STRATEGIC, *OPERATIONAL], ids=lambda line: line.said)
def test_a_line_is_answered(line: Line) -> None:
    cells, words = released(), vocabulary()
    pushed = {
        key_of(term, area): count
        for (_, _, area), counts in RETURNS.items()
        for term, count in counts.items()
    }
    assert line.counts or line.derived
    for code in line.counts:
        found = cells[key_of(code, line.area)]
        assert found.status is FigureStatus.PUBLISHED
        assert found.value == pushed[key_of(code, line.area)]
    for code in line.derived:
        row = words.indicator(code)
        found = cells[key_of(code, line.area)]
        assert found.derived and found.status is FigureStatus.PUBLISHED, found.reason
        top, bottom = (
            sum(
                pushed[CellKey(term.indicator, line.area, period_of(line.area), term.breakdown)]
                for term in side
            )
            for side in (row.numerator, row.denominator)
        )
        places = Decimal(1).scaleb(-(row.decimals or 0))
        expected = (Decimal(top) * Decimal(row.per or 100) / bottom).quantize(places, ROUND_HALF_UP)
        assert found.value is not None
        assert found.value.quantize(places, ROUND_HALF_UP) == expected
