"""The faults of the source documents are caught when their figures are pushed as printed.

F-numbers and T-numbers are those of the project's list of traps and faults; the words are the
shipped vocabulary.
"""

from datetime import date
from decimal import Decimal
from itertools import accumulate

import pytest

from hub.returns import Reported, Return, Severity, past_of
from hub.validation import validate
from hub.vocabulary import breakdown_of, vocabulary

WORDS = vocabulary()
TODAY = date(2024, 11, 1)
THREE_RIVERS, PLYMOUTH, MET = "E07000102", "E06000026", "E23000001"


def figure(
    code: str,
    value: str | int,
    period: str,
    *,
    breakdown: dict[str, str] | None = None,
    base: int | None = None,
) -> tuple[str, Decimal, str, dict[str, str] | None, Decimal | None]:
    return code, Decimal(value), period, breakdown, None if base is None else Decimal(base)


def judge(
    dataset: str,
    agency: str,
    area: str,
    period: str,
    *figures: tuple[str, Decimal, str, dict[str, str] | None, Decimal | None],
    today: date = TODAY,
    previous: Return | None = None,
) -> list[tuple[str, str]]:
    """Severity and code of what is found, each once, in order."""
    body = pushed(dataset, agency, area, period, *figures)
    past = past_of(previous.observations) if previous else None
    found = validate(body, WORDS, today=today, previous=past)
    return list(dict.fromkeys((str(item.severity), str(item.code)) for item in found))


def pushed(
    dataset: str,
    agency: str,
    area: str,
    period: str,
    *figures: tuple[str, Decimal, str, dict[str, str] | None, Decimal | None],
) -> Return:
    return Return(
        dataset,
        agency,
        period,
        tuple(
            Reported(code, area, when, breakdown_of(cut), value, base=base, row=row)
            for row, (code, value, when, cut, base) in enumerate(figures, start=2)
        ),
    )


def idva(percent: str) -> list[tuple[str, str]]:
    year = "FY2017-18"
    return judge(
        "IDVA",
        "REFUGE_HERTS",
        THREE_RIVERS,
        year,
        figure("IDV_REFERRAL", 141, year),
        figure("IDV_ENGAGED_LONG", 45, year),
        figure("IDV_ENGAGED_SHORT", 25, year),
        figure("IDV_NOT_ENGAGED", 71, year),
        figure("IDV_ENGAGEMENT_PC", percent, year, base=141),
    )


def test_f01_a_truncated_engagement_rate() -> None:
    assert idva("49") == [("query", "PERCENT_REPRODUCE")]
    assert idva("50") == idva("49.6") == []


def test_f03_more_answers_than_clients() -> None:
    year = "FY2017-18"
    figures = [
        figure("DAC_CLIENT", 118, year),
        figure("DAC_OUTCOME", 132, year),
        figure("DAC_OUTCOME", 29, year, breakdown={"CLIENT_OUTCOME": "NO_CHANGE"}),
    ]
    place = ("DAC", "HERTS_MIND", THREE_RIVERS, year)
    assert judge(*place, *figures) == [("query", "RESPONSES_EXCEED")]
    assert judge(*place, figures[0]) == []


def test_af01_and_af10_three_rivers_police_figures_pass() -> None:
    assert (
        judge(
            "POLICE_CRIME",
            "HERTS_POLICE",
            THREE_RIVERS,
            "CY2017",
            figure("POL_DA_CRIME", 617, "CY2017"),
            figure("POL_DA_INCIDENT", 653, "CY2017"),
            figure("POL_DA_TOTAL", 1270, "CY2017"),
        )
        == []
    )


def test_t9_an_annual_number_of_people_cannot_be_the_sum_of_overlapping_quarters_and_more() -> None:
    year = "FY2017-18"
    quarters = [
        figure("DAC_CLIENT", value, f"{year}-Q{number}")
        for number, value in enumerate((48, 27, 30, 51), start=1)
    ]
    place = ("DAC", "HERTS_MIND", THREE_RIVERS, year)
    assert judge(*place, *quarters, figure("DAC_CLIENT", 118, year)) == []
    assert judge(*place, *quarters, figure("DAC_CLIENT", 157, year)) == [("query", "TIME_DISTINCT")]


MONTHS = [f"2015-{month:02d}" for month in range(4, 13)] + ["2016-01", "2016-02", "2016-03"]


@pytest.mark.parametrize(
    ("today", "code"),
    [
        (date(2015, 7, 23), ("error", "PERIOD_FUTURE")),
        (date(2016, 4, 1), ("query", "CUMULATIVE_REPEATED")),
    ],
)
def test_f08_a_cumulative_figure_repeated_for_months_to_come(
    today: date, code: tuple[str, str]
) -> None:
    printed = [1585, 3190, *[4799] * 10]
    figures = [
        figure("POL_ALL_CRIME", value, f"YTD-{month}")
        for month, value in zip(MONTHS, printed, strict=True)
    ]
    assert code in judge("POLICE_CRIME", "DC_POLICE", PLYMOUTH, "FY2015-16", *figures, today=today)


def test_af26_the_months_of_plymouth_and_their_running_total_agree() -> None:
    printed = [542, 1114, 1739, 2401, 2965, 3493, 4012, 4556, 5143, 5623, 6111, 6587]
    months = [f"2014-{month:02d}" for month in range(4, 13)] + ["2015-01", "2015-02", "2015-03"]
    alone = [after - before for before, after in zip([0, *printed], printed, strict=False)]
    assert list(accumulate(alone)) == printed
    figures = [
        *(figure("POL_DA_TOTAL", value, month) for month, value in zip(months, alone, strict=True)),
        *(
            figure("POL_DA_TOTAL", value, f"YTD-{month}")
            for month, value in zip(months, printed, strict=True)
        ),
    ]
    assert judge("POLICE_CRIME", "DC_POLICE", PLYMOUTH, "FY2014-15", *figures) == []
    wrong = [*figures, figure("POL_DA_TOTAL", 6588, "FY2014-15")]
    assert judge("POLICE_CRIME", "DC_POLICE", PLYMOUTH, "FY2014-15", *wrong) == [
        ("query", "TIME_MISMATCH")
    ]


def test_f12_a_count_in_a_percent_row() -> None:
    place = ("CSP_MEASURES", "PLYMOUTH_CSP", PLYMOUTH, "FY2015-16-Q1")
    assert ("error", "PERCENT_RANGE") in judge(
        *place, figure("HATE_SATISFIED_PC", 104, "FY2015-16-Q1", base=629)
    )
    assert ("error", "VALUE_NEGATIVE") in judge(
        *place, figure("HATE_SATISFIED_PC", -104, "FY2015-16-Q1", base=629)
    )


def test_f14_last_years_total_sent_as_a_quarter() -> None:
    year = "FY2014-15"
    previous = pushed(
        "CSP_MEASURES",
        "PLYMOUTH_CSP",
        PLYMOUTH,
        year,
        *(
            figure("TRN_DASH_ATTENDEE", value, f"{year}-Q{number}")
            for number, value in enumerate((15, 15, 15, 13), start=1)
        ),
    )
    quarter = "FY2015-16-Q1"
    found = judge(
        "CSP_MEASURES",
        "PLYMOUTH_CSP",
        PLYMOUTH,
        quarter,
        figure("TRN_DASH_ATTENDEE", 58, quarter),
        previous=previous,
    )
    assert found == [("query", "PREVIOUS_TOTAL")]


def test_f16_an_annual_total_that_disagrees_with_its_months() -> None:
    months = [f"2014-{month:02d}" for month in range(4, 13)] + ["2015-01", "2015-02", "2015-03"]
    values = [*[838] * 11, 10065 - 11 * 838]
    figures = [
        figure("POL_ASB_INCIDENT", value, month)
        for month, value in zip(months, values, strict=True)
    ]
    place = ("POLICE_CRIME", "DC_POLICE", PLYMOUTH, "FY2014-15")
    annual = figure("POL_ASB_INCIDENT", 10299, "FY2014-15")
    assert judge(*place, *figures, annual) == [("query", "TIME_MISMATCH")]
    assert judge(*place, *figures, figure("POL_ASB_INCIDENT", 10065, "FY2014-15")) == []


PARTS = (
    *("IDVA", "CSC", "PRIMARY_CARE", "SECONDARY_CARE", "EDUCATION", "HOUSING", "MENTAL_HEALTH"),
    *("PROBATION", "VOLUNTARY", "SUBSTANCE", "ASC", "MASH", "OTHER"),
)


def portal(nonpolice: str, *parts: str) -> list[tuple[str, str]]:
    window = "R12-2024-03"
    return judge(
        "MARAC_PORTAL",
        "SAFELIVES",
        MET,
        window,
        figure("MAR_CASE", 15683, window),
        figure("MAR_REF_NONPOLICE_PC", nonpolice, window, base=15683),
        *(
            figure(f"MAR_REF_{name}_PC", value, window, base=15683)
            for name, value in zip(PARTS, parts, strict=True)
        ),
    )


def test_f19_printed_parts_that_do_not_sum() -> None:
    parts = ["3.3"] * 12 + ["4.7"]
    assert sum(map(Decimal, parts)) == Decimal("44.3")
    assert portal("44.2", *parts) == [("notice", "PERCENT_ROUNDING")]
    assert portal("44.3", *parts) == []
    assert portal("50.0", *parts) == [("query", "PERCENT_PARTS")]


def test_complement_pairs_add_to_a_hundred() -> None:
    window = "R12-2024-03"
    for police, expected in (("55.8", []), ("56.8", [("query", "PERCENT_PARTS")])):
        found = judge(
            "MARAC_PORTAL",
            "SAFELIVES",
            MET,
            window,
            figure("MAR_REF_POLICE_PC", police, window, base=15683),
            figure("MAR_REF_NONPOLICE_PC", "44.2", window, base=15683),
        )
        assert found == expected


def test_f20_no_case_with_children_beside_hundreds_of_children() -> None:
    window = "R12-2024-03"
    found = judge(
        "MARAC_PORTAL",
        "SAFELIVES",
        MET,
        window,
        figure("MAR_CASE_WITH_CHILD_PC", "0.0", window, base=525),
        figure("MAR_CHILD", 799, window),
    )
    assert found == [("query", "ZERO_CONTRADICTED")]


def test_achievement_against_a_target_may_exceed_a_hundred() -> None:
    year = "FY2017-18"
    found = judge(
        "DAC",
        "HERTS_MIND",
        THREE_RIVERS,
        year,
        figure("DAC_REFERRAL_TARGET_PC", 156, year, base=357),
        figure("DAC_REFERRAL", 556, year),
    )
    assert found == []


def test_a_change_may_exceed_a_hundred() -> None:
    found = judge(
        "POLICE_CRIME",
        "HERTS_POLICE",
        THREE_RIVERS,
        "CY2017",
        figure("POL_DA_CHANGE_PC", "286.7", "CY2017", base=15),
    )
    assert found == []


def test_a_change_without_its_base_is_asked_about() -> None:
    change = figure("POL_DA_CHANGE_PC", "10.4", "CY2017")
    found = judge("POLICE_CRIME", "HERTS_POLICE", THREE_RIVERS, "CY2017", change)
    assert found == [("query", "BASE_MISSING")]


def test_every_expectation_and_identity_speaks_of_known_words() -> None:
    from hub.validation.plausibility import expectations

    for expected in expectations():
        for term in (*expected.left, *expected.right):
            assert term.indicator in WORDS.indicators
    assert {str(severity) for severity in Severity} == {"error", "query", "notice"}
