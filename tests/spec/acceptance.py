"""The acceptance figures of the source documents, AF-01 to AF-56, in one table.

Each case lists what must come out of the hub for the demo's returns, how it is obtained from a
partners' release, its exact value (to the digits given), and what the source prints. ``fault``
names the entry of the list of faults when the two differ. The same table is printed as
``docs/reference/acceptance.md``.
"""

from tests.spec.acceptance_insights import INSIGHTS_CASES
from tests.spec.asks import (
    SUPPRESSED,
    Ask,
    agreeing,
    cell,
    changed,
    covered,
    given,
    less,
    link,
    per,
    refused,
    standing,
    status,
    total,
)
from tests.spec.demo_release import HERTFORDSHIRE, MET, PLYMOUTH, SIMILAR, THREE_RIVERS, UK
from tests.spec.lines import Line, case

TR, HERTS, PLY = THREE_RIVERS, HERTFORDSHIRE, PLYMOUTH
CY, FY, RUN, ROLLING = "CY2017", "FY2017-18", "2017-05/2017-12", "R12-2024-03"
TO_JUNE, TO_MAY, JUNE_BEFORE = "YTD-2015-06", "YTD-2015-05", "YTD-2014-06"

RECORDS = cell("POL_DA_TOTAL", TR, CY)
QUARTERS = [f"{FY}-Q{quarter}" for quarter in range(1, 5)]
LEVELS = ("LEVEL_1", "LEVEL_2", "LEVEL_3")
RISKS = ("STANDARD", "MEDIUM", "HIGH", "NONE_ALLOCATED")
MONTHS = [f"2014-{month:02d}" for month in range(4, 13)] + ["2015-01", "2015-02", "2015-03"]
COLUMNS = (UK, SIMILAR, MET, *(f"MAR_MET_{number}" for number in range(1, 7)))
PARTS = (
    "IDVA", "CSC", "PRIMARY_CARE", "SECONDARY_CARE", "EDUCATION", "HOUSING", "MENTAL_HEALTH",
    "PROBATION", "VOLUNTARY", "SUBSTANCE", "ASC", "MASH", "OTHER",
)  # fmt: skip


DA_TO_DATE = {
    "YTD-2014-04": "542",
    "YTD-2014-05": "1114",
    "YTD-2014-06": "1739",
    "YTD-2014-07": "2401",
    "YTD-2014-08": "2965",
    "YTD-2014-09": "3493",
    "YTD-2014-10": "4012",
    "YTD-2014-11": "4556",
    "YTD-2014-12": "5143",
    "YTD-2015-01": "5623",
    "YTD-2015-02": "6111",
    "YTD-2015-03": "6587",
}

POSTS = {
    "MAR_IDVA_FTE_CURRENT": "1174.0 321.0 157.0 6.0 7.0 8.0 5.5 11.0 7.5",
    "MAR_IDVA_FTE_RECOMMENDED": "1020.0 216.0 130.5 3.5 4.0 6.0 4.0 6.5 6.0",
    "MAR_ADMIN_FTE_CURRENT": "293.4 80.2 39.4 1.6 1.8 2.0 1.4 2.8 2.0",
    "MAR_ADMIN_FTE_RECOMMENDED": "255.0 54.0 32.6 0.8 1.0 1.4 1.0 1.6 1.6",
}
POST_CELLS = {f"{code} {area}": cell(code, area, ROLLING) for code in POSTS for area in COLUMNS}
POSTS_PRINTED = {
    f"{code} {area}": figure
    for code, row in POSTS.items()
    for area, figure in zip(COLUMNS, row.split(), strict=True)
}


def nonpolice(area: str) -> Ask:
    """The sum of the thirteen printed shares of referrers other than police."""
    return total(*(cell(f"MAR_REF_{part}_PC", area, ROLLING) for part in PARTS))


THREE_RIVERS_CASES = (
    case(1, Line("Crimes and incidents", RECORDS, "1270", "1,270")),
    case(
        2,
        Line("Crimes, change on 2016", cell("POL_DA_CRIME_CHANGE_PC", TR, CY), "10.38", "10.4%"),
    ),
    case(
        3,
        Line("Incidents, change on 2016", cell("POL_DA_INCIDENT_CHANGE_PC", TR, CY), "6.01", "6%"),
    ),
    case(
        4,
        Line(
            "Cases at court over police records, county",
            link("POLICE_COURT", HERTS, FY, "C", "COURT_LAG", "PERIOD", "UNIT"),
            "7.324",
            "7.3%",
        ),
        Line("Months covered", covered("POLICE_COURT", HERTS, FY), "8 of 12"),
    ),
    case(
        5,
        Line(
            "Successful cases over police records, county",
            link("POLICE_COURT_SUCCESS", HERTS, FY, "C", "COURT_LAG", "PERIOD", "UNIT"),
            "4.211",
            "4.2%",
        ),
    ),
    case(
        6,
        Line(
            "Successful, of cases at court, county",
            link("COURT_CASE_SUCCESS", HERTS, FY, "A"),
            "57.50",
        ),
    ),
    case(
        7,
        Line("Engaged with the IDVA service", cell("IDV_ENGAGED", TR, FY), "70"),
        Line(
            "Not engaged, by subtraction",
            less(cell("IDV_REFERRAL", TR, FY), cell("IDV_ENGAGED", TR, FY)),
            "71",
            "71",
        ),
        Line("Not engaged, as returned", cell("IDV_NOT_ENGAGED", TR, FY), "71", "71"),
        Line(
            "Engagement rate",
            link("IDVA_REFERRED_ENGAGED", TR, CY, "A", "ENGAGED_DIFFERS"),
            "49.645",
            "49%",
            "F-01",
        ),
    ),
    case(
        8,
        Line(
            "Referred to the IDVA service over police records",
            link("POLICE_IDVA_REFERRED", TR, CY, "C", "PERIOD", "UNIT", "SOURCE"),
            "11.102",
            "11.1%",
        ),
    ),
    case(
        9,
        Line(
            "Engaged with the IDVA service over police records",
            link("POLICE_IDVA_ENGAGED", TR, CY, "C", "PERIOD", "UNIT", "SOURCE"),
            "5.512",
            "5.5%",
        ),
    ),
    case(
        10,
        Line(
            "Risk grades, summed",
            total(*(cell("POL_DA_RISK", HERTS, "2017-12", RISK=risk) for risk in RISKS)),
            "1710",
            "1,710",
        ),
        Line("All records of the month", cell("POL_DA_TOTAL", HERTS, "2017-12"), "1710", "1,710"),
    ),
    case(
        11,
        *(
            Line(
                f"Graded {risk.lower().replace('_', ' ')}",
                cell(f"POL_DA_RISK_{risk}_PC", HERTS, "2017-12"),
                exact,
                printed,
            )
            for risk, exact, printed in zip(
                RISKS,
                ("59.591", "31.345", "4.561", "4.503"),
                ("59.6%", "31.3%", "4.6%", "4.5%"),
                strict=True,
            )
        ),
    ),
    case(
        12,
        Line("Repeat cases at Marac", link("MARAC_HEARD_REPEAT", TR, CY, "A"), "28.736", "28.74%"),
        Line("Repeat rate, derived", cell("MAR_REPEAT_PC", TR, CY), "28.736", "28.74%"),
    ),
    case(
        13,
        Line(
            "Marac cases over police records",
            link("POLICE_MARAC", TR, CY, "B", "UNIT", "SOURCE"),
            "6.850",
            "6.9%",
        ),
    ),
    case(
        14,
        Line(
            "Caseworker referrals from police",
            link("DAC_REFERRED_FROM_POLICE", TR, CY, "A"),
            "89.209",
            "89%",
        ),
    ),
    case(
        15,
        Line(
            "People engaged over caseworker referrals",
            link(
                "DAC_REFERRED_ENGAGED",
                TR,
                CY,
                "B",
                "UNIT",
                "PEOPLE_AGAINST_REFERRALS",
                "ENGAGED_DIFFERS",
            ),
            "21.223",
            "21%",
        ),
    ),
    case(
        16,
        *(
            Line(
                f"People engaged in {quarter}, by level, summed",
                total(
                    *(
                        cell("DAC_CLIENT_LEVEL", TR, quarter, ENGAGEMENT_LEVEL=level)
                        for level in LEVELS
                    )
                ),
                people,
                people,
            )
            for quarter, people in zip(QUARTERS, ("48", "27", "30", "51"), strict=True)
        ),
        *(
            Line(
                f"People engaged in {quarter}, total",
                cell("DAC_CLIENT", TR, quarter),
                people,
                people,
            )
            for quarter, people in zip(QUARTERS, ("48", "27", "30", "51"), strict=True)
        ),
    ),
    case(
        17,
        Line("People engaged in the year", cell("DAC_CLIENT", TR, FY), "118", "118"),
        Line(
            "The quarters added to a year: refused",
            refused("DAC_CLIENT", TR, FY, QUARTERS),
            "People are counted once in each period, so periods must not be added.",
        ),
    ),
    case(
        18,
        Line(
            "Caseworker referrals over police records",
            link("POLICE_DAC_REFERRED", TR, CY, "C", "PERIOD", "UNIT", "SOURCE"),
            "43.780",
            "44%",
        ),
        Line(
            "People engaged with the caseworker over police records",
            link("POLICE_DAC_ENGAGED", TR, CY, "C", "PERIOD", "UNIT", "SOURCE"),
            "9.291",
            "9%",
        ),
    ),
    case(
        19,
        Line(
            "Caseworker referrals from police over police records",
            link("POLICE_DAC_FROM_POLICE", TR, CY, "C", "PERIOD", "UNIT"),
            "39.055",
        ),
    ),
    case(
        20,
        Line(
            "Referrals against the planned level",
            cell("DAC_REFERRAL_TARGET_PC", TR, FY),
            "155.74",
            "156%",
        ),
        Line(
            "People engaged against the target",
            cell("DAC_CLIENT_TARGET_PC", TR, FY),
            "121.65",
            "122%",
        ),
    ),
    case(
        21,
        Line(
            "The predecessor's engagement rate",
            per(
                given("77", "the source does not say which year it was, so no return holds it"),
                given("357", "the same"),
            ),
            "21.57",
            "",
        ),
    ),
    case(
        22,
        Line(
            "The abuse stopped",
            link("DAC_ANSWERED_CEASED", TR, CY, "C", "ANSWERS_EXCEED_CLIENTS"),
            "4.545",
            "4.5%",
        ),
        Line(
            "The abuse reduced",
            link("DAC_ANSWERED_REDUCED", TR, CY, "C", "ANSWERS_EXCEED_CLIENTS"),
            "73.485",
            "73.5%",
        ),
        Line(
            "No change",
            link("DAC_ANSWERED_NO_CHANGE", TR, CY, "C", "ANSWERS_EXCEED_CLIENTS"),
            "21.970",
            "21.9%",
            "F-02",
        ),
        Line(
            "Stopped or reduced",
            link("DAC_ANSWERED_BETTER", TR, CY, "C", "ANSWERS_EXCEED_CLIENTS"),
            "78.030",
        ),
    ),
    case(
        23,
        Line(
            "Families First assessments with domestic abuse",
            link("FF_ASSESSED_WITH_DA", TR, CY, "A"),
            "56.190",
            "56.2%",
        ),
    ),
    case(
        24,
        Line("Referrals to MASH, May to December", cell("CSM_REFERRAL", HERTS, RUN), "11022"),
        Line("Triage referrals, May to December", cell("FFT_REFERRAL_ALERT", HERTS, RUN), "8108"),
        Line("Months covered", covered("POLICE_MASH", HERTS, CY), "8 of 12"),
    ),
    case(
        25,
        Line("Interventions", cell("DAC_INTERVENTION", TR, FY), "170"),
        Line(
            "Court measures, a small count",
            status("DAC_INTERVENTION", TR, FY, DAC_INTERVENTION_TYPE="COURT_MEASURES"),
            SUPPRESSED,
        ),
    ),
)

PLYMOUTH_CASES = (
    case(
        26,
        *(
            Line(f"Domestic abuse, {period}", cell("POL_DA_TOTAL", PLY, period), figure, figure)
            for period, figure in DA_TO_DATE.items()
        ),
    ),
    case(
        27,
        Line(
            "Domestic abuse, quarter 1",
            standing("DA_REPORTING", PLY, TO_JUNE, "actual"),
            "1632",
            "1632",
        ),
        Line(
            "against last year",
            standing("DA_REPORTING", PLY, TO_JUNE, "last_year.difference"),
            "-107",
            "-107",
        ),
        Line(
            "against last year, per cent",
            cell("POL_DA_CHANGE_PC", PLY, TO_JUNE),
            "-6.15",
            "-6%",
        ),
    ),
    case(28, Line("June alone, per cent", cell("POL_DA_CHANGE_PC", PLY, "2015-06"), "-19.36")),
    case(
        29,
        Line(
            "Domestic abuse against profile",
            standing("DA_REPORTING", PLY, TO_JUNE, "profile.difference"),
            "-15",
        ),
        Line("per cent", standing("DA_REPORTING", PLY, TO_JUNE, "profile.percent"), "-0.91"),
        Line("standing", standing("DA_REPORTING", PLY, TO_JUNE), "amber", "amber"),
    ),
    case(
        30,
        Line(
            "Referrals of the four quarters",
            total(*(cell("DAS_REFERRAL", PLY, f"FY2014-15-Q{n}") for n in range(1, 5))),
            "2665",
            "2665",
        ),
        *(
            Line(f"Referrals, {period}", cell("DAS_REFERRAL", PLY, period), figure, figure)
            for period, figure in {
                "YTD-2014-06": "629",
                "YTD-2014-09": "1356",
                "YTD-2014-12": "2116",
                "YTD-2015-03": "2665",
            }.items()
        ),
    ),
    case(
        31,
        Line(
            "Referrals against last year",
            standing("DA_REFERRALS", PLY, TO_JUNE, "last_year.difference"),
            "-104",
            "-104",
        ),
        Line(
            "per cent",
            standing("DA_REFERRALS", PLY, TO_JUNE, "last_year.percent"),
            "-16.53",
            "-104",
            "F-12",
        ),
        Line(
            "against profile, per cent",
            standing("DA_REFERRALS", PLY, TO_JUNE, "profile.percent"),
            "-21.29",
        ),
        Line("standing", standing("DA_REFERRALS", PLY, TO_JUNE), "red", "red"),
    ),
    case(
        32,
        Line(
            "All crime against last year",
            less(cell("POL_ALL_CRIME", PLY, TO_JUNE), cell("POL_ALL_CRIME", PLY, JUNE_BEFORE)),
            "13",
        ),
        Line(
            "per cent (a rise; F-06 calls it a reduction)",
            changed(cell("POL_ALL_CRIME", PLY, TO_JUNE), cell("POL_ALL_CRIME", PLY, JUNE_BEFORE)),
            "0.27",
            "0%",
        ),
    ),
    case(
        33,
        Line("Gap in crime", standing("ALL_CRIME_GAP", PLY, TO_JUNE, "actual"), "18.00", "18"),
        Line(
            "profile (F-07 compares with last year's figure)",
            standing("ALL_CRIME_GAP", PLY, TO_JUNE, "profile.other"),
            "19.32",
            "19.32",
        ),
        Line(
            "against profile",
            standing("ALL_CRIME_GAP", PLY, TO_JUNE, "profile.difference"),
            "-1.32",
        ),
        Line("standing", standing("ALL_CRIME_GAP", PLY, TO_JUNE), "green", "green"),
    ),
    case(
        34,
        Line("Anti-social behaviour", standing("ASB", PLY, TO_JUNE, "actual"), "2527", "2527"),
        Line(
            "against last year",
            standing("ASB", PLY, TO_JUNE, "last_year.difference"),
            "-186",
            "-186",
        ),
        Line("per cent", standing("ASB", PLY, TO_JUNE, "last_year.percent"), "-6.86", "-7%"),
    ),
    case(
        35,
        Line("Above the ceiling", standing("ASB", PLY, TO_JUNE, "profile.difference"), "13"),
        Line("per cent", standing("ASB", PLY, TO_JUNE, "profile.percent"), "0.52"),
        Line("standing", standing("ASB", PLY, TO_JUNE), "amber", "green", "F-15"),
    ),
    case(
        36,
        Line(
            "Acquisitive crime, the months of 2014/15",
            total(*(cell("POL_SAC", PLY, month) for month in MONTHS)),
            "2017",
            "2017",
        ),
        Line(
            "April and May against last year, per cent",
            standing("ACQUISITIVE_CRIME", PLY, TO_JUNE, "last_year.percent"),
            "17.07",
            "17.1%",
        ),
        Line(
            "last month observed (F-17 calls it the quarter)",
            standing("ACQUISITIVE_CRIME", PLY, TO_JUNE, "period"),
            TO_MAY,
        ),
        Line(
            "standing",
            standing("ACQUISITIVE_CRIME", PLY, TO_JUNE),
            "monitoring",
            "monitoring",
        ),
    ),
    case(
        37,
        Line("Hate incidents", standing("HATE_REPORTING", PLY, TO_JUNE, "actual"), "174", "174"),
        Line(
            "against profile, per cent",
            standing("HATE_REPORTING", PLY, TO_JUNE, "profile.percent"),
            "10.83",
        ),
        Line("standing", standing("HATE_REPORTING", PLY, TO_JUNE), "green", "green"),
    ),
)

MARAC_CASES = (
    case(38, Line("Cases per 10,000 women, UK", cell("MAR_CASE_RATE", UK, ROLLING), "46.04", "46")),
    case(
        39,
        Line("most similar forces", cell("MAR_CASE_RATE", SIMILAR, ROLLING), "59.4", "59"),
        Line("Metropolitan", cell("MAR_CASE_RATE", MET, ROLLING), "48.1", "48"),
    ),
    case(
        40,
        Line("IDVA and administrator posts", agreeing(POST_CELLS, POSTS_PRINTED), "36 of 36"),
        Line(
            "660 cases: advisers",
            cell("MAR_IDVA_FTE_CURRENT", "MAR_MET_2", ROLLING),
            "7.0",
            "7.0",
        ),
        Line(
            "660 cases: administrators",
            cell("MAR_ADMIN_FTE_CURRENT", "MAR_MET_2", ROLLING),
            "1.8",
            "1.8",
        ),
    ),
    case(
        41,
        *(
            Line(
                f"Police and others, {area}",
                total(
                    cell("MAR_REF_POLICE_PC", area, ROLLING),
                    cell("MAR_REF_NONPOLICE_PC", area, ROLLING),
                ),
                "100.0",
            )
            for area in COLUMNS
        ),
    ),
    case(
        42,
        Line("Thirteen other referrers, UK", nonpolice(UK), "36.2", "36.2%"),
        Line("Metropolitan", nonpolice(MET), "66.3", "66.3%"),
        Line("most similar forces", nonpolice(SIMILAR), "44.3", "44.2%", "F-19"),
    ),
    case(
        43,
        *(
            Line(f"Victims aged 16 or 17, {area}", cell("MAR_V1617_PC", area, ROLLING), *figures)
            for area, figures in {
                UK: ("1.301", "1.3%"),
                SIMILAR: ("1.228", "1.2%"),
                MET: ("0.988", "1.0%"),
            }.items()
        ),
    ),
    case(
        44,
        *(
            Line(
                f"Residents implied by {rate} per 1,000, in millions",
                per(
                    cell("POL_DA_TOTAL", MET, "FY2022-23"),
                    cell("POL_DA_RATE_1000", MET, "FY2022-23")
                    if rate == "28"
                    else given(rate, "a limit of what is printed as 28"),
                    "0.001",
                ),
                exact,
            )
            for rate, exact in {"28": "8.75", "28.5": "8.60", "27.5": "8.91"}.items()
        ),
    ),
)

CASES = (*THREE_RIVERS_CASES, *PLYMOUTH_CASES, *MARAC_CASES, *INSIGHTS_CASES)
