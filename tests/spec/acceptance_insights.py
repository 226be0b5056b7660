"""The acceptance figures of the outreach report, AF-45 to AF-56."""

from tests.spec.asks import SUPPRESSED, Ask, cell, less, per, status, total
from tests.spec.lines import Case, Line, case

POOL, YEAR = "INS_POOL_2020", "FY2020-21"
FOUR_TYPES = {"PHYSICAL": "1373", "SEXUAL": "439", "HARASSMENT": "1525", "CONTROL": "2168"}
GROUPS = ("WHITE", "MIXED", "ASIAN", "BLACK", "OTHER", "NOT_DISCLOSED", "UNKNOWN", "MISSING")
SUPPORTED = {
    "HOUSING": ("57.9", "58%"),
    "PHYSICAL_HEALTH": ("29.7", "30%"),
    "MENTAL_HEALTH": ("57.1", "57%"),
    "DRUG": ("36.1", "36%"),
    "ALCOHOL": ("30.7", "31%"),
    "CHILD": ("55.8", "56%"),
    "FINANCE": ("53.0", "53%"),
    "EET": ("25.8", "26%"),
    "SOCIAL": ("41.1", "41%"),
    "IMMIGRATION": ("52.8", "53%"),
}
AGREED = {
    "SAFER": ("86.2", "86%"),
    "WELLBEING": ("84.3", "84%"),
    "QOL": ("81.8", "82%"),
    "OPTIMISM": ("80.0", "80%"),
    "CONFIDENCE": ("77.8", "78%"),
}


def counted(code: str, **breakdown: str) -> Ask:
    """A count of the pool of services."""
    return cell(code, POOL, YEAR, **breakdown)


def typed(code: str) -> Ask:
    """Cases by referral status."""
    return counted("INS_CASE_TYPE", INS_CASE_TYPE=code)


def grouped(code: str) -> Ask:
    """Clients by ethnic group."""
    return counted("INS_ETHNIC_GROUP", INS_ETHNIC_GROUP=code)


def level(kind: str, code: str) -> Ask:
    """Cases by level of one type of abuse."""
    return counted("INS_ABUSE_LEVEL", INS_ABUSE_TYPE4=kind, INS_LEVEL=code)


def step(area: str, code: str) -> Ask:
    """Cases at a step of support in one area."""
    return counted("INS_SUPPORT_MATRIX", INS_SUPPORT_AREA=area, INS_SUPPORT_STEP=code)


INSIGHTS_CASES: tuple[Case, ...] = (
    case(
        45,
        Line("Cases", total(typed("NEW"), typed("REPEAT"), typed("CONTINUING")), "3211", "3211"),
        Line("New clients", per(typed("NEW"), counted("INS_INTAKE")), "66.3", "66%"),
        Line("Repeat clients", per(typed("REPEAT"), counted("INS_INTAKE")), "32.0", "32%"),
        Line("Continuing cases", per(typed("CONTINUING"), counted("INS_INTAKE")), "1.8", "2%"),
    ),
    case(
        46,
        Line("Referral routes, all options", counted("INS_REFERRAL_ROUTE"), "3211", "3211"),
        Line(
            "Emergency departments, a small count",
            status("INS_REFERRAL_ROUTE", POOL, YEAR, INS_REFERRAL_ROUTE="HOSPITAL_EMERGENCY"),
            SUPPRESSED,
        ),
    ),
    case(
        47,
        Line(
            "Ethnic groups, summed",
            total(
                *map(
                    grouped,
                    [
                        "WHITE",
                        "MIXED",
                        "ASIAN",
                        "BLACK",
                        "OTHER",
                        "NOT_DISCLOSED",
                        "UNKNOWN",
                        "MISSING",
                    ],
                )
            ),
            "3111",
            "3111",
        ),
        Line("Racially minoritised clients", counted("INS_ETHNICITY_MINORITISED"), "309", "309"),
        Line(
            "Racially minoritised, of clients",
            per(counted("INS_ETHNICITY_MINORITISED"), counted("INS_CLIENT")),
            "9.93",
            "10%",
        ),
    ),
    case(
        48,
        *(
            Line(
                f"Any level, {kind.lower()}",
                total(*(level(kind, code) for code in ("HIGH", "MODERATE", "STANDARD"))),
                exact,
                exact,
            )
            for kind, exact in FOUR_TYPES.items()
        ),
        *(
            Line(
                f"As asked, {kind.lower()}",
                counted("INS_ABUSE_TYPE", INS_ABUSE_TYPE=kind),
                exact,
                exact,
            )
            for kind, exact in FOUR_TYPES.items()
        ),
    ),
    case(
        49,
        Line(
            "Supported with safety",
            per(step("SAFETY", "SUPPORTED"), counted("INS_EXIT")),
            "84.1",
            "84%",
        ),
        *(
            Line(
                f"Supported, of those in need, {area.lower()}",
                per(step(area, "SUPPORTED"), step(area, "NEED")),
                *figures,
            )
            for area, figures in SUPPORTED.items()
        ),
    ),
    case(
        50,
        *(
            Line(
                f"Agreed, of those who answered, {question.lower()}",
                per(counted(f"INS_CRO_{question}_AGREE"), counted(f"INS_CRO_{question}")),
                *figures,
            )
            for question, figures in AGREED.items()
        ),
    ),
    case(
        51,
        *(
            Line(
                f"Answered and missing, {question.lower()}",
                total(counted(f"INS_CRO_{question}"), counted(f"INS_CRO_{question}_MISSING")),
                "2149",
                "2149",
            )
            for question in AGREED
        ),
    ),
    case(
        52,
        Line(
            "Incidents that led to conviction",
            status("INS_CJ_CONVICTION_PC", POOL, YEAR),
            SUPPRESSED,
        ),
        Line("Incidents per report", counted("INS_CJ_INCIDENTS_PER_REPORT"), "1.35", "1.4"),
        Line("Reports per case", counted("INS_CJ_REPORTS_PER_CASE"), "0.93", "0.9"),
    ),
    case(
        53,
        Line("Clients with either kind of justice support", counted("INS_CCJ_CLIENT"), "93", "93"),
        Line(
            "Clients with both kinds",
            less(
                total(counted("INS_CJ_CLIENT"), counted("INS_CIV_CLIENT")),
                counted("INS_CCJ_CLIENT"),
            ),
            "9",
        ),
    ),
    case(
        54,
        Line(
            "Children per 100 clients",
            per(counted("INS_CHILD_AGE"), counted("INS_CLIENT")),
            "137.1",
            "137",
        ),
    ),
    case(
        55,
        Line(
            "Closures",
            total(
                counted("INS_CLOSURE", INS_CLOSURE="PLANNED_CLOSURE"),
                counted("INS_CLOSURE", INS_CLOSURE="UNPLANNED_CLOSURE"),
            ),
            "2149",
            "2149",
        ),
        Line(
            "Planned",
            per(counted("INS_CLOSURE", INS_CLOSURE="PLANNED_CLOSURE"), counted("INS_EXIT")),
            "79.0",
            "79%",
        ),
        Line(
            "Unplanned",
            per(counted("INS_CLOSURE", INS_CLOSURE="UNPLANNED_CLOSURE"), counted("INS_EXIT")),
            "21.0",
            "21%",
        ),
    ),
    case(
        56,
        Line("DASH score fell", counted("INS_DASH_REDUCED"), "517", "517"),
        Line(
            "DASH score fell, of those with both scores",
            per(counted("INS_DASH_REDUCED"), counted("INS_DASH_EXIT")),
            "35.0",
            "35%",
        ),
    ),
)
