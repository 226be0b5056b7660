"""Counting findings, and how much of a dataset came."""

from hub.returns import Finding, Severity
from hub.validation import Completeness, Report, completeness
from tests.factory import COUNTY, indicator, reported, return_of, words


def found(severity: Severity, row: int | None) -> Finding:
    return Finding(severity, "CODE", "message", row)


def test_a_report_counts_by_severity() -> None:
    report = Report(
        (
            found(Severity.ERROR, 2),
            found(Severity.ERROR, 2),
            found(Severity.ERROR, None),
            found(Severity.QUERY, 3),
            found(Severity.NOTICE, 4),
        )
    )
    assert report.has_errors
    assert (len(report.errors), len(report.queries), report.rejected) == (3, 1, 1)
    assert not Report(()).has_errors


def test_a_query_stays_open_until_its_row_or_the_return_has_a_note() -> None:
    report = Report((found(Severity.QUERY, 3), found(Severity.QUERY, None)))
    assert report.open_queries([]) == report.queries
    assert [item.row for item in report.open_queries([3])] == [None]
    assert report.open_queries([None]) == ()


def test_completeness_counts_indicators_of_each_area() -> None:
    only = words()
    expected = [
        code
        for code in only.dataset_indicators["POLICE_RECORDS"]
        if code not in ("POL_TARGET", "POL_DA_TOTAL_PC", "POL_STATED_PC", "POL_STATED_MEAN")
    ]
    one = completeness(return_of(reported(), reported("POL_STATED_PC", 5)), only)
    assert one == Completeness(len(expected), 1)
    county = completeness(return_of(reported(area=COUNTY)), only)
    assert county == Completeness(len(expected), 1)
    both = return_of(reported(), reported(area=COUNTY, value=None, status="x"))
    assert completeness(both, only) == Completeness(2 * len(expected) - 1, 2)
    assert completeness(return_of(), only) == Completeness(len(expected), 0)


def test_a_breakdown_counts_for_its_total_once() -> None:
    only = words(indicator("POL_MORE"))
    parts = [reported(breakdown={"RISK": grade}) for grade in ("HIGH", "MEDIUM")]
    assert completeness(return_of(*parts), only).received == 1
