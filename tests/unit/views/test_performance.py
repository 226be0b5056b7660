"""Measures at a date: what is judged, what is compared, what is left empty."""

from dataclasses import replace

import pytest

from hub.protected.figures import FigureStatus
from hub.statistics.targets import Standing
from hub.views.performance import MeasureView, Performance, performance_of
from hub.vocabulary import Vocabulary, parse_period
from hub.vocabulary.rows import Direction, Profile
from tests.factory import DISTRICT, ELSEWHERE, words
from tests.factory import measure as made_measure
from tests.unit.views.published import HIDDEN, Said, series

COUNT, TARGET = "POL_DA_TOTAL", "POL_TARGET"
NOT_RETURNED = FigureStatus.NOT_RETURNED


def known(*changes: dict[str, object]) -> Vocabulary:
    """The factory's words with one measure, or one for each of ``changes``."""
    rules = [made_measure(**change) for change in changes or ({},)]
    return replace(words(), measures={rule.code: rule for rule in rules})


def report(
    counts: dict[str, Said],
    targets: dict[str, Said] | None = None,
    as_at: str = "2015-06",
    vocabulary: Vocabulary | None = None,
) -> Performance:
    held = series(COUNT, DISTRICT, counts) | series(TARGET, DISTRICT, targets or {})
    found = vocabulary or known()
    return performance_of(found.area(DISTRICT), parse_period(as_at), "one", held, found)


def measure(
    counts: dict[str, Said], targets: dict[str, Said] | None = None, as_at: str = "2015-06"
) -> MeasureView:
    (found,) = report(counts, targets, as_at).measures
    return found


MONTHS: dict[str, Said] = {
    **{"2015-04": 556, "2015-05": 572, "2015-06": 504, "2014-06": 625},
    **{"YTD-2015-05": 1128, "YTD-2015-06": 1632, "YTD-2014-06": 1739},
}


def test_the_month_and_the_year_to_date_stand_apart() -> None:
    found = measure(MONTHS, {"YTD-2015-06": 1647})
    assert (found.actual.display, found.cumulative.display) == ("504", "1,632")
    assert found.actual_last_year.percent.display == "-19.4%"
    assert found.last_year.percent.display == "-6.2%"
    assert found.profile.difference.display == "-15"


def test_the_profile_is_compared_and_not_last_year() -> None:
    found = measure(MONTHS, {"YTD-2015-06": 1600})
    assert found.standing is Standing.GREEN
    assert found.last_year.difference.display == "-107"


def test_the_last_month_observed_is_named_however_late_it_is_asked() -> None:
    found = measure(MONTHS, {"YTD-2015-06": 1647}, "2015-12")
    assert found.period is not None
    assert found.last is not None
    assert (found.period.id, found.last.id) == ("YTD-2015-06", "2015-06")


def test_an_earlier_date_does_not_know_later_months() -> None:
    found = measure(MONTHS, {"YTD-2015-05": 1000, "YTD-2015-06": 1647}, "2015-05")
    assert found.cumulative.display == "1,128"
    june = found.outlook[2]
    assert (june.actual.status, june.cumulative.status) == (NOT_RETURNED, NOT_RETURNED)
    assert june.profile.display == "1,647"


def test_a_suppressed_year_to_date_is_not_judged_by_an_earlier_one() -> None:
    found = measure(MONTHS | {"YTD-2015-06": HIDDEN}, {"YTD-2015-05": 1, "YTD-2015-06": 1})
    assert found.standing is Standing.UNKNOWN
    assert "suppressed" in found.reason
    assert found.cumulative.status is HIDDEN
    assert found.profile.difference.status is HIDDEN
    assert found.profile.other.display == "1"


def test_a_suppressed_last_year_hides_the_difference_only() -> None:
    found = measure(MONTHS | {"YTD-2014-06": HIDDEN}, {"YTD-2015-06": 1647})
    assert found.standing is Standing.AMBER
    assert {found.last_year.difference.status, found.last_year.percent.status} == {HIDDEN}


def test_without_figures_everything_says_not_returned() -> None:
    found = measure({}, {"YTD-2015-06": 1647})
    assert (found.standing, found.period, found.last) == (Standing.UNKNOWN, None, None)
    assert {found.actual.status, found.cumulative.status} == {NOT_RETURNED}
    assert found.profile.other.display == "1,647"


def test_a_year_to_date_alone_is_no_figure_of_a_quarter() -> None:
    found = measure({"YTD-2015-06": 1632}, {"YTD-2015-06": 1647})
    assert (found.last, found.actual.status) == (None, NOT_RETURNED)


def test_two_months_to_date_end_no_quarter() -> None:
    found = measure({"YTD-2015-05": 1128}, {"YTD-2015-05": 1098}, "2015-05")
    assert (found.last, found.cumulative.display) == (None, "1,128")


def test_quarters_are_shown_where_no_month_is_returned() -> None:
    found = measure({"FY2015-16-Q1": 525, "YTD-2015-06": 525}, {"YTD-2015-06": 667})
    assert [point.period.id for point in found.outlook][:2] == ["FY2015-16-Q1", "FY2015-16-Q2"]
    assert found.actual.display == "525"


def test_a_straight_line_is_planned_for_each_month() -> None:
    linear = known({"profile": Profile.LINEAR})
    (found,) = report(MONTHS, {"FY2015-16": 6600}, vocabulary=linear).measures
    levels = [point.profile.display for point in found.outlook]
    assert (levels[0], levels[2], levels[11]) == ("550", "1,650", "6,600")
    assert found.year_target.display == "6,600"


def test_without_a_target_there_is_no_level() -> None:
    (found,) = report(MONTHS, vocabulary=known({"target": None})).measures
    assert found.standing is Standing.MONITORING
    assert found.profile.other.status is FigureStatus.NOT_APPLICABLE


def test_exceptions_come_first() -> None:
    rules = known(
        {"code": "GREEN", "order": 1, "direction": Direction.LOWER},
        {"code": "WATCHED", "order": 2, "target": None},
        {"code": "RED", "order": 3, "tolerance": 0},
    )
    found = report(MONTHS, {"YTD-2015-06": 1647}, vocabulary=rules).measures
    assert [item.measure.code for item in found] == ["RED", "GREEN", "WATCHED"]


@pytest.mark.parametrize(("area", "expected"), [(DISTRICT, 1), (ELSEWHERE, 0)])
def test_a_measure_nobody_returns_there_is_left_out(area: str, expected: int) -> None:
    rules = known()
    found = performance_of(rules.area(area), parse_period("2015-06"), "one", {}, rules)
    assert len(found.measures) == expected
