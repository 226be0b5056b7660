"""Targets: the level to date, the rule, the last month observed, and what is compared."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from hub.statistics.targets import (
    WORDS,
    Judgement,
    Standing,
    gap,
    is_met,
    judge,
    last_observed,
    profile_at,
    stand,
)
from hub.vocabulary import CellKey, parse_period
from hub.vocabulary.rows import Direction, Measure, Profile
from tests.factory import DISTRICT, measure, words

COUNT, TARGET = "POL_DA_TOTAL", "POL_TARGET"


def published(
    counts: Mapping[str, float], targets: Mapping[str, float] | None = None
) -> dict[CellKey, Decimal]:
    """Published figures of the district by period."""
    rows = [(COUNT, counts), (TARGET, targets or {})]
    return {
        CellKey(code, DISTRICT, period): Decimal(str(value))
        for code, values in rows
        for period, value in values.items()
    }


def judged(
    rule: Measure, figures: Mapping[CellKey, Decimal], as_at: str = "YTD-2015-06"
) -> Judgement:
    """Judge at a date."""
    return judge(rule, DISTRICT, parse_period(as_at), figures, words())


@pytest.mark.parametrize(
    ("direction", "actual", "expected"),
    [
        ("higher", "101", Standing.GREEN),
        ("higher", "100", Standing.GREEN),
        ("higher", "99.9", Standing.AMBER),
        ("higher", "85", Standing.AMBER),
        ("higher", "84.9", Standing.RED),
        ("lower", "99", Standing.GREEN),
        ("lower", "100", Standing.GREEN),
        ("lower", "100.1", Standing.AMBER),
        ("lower", "115", Standing.AMBER),
        ("lower", "115.1", Standing.RED),
    ],
)
def test_standing_by_direction_and_distance(
    direction: str, actual: str, expected: Standing
) -> None:
    assert stand(measure(direction=direction), Decimal(actual), Decimal(100)) is expected


def test_tolerance_is_the_rules_own() -> None:
    assert stand(measure(tolerance=5), Decimal(94), Decimal(100)) is Standing.RED
    assert stand(measure(tolerance=6), Decimal(94), Decimal(100)) is Standing.AMBER


def test_nothing_is_near_a_ceiling_of_zero() -> None:
    assert stand(measure(direction="lower"), Decimal(1), Decimal(0)) is Standing.RED
    assert stand(measure(direction="lower"), Decimal(0), Decimal(0)) is Standing.GREEN


def test_on_the_profile_is_met_either_way() -> None:
    assert is_met(Direction.HIGHER, Decimal(5), Decimal(5))
    assert is_met(Direction.LOWER, Decimal(5), Decimal(5))


def test_gap_in_number_and_per_cent() -> None:
    found = gap(Decimal(525), Decimal(629))
    assert found.difference == -104
    assert found.percent is not None
    assert round(found.percent, 2) == Decimal("-16.53")


def test_gap_from_nothing_has_no_per_cent() -> None:
    assert gap(Decimal(5), Decimal(0)).percent is None


def test_gap_hides_its_numbers() -> None:
    assert "104" not in repr(gap(Decimal(525), Decimal(629)))
    assert "525" not in repr(judged(measure(), published({"YTD-2015-06": 525})))


def test_listed_profile_is_taken_at_the_months_of_the_figure() -> None:
    targets = {"YTD-2015-05": 40, "YTD-2015-06": 60, "FY2015-16": 240}
    figures = published({}, targets)
    found = profile_at(measure(), DISTRICT, parse_period("YTD-2015-06"), figures)
    assert found == 60


def test_listed_profile_is_not_made_up_between_what_is_listed() -> None:
    figures = published({}, {"YTD-2015-06": 60, "FY2015-16": 240})
    assert profile_at(measure(), DISTRICT, parse_period("YTD-2015-05"), figures) is None


def test_linear_profile_is_the_years_target_by_month() -> None:
    rule = measure(profile=Profile.LINEAR)
    figures = published({}, {"FY2015-16": 240})
    assert profile_at(rule, DISTRICT, parse_period("YTD-2015-05"), figures) == 40
    assert profile_at(rule, DISTRICT, parse_period("YTD-2016-03"), figures) == 240


def test_linear_profile_gives_way_to_a_listed_level() -> None:
    rule = measure(profile=Profile.LINEAR)
    figures = published({}, {"FY2015-16": 240, "YTD-2015-05": 45})
    assert profile_at(rule, DISTRICT, parse_period("YTD-2015-05"), figures) == 45


def test_last_observed_month_and_not_the_one_asked_for() -> None:
    """T22: the statement ends with June, the data with May."""
    periods = [parse_period(period) for period in ("YTD-2015-04", "YTD-2015-05", "YTD-2014-06")]
    assert last_observed(periods, parse_period("YTD-2015-06")) == parse_period("YTD-2015-05")


def test_nothing_after_the_date_asked_for() -> None:
    periods = [parse_period(period) for period in ("YTD-2015-04", "YTD-2015-07")]
    assert last_observed(periods, parse_period("2015-06")) == parse_period("YTD-2015-04")


def test_last_years_figure_is_no_answer() -> None:
    assert last_observed([parse_period("YTD-2015-03")], parse_period("2015-04")) is None


def test_year_to_date_goes_before_another_period_of_the_same_months() -> None:
    periods = [parse_period(period) for period in ("FY2014-15", "YTD-2015-03", "R12-2015-03")]
    assert last_observed(periods, parse_period("2015-03")) == parse_period("YTD-2015-03")


def test_first_quarter_serves_where_months_are_not_returned() -> None:
    found = judged(measure(), published({"FY2015-16-Q1": 70}, {"YTD-2015-06": 60}))
    assert found.standing is Standing.GREEN
    assert found.period == parse_period("FY2015-16-Q1")
    assert found.last == parse_period("FY2015-16-Q1")


def test_year_to_date_and_its_last_month_are_kept_apart() -> None:
    """T17: the quarter fell by six per cent, June alone by nineteen."""
    found = judged(measure(), published({"YTD-2015-06": 1632, "2015-06": 504}))
    assert found.actual == 1632
    assert found.last == parse_period("2015-06")
    assert found.in_period == 504


def test_profile_and_last_year_are_two_comparators() -> None:
    """T21: below last year and above the profile at once."""
    found = judged(
        measure(), published({"YTD-2015-06": 90, "YTD-2014-06": 100}, {"YTD-2015-06": 80})
    )
    assert found.profile is not None
    assert found.last_year is not None
    assert found.profile.difference == 10
    assert found.last_year.difference == -10
    assert found.standing is Standing.GREEN


def test_without_a_target_it_is_monitored_only() -> None:
    found = judged(measure(target=None), published({"YTD-2015-06": 90}))
    assert found.standing is Standing.MONITORING
    assert found.profile is None
    assert found.reason.startswith("Monitoring only")


def test_target_without_a_level_to_date_is_not_judged() -> None:
    found = judged(measure(), published({"YTD-2015-06": 90}, {"YTD-2015-09": 100}))
    assert found.standing is Standing.UNKNOWN


def test_no_figure_is_no_standing() -> None:
    found = judged(measure(), published({}, {"YTD-2015-06": 100}))
    assert (found.standing, found.actual, found.period) == (Standing.UNKNOWN, None, None)


@pytest.mark.parametrize(
    ("actual", "reason"),
    [
        (100, "Generally satisfied: at or above the level planned to date, to Jun 2015."),
        (
            99,
            "Some concerns: short of the level planned to date, within 15 per cent of it, "
            "to Jun 2015.",
        ),
        (
            50,
            "Significant concern: short of the level planned to date, by more than 15 per cent "
            "of it, to Jun 2015.",
        ),
    ],
)
def test_reason_names_the_rule_in_words(actual: int, reason: str) -> None:
    found = judged(measure(), published({"YTD-2015-06": actual}, {"YTD-2015-06": 100}))
    assert found.reason == reason


def test_reason_of_a_ceiling() -> None:
    rule = measure(direction="lower")
    found = judged(rule, published({"YTD-2015-06": 110}, {"YTD-2015-06": 100}))
    assert "above the ceiling" in found.reason


def test_other_breakdowns_and_areas_are_left_alone() -> None:
    figures = published({"YTD-2015-06": 100}, {"YTD-2015-06": 100})
    figures[CellKey(COUNT, DISTRICT, "YTD-2015-06", (("RISK", "HIGH"),))] = Decimal(1)
    figures[CellKey(COUNT, "E06000026", "YTD-2015-06")] = Decimal(1)
    assert judged(measure(), figures).actual == 100


def test_every_standing_has_its_words() -> None:
    assert set(WORDS) == set(Standing)
